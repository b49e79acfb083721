"""The notebook runs top to bottom on a slice, and is committed without output."""

import json
from pathlib import Path

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "optimize_weights.ipynb"


def code_cells():
    return [cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def test_it_is_committed_without_output():
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code_cells())


def test_it_runs_top_to_bottom_on_a_slice(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("plotly.graph_objects.Figure.show", lambda figure: shown.append(figure))
    monkeypatch.setenv("NOTEBOOK_PEOPLE", "110")
    monkeypatch.delenv("MOVIELENS_DIR", raising=False)
    room: dict[str, object] = {"__name__": "notebook"}
    for at, cell in enumerate(code_cells()):
        exec(compile("".join(cell["source"]), f"{NOTEBOOK.name}[{at}]", "exec"), room)
    assert len(shown) >= 6
    assert "ratings of" in capsys.readouterr().out
    assert room["lost"]
