"""Bringing a person's history from elsewhere: stage (read and match), choose (resolve), apply, undo."""

from ...catalogue.exports import MAX_UPLOAD
from .applying import apply, undo
from .planning import Plan, make_plan
from .staging import Staged, StagedFilm, choose, drop, load, runs, stage, unresolved

__all__ = [
    "MAX_UPLOAD",
    "Plan",
    "Staged",
    "StagedFilm",
    "apply",
    "choose",
    "drop",
    "load",
    "make_plan",
    "runs",
    "stage",
    "undo",
    "unresolved",
]
