"""The signals. A new one is a file here and a line in `SCORERS`."""

from __future__ import annotations

from .base import Scorer, Signal
from .coliking import CoLiking
from .features import Aversions, Genres, Keywords, Languages, People
from .kindred import Kindred
from .neighbours import Neighbours
from .onward import Onward
from .plots import Plots
from .popularity import Popularity, Quality
from .years import Years

SCORERS: tuple[type[Scorer], ...] = (
    Neighbours,
    Kindred,
    CoLiking,
    Onward,
    Genres,
    People,
    Plots,
    Keywords,
    Years,
    Languages,
    Popularity,
    Quality,
    Aversions,
)

__all__ = ["SCORERS", "Scorer", "Signal"]
