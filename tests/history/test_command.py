"""`flask import-ratings` from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from movie_recommender.services import rating
from movie_recommender.storage import db
from movie_recommender.storage.models import Movie, Rating, User

TEXT = "title,year,rating\nSalt Harbour,2001,4\nPaper Moons,,3\nPaper Moons,1995,2\nNowhere,1950,1\n"


def run(app: Any, folder: Path, text: str, *options: str) -> Any:
    path = folder / "films.csv"
    path.write_text(text, encoding="utf-8")
    return app.test_cli_runner().invoke(args=["import-ratings", str(path), *options])


def test_it_imports_and_says_what_became_of_every_film(app: Any, alice: Any, films: dict[Any, int], tmp_path: Path):
    result = run(app, tmp_path, TEXT, "--user", "ALICE")
    assert result.exit_code == 0, result.output
    assert "Done: 2 new ratings." in result.output
    assert "taken by a year apart: Paper Moons (1995)" in result.output
    assert "could be one of 2 films, left out: Paper Moons (no year)" in result.output
    assert "not in the catalogue: Nowhere (1950)" in result.output
    with app.app_context():
        assert rating.stars_of(alice.id) == {films["Salt Harbour", 2001]: 4.0, films["Paper Moons", 1994]: 2.0}


def test_a_dry_run_changes_nothing(app: Any, alice: Any, films: dict[Any, int], tmp_path: Path):
    result = run(app, tmp_path, TEXT, "--user", "Alice", "--dry-run")
    assert "Would change: 2 new ratings." in result.output
    with app.app_context():
        assert rating.count(alice.id) == 0


def test_what_goes_wrong_is_said_in_one_line(app: Any, alice: Any, films: dict[Any, int], tmp_path: Path):
    assert "Nobody here has the name 'Zoe'" in run(app, tmp_path, TEXT, "--user", "Zoe").output
    assert "--user NAME" in run(app, tmp_path, TEXT).output
    result = run(app, tmp_path, "a,b\n1,2\n", "--user", "Alice")
    assert result.exit_code == 1
    assert "no known export" in result.output


def test_orders_become_a_community_that_cannot_sign_in(app: Any, films: dict[Any, int], tmp_path: Path):
    first, second = "a" * 32, "b" * 32
    text = (
        f"md5email,sku,order_id,zip,country,created_at\n{first},tt0099901,1,12345,DE,2024-05-01 10:00:00\n"
        f"{first},tt0099901,2,12345,DE,2024-06-01 10:00:00\n{second},tmdb:8002,3,12345,DE,2024-05-01\n{second},tt7777777,4,1,DE,\n"
    )
    for _ in range(2):
        result = run(app, tmp_path, text)
        assert result.exit_code == 0, result.output
        assert "2 customers" in result.output
        assert "1 orders of films that the catalogue lacks" in result.output
    with app.app_context():
        assert db.session.query(Rating).count() == 2
        assert {user.kind for user in db.session.query(User)} == {"community"}
        assert all(user.password_hash is None and "12345" not in user.name for user in db.session.query(User))
        assert db.session.get(Movie, films["Salt Harbour", 2001]).rating_count == 1
