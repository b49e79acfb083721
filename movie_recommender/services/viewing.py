"""What a person has seen, rated or not."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from ..storage import rows
from ..storage.models import Viewing


def seen(user_id: int) -> set[int]:
    """The movies that the person said he has seen; some of them he has rated too. None of them is recommended as new."""
    return {movie_id for (movie_id,) in rows(_SEEN, user_id=user_id)}


_SEEN = select(Viewing.movie_id).where(Viewing.user_id == bindparam("user_id"))
