"""`flask doctor` names each fault with its remedy; the site says what is wrong meanwhile, and heals."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, text, update

from background_api import create_api
from movie_recommender import create_app, storage
from movie_recommender.errors import BackgroundRunning
from movie_recommender.services import doctor, jobs
from movie_recommender.services.engine import Engine
from movie_recommender.services.plots import Plots
from movie_recommender.storage import db, writing
from movie_recommender.storage.lockfile import FileLock
from movie_recommender.storage.models import Job, PlotVector, UserState
from tests.conftest import PASSWORD


def _said(app: Any) -> str:
    with app.app_context():
        said = "\n".join(f"{fault.what} -> {fault.remedy}" for fault in doctor.faults(patience=0))
        db.session.remove()
    return said


@pytest.fixture
def file(app: Any) -> Path:
    """The database's file, whose connections are closed."""
    with app.app_context():
        db.engine.dispose()
    return Path(app.config["INSTANCE_PATH"]) / "movie_recommender.sqlite3"


def test_the_command_ends_with_status_1_and_names_fault_and_remedy(app: Any) -> None:
    answer = app.test_cli_runner().invoke(args=["doctor", "--patience", "0"])
    assert answer.exit_code == 1
    assert "FAULT  The background API does not run" in answer.output
    assert "Remedy: Start it with `python -m background_api`" in answer.output


