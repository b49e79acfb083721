"""What every catalogue yields: one record a movie, with its ids elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput

GENRES = (
    "Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir",
    "Horror", "IMAX", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
FORMATS = frozenset({"IMAX"})  # of MovieLens' genres: how a film was shown, and nothing that anybody chooses by
# Other sources' names for MovieLens' genres.
_GENRE_NAMES = {name.casefold(): name for name in GENRES} | {
    "children's": "Children", "family": "Children", "science fiction": "Sci-Fi", "music": "Musical", "film noir": "Film-Noir",
    "history": "Drama", "biography": "Drama", "sport": "Drama",
}  # fmt: skip
LARGEST_ID = 2**31 - 1
LATEST = 253_402_300_799  # unix seconds: the end of the year 9999, beyond which no calendar goes
_NOT_KEPT = re.compile("[\x00\ud800-\udfff]")  # NUL (PostgreSQL) and halves of surrogate pairs, both of which JSON may name
_LANGUAGES = {"cn": "zh"}  # TMDB's code for Cantonese is not an ISO one
_NO_LANGUAGE = {"xx", "zxx", ""}


@dataclass(frozen=True)
class MovieRecord:
    """Facts of one movie as a source gives them; None or empty where the source does not say. What no database keeps is a `\ufffd`.

    `cast` is in billing order, `runtime` in minutes, `languages` ISO 639-1 and `countries` ISO 3166 alpha-2. `part` is the place
    among the films of a `series` that build upon each other; one that stands on its own has none.
    """

    title: str
    year: int | None = None
    imdb_id: str | None = None
    tmdb_id: int | None = None
    movielens_id: int | None = None
    original_title: str | None = None
    runtime: int | None = None
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    plot: str | None = None
    renown: int | None = None
    series: str | None = None
    part: int | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, str) and _NOT_KEPT.search(value):
                object.__setattr__(self, name, _NOT_KEPT.sub("\ufffd", value))
            elif isinstance(value, tuple) and any(map(_NOT_KEPT.search, value)):
                object.__setattr__(self, name, tuple(_NOT_KEPT.sub("\ufffd", text) for text in value))


def genre_name(text: str) -> str | None:
    """A genre by MovieLens' name for it; a name that MovieLens does not have stays as it is, `(no genres listed)` is none."""
    text = text.strip()
    if not text or text.startswith("("):
        return None
    return _GENRE_NAMES.get(text.casefold(), text)


def imdb_id(value: object) -> str | None:
    """An IMDb id as `tt0111161`, from that form, a bare number or a number that lost its zeros; None when there is none."""
    text = str(value or "").strip().removesuffix(".0")
    match = re.fullmatch(r"(?:tt)?(\d{1,10})", text)
    return f"tt{int(match.group(1)):07d}" if match and int(match.group(1)) else None


def positive(value: object) -> int | None:
    """A whole number above zero (`81`, `"81"`, `81.0`), else None."""
    try:
        number = int(float(str(value)))
    except (ValueError, OverflowError):
        return None
    return number if 0 < number <= LARGEST_ID else None


# The fields of a metadata file: our name, and the other names under which it is taken.
FIELDS: dict[str, tuple[str, ...]] = {
    "imdb_id": ("imdbId",),
    "tmdb_id": ("tmdbId",),
    "movielens_id": ("movieId",),
    "title": (),
    "original_title": ("originalTitle",),
    "year": (),
    "genres": (),
    "directors": ("director",),
    "cast": ("actors",),
    "plot": ("overview",),
    "keywords": (),
    "runtime": (),
    "languages": ("language",),
    "countries": ("country",),
    "renown": (),
    "series": ("collection",),
    "part": (),
}


def from_mapping(values: Mapping[str, Any]) -> MovieRecord:
    """A record from one JSON object with the names of `FIELDS`; names that are not there are ignored.

    Raises:
        InvalidInput: No title, or a field of the wrong type; the message names it.
    """
    given = {name: next((values[key] for key in (name, *others) if values.get(key) is not None), None) for name, others in FIELDS.items()}
    title = given["title"]
    if not isinstance(title, str) or not title.strip():
        raise InvalidInput("`title` is missing.")
    plot = given["plot"]
    if plot is not None and not isinstance(plot, str):
        raise InvalidInput("`plot` is not text.")
    series = given["series"]
    if series is not None and not isinstance(series, str):
        raise InvalidInput("`series` is not text.")
    if given["part"] is not None and (not series or (positive(given["part"]) or 1000) > 999):
        raise InvalidInput("`part` is a number from 1 to 999, and needs the `series` of which it is a part.")
    codes = [_LANGUAGES.get(code, code) for code in _names("languages", given["languages"])]
    return MovieRecord(
        title=title.strip()[:300],
        year=_year(given["year"]),
        imdb_id=imdb_id(given["imdb_id"]),
        tmdb_id=positive(given["tmdb_id"]),
        movielens_id=positive(given["movielens_id"]),
        original_title=str(given["original_title"]).strip()[:300] if given["original_title"] else None,
        runtime=positive(given["runtime"]),
        languages=tuple(code for code in codes if code not in _NO_LANGUAGE),
        countries=_names("countries", given["countries"]),
        genres=tuple(dict.fromkeys(name for text in _names("genres", given["genres"]) if (name := genre_name(text)))),
        directors=_names("directors", given["directors"]),
        cast=_names("cast", given["cast"]),
        keywords=_names("keywords", given["keywords"]),
        plot=plot.strip() or None if plot else None,
        renown=positive(given["renown"]),
        series=series.strip()[:120] or None if series else None,
        part=positive(given["part"]),
    )


def _year(value: object) -> int | None:
    year = positive(value)
    return year if year is not None and 1870 <= year <= 2200 else None


def _names(field_name: str, value: object) -> tuple[str, ...]:
    """A list of names, each once and in order; a single text counts as a list of one."""
    if value is None:
        return ()
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Sequence) or not all(isinstance(name, str) for name in value):
        raise InvalidInput(f"`{field_name}` is not a list of texts.")
    return tuple(dict.fromkeys(name.strip()[:200] for name in value if name.strip()))
