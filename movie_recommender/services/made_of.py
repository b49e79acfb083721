"""What a model is made of: the catalogue's and the community's revisions, and the weights chosen."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import current_app

from .. import core
from ..errors import SettingError
from ..storage import revisions

FORMAT = 8  # raised when lists of the same fit would differ: every list is then computed again


def weights_file() -> Path | None:
    """The weights to use; None stands for the shipped ones.

    Raises:
        SettingError: `WEIGHTS_FILE` names a file that is not there.
    """
    if chosen := current_app.config["WEIGHTS_FILE"]:
        if not Path(chosen).is_file():
            raise SettingError(f"WEIGHTS_FILE={chosen!r}: there is no such file.")
        return Path(chosen)
    own = Path(current_app.config["INSTANCE_PATH"]) / "weights.json"
    return own if own.is_file() else None


def check_weights() -> None:
    """Raise `SettingError` or `InvalidWeights` when the chosen weights cannot be used, so that the start can stop."""
    core.load_weights(weights_file())


def made_of() -> tuple[int, int, str]:
    """Revisions of catalogue and community, and the digest of the weights: models of the same are the same."""
    path = weights_file() or Path(core.__file__).parent / "weights.json"
    return *revisions(), hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def version_of(made: tuple[int, int, str]) -> str:
    """The version that lists carry of a model made of this."""
    catalogue, community, weights = made
    return f"{FORMAT}.{catalogue}.{community}.{weights}"
