"""Catalogues of one JSON object a movie and line: the embedded one, and metadata files of the operator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from ..errors import ImportFailed, InvalidInput
from .records import MovieRecord, from_mapping

EMBEDDED = files(__package__) / "embedded.jsonl"
MAX_LINE = 1_000_000  # characters


def read_lines(text: Iterator[str], name: str, problems: list[str]) -> Iterator[MovieRecord]:
    """Records of a JSON Lines text; a line that cannot be read goes to `problems` with its number, the rest goes on."""
    for number, line in enumerate(text, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            values = json.loads(line) if len(line) <= MAX_LINE else None
            if not isinstance(values, dict):
                raise InvalidInput("not a JSON object of reasonable size.")
            yield from_mapping(values)
        except InvalidInput as error:
            problems.append(f"{name}, line {number}: {error.message}")
        except (ValueError, RecursionError) as error:  # ValueError alone: a number of thousands of digits
            problems.append(f"{name}, line {number}: not JSON ({str(error)[:120]})")


def read_file(path: Path, problems: list[str]) -> Iterator[MovieRecord]:
    """Records of a file.

    Raises:
        ImportFailed: The file cannot be opened or is not UTF-8 text.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from read_lines(iter(file), path.name, problems)
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFailed(f"{path} cannot be read: {error}") from error


def embedded() -> list[MovieRecord]:
    """The catalogue that ships with the product."""
    problems: list[str] = []
    with EMBEDDED.open(encoding="utf-8") as file:
        records = list(read_lines(iter(file), "embedded.jsonl", problems))
    if problems:
        raise ImportFailed(f"The embedded catalogue is damaged: {problems[0]}")
    return records
