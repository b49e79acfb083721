"""The tables: the one truth of an instance.

Times are whole seconds since 1970 in UTC (`*_at`), as MovieLens gives them; stars are kept as whole half stars (1..10).
Schema changes go through Alembic only (`storage/migrations`).
"""

from __future__ import annotations

from .accounts import DEMO_ORIGIN, BrowserSession, Choice, Invitation, Openness, Throttle, Token, User
from .base import Base, db
from .entered import (
    Dismissal,
    DismissedGenre,
    EveningGuest,
    FilmList,
    FilmListEntry,
    IgnoredRating,
    Import,
    Mark,
    Rating,
    ReplacedRating,
    Steer,
    Unseen,
    Viewing,
)
from .films import Atlas, Credit, Enrichment, Genre, Movie, MovieGenre, Person, PlotVector, SimilarMovies
from .work import Job, RecommendationList, Revision, UserState

__all__ = [
    "DEMO_ORIGIN",
    "Atlas",
    "Base",
    "BrowserSession",
    "Choice",
    "Credit",
    "Dismissal",
    "DismissedGenre",
    "Enrichment",
    "EveningGuest",
    "FilmList",
    "FilmListEntry",
    "Genre",
    "IgnoredRating",
    "Import",
    "Invitation",
    "Job",
    "Mark",
    "Movie",
    "MovieGenre",
    "Openness",
    "Person",
    "PlotVector",
    "Rating",
    "RecommendationList",
    "ReplacedRating",
    "Revision",
    "SimilarMovies",
    "Steer",
    "Throttle",
    "Token",
    "Unseen",
    "User",
    "UserState",
    "Viewing",
    "db",
]
