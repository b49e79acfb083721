"""Logging: to the console and to rotating files under `instance/logs/`, one file a process kind."""

from __future__ import annotations

import logging
import logging.config
from pathlib import Path

MEGABYTE = 1024 * 1024


def configure(instance: Path, process: str, level: str) -> None:
    """Send this process' log to `instance/logs/<process>.log` (5 files of 5 MB) and to the console."""
    folder = instance / "logs"
    handlers: dict[str, dict[str, object]] = {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "file": {
            "class": "logging.handlers.RotatingFileHandler", "formatter": "line", "filename": str(folder / f"{process}.log"),
            "maxBytes": 5 * MEGABYTE, "backupCount": 4, "encoding": "utf-8", "delay": True,
        },
    }  # fmt: skip
    try:
        folder.mkdir(exist_ok=True)
        with (folder / f"{process}.log").open("a"):
            pass
    except OSError:
        del handlers["file"]  # a folder that cannot be written is no reason not to serve, or not to say what is wrong
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
            "handlers": handlers,
            "root": {"level": level, "handlers": list(handlers)},
            # One line a poll of the status is noise in a file that people read.
            "loggers": {
                "huey": {"level": "WARNING"},
                "sentence_transformers": {"level": "WARNING"},
                "urllib3": {"level": "WARNING"},
                "alembic": {"level": "WARNING"},
            },
        }
    )
