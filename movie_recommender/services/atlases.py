"""What was computed of the whole catalogue, as the website reads it; `services.atlas` computes it in the background API."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from ..storage import db
from ..storage.models import Atlas

EDGE = 10_000  # places on the map are whole numbers from 0 to this


def read(name: str) -> dict[str, Any] | None:
    """The document `groups` or `map`; None until the background API has made it."""
    payload = db.session.scalar(select(Atlas.payload).where(Atlas.name == name))
    return None if payload is None else dict(json.loads(payload))


def made_of(name: str) -> str | None:
    """What the document was made of: changes when it does."""
    return db.session.scalar(select(Atlas.made_of).where(Atlas.name == name))
