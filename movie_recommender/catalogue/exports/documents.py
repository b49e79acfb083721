"""From bytes to a table, JSON or XML, with limits on what a hostile file can make of the memory."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from ...errors import ImportFailed
from .tables import Table, decode, parse_table

# The largest honest file, 200,000 entries of Trakt's, stays below both.
_MAX_NODES = 1_000_000
_MAX_COMMAS = 2_000_000


class Json:
    """A file of JSON."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value


class Xml:
    """A file of XML."""

    def __init__(self, name: str, root: ElementTree.Element) -> None:
        self.name = name
        self.root = root


def parse(name: str, data: bytes) -> Table | Json | Xml:
    """Read a file by its content, whatever its name.

    Raises:
        ImportFailed: It is no text, or JSON or XML that is damaged or of absurd shape.
    """
    text = decode(data)
    start = text[:2000].lstrip()[:200]
    if start.startswith("<") and not start.startswith("<<<<<<<"):
        return _xml(name, text)
    if start.startswith(("[", "{")):
        return _json(name, text)
    if _is_binary(text):
        raise ImportFailed(f"{name} is no text. CSV, JSON, XML and ZIP files can be brought in.")
    return parse_table(name, text)


def _is_binary(text: str) -> bool:
    head = text[:4000]
    odd = sum(1 for char in head if char == "\ufffd" or (char < " " and char not in "\r\n\t"))
    return odd > len(head) // 20


def _json(name: str, text: str) -> Json:
    if text.count("{") + text.count("[") > _MAX_NODES or text.count(",") > _MAX_COMMAS:
        raise ImportFailed(f"{name} has more entries than an account's export can have.")
    try:
        return Json(name, json.loads(text))
    except (ValueError, RecursionError) as error:
        raise ImportFailed(f"{name} is damaged JSON ({str(error)[:120]}). Download it anew.") from error


def _xml(name: str, text: str) -> Xml:
    if "<!doctype" in text[:100_000].casefold() or "<!entity" in text.casefold():
        kind = "a web page" if "<html" in text[:2000].casefold() else "XML with a document type"
        raise ImportFailed(f"{name} is {kind}, which is not read here. Use the site's export.")
    if text.count("<") > _MAX_NODES:
        raise ImportFailed(f"{name} has more entries than an account's export can have.")
    try:
        return Xml(name, ElementTree.fromstring(text.encode()))  # noqa: S314 # nosec B314 (entities were refused above)
    except (ElementTree.ParseError, ValueError) as error:
        raise ImportFailed(f"{name} is damaged XML ({error}). Download it anew.") from error
