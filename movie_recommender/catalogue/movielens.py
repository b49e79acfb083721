"""MovieLens data sets: folders and zips of GroupLens in all their layouts.

ml-latest*, ml-20m, ml-25m and ml-32m are CSV files (`movies.csv`, `ratings.csv`, `links.csv`); ml-1m and ml-10m are `.dat`
files separated by `::` in Latin-1 or UTF-8; ml-100k is `u.item` and `u.data`, Latin-1, with movie ids of its own.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..errors import ImportFailed
from .records import LARGEST_ID, LATEST, MovieRecord, genre_name, imdb_id, positive
from .titles import split_title

if TYPE_CHECKING:
    from .rating_columns import RatingColumns

_100K_GENRES = (
    "", "Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir",
    "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
_LAYOUTS = (("movies.csv", "ratings.csv"), ("movies.dat", "ratings.dat"), ("u.item", "u.data"))
_MAX_MEMBER = 8 * 1024**3  # bytes unpacked; the largest real one, ml-32m's ratings.csv, has 0.9 GB
MAX_REPORTED = 20


@dataclass
class DataSet:
    """One data set on disk. `problems` collects rows that could not be read, each with its file and line."""

    path: Path
    layout: tuple[str, str]
    names: dict[str, str]  # file name -> member of the zip or path in the folder
    problems: list[str] = field(default_factory=list)
    skipped: int = 0

    def movies(self) -> Iterator[tuple[int, MovieRecord]]:
        """Every movie with its id in the data set; the id is MovieLens' own in all layouts but ml-100k."""
        if self.layout[0] == "movies.csv":
            yield from self._csv_movies()
        elif self.layout[0] == "movies.dat":
            for number, (movie, title, genres) in self._rows("movies.dat", "::", 3):
                if (movie_id := positive(movie)) is None:
                    self._skip("movies.dat", number, "no movie id")
                    continue
                yield movie_id, _record(title, genres.split("|"), movielens_id=movie_id)
        else:
            for number, cells in self._rows("u.item", "|", 24):
                if (movie_id := positive(cells[0])) is None or cells[1] == "unknown":
                    self._skip("u.item", number, "no movie")
                    continue
                named = [name for name, flag in zip(_100K_GENRES, cells[5:24], strict=True) if flag == "1" and name]
                yield movie_id, _record(cells[1], named)

    def _csv_movies(self) -> Iterator[tuple[int, MovieRecord]]:
        links = dict(self._links()) if "links.csv" in self.names else {}
        for number, row in self._csv("movies.csv", "movieId", "title", "genres"):
            if (movie_id := positive(row[0])) is None:
                self._skip("movies.csv", number, "no movie id")
                continue
            imdb, tmdb = links.get(movie_id, (None, None))
            yield movie_id, _record(row[1], row[2].split("|"), movielens_id=movie_id, imdb=imdb, tmdb=tmdb)

    def _links(self) -> Iterator[tuple[int, tuple[str | None, int | None]]]:
        for number, row in self._csv("links.csv", "movieId", "imdbId", "tmdbId"):
            if (movie_id := positive(row[0])) is None:
                self._skip("links.csv", number, "no movie id")
                continue
            yield movie_id, (imdb_id(row[1]), positive(row[2]))

    def ratings(self) -> Iterator[RatingColumns]:
        """Every rating that can be read, in the order of the file, a few hundred thousand at a time."""
        from . import rating_columns  # numpy: not for those who only want the movies

        name, header = self.layout[1], b""
        with self._open(name) as file:
            if name == "ratings.csv":
                header = file.readline()
            if not header or header.strip().removeprefix(b"\xef\xbb\xbf") == b"userId,movieId,rating,timestamp":
                separator = {"ratings.csv": b",", "ratings.dat": b"::"}.get(name, b"\t")
                yield from rating_columns.read(file, separator, lambda block, lines: self._rating_rows(io.BytesIO(header + block), lines))
                return
        # Columns in another order, or none: the reader of rows knows them by name, or says which is missing.
        with self._open(name) as file:
            rows = self._rating_rows(file, 0)
            while part := list(islice(rows, 200_000)):
                yield rating_columns.RatingColumns.of(part)

    def _rating_rows(self, file: IO[bytes], lines_before: int) -> Iterator[tuple[int, int, int, int]]:
        """Row by row, with a reason for each that is left out."""
        name = self.layout[1]
        if name == "ratings.csv":
            rows: Iterator[tuple[int, list[str]]] = self._cells(file, name, "userId", "movieId", "rating", "timestamp")
        else:
            rows = self._split(file, name, "::" if name == "ratings.dat" else "\t", 4)
        for place, (user, movie, rating, when) in rows:
            number = place + lines_before
            try:
                halves = float(rating) * 2
                row = (int(user), int(movie), int(halves), _seconds(when))
            except (ValueError, OverflowError):
                self._skip(name, number, "not a rating")
                continue
            if not 0 <= row[3] <= LATEST:
                self._skip(name, number, "no time that a calendar knows")
            elif halves != row[2] or not 1 <= row[2] <= 10 or not 0 < row[0] <= LARGEST_ID:
                self._skip(name, number, f"{rating[:20]!r} stars" if 0 < row[0] <= LARGEST_ID else "no rater")
            elif not 0 < row[1] <= LARGEST_ID:
                self._skip(name, number, "no movie id")
            else:
                yield row

    def ratings_size(self) -> int:
        """Bytes of the ratings file, unpacked: what progress is measured by."""
        member = self.names[self.layout[1]]
        if self.path.is_dir():
            return (self.path / member).stat().st_size
        with zipfile.ZipFile(self.path) as archive:
            return archive.getinfo(member).file_size

    def origin(self) -> str:
        """A name for this set of raters, from the beginning of its ratings: the same data as zip or folder is one set."""
        with self._open(self.layout[1]) as file:
            start = file.read(65536).replace(b"\r\n", b"\n")[:32768]
        return f"movielens-{hashlib.sha256(start).hexdigest()[:12]}"

    def _skip(self, name: str, number: int, why: str) -> None:
        self.skipped += 1
        if len(self.problems) < MAX_REPORTED:
            self.problems.append(f"{name}, line {number}: {why}")

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        member = self.names[name]
        try:
            if self.path.is_dir():
                with (self.path / member).open("rb") as file:
                    yield file
            else:
                with zipfile.ZipFile(self.path) as archive, archive.open(member) as file:
                    yield file
        except (OSError, zipfile.BadZipFile, EOFError) as error:
            raise ImportFailed(f"{name} of {self.path} cannot be read: {error}") from error

    def _text(self, file: IO[bytes], name: str) -> io.TextIOWrapper:
        encoding = "utf-8-sig" if name.endswith(".csv") else "latin-1"
        return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")

    def _csv(self, name: str, *columns: str) -> Iterator[tuple[int, list[str]]]:
        with self._open(name) as file:
            yield from self._cells(file, name, *columns)

    def _cells(self, file: IO[bytes], name: str, *columns: str) -> Iterator[tuple[int, list[str]]]:
        """Rows of a CSV file as the named columns in this order, with their line number."""
        reader = csv.reader(self._text(file, name))
        try:
            header = [cell.strip() for cell in next(reader, [])]
            if missing := [column for column in columns if column not in header]:
                raise ImportFailed(f"{name} has no column {missing[0]!r}; its first line reads {','.join(header)[:200]!r}.")
            places = [header.index(column) for column in columns]
            width = max(places) + 1
            for row in reader:
                if len(row) >= width:
                    yield reader.line_num, [row[place] for place in places]
                elif row:
                    self._skip(name, reader.line_num, f"{len(row)} cells instead of {len(header)}")
        except csv.Error as error:
            raise ImportFailed(f"{name}, line {reader.line_num}: {error}") from error

    def _rows(self, name: str, separator: str, width: int) -> Iterator[tuple[int, list[str]]]:
        with self._open(name) as file:
            yield from self._split(file, name, separator, width)

    def _split(self, file: IO[bytes], name: str, separator: str, width: int) -> Iterator[tuple[int, list[str]]]:
        for number, line in enumerate(self._text(file, name), 1):
            cells = line.rstrip("\r\n").split(separator)
            if len(cells) == width:
                yield number, cells
            elif line.strip():
                self._skip(name, number, f"{len(cells)} cells instead of {width}")


