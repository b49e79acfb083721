"""How well known a film is: the ratings that it has here, and our judgement of it as if that were ratings.

On an instance of newcomers the judgement decides; where a community has rated, its numbers do.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, case

from ..catalogue.household import HOUSEHOLD_NAMES
from ..storage.models import Movie

HOUSEHOLD = 60
RENOWN = {1: 25, 2: 6, 3: 1}


def judged() -> ColumnElement[int]:
    """Of a row of `movies`: how many ratings our judgement of it is worth."""
    return case(
        (Movie.imdb_id.in_(HOUSEHOLD_NAMES), HOUSEHOLD), *((Movie.renown == renown, worth) for renown, worth in RENOWN.items()), else_=0
    )


def fame() -> ColumnElement[int]:
    """Of a row of `movies`: its ratings, and those that our judgement is worth."""
    return Movie.rating_count + judged()
