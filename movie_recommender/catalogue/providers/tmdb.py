"""TMDB: one request a film, by its TMDB id or found by its IMDb id. A key of the operator's own is needed."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ...errors import InvalidInput
from ..records import MovieRecord, from_mapping, imdb_id, positive
from .answers import Answer, Failed, Wanted
from .web import Web, in_parallel

CAST = 15
LONGEST_SERIES = 12  # parts; a collection of more (James Bond) is one of films that stand on their own
_COLLECTION = re.compile(r"\s+(?:\((?:Original|Reboot)\)\s+)?Collection$", re.IGNORECASE)
_POSTER = re.compile(r"^/[A-Za-z0-9_-]+\.(?:jpg|png|webp)$")
_NOT_GENRES = {"TV Movie"}


class Tmdb:
    """`key`: a v3 key or a v4 read token; `url` and `images` are TMDB's own unless a test or a mirror stands in."""

    name = "tmdb"

    def __init__(self, web: Web, key: str, url: str, images: str, threads: int = 4) -> None:
        self._web, self._url, self._images, self._threads = web, url.rstrip("/"), images.rstrip("/"), threads
        is_token = len(key) > 60
        self._headers = {"Authorization": f"Bearer {key}"} if is_token else {}
        self._params = {} if is_token else {"api_key": key}
        self._collections: dict[int, list[int]] = {}
        self._lock = threading.Lock()

    def answers(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Answer | Failed | None]]:
        """Ask about every film that has an id."""
        yield from in_parallel(self._ask, [film for film in wanted if film.tmdb_id or film.imdb_id], self._threads)

    def _ask(self, film: Wanted) -> Answer | None:
        number = film.tmdb_id or self._find(film.imdb_id or "")
        if number is None:
            return None
        value = self._get(f"/movie/{number}", append_to_response="credits,keywords,images,external_ids", include_image_language="en,null")
        if not isinstance(value, dict) or not value:
            return None
        answer, poster = read(value)
        # TMDB's ids are edited by many: an answer about another film is no answer.
        if film.imdb_id and answer.record.imdb_id and film.imdb_id != answer.record.imdb_id:
            return None
        answer = replace(answer, record=self._placed(answer.record, _dict(value.get("belongs_to_collection"))))
        if film.poster and poster:
            try:
                return replace(answer, poster=self._web.get(f"{self._images}/w342{poster}"))
            except Failed:
                return answer
        return answer

    def _find(self, number: str) -> int | None:
        value = self._get(f"/find/{number}", external_source="imdb_id")
        results = value.get("movie_results") if isinstance(value, dict) else None
        return positive(results[0].get("id")) if isinstance(results, list) and results and isinstance(results[0], dict) else None

    def _placed(self, record: MovieRecord, collection: dict[str, Any]) -> MovieRecord:
        """The film with its series and its part: its place in the collection in order of release."""
        number, name = positive(collection.get("id")), collection.get("name")
        if number is None or not isinstance(name, str) or not (series := _COLLECTION.sub("", name).strip()[:120]):
            return record
        with self._lock:  # several threads come upon the same series at once
            if number not in self._collections:
                try:
                    self._collections[number] = _order(self._get(f"/collection/{number}"))
                except Failed:
                    return record
            parts = self._collections[number]
        part = parts.index(record.tmdb_id) + 1 if record.tmdb_id in parts and len(parts) <= LONGEST_SERIES else None
        return replace(record, series=series, part=part) if len(parts) > 1 else record

    def _get(self, path: str, **params: str) -> Any:
        return self._web.json(self._url + path, {**self._params, **params}, self._headers)


def read(value: dict[str, Any]) -> tuple[Answer, str | None]:
    """TMDB's movie as an answer, and the path of its poster.

    Raises:
        Failed: It is no movie.
    """
    credits = _dict(value.get("credits"))
    crew, cast = _dicts(credits.get("crew")), _dicts(credits.get("cast"))
    keywords = _dict(value.get("keywords"))
    facts = {
        "title": value.get("title"),
        "original_title": value.get("original_title"),
        "year": str(value.get("release_date") or "")[:4],
        "imdb_id": imdb_id(value.get("imdb_id")) or imdb_id(_dict(value.get("external_ids")).get("imdb_id")),
        "tmdb_id": value.get("id"),
        "runtime": value.get("runtime"),
        "plot": value.get("overview") if isinstance(value.get("overview"), str) else None,
        "genres": [name for name in _names(value.get("genres")) if name not in _NOT_GENRES],
        "directors": [name for member in crew if member.get("job") == "Director" for name in _names([member])],
        "cast": _names(sorted(cast, key=lambda member: positive(member.get("order")) or 0)[:CAST]),
        "keywords": _names(keywords.get("keywords") or keywords.get("results"))[:40],
        "languages": [value["original_language"]] if isinstance(value.get("original_language"), str) else [],
        "countries": [code for item in _dicts(value.get("production_countries")) if isinstance(code := item.get("iso_3166_1"), str)],
    }
    try:
        record: MovieRecord = from_mapping(facts)
    except InvalidInput as error:
        raise Failed(f"TMDB answered with no movie ({error.message})") from error
    poster = value.get("poster_path") or next((item.get("file_path") for item in _dicts(_dict(value.get("images")).get("posters"))), None)
    page = {"url": f"https://www.themoviedb.org/movie/{record.tmdb_id}"} if record.tmdb_id else {}
    return Answer(record, {"plot": page} if page else {}), poster if isinstance(poster, str) and _POSTER.match(poster) else None


def _order(collection: Any) -> list[int]:
    """TMDB's ids of the films of a collection, in order of release; those without a date are not out yet."""
    films = [film for film in _dicts(_dict(collection).get("parts")) if positive(film.get("id")) and film.get("release_date")]
    return [film["id"] for film in sorted(films, key=lambda film: (str(film["release_date"]), film["id"]))]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _names(value: Any) -> list[str]:
    return [name for item in _dicts(value) if isinstance(name := item.get("name"), str) and name.strip()]
