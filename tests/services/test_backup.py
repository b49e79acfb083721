"""Backups: consistent while people rate, checked from end to end, put back as a whole or not at all."""

from __future__ import annotations

import re
import shutil
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from movie_recommender import create_app
from movie_recommender.errors import BackgroundRunning, BackupFailed
from movie_recommender.services import accounts, backup, rating
from movie_recommender.storage import create_or_upgrade, db
from movie_recommender.storage.lockfile import FileLock
from movie_recommender.storage.models import Rating, User
from tests.conftest import NOBODY_LISTENS, PASSWORD
from tests.servers import postgresql  # noqa: F401


def _run(app: Any, *words: Any) -> Any:
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


@pytest.fixture
def saved(app: Any, alice: Any, add_movie: Callable[..., int], tmp_path: Path) -> Path:
    """A backup of an instance where Alice has given one film four stars, with a poster."""
    film = add_movie("Alien")
    alice.browser.post(f"/movies/{film}/rating", data={"stars": 4})
    (tmp_path / "posters").mkdir()
    (tmp_path / "posters" / "1.jpg").write_bytes(b"a picture")
    answer = _run(app, "backup", tmp_path / "saved.zip")
    assert "checked from end to end" in answer.output, answer.output
    return tmp_path / "saved.zip"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Any]:
    """Another, empty instance."""
    app = create_app(TESTING=True, INSTANCE_PATH=tmp_path / "elsewhere", BACKGROUND_URL=NOBODY_LISTENS, WTF_CSRF_ENABLED=False)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_a_backup_brings_everything_to_another_machine(saved: Path, elsewhere: Any, alice: Any) -> None:
    answer = _run(elsewhere, "restore", saved, "--yes")
    assert "Restored" in answer.output, answer.output
    with elsewhere.app_context():
        user = accounts.authenticate("Alice", PASSWORD)
        assert list(rating.stars_of(user.id).values()) == [4.0]
    folder = Path(elsewhere.config["INSTANCE_PATH"])
    assert (folder / "posters" / "1.jpg").read_bytes() == b"a picture"
    assert (folder / "secret_key").read_text() == (saved.parent / "secret_key").read_text()
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_only_its_owner_reads_a_backup(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def test_a_backup_is_replaced_only_when_one_says_so(app: Any, saved: Path) -> None:
    before = saved.read_bytes()
    answer = _run(app, "backup", saved)
    assert (answer.exit_code, saved.read_bytes() == before) == (1, True)
    assert "say --yes" in answer.output
    assert _run(app, "backup", saved, "--yes").exit_code == 0
    assert not [path for path in saved.parent.iterdir() if path.name.startswith((".saved", ".backup", ".check"))]


def test_a_backup_while_people_rate_holds_a_state_that_was(app: Any, alice: Any, add_movie: Callable[..., int], tmp_path: Path) -> None:
    """Each transaction writes a rating and raises the film's count: in the copy both agree."""
    films = [add_movie(f"Film {number}") for number in range(40)]
    stop, ended = threading.Event(), threading.Event()

    def rate() -> None:
        with app.app_context():
            while not stop.is_set():
                for film in films:
                    rating.rate(alice.id, film, 3)
                    rating.remove(alice.id, film)
        ended.set()  # no error on the way

    thread = threading.Thread(target=rate)
    thread.start()
    try:
        for number in range(5):
            assert _run(app, "backup", tmp_path / f"{number}.zip").exit_code == 0
    finally:
        stop.set()
        thread.join()
    assert ended.is_set()
    import sqlite3

    for number in range(5):
        with zipfile.ZipFile(tmp_path / f"{number}.zip") as archive:
            copy = sqlite3.connect(archive.extract(backup.SQLITE, tmp_path / str(number)))
        counts = copy.execute("SELECT (SELECT count(*) FROM ratings), (SELECT sum(rating_count) FROM movies)").fetchone()
        assert counts[0] == counts[1]
        copy.close()


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_damaged_backup_is_refused_and_changes_nothing(app: Any, saved: Path, alice: Any, place: float) -> None:
    damaged = bytearray(saved.read_bytes())
    at = int(len(damaged) * place)
    damaged[at : at + 64] = bytes(64)
    saved.write_bytes(damaged)
    answer = _run(app, "restore", saved, "--yes")
    assert (answer.exit_code, "damaged" in answer.output) == (1, True)
    assert alice.browser.get("/account").status_code == 200


def test_an_encrypted_backup_is_refused(app: Any, saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data[at + flags] |= 1
    saved.write_bytes(data)
    answer = app.test_cli_runner().invoke(args=["restore", str(saved), "--yes"])
    assert (answer.exit_code, "no backup of this product" in answer.output) == (1, True)


def test_what_is_no_backup_is_refused(app: Any, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("manifest.json", '{"version": "1", "schema": "1", "made_at": 0, "parts": {"../../evil": "x"}}')
        archive.writestr("../../evil", "x")
    for name in ("text.zip", "other.zip"):
        answer = _run(app, "restore", tmp_path / name, "--yes")
        assert (answer.exit_code, "no backup" in answer.output or "which no backup" in answer.output) == (1, True), answer.output
    assert not list(tmp_path.parent.glob("**/evil"))


def test_restoring_asks_first_and_is_refused_while_the_product_runs(app: Any, saved: Path, alice: Any) -> None:
    answer = app.test_cli_runner().invoke(args=["restore", str(saved)], input="n\n")
    assert (answer.exit_code, "Nothing was changed" in answer.output) == (1, True)
    with FileLock(Path(app.config["INSTANCE_PATH"]) / "background.lock", BackgroundRunning()):
        answer = _run(app, "restore", saved, "--yes")
    assert (answer.exit_code, "The background API runs. Stop everything first" in answer.output) == (1, True)


def test_what_was_here_is_kept_beside_the_restored_one(app: Any, saved: Path, client: FlaskClient) -> None:
    client.post("/register", data={"name": "Dana", "password": PASSWORD})
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    assert _run(app, "restore", saved, "--yes").exit_code == 0
    with app.app_context():
        assert db.session.scalars(select(User.name)).all() == ["Alice"]
    assert list(saved.parent.glob("*.before-restore"))


def test_a_backup_of_a_newer_program_is_refused(app: Any, saved: Path) -> None:
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(saved.with_name("newer.zip"), "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, re.sub(rb'"schema": "\d+"', b'"schema": "9999"', content) if name == "manifest.json" else content)
    answer = _run(app, "restore", saved.with_name("newer.zip"), "--yes")
    assert (answer.exit_code, "newer program" in answer.output) == (1, True)


@pytest.mark.servers
@pytest.mark.xdist_group("postgresql")
def test_postgresql_is_saved_and_restored_by_its_own_tools(postgresql: str, tmp_path: Path) -> None:  # noqa: F811
    app = create_app(TESTING=True, INSTANCE_PATH=tmp_path, DATABASE_URL=postgresql, BACKGROUND_URL=NOBODY_LISTENS)
    with app.app_context():
        db.session.connection().exec_driver_sql("DROP SCHEMA public CASCADE")
        db.session.connection().exec_driver_sql("CREATE SCHEMA public")
        db.session.commit()
        create_or_upgrade()
        accounts.register("Alice", PASSWORD)
        db.session.remove()
        backup.backup(tmp_path / "saved.zip")
        accounts.delete_account(accounts.by_name("Alice"))
        db.session.remove()
        with pytest.raises(BackupFailed, match="exists"):
            backup.backup(tmp_path / "saved.zip")
        backup.restore(tmp_path / "saved.zip")
        assert accounts.authenticate("Alice", PASSWORD).name == "Alice"
        assert db.session.scalar(select(func.count()).select_from(Rating)) == 0
        db.session.remove()
        db.engine.dispose()
    shutil.rmtree(tmp_path / "logs", ignore_errors=True)
