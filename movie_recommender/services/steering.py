"""How a person steers his list: named recommenders, dials and the weights of the signals; saved, and part of every list from then on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import Text, bindparam, cast, select

from ..errors import InvalidInput
from ..storage import rows, upsert, writing
from ..storage.models import Steer
from .clock import now
from .dispatch import call, request_recompute
from .rating import raise_version

PREVIEW_TIMEOUT = (0.5, 4.0)  # seconds to connect, to answer
PREVIEWED = 12  # films before and after
DIALS = ("obscure", "new", "diverse")  # -100 .. 100, 0 is neutral
WEIGHTS = ("company", "genres", "people", "plots")  # 0 .. 300 percent of the shipped weight
SWITCHES = ("any_order",)  # 0 or 1


@dataclass(frozen=True)
class Steering:
    """Whole numbers: dials -100..100, weights 0..300 %; the default changes nothing.

    Attributes:
        obscure: from what everybody knows to what few know.
        new: from old to new.
        diverse: from narrow to diverse.
        company: the weight of people with the same taste.
        genres, people, plots: the weights of the other signals.
        any_order: 1 offers a part of a series although an earlier one was not seen; no matter of the named recommenders.
    """

    obscure: int = 0
    new: int = 0
    diverse: int = 0
    company: int = 100
    genres: int = 100
    people: int = 100
    plots: int = 100
    any_order: int = 0

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Steering:
        """From the fields of a request; what is missing is neutral.

        Raises:
            InvalidInput: A value is no whole number or out of its range.
        """
        chosen = {}
        for name in (field.name for field in fields(cls)):
            text = str(values.get(name, "")).strip()
            low, high = (-100, 100) if name in DIALS else (0, 1) if name in SWITCHES else (0, 300)
            if not text:
                continue
            digits = text.removeprefix("-")
            if not (digits.isascii() and digits.isdigit() and len(digits) < 4 and low <= int(text) <= high):
                raise InvalidInput(f"`{name}` is a whole number from {low} to {high}.")
            chosen[name] = int(text)
        return cls(**chosen)

    def values(self) -> dict[str, int]:
        return asdict(self)

    @property
    def preset(self) -> str | None:
        """The named recommender that this is, if it is one."""
        return next((name for name, (_, _, steering) in PRESETS.items() if steering == replace(self, any_order=0)), None)


PRESETS: dict[str, tuple[str, str, Steering]] = {
    "like_you": ("Like you", "Everything weighed as it predicts best.", Steering()),
    "hidden_gems": ("Hidden gems", "What few know, and people with your taste love.", Steering(obscure=80)),
    "crowd_pleasers": ("Crowd pleasers", "What nearly everybody knows and likes.", Steering(obscure=-100)),
    "by_plot": ("By plot", "Stories like those that you love.", Steering(company=10, genres=60, people=30, plots=300)),
    "by_people": ("By people", "By directors and actors that you love.", Steering(company=10, genres=60, people=300, plots=30)),
}


def of(user_id: int) -> Steering:
    """How the person steers; neutral if he has not said."""
    found = rows(_STEERED, user_id=user_id)
    return Steering.of(json.loads(found[0][0])) if found else Steering()


_STEERED = select(cast(Steer.settings, Text)).where(Steer.user_id == bindparam("user_id"))


def save(user_id: int, steering: Steering) -> int:
    """Steer by this from the next list on. Returns the person's new version."""
    values = {"settings": steering.values(), "saved_at": now()}
    with writing() as session:
        statement = upsert(Steer).values(user_id=user_id, **values)
        session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))
        version = raise_version(session, user_id)
    request_recompute(user_id)
    return version


def preview(user_id: int, steering: Steering) -> tuple[list[int], list[int]]:
    """The ids of the first films as they are, and as they would be.

    Raises:
        BackgroundUnavailable: The engine is away.
    """
    body = {"user_id": user_id, "steering": steering.values(), "n": PREVIEWED}
    answer = call("POST", "/lists/preview", body, PREVIEW_TIMEOUT)
    return list(answer["before"]), list(answer["after"])
