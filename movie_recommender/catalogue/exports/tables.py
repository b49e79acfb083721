"""CSV as people really send it: other separators and encodings, byte-order marks, conflict markers, broken quotes."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from ...errors import ImportFailed
from .entries import Reading

_MARKERS = re.compile(r"^(?:<{7}(?: .*)?|\|{7}(?: .*)?|={7}|>{7}(?: .*)?)$")
T = TypeVar("T")
_SEPARATORS = ",;\t|"
_MAX_COLUMNS = 200
_MAX_LINE = 1_000_000  # characters; the rest of such a line is not read, and its row is reported
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")


def decode(data: bytes) -> str:
    """Text of a file in UTF-8 (with or without byte-order mark), UTF-16 or Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").replace("\0", "")
    head = data[:400]
    if head.count(0) > len(head) // 3:
        encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        return data.decode(encoding, errors="replace").replace("\0", "")
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        pass
    # A few damaged bytes in a UTF-8 file must not turn its every accent into two letters.
    valid = sum(1 for _ in _MULTIBYTE.finditer(data))
    text = data.decode("utf-8-sig", errors="replace")
    if valid <= text.count("\ufffd"):
        text = data.decode("cp1252", errors="replace")
    return text.replace("\0", "")


def column_name(cell: str) -> str:
    """A header's name as it is compared: lower case, single spaces."""
    return " ".join(cell.replace("\ufeff", "").replace("_", " ").casefold().split())


class _Lines:
    """The lines of a text from a position, so that reading can go back behind a broken quote."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.number = 0  # of the line given last, from 1
        self.after_first = (0, 0)  # position and number after the first line of the record that is being read
        self.taken = 0  # lines of that record

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            start = self.position
            if start >= len(self.text):
                raise StopIteration
            end = self.text.find("\n", start)
            self.position = end + 1 if end >= 0 else len(self.text)
            self.number += 1
            line = self.text[start : min(self.position, start + _MAX_LINE)]
            if line[0] in "<|=>" and _MARKERS.match(line.strip()):
                continue
            self.taken += 1
            if self.taken == 1:
                self.after_first = (self.position, self.number)
            return line


class Row:
    """One row, its cells by the header's names."""

    __slots__ = ("_cells", "_places", "number")

    def __init__(self, number: int, places: dict[str, int], cells: list[str]) -> None:
        self.number = number
        self._places = places
        self._cells = cells

    def get(self, *names: str) -> str:
        """The first cell of these columns that is not empty."""
        for name in names:
            place = self._places.get(name)
            if place is not None and (cell := self._cells[place].strip()):
                return cell
        return ""


class Table:
    """A CSV text: `columns` are its header's names as `column_name` gives them."""

    def __init__(self, name: str, text: str) -> None:
        if "\n" not in text and "\r" in text:
            text = text.replace("\r", "\n")
        self.name = name
        self._text = text
        self._separator, self._start = self._first_line()
        self._lines = _Lines(text)
        self._lines.position, self._lines.number = self._start
        self.columns: dict[str, int] = {}
        self._header: list[str] = []
        self.next_header()
        self._body = (self._lines.position, self._lines.number)

    def _first_line(self) -> tuple[str, tuple[int, int]]:
        """The separator, and the position and number of lines before the header."""
        lines = _Lines(self._text)
        before = (0, 0)
        counts: dict[str, int] = {}
        for _ in range(8):
            line = next(lines, "").strip()
            if match := re.fullmatch(r"sep=(.)", line, re.IGNORECASE):
                return match.group(1), (lines.position, lines.number)
            if line:
                outside = re.sub(r'"[^"]*"', "", line[:20_000])
                counts = {separator: outside.count(separator) for separator in _SEPARATORS}
                if max(counts.values()):
                    break
        best = max(counts, key=lambda separator: counts[separator]) if counts and max(counts.values()) else ","
        return best, before

    def next_header(self) -> bool:
        """Take the next line that is not empty as the header; False when there is none."""
        for cells in self._records(reading=None):
            names = [column_name(cell) for cell in _trim(cells, 0)]
            if any(names):
                self._header = names
                self.columns = {}
                for place, name in enumerate(names):
                    if name:
                        self.columns.setdefault(name, place)
                return True
        return False

    def has(self, *names: str) -> bool:
        """Whether the header has all these columns."""
        return all(name in self.columns for name in names)

    def next_row(self, reading: Reading) -> Row | None:
        """One more row, or None at the end."""
        return next(self.rows(reading), None)

    def scan(self, name: str, judge: Callable[[Iterator[str]], T]) -> T:
        """Let `judge` look at the cells of one column from the first row on; reading then begins there again."""
        verdict = judge(row.get(name) for row in self.rows(Reading()))
        self._lines.position, self._lines.number = self._body
        return verdict

    def rows(self, reading: Reading) -> Iterator[Row]:
        """The rows that can be read; the others are reported to `reading` with their number."""
        width = len(self._header)
        for cells in self._records(reading):
            if not any(cell.strip() for cell in cells):
                continue
            reading.count_row()
            number = self._lines.after_first[1]
            if len(cells) != width:
                reading.skip(self.name, number, f"{len(cells)} cells instead of {width}", " ".join(cells[:3]))
            elif column_name(cells[0]) != self._header[0] or [column_name(cell) for cell in cells] != self._header:
                yield Row(number, self.columns, cells)

    def _records(self, reading: Reading | None) -> Iterator[list[str]]:
        """Records as the csv module reads them. A quotation mark that is never closed costs one line, not the rest of the file."""
        lines = self._lines
        while True:
            lines.taken = 0
            start = lines.position
            try:
                cells = next(csv.reader(lines, delimiter=self._separator), None)
            except csv.Error:  # a cell beyond the module's limit of 131,072 characters
                cells = []
            if cells is None:
                return
            cells = _trim(cells, len(self._header))
            broken = not cells or (lines.taken > 1 and (len(cells) != len(self._header) or self._ends_open(start)))
            if reading is None or not broken or lines.taken == 0:
                yield cells
                continue
            why = "a quotation mark in it is never closed" if lines.taken > 1 else "a cell of it is larger than 131,072 characters"
            if lines.taken == 1 and self._text[start : lines.position].isspace():
                continue
            lines.position, lines.number = lines.after_first
            reading.count_row()
            reading.skip(self.name, lines.number, why, self._text[start : start + 60])

    def _ends_open(self, start: int) -> bool:
        """Whether the text's last record, from `start`, ends within quotation marks."""
        if self._lines.position < len(self._text):
            return False
        try:
            list(csv.reader(self._text[start:].splitlines(keepends=True), delimiter=self._separator, strict=True))
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False


def _trim(cells: list[str], width: int) -> list[str]:
    """Without the empty cells beyond `width` that spreadsheets add, and with a bound on their number."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells[:_MAX_COLUMNS]


def parse_table(name: str, text: str) -> Table:
    """Read a CSV text's header.

    Raises:
        ImportFailed: There is no header.
    """
    table = Table(name, text)
    if not table.columns:
        raise ImportFailed(f"{name} is empty.")
    return table
