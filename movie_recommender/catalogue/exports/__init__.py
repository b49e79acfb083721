"""Account exports of other sites. A new format is one file with `NAME`, `takes` and `read`, and one line below."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from ...errors import ImportFailed
from . import criticker, generic, imdb, letterboxd, movary, movielens, orders, own, trakt
from .archives import MAX_UPLOAD, files_of
from .documents import Json, Xml, parse
from .entries import Entry, Film, Problem, Reading
from .tables import Table

__all__ = ["MAX_UPLOAD", "Entry", "Film", "Problem", "Reading", "read_upload"]

# The first that takes a table reads it; the generic one takes nearly everything and comes last.
TABLES: tuple[ModuleType, ...] = (letterboxd, movielens, criticker, movary, orders, imdb, generic)
_KNOWN = "Letterboxd, IMDb, Trakt, MovieLens, Criticker, Movary, an export of this site, or a CSV with our column names"


def read_upload(name: str, data: bytes) -> Reading:
    """Recognise an upload by its content and read everything in it.

    Returns:
        The entries in the order of the files, and the rows that were left out.

    Raises:
        ImportFailed: Nothing in it can be read; the message says why and what to do.
    """
    reading = Reading()
    name = name.replace("\\", "/").rsplit("/", 1)[-1][:100] or "upload"
    found: list[str] = []
    titles: dict[str, str] = {}
    refused: list[str] = []
    waiting: list[Json] = []
    for path, content in files_of(name, data):
        try:
            document = parse(path, content)
            if isinstance(document, Json) and own.takes(document.value):
                # Our ZIP holds the same data in several forms; one of them is enough.
                own_reading = Reading(format=own.NAME)
                own.read(path, document.value, own_reading)
                return own_reading
            if isinstance(document, Json):
                waiting.append(document)
                titles |= trakt.list_titles(document.value)
            else:
                found.append(_read_document(document, reading))
        except ImportFailed as error:
            if path == name or reading.rows > 200_000:
                raise
            refused.append(error.message)
            reading.skip(path, 0, error.message)
    for json_document in waiting:
        found.append(_read_json(json_document, reading, titles, alone=len(waiting) == 1 and not found))
    names = [text for text in dict.fromkeys(found) if text]
    if not names:
        raise ImportFailed(refused[0] if refused else f"{name} holds nothing that can be brought in. Known are: {_KNOWN}.")
    reading.format = " and ".join(names)
    return reading


def _read_document(document: Table | Xml, reading: Reading) -> str:
    if isinstance(document, Xml):
        if not criticker.takes_xml(document.root):
            raise ImportFailed(f"{document.name} is XML of an unknown kind. Known are: {_KNOWN}.")
        criticker.read_xml(document.name, document.root, reading)
        return criticker.NAME
    for module in TABLES:
        if module.takes(document):
            module.read(document, reading)
            return str(module.NAME)
    columns = ", ".join(list(document.columns)[:12])
    raise ImportFailed(f"{document.name} has columns of no known export ({columns[:200]}). Known are: {_KNOWN}.")


def _read_json(document: Json, reading: Reading, titles: dict[str, str], alone: bool) -> str:
    value: Any = document.value
    if trakt.takes(value):
        trakt.read(document.name, value, reading, titles)
        return trakt.NAME
    if alone and not trakt.list_titles(value) and value != []:
        raise ImportFailed(f"{document.name} is JSON of an unknown kind. Known are: {_KNOWN}.")
    return trakt.NAME if value == [] else ""
