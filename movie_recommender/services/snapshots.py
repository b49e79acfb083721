"""The engine's snapshot: the fitted model beside what it was made of, for the next start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app

from .. import core
from ..core import Recommender
from ..storage import snapshots

if TYPE_CHECKING:
    from .engine import Fitted

log = logging.getLogger(__name__)


def keep(fitted: Fitted) -> None:
    """Write the model down, in place of the one before; when that fails the next start only takes longer."""
    about = {
        "made_of": [*fitted.made_of, core.source.DIGEST],
        "movies": fitted.movies,
        "ratings": fitted.ratings,
        "heard": {str(user_id): version for user_id, version in fitted.heard.items()},
        "fitted_at": fitted.fitted_at,
    }
    try:
        snapshots.save(_file(), fitted.model, about)
    except OSError as error:
        log.warning("The engine's snapshot cannot be written; the next start learns from the database: %s", error)


def kept(made_of: tuple[int, int, str]) -> tuple[Recommender, dict[str, Any]] | None:
    """The model as it was after its fit, and what `keep` wrote; None if there is none, it is damaged, or made of something else."""
    found = snapshots.load(_file())
    return found if found and found[1].get("made_of") == [*made_of, core.source.DIGEST] else None


def _file() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / snapshots.NAME
