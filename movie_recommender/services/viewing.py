"""What a person has seen, rated or not."""

from __future__ import annotations

from sqlalchemy import select

from ..storage import db
from ..storage.models import Viewing


def seen(user_id: int) -> set[int]:
    """The movies that the person said he has seen; some of them he has rated too. None of them is recommended as new."""
    return set(db.session.scalars(select(Viewing.movie_id).where(Viewing.user_id == user_id)))
