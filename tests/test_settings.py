"""Settings: where they come from, and that a bad one stops the start."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from movie_recommender import settings
from movie_recommender.errors import SettingError


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("PORT = 6000\nBACKGROUND_PORT = 6001\nSESSION_COOKIE_SECURE = true\n")
    values = settings.load({"PORT": "7000"}, INSTANCE_PATH=tmp_path)
    assert (values["PORT"], values["BACKGROUND_PORT"], values["WEB_THREADS"]) == (7000, 6001, 4)
    assert values["SESSION_COOKIE_SECURE"] is True
    assert values["BACKGROUND_URL"] == "http://127.0.0.1:6001"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "web"), ("PORT", "0"), ("PORT", "65536"), ("DATABASE_URL", "mysql://host/name"), ("DATABASE_URL", "nonsense"),
        ("LOG_LEVEL", "LOUD"), ("SESSION_COOKIE_SECURE", "perhaps"), ("QUEUE_URL", "amqp://host"), ("RECONCILE_SECONDS", "nan"),
    ],
)  # fmt: skip
def test_a_bad_value_stops_the_start_and_names_the_setting(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        settings.load({name: value}, INSTANCE_PATH=tmp_path)


def test_an_unknown_name_in_the_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("PROT = 6000\n")
    with pytest.raises(SettingError, match="PROT"):
        settings.load({}, INSTANCE_PATH=tmp_path)


def test_a_plain_postgresql_url_gets_the_driver_that_is_installed(tmp_path: Path) -> None:
    values = settings.load({"DATABASE_URL": "postgresql://alice:secret@db/movies"}, INSTANCE_PATH=tmp_path)
    assert values["DATABASE_URL"] == "postgresql+psycopg://alice:secret@db/movies"


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = settings.load({}, INSTANCE_PATH=tmp_path)
    again = settings.load({}, INSTANCE_PATH=tmp_path)
    assert first["SECRET_KEY"] == again["SECRET_KEY"] != first["BACKGROUND_KEY"]
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_secrets(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = {values["SECRET_KEY"] for values in pool.map(lambda _: settings.load({}, INSTANCE_PATH=tmp_path), range(32))}
    assert len(keys) == 1
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_damaged_secret_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short")
    with pytest.raises(SettingError, match="secret_key"):
        settings.load({}, INSTANCE_PATH=tmp_path)


def test_machines_can_be_given_the_same_keys(tmp_path: Path) -> None:
    values = settings.load({"SECRET_KEY": "s" * 32, "BACKGROUND_KEY": "b" * 32}, INSTANCE_PATH=tmp_path)
    assert (values["SECRET_KEY"], values["BACKGROUND_KEY"]) == ("s" * 32, "b" * 32)
    assert not (tmp_path / "secret_key").exists()


def test_a_short_key_stops_the_start_and_is_not_said(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="SECRET_KEY") as caught:
        settings.load({"SECRET_KEY": "hunter2"}, INSTANCE_PATH=tmp_path)
    assert "hunter2" not in caught.value.message


def test_several_background_apis_are_checked_one_by_one(tmp_path: Path) -> None:
    assert settings.load({"BACKGROUND_URL": "http://a:1, http://b:2/"}, INSTANCE_PATH=tmp_path)["BACKGROUND_URL"] == "http://a:1,http://b:2"
    with pytest.raises(SettingError, match="BACKGROUND_URL"):
        settings.load({"BACKGROUND_URL": "http://a:1,b:2"}, INSTANCE_PATH=tmp_path)


@pytest.mark.parametrize("text", ["PORT = " + "9" * 5000, "PORT = " + "[" * 5000, "PORT", "PORT = 1\nPORT = 2"])
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(SettingError, match=r"settings\.toml cannot be read") as caught:
        settings.load(environment={}, INSTANCE_PATH=tmp_path)
    assert len(caught.value.message) < 500