def _record(
    title: str, genres: list[str], movielens_id: int | None = None, imdb: str | None = None, tmdb: int | None = None
) -> MovieRecord:
    name, other, year = split_title(title)
    names = tuple(dict.fromkeys(found for text in genres if (found := genre_name(text))))
    return MovieRecord(
        title=name[:300], original_title=other[:300] if other else None, year=year, genres=names, movielens_id=movielens_id,
        imdb_id=imdb, tmdb_id=tmdb,
    )  # fmt: skip


def _seconds(text: str) -> int:
    """Unix seconds; also from ISO dates, which some re-exports hold."""
    return int(text) if text.strip().lstrip("-").isdigit() else int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def open_data_set(path: Path) -> DataSet:
    """Recognise a data set by its files.

    Raises:
        ImportFailed: There is no such path, it is no zip, or it holds no MovieLens data set.
    """
    if path.is_dir():
        members = {entry.name: str(entry.relative_to(path)) for entry in sorted(path.rglob("*")) if entry.is_file()}
    elif zipfile.is_zipfile(path):
        members = _zip_members(path)
    elif path.exists():
        raise ImportFailed(f"{path} is neither a folder nor a zip.")
    else:
        raise ImportFailed(f"{path} does not exist.")
    for layout in _LAYOUTS:
        if all(name in members for name in layout):
            return DataSet(path, layout, members)
    wanted = " or ".join(" and ".join(layout) for layout in _LAYOUTS)
    raise ImportFailed(f"{path} holds no MovieLens data set: {wanted} was expected.")


def _zip_members(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        members: dict[str, str] = {}
        for info in archive.infolist():
            if info.is_dir() or info.filename.startswith("__MACOSX/"):
                continue
            if info.file_size > _MAX_MEMBER:
                raise ImportFailed(
                    f"{info.filename} in {path} would unpack to {info.file_size / 1024**3:.0f} GB; no data set is that large."
                )
            members.setdefault(info.filename.rsplit("/", 1)[-1], info.filename)
    return members
