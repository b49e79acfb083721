"""Damaged files end in a report or in a clear refusal: no traceback, nothing half written, bounded memory.

`FUZZ_FILES=10000 pytest tests/history/test_damaged_uploads.py` is the long form.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from movie_recommender.errors import ImportFailed
from movie_recommender.services import history
from movie_recommender.storage import db
from movie_recommender.storage.models import Import, Rating
from tests.exports.mutations import mutated, samples

FILES = int(os.environ.get("FUZZ_FILES", "150"))
ROOT = Path(__file__).parents[2]
MEMORY = 300 * 1024**2


def test_a_damaged_upload_ends_in_a_report_or_a_refusal(person: Callable[[], int]):
    alice, sources, outcomes = person(), samples(), {"read": 0, "refused": 0}
    for seed in range(FILES):
        name, data = mutated(seed, sources)
        try:
            import_id = history.stage(alice, name, data)
        except ImportFailed as error:
            outcomes["refused"] += bool(error.message)
            continue
        outcomes["read"] += 1
        before = db.session.query(Rating).count()
        counts = history.apply(alice, import_id)
        assert db.session.query(Rating).count() == before + counts["new"], seed
        db.session.expunge_all()
    assert db.session.query(Import).filter(Import.state == "staged").count() == 0
    assert sum(outcomes.values()) == FILES, "a refusal says why"
    assert min(outcomes.values()) > FILES // 20, outcomes
    if FILES >= 10_000:  # alone in its process: the short form shares one with other tests
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < MEMORY


# What costs most memory for its 20 MB, as expressions that make it.
WORST = {
    "rows.csv": """b"Date,Name,Year,Letterboxd URI,Rating\\n" + b"2024-01-01,Some Film With A Name,2001,https://x/abc,4\\n" * 199_000""",
    "emoji.csv": """b"title,rating\\n" + ("\\U0001f600" * 20 + ",4\\n").encode() * 190_000""",
    "short.csv": """b"title,rating\\n" + b"a,4\\n" * 5_000_000""",
    "blank.csv": """b"title,rating\\n" + b"\\n" * 19_900_000""",
    "quotes.csv": """b"title,rating\\n" + b'"' * 19_900_000""",
    "cells.csv": """b"title,rating\\n" + b"," * 19_900_000""",
    "header.csv": """b"a," * 9_900_000""",
    "wide.json": """b"[" + b"{}," * 900_000 + b"{}]" """,
    "numbers.json": """b"[" + b"1.5," * 1_900_000 + b"1]" """,
    "texts.json": """b"[" + b'"ab",' * 1_900_000 + b"1]" """,
    "nodes.xml": """b"<a>" + b"<film/>" * 990_000 + b"</a>" """,
    "films.xml": """b"<a>" + b"<film><filmid>1</filmid></film>" * 240_000 + b"</a>" """,
}
SCRIPT = """
import sys
from pathlib import Path
from movie_recommender.catalogue.exports import read_upload
from movie_recommender.errors import ImportFailed
try:
    read_upload(sys.argv[1], {expression})
except ImportFailed:
    pass
# Not getrusage: its peak is inherited from the process that started this one.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) * 1024)
"""


@pytest.mark.parametrize("name", WORST)
def test_the_worst_files_stay_within_memory(name: str):
    script = SCRIPT.replace("{expression}", WORST[name])
    result = subprocess.run([sys.executable, "-c", script, name], capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stderr[-2000:]
    assert int(result.stdout) < MEMORY, f"{int(result.stdout) // 1024**2} MB"
