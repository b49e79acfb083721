"""Filling the plot index and searching it: the real encoder, the real Chroma."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from movie_recommender import storage
from movie_recommender.catalogue.encoder import Encoder
from movie_recommender.catalogue.plot_text import plot_text
from movie_recommender.errors import InvalidInput
from movie_recommender.services import filling, plots
from movie_recommender.services.plots import Plots
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Movie, PlotVector

pytestmark = [pytest.mark.encoder, pytest.mark.xdist_group("encoder")]
PLOTS = {
    "Groundhog Day": "A weatherman wakes up to the same day again and again.",
    "Jaws": "A great white shark hunts swimmers at a beach, and a sheriff goes out to kill it.",
    "Toy Story": "A boy's toys come to life when he is not looking; the old favourite envies the new one.",
    "No plot": None,
}


def nothing(_done: int, _total: int) -> None:
    """Nobody looks at the progress."""


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch, real_encoder: Encoder) -> None:
    """Loading takes seconds; the one of this worker serves all."""
    monkeypatch.setattr(plots, "load_encoder", lambda setting, threads: real_encoder)


@pytest.fixture
def kept(app: Any, add_movie: Callable[..., int]) -> Iterator[Plots]:
    for title, plot in PLOTS.items():
        add_movie(title, plot=plot, keywords=["fish"] if title == "Jaws" else [])
    kept = Plots(app.config)
    with app.app_context():
        yield kept
    kept.close()


def titles(found: list[tuple[int, float]]) -> list[str]:
    return [db.session.get_one(Movie, movie_id).title for movie_id, _ in found]


def test_only_what_is_new_or_changed_is_encoded(kept: Plots) -> None:
    assert kept.fill(nothing) == plots.Filled(encoded=3, indexed=3, built=True)
    assert kept.fill(nothing) == plots.Filled(encoded=0, indexed=3, built=False)
    with writing() as session:
        session.execute(update(Movie).where(Movie.title == "Jaws").values(plot="A shark comes back."))
        session.add(Movie(title="Alien", search_key="alien", plot="A creature hunts the crew of a space ship."))
    assert kept.fill(nothing) == plots.Filled(encoded=2, indexed=4, built=True)


def test_a_search_finds_the_plot_that_is_meant(kept: Plots) -> None:
    kept.fill(nothing)
    found, is_indexed = kept.search("dolls that are secretly alive", 2)
    assert titles(found)[0] == "Toy Story"
    assert is_indexed
    assert len(found) == 2


def test_without_an_index_a_search_is_exact_all_the_same(kept: Plots, app: Any) -> None:
    kept.fill(nothing)
    indexed, _ = kept.search("the sea is not safe", 3)
    kept.close()
    (Path(app.config["INSTANCE_PATH"]) / "chroma" / "current").unlink()
    exact, is_indexed = kept.search("the sea is not safe", 3)
    assert not is_indexed
    assert titles(exact) == titles(indexed)
    assert [similarity for _, similarity in exact] == pytest.approx([similarity for _, similarity in indexed], abs=1e-4)
    assert not kept.is_indexed()
    assert kept.build_index(lambda: None)
    assert kept.search("the sea is not safe", 3)[1]


def test_a_plot_that_was_taken_away_is_no_longer_found(kept: Plots) -> None:
    kept.fill(nothing)
    with writing() as session:
        session.execute(update(Movie).where(Movie.title == "Jaws").values(plot=None))
    kept.fill(nothing)
    assert "Jaws" not in titles(kept.search("a shark", 10)[0])


def test_a_stop_keeps_what_is_encoded(kept: Plots, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "BATCH", 1)

    def stop_after_two(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.fill(stop_after_two)
    assert len(db.session.scalars(select(PlotVector.movie_id)).all()) == 2
    assert kept.fill(nothing) == plots.Filled(encoded=1, indexed=3, built=True)


def test_the_engine_is_told_once_and_only_of_changes(kept: Plots, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "BATCH", 1)
    before = storage.revisions()[0]
    kept.fill(nothing)
    db.session.rollback()
    assert storage.revisions()[0] == before + 1
    kept.fill(nothing)
    assert storage.revisions()[0] == before + 1


def test_vectors_of_another_encoder_are_made_anew(kept: Plots) -> None:
    kept.fill(nothing)
    with writing() as session:
        session.execute(update(PlotVector).values(encoder="another@1"))
    assert kept.fill(nothing).encoded == 3


def test_progress_goes_from_nothing_to_all(kept: Plots) -> None:
    seen: list[tuple[int, int]] = []
    kept.fill(lambda done, total: seen.append((done, total)))
    assert (seen[0], seen[-1]) == ((0, 3), (3, 3))


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 1001])
def test_a_question_that_is_none_is_refused(kept: Plots, question: str) -> None:
    with pytest.raises(InvalidInput, match="Describe a plot"):
        kept.search(question, 3)


def test_a_search_before_anything_was_encoded_finds_nothing(kept: Plots) -> None:
    assert kept.search("a shark", 3) == ([], True)


def test_a_vector_is_kept_with_the_hash_of_what_was_encoded(kept: Plots) -> None:
    kept.fill(nothing)
    text = plot_text(PLOTS["Jaws"], ["fish"])
    row = db.session.scalars(select(PlotVector).join(Movie, Movie.id == PlotVector.movie_id).where(Movie.title == "Jaws")).one()
    assert row.plot_hash == hashlib.sha256(text.encode()).hexdigest()
    assert (row.encoder, len(row.vector)) == (kept.encoder_name, 4 * 384)


def test_the_command_fills_by_itself_when_no_background_api_runs(kept: Plots, app: Any) -> None:
    answer = app.test_cli_runner().invoke(args=["fillchroma"])
    assert answer.exit_code == 0, answer.output
    assert "3 plots encoded, 3 in the index." in answer.output
    assert "Nothing to do: 3 plots are in the index." in app.test_cli_runner().invoke(args=["fillchroma"]).output
    assert "0 plots encoded, 3 in the index." in app.test_cli_runner().invoke(args=["fillchroma", "--rebuild"]).output


def test_the_command_says_who_holds_the_index(kept: Plots, app: Any) -> None:
    kept.fill(nothing)
    kept.search("a shark", 1)
    answer = app.test_cli_runner().invoke(args=["fillchroma", "--rebuild"])
    assert answer.exit_code == 1
    assert "Another process holds the plot index" in answer.output


def test_ctrl_c_says_that_nothing_is_lost(kept: Plots, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(filling, "fill", interrupted)
    answer = app.test_cli_runner().invoke(args=["fillchroma"])
    assert answer.exit_code == 1
    assert "What is encoded is kept" in answer.output
