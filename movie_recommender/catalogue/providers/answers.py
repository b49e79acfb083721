"""What a provider is asked and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ...errors import MovieRecommenderError
from ..records import MovieRecord


class Failed(MovieRecommenderError):
    """The provider did not answer as it should; the film is asked for again another time."""


class ProviderStopped(MovieRecommenderError):
    """The provider does not want to be asked any more. Nothing further is asked of it in this run."""


@dataclass(frozen=True)
class Wanted:
    """A film about which something is missing."""

    movie_id: int
    title: str
    year: int | None = None
    imdb_id: str | None = None
    tmdb_id: int | None = None
    poster: bool = False  # whether a picture is wanted too


@dataclass(frozen=True)
class Answer:
    """What a provider says about a film.

    `origins` names the page and the licence of fields that come with them (`{"plot": {"url": ..., "licence": ...}}`);
    `poster` is a picture, as it came.
    """

    record: MovieRecord
    origins: dict[str, dict[str, str]] = field(default_factory=dict)
    poster: bytes | None = None


class Provider(Protocol):
    """Answers for many films, one by one as they come; `None`: it does not know the film; `Failed`: it could not say."""

    name: str

    def answers(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Answer | Failed | None]]:
        """Ask about films.

        Raises:
            ProviderStopped: It refuses to be asked (a wrong key, a wall); the films not yet answered stay open.
        """
        ...
