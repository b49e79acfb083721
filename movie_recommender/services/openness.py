"""What a member lets the others of this site see of him: the one place that reads and writes it."""

from __future__ import annotations

from sqlalchemy import select

from ..storage import db, upsert, writing
from ..storage.models import Openness, User


def of(user_id: int) -> Openness:
    """What the person allows; nothing if he has not said."""
    return db.session.get(Openness, user_id) or Openness(user_id=user_id, as_neighbour=False, tonight=False)


def allow(user_id: int, *, as_neighbour: bool | None = None, tonight: bool | None = None) -> None:
    """Allow or no longer allow; None leaves it as it is.

    Args:
        user_id: Who.
        as_neighbour: His name and favourites may stand among the neighbours of others.
        tonight: Others may choose films together with him, and see which films led to a pick.
    """
    given = {name: value for name, value in (("as_neighbour", as_neighbour), ("tonight", tonight)) if value is not None}
    if not given:
        return
    with writing() as session:
        statement = upsert(Openness).values(user_id=user_id, **{"as_neighbour": False, "tonight": False, **given})
        session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=given))


def names(what: str) -> dict[int, str]:
    """The members who allow this (`as_neighbour` or `tonight`), id to name, by name."""
    query = select(User.id, User.name).join(Openness, Openness.user_id == User.id)
    return dict(db.session.execute(query.where(getattr(Openness, what), User.kind == "member").order_by(User.name)).all())
