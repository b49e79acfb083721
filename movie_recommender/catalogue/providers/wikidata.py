"""Wikidata's facts and Wikipedia's plots: no key, but a licence and a link that must be kept (CC BY-SA)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..records import GENRES, MovieRecord, genre_name
from .answers import Answer, Failed, Wanted
from .web import Web, in_parallel

LICENCE = "CC BY-SA 4.0"
LONGEST_PLOT = 6_000  # characters
_HEADING = re.compile(
    r"^==\s*(?:Plot|Plot summary|Synopsis|Story)\s*==\s*$(?P<text>.*?)(?=^==[^=]|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_SUFFIX = re.compile(r"\s+(?:film|movie|cinema)$", re.IGNORECASE)
_QID = re.compile(r"^Q[1-9]\d{0,11}$")
_LISTS = {"directors": "P57", "cast": "P161", "genres": "P136"}


class Wikidata:
    """`wikidata` and `wikipedia` are the addresses of their `api.php`."""

    name = "wikidata"

    def __init__(self, web: Web, wikidata: str, wikipedia: str, threads: int = 2) -> None:
        self._web, self._wikidata, self._wikipedia, self._threads = web, wikidata, wikipedia, threads

    def answers(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Answer | Failed | None]]:
        """Ask about every film that has an IMDb id: by its title alone one would find another one."""
        yield from in_parallel(self._ask, [film for film in wanted if film.imdb_id], self._threads)

    def _ask(self, film: Wanted) -> Answer | None:
        found = self._call(self._wikidata, action="query", list="search", srsearch=f"haswbstatement:P345={film.imdb_id}", srlimit=2)
        hits = _at(found, "query", "search")
        names = (
            [hit["title"] for hit in hits if isinstance(hit, dict) and _QID.match(str(hit.get("title")))] if isinstance(hits, list) else []
        )
        if len(names) != 1:
            return None  # nobody, or two items that claim the same film
        entity = _at(
            self._call(self._wikidata, action="wbgetentities", ids=names[0], props="claims|labels|sitelinks", languages="en"),
            "entities",
            names[0],
        )
        if not isinstance(entity, dict):
            return None
        people = {
            key: [value["id"] for value in _values(entity, prop) if _QID.match(str(value.get("id")))][:15] for key, prop in _LISTS.items()
        }
        labels = self._labels(sorted({qid for ids in people.values() for qid in ids})[:50])
        linked = {key: tuple(labels[qid] for qid in ids if qid in labels) for key, ids in people.items()}
        plot, page = self._plot(_at(entity, "sitelinks", "enwiki", "title"))
        record = MovieRecord(
            title=str(_at(entity, "labels", "en", "value") or film.title)[:300],
            imdb_id=film.imdb_id, year=_year(entity), runtime=_runtime(entity),
            genres=tuple(dict.fromkeys(name for label in linked["genres"] if (name := _genre(label)))),
            directors=linked["directors"], cast=linked["cast"], plot=plot,
        )  # fmt: skip
        return Answer(record, {"plot": {"url": page, "licence": LICENCE, "by": "Wikipedia"}} if plot else {})

    def _labels(self, ids: list[str]) -> dict[str, str]:
        if not ids:
            return {}
        entities = _at(self._call(self._wikidata, action="wbgetentities", ids="|".join(ids), props="labels", languages="en"), "entities")
        return {
            qid: str(label)[:200] for qid, entity in entities.items() if (label := _at(entity, "labels", "en", "value"))
        } if isinstance(entities, dict) else {}  # fmt: skip

    def _plot(self, title: Any) -> tuple[str | None, str]:
        if not isinstance(title, str):
            return None, ""
        value = self._call(self._wikipedia, action="query", prop="extracts", explaintext=1, redirects=1, titles=title)
        pages = _at(value, "query", "pages")
        text = next((page.get("extract") for page in pages.values() if isinstance(page, dict)), None) if isinstance(pages, dict) else None
        match = _HEADING.search(text) if isinstance(text, str) else None
        plot = re.sub(r"\n{2,}", "\n", match.group("text")).strip()[:LONGEST_PLOT] if match else ""
        return (plot or None), f"https://en.wikipedia.org/wiki/{title.replace(' ', '_')}"

    def _call(self, address: str, **params: object) -> Any:
        value = self._web.json(address, {**params, "format": "json"})
        if isinstance(value, dict) and "error" in value:
            raise Failed(f"{self.name} answered with an error ({str(_at(value, 'error', 'code'))[:60]}).")
        return value


def _at(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _values(entity: dict[str, Any], prop: str) -> list[dict[str, Any]]:
    """The values of a property: the preferred statements if there are any, never the deprecated ones."""
    claims = _at(entity, "claims", prop)
    kept = [claim for claim in claims if isinstance(claim, dict) and claim.get("rank") != "deprecated"] if isinstance(claims, list) else []
    preferred = [claim for claim in kept if claim.get("rank") == "preferred"] or kept
    return [value for claim in preferred if isinstance(value := _at(claim, "mainsnak", "datavalue", "value"), dict)]


def _year(entity: dict[str, Any]) -> int | None:
    years = [int(match.group(1)) for value in _values(entity, "P577") if (match := re.match(r"\+(\d{4})-", str(value.get("time"))))]
    return min(years, default=None)


def _runtime(entity: dict[str, Any]) -> int | None:
    for value in _values(entity, "P2047"):
        amount = re.match(r"\+(\d{1,4})(?:\.\d+)?$", str(value.get("amount")))
        if amount and str(value.get("unit", "")).endswith("/Q7727") and 0 < int(amount.group(1)) < 1500:
            return int(amount.group(1))
    return None


def _genre(label: str) -> str | None:
    """`science fiction film` as `Sci-Fi`; only genres that the catalogue has: Wikidata knows a thousand."""
    name = genre_name(_SUFFIX.sub("", label))
    return name if name in GENRES else None
