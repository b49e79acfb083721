"""`flask seed-demo` and `flask remove-demo`: made up, called so, counted by nothing, and gone without trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from movie_recommender.errors import InvalidInput
from movie_recommender.services import browsing, demo, importing
from movie_recommender.storage import db
from movie_recommender.storage.models import Import, Movie, Rating, Revision, User
from movie_recommender.storage.ratings import recount


@pytest.fixture
def catalogue(app: Any) -> Iterator[Any]:
    with app.app_context():
        importing.load_embedded()
        yield app


def _ratings() -> set[tuple[int, int, int, int]]:
    rows = select(User.external_id, Rating.movie_id, Rating.half_stars, Rating.rated_at).join(User, User.id == Rating.user_id)
    return {tuple(row) for row in db.session.execute(rows)}


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("catalogue")
def test_a_seeded_community_says_that_it_is_made_up_and_cannot_sign_in() -> None:
    assert demo.seed(20) == (20, _count(Rating))
    users = list(db.session.scalars(select(User)))
    assert {(user.kind, user.origin, user.password_hash, user.name_key) for user in users} == {("community", "demo", None, None)}
    assert all("made up" in user.name for user in users)
    assert demo.count() == 20


@pytest.mark.usefixtures("catalogue")
def test_no_figure_counts_made_up_ratings(alice: Any) -> None:
    demo.seed(20)
    rated = db.session.scalars(select(Rating.movie_id)).first()
    with demo.writing() as session:
        session.add(Rating(user_id=alice.id, movie_id=rated, half_stars=9, rated_at=1))
    recount(db.session())
    db.session.commit()
    assert browsing.histogram(rated or 0) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert db.session.execute(select(func.sum(Movie.rating_count), func.sum(Movie.rating_sum))).one() == (1, 9)


def test_the_list_says_that_made_up_raters_take_part_in_it(catalogue: Any, alice: Any) -> None:
    assert "made up" not in alice.browser.get("/recommendations").text
    demo.seed(20)
    assert "20 raters whose tastes are made up" in alice.browser.get("/recommendations").text
    demo.remove()
    assert "made up" not in alice.browser.get("/recommendations").text


@pytest.mark.usefixtures("catalogue")
def test_seeding_again_makes_the_same_community_and_not_a_second_one() -> None:
    demo.seed(20)
    first = _ratings()
    demo.seed(20)
    assert _ratings() == first
    demo.seed(5)
    assert _ratings() < first
    assert demo.count() == 5


@pytest.mark.usefixtures("catalogue")
def test_it_is_removed_without_trace_and_nobody_else_is(alice: Any) -> None:
    imports, movie_id = _count(Import), db.session.scalars(select(Movie.id)).first()
    with demo.writing() as session:
        session.add(Rating(user_id=alice.id, movie_id=movie_id, half_stars=9, rated_at=1))
    demo.seed(20)
    revision = db.session.scalar(select(Revision.value).where(Revision.name == "community")) or 0
    assert demo.remove() == 20
    assert [_count(User), _count(Rating), _count(Import)] == [1, 1, imports]
    assert db.session.scalar(select(Revision.value).where(Revision.name == "community")) == revision + 1
    assert demo.remove() == 0


@pytest.mark.parametrize("people", [0, -1, 5001])
@pytest.mark.usefixtures("catalogue")
def test_a_community_of_an_impossible_size_is_refused(people: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 5,000 people"):
        demo.seed(people)


def test_without_the_catalogue_the_command_says_what_to_do(app: Any) -> None:
    answer = app.test_cli_runner().invoke(args=["seed-demo"])
    assert answer.exit_code == 1
    assert "Run `flask initdb` first" in answer.output


def test_the_commands_say_what_they_did(catalogue: Any) -> None:
    runner = catalogue.test_cli_runner()
    assert "Made up 7 raters with" in runner.invoke(args=["seed-demo", "--people", "7"]).output
    assert runner.invoke(args=["remove-demo"]).output == "Took 7 made-up raters away.\n"
    assert runner.invoke(args=["remove-demo"]).output == "There is no demo community here.\n"
