"""IMDb's title pages: saved ones from a folder, and live ones only where the operator asked for that.

A page carries a block of schema.org data. Its strings are HTML-escaped; its date may be that of a re-release, so the year
comes from the page's title; its description is one line.
"""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser

from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer

from ..records import MovieRecord, genre_name, imdb_id
from .answers import Answer, Failed, ProviderStopped, Wanted
from .web import Web

log = logging.getLogger(__name__)
LARGEST_PAGE = 4_000_000  # bytes; IMDb's have one or two million
_NUMBER = re.compile(r"tt\d{7,10}")
_YEAR = re.compile(r"\((?:[A-Za-z ]*)(\d{4})\)")
_DURATION = re.compile(r"^PT(?:(\d{1,2})H)?(?:(\d{1,3})M)?$")
_SUFFIXES = {".html", ".htm", ".json"}


class ImdbPages:
    """`folder` holds saved pages (`.html`) or their data (`.json`), under any name; `web` and `url` are for a live crawl."""

    name = "imdb_pages"

    def __init__(self, folder: Path | None, web: Web | None = None, url: str = "") -> None:
        self._folder, self._web, self._url = folder, web, url.rstrip("/")

    def answers(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Answer | Failed | None]]:
        """The saved pages of these films, then, if it is allowed, the live ones."""
        left = {film.imdb_id: film for film in wanted if film.imdb_id}
        for path in sorted(self._folder.rglob("*")) if self._folder else ():
            if path.suffix.lower() in _SUFFIXES and path.is_file() and (record := _read_file(path)) and record.imdb_id in left:
                yield left.pop(record.imdb_id), Answer(record)
        if self._web is None:
            yield from ((film, None) for film in left.values())
            return
        rules = self._rules()
        for number, film in left.items():
            address = f"{self._url}/title/{number}/"
            if not rules.can_fetch("*", address):
                raise ProviderStopped("IMDb's robots.txt does not allow this. Save the pages by hand, or use IMDb's files.")
            try:
                page = self._web.get(address)
                found = read_page(page.decode("utf-8", errors="replace")) if page else None
                yield film, Answer(found) if found and found.imdb_id == number else None
            except Failed as error:
                yield film, error

    def _rules(self) -> RobotFileParser:
        rules = RobotFileParser()
        data = self._web.get(f"{self._url}/robots.txt") if self._web else None
        rules.parse((data or b"").decode("utf-8", errors="replace").splitlines())
        return rules


def _read_file(path: Path) -> MovieRecord | None:
    try:
        if path.stat().st_size > LARGEST_PAGE:
            return None
        return read_page(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error)
        return None


def read_page(text: str) -> MovieRecord | None:
    """The film of a page or of its data; None when it is a series, something else, or damaged."""
    heading, blocks = "", [text]
    if text.lstrip()[:1] != "{":
        # Only what is asked for is kept: a hostile page of some megabytes would take half a gigabyte as a tree.
        page = BeautifulSoup(text, "html.parser", parse_only=SoupStrainer(["title", "script"]))
        heading = page.title.get_text() if page.title else ""
        blocks = [block.get_text() for block in page.find_all("script", type="application/ld+json")]
    for block in blocks:
        try:
            value = json.loads(block)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and value.get("@type") == "Movie":
            return _record(value, heading)
    return None


def _record(value: dict[str, Any], heading: str) -> MovieRecord | None:
    number = _NUMBER.search(str(value.get("url")))
    title = _text(value.get("name"))
    if number is None or not title:
        return None
    year = _YEAR.search(heading)
    duration = _DURATION.match(str(value.get("duration")))
    hours, minutes = duration.groups() if duration else (None, None)
    genres = value.get("genre") if isinstance(value.get("genre"), list) else [value.get("genre")]
    keywords = _text(value.get("keywords")).split(",")
    return MovieRecord(
        title=title[:300], imdb_id=imdb_id(number.group()), year=int(year.group(1)) if year else None,
        runtime=(int(hours or 0) * 60 + int(minutes or 0)) or None,
        genres=tuple(dict.fromkeys(name for text in genres or () if (name := genre_name(_text(text))))),
        directors=_people(value.get("director")), cast=_people(value.get("actor")),
        keywords=tuple(dict.fromkeys(word.strip()[:200] for word in keywords if word.strip())),
        plot=_text(value.get("description")) or None,
    )  # fmt: skip


def _text(value: Any) -> str:
    return html.unescape(value).strip() if isinstance(value, str) else ""


def _people(value: Any) -> tuple[str, ...]:
    people = value if isinstance(value, list) else [value]
    names = (_text(person.get("name")) for person in people if isinstance(person, dict) and person.get("@type", "Person") == "Person")
    return tuple(dict.fromkeys(name[:200] for name in names if name))