def test_without_a_fault_all_is_well(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_background_api", lambda: iter(()))  # the one part that does not run here
    monkeypatch.setattr(doctor, "_plot_index", lambda: iter(()))
    answer = app.test_cli_runner().invoke(args=["doctor"])
    assert (answer.exit_code, answer.output) == (0, "All is well.\n")


def test_a_disk_that_is_nearly_full(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(app.config["INSTANCE_PATH"])._replace(free=5 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert "nearly full: 5 MB are free. -> Make room" in _said(app)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_named_when_nothing_can_be_written(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", lambda dir: Path("/dev/full").open("wb", buffering=0))  # noqa: SIM115
    assert "No space left on device. -> Make room" in _said(app)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_folder_that_cannot_be_written(app: Any, file: Path) -> None:
    script = (
        "import encodings.idna, os, sys; sys.path.insert(0, os.getcwd())\n"  # the test client's codec, while it can be read
        "from movie_recommender import create_app; from movie_recommender.services import doctor\n"
        f"app = create_app(TESTING=True, WTF_CSRF_ENABLED=False, INSTANCE_PATH={str(file.parent)!r})\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "with app.app_context():\n    print([fault.what for fault in doctor._folder()] + [fault.what for fault in doctor._database()])\n"
        "answer = app.test_client().post('/sign-in', headers={'Accept': 'application/json'})\n"
        "print(answer.status_code, 'read-only' in answer.text)\n"
    )
    for folder in (file.parent, *file.parent.parents[:4]):
        folder.chmod(0o755)
    for path in file.parent.glob("*"):
        path.chmod(0o644)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "Nothing can be written into" in done.stdout, done.stderr
    assert "read-only" in done.stdout
    assert done.stdout.splitlines()[-1] == "503 True", done.stderr


@pytest.mark.parametrize("damage", ["flipped", "halved", "empty", "another format", "a folder"])
def test_a_damaged_snapshot_is_named_and_a_whole_or_missing_one_is_none(app: Any, damage: str) -> None:
    with app.app_context():
        Engine().refit()
    path = Path(app.config["INSTANCE_PATH"]) / "engine.snapshot"
    assert "snapshot" not in _said(app)
    data = path.read_bytes()
    path.unlink()
    assert "snapshot" not in _said(app)
    if damage == "a folder":
        path.mkdir()
    else:
        half = len(data) // 2
        flipped = data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]
        path.write_bytes({"flipped": flipped, "halved": data[:half], "empty": b""}.get(damage, b"PK" + data))
    assert f"snapshot {path} cannot be used" in _said(app)
    with app.app_context():
        assert not Engine().restore(), "it would have been used"


def test_secrets_that_others_can_read(app: Any) -> None:
    (Path(app.config["INSTANCE_PATH"]) / "secret_key").chmod(0o644)
    assert "can be read by others (mode 644). -> chmod 600" in _said(app)


def test_a_database_without_tables_and_one_of_another_schema(tmp_path: Path, app: Any) -> None:
    new = create_app(TESTING=True, INSTANCE_PATH=tmp_path / "new")
    assert "The database is empty. -> Run `flask initdb`" in _said(new)
    with app.app_context(), writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "not that of this program. -> Run `flask initdb`" in _said(app)


def test_a_locked_database_is_named_and_pages_say_so_until_it_is_free(app: Any, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.database, "BUSY_MILLISECONDS", 50)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert "locked by another program" in _said(app)
    client = app.test_client()
    credentials = {"name": "Dana", "password": PASSWORD}
    answer = client.post("/register", data=credentials)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "locked by another program. Nothing was changed; try again" in answer.text
    account = {"username": "Dana", "password": PASSWORD}
    answer = client.post("/api/v1/users", json=account)
    assert (answer.status_code, "try again in a moment" in answer.json["message"]) == (503, True)
    assert client.get("/").status_code == 200  # reading goes on
    holder.execute("ROLLBACK")
    assert client.post("/register", data=credentials).status_code == 303
    holder.close()


def test_a_corrupt_database_is_named_and_pages_say_so(app: Any, file: Path, alice: Any) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    assert "damaged" in _said(app)
    answer = alice.browser.get("/")
    assert (answer.status_code, "flask doctor" in answer.text) == (503, True)
    with app.app_context():
        db.engine.dispose()
    for leftover in file.parent.glob(f"{file.name}-*"):
        leftover.unlink()
    file.write_bytes(whole)
    assert alice.browser.get("/").status_code == 200


def test_a_disk_that_fills_up_loses_nothing_and_heals(app: Any, alice: Any, add_movie: Callable[..., int]) -> None:
    """The page limit of SQLite stands for the disk: the same error from the same place."""
    film = add_movie("Alien")
    assert alice.browser.post(f"/movies/{film}/rating", data={"stars": 4}).status_code == 303
    with app.app_context():
        connection = db.engine.raw_connection()
        pages = connection.driver_connection.execute("PRAGMA page_count").fetchone()[0]
        connection.driver_connection.execute(f"PRAGMA max_page_count={pages}")
        connection.close()
    statuses = [alice.browser.post("/register-nowhere").status_code]
    with app.app_context():
        from sqlalchemy.exc import DBAPIError

        with pytest.raises(DBAPIError) as caught, writing() as session:
            session.execute(insert(Job), [{"id": f"{at:032}", "kind": "refit", "subject": at, "created_at": 0.0} for at in range(5000)])
        trouble = storage.trouble_behind(caught.value)
        assert type(trouble).__name__ == "DiskFull"
        connection = db.engine.raw_connection()
        connection.driver_connection.execute("PRAGMA max_page_count=1073741823")
        connection.close()
    assert statuses == [404]
    assert alice.browser.post(f"/movies/{film}/rating", data={"stars": 3}).status_code == 303


def test_a_clock_that_was_set_back(app: Any, alice: Any) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(UserState).values(queued_at=time.time() + 86_400))
    assert "1 times lie in the future" in _said(app)


def test_lists_that_stay_behind_and_what_was_set_aside(app: Any, alice: Any, bob: Any) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(UserState).where(UserState.user_id == alice.id).values(version=2))
        session.execute(update(UserState).where(UserState.user_id == bob.id).values(version=2, attempts=5, error="No moon."))
        session.add(Job(id="d" * 32, kind="reindex", state="dead", error="No moon.", created_at=1.0, finished_at=2.0))
    said = _said(app)
    assert "lists of 1 people are behind" in said
    assert "1 jobs and the lists of 1 people were set aside" in said
    assert "No moon." in said
    answer = app.test_cli_runner().invoke(args=["retry"])
    assert answer.output.startswith("2 wait again")
    said = _said(app)
    assert "set aside" not in said
    assert "lists of 2 people are behind" in said


def test_a_job_without_a_sign_of_life(app: Any) -> None:
    with app.app_context():
        job = jobs.begin("refit")
        with writing() as session:
            session.execute(update(Job).where(Job.id == job.id).values(heartbeat_at=time.time() - 600))
    assert "1 jobs are said to run" in _said(app)


@pytest.fixture
def indexed(app: Any, add_movie: Callable[..., int]) -> Iterator[Path]:
    """Three plots with vectors in a real index; the live generation's folder."""
    ids = [add_movie(f"Film {number}") for number in range(3)]
    with app.app_context():
        plots = Plots(app.config)
        with writing() as session:
            for place, movie_id in enumerate(ids):
                vector = np.eye(384, dtype="<f4")[place].tobytes()
                session.add(PlotVector(movie_id=movie_id, encoder=plots.encoder_name, plot_hash=str(place), vector=vector))
        plots.build_index(lambda: None)
        plots.close()
        folder = Path(app.config["INSTANCE_PATH"]) / "chroma"
        yield folder / (folder / "current").read_text()


def test_an_index_that_was_never_filled(app: Any) -> None:
    assert "No plots are encoded" in _said(app)


def test_a_missing_or_damaged_index_is_named(app: Any, indexed: Path) -> None:
    assert "index" not in _said(app)
    next(indexed.rglob("chroma.sqlite3")).write_bytes(b"\xff" * 8192)
    assert "flask fillchroma --rebuild" in _said(app)
    shutil.rmtree(indexed)
    assert "index is missing" in _said(app)


def test_a_background_api_that_hangs_is_not_one_that_is_away(app: Any) -> None:
    assert "does not run" in _said(app)
    with FileLock(Path(app.config["INSTANCE_PATH"]) / "background.lock", BackgroundRunning()):
        assert "does not answer as it should" in _said(app)


@pytest.fixture
def other_api(tmp_path: Path) -> Iterator[str]:
    """The address of the background API of another instance."""
    import threading

    from werkzeug.serving import make_server

    api = create_api(TESTING=True, INSTANCE_PATH=tmp_path / "other")
    with api.app_context():
        storage.create_or_upgrade()
    server = make_server("127.0.0.1", 0, api, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    with api.app_context():
        db.engine.dispose()


def test_two_instances_at_one_address(make_app: Callable[..., Any], other_api: str, tmp_path: Path) -> None:
    app = make_app(BACKGROUND_URL=other_api)
    assert "of another instance: it does not know our key" in _said(app)
    shutil.copy(tmp_path / "other" / "background_key", tmp_path / "background_key")
    same_key = make_app(BACKGROUND_URL=other_api)
    assert "it does not serve this instance folder" in _said(same_key)
