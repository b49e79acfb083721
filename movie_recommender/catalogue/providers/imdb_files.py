"""IMDb's files for non-commercial use, from a folder: streamed, and never held as a whole (`title.principals` has over 2 GB)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..records import MovieRecord, genre_name, positive
from .answers import Answer, Failed, ProviderStopped, Wanted

FILES = ("title.basics.tsv", "title.principals.tsv", "title.crew.tsv", "name.basics.tsv")
_FILMS = {"movie", "tvMovie", "short", "video", "tvSpecial", "tvShort"}
CAST = 15


class ImdbFiles:
    """`folder` holds the files, packed (`.tsv.gz`) or not; of the four only `title.basics` must be there."""

    name = "imdb_files"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answers(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Answer | Failed | None]]:
        """One pass over each file for all films together."""
        ids = {film.imdb_id: film for film in wanted if film.imdb_id}
        if not ids:
            return
        basics = {row["tconst"]: row for row in self._rows(FILES[0], set(ids)) if row.get("titleType") in _FILMS}
        cast: dict[str, list[tuple[int, str]]] = {}
        for row in self._rows(FILES[1], set(basics)):
            if row.get("category") in ("actor", "actress") and (order := positive(row.get("ordering"))):
                cast.setdefault(row["tconst"], []).append((order, row.get("nconst", "")))
        directors = {row["tconst"]: row.get("directors", "").split(",") for row in self._rows(FILES[2], set(basics))}
        people = {key for ids_ in directors.values() for key in ids_} | {key for pairs in cast.values() for _, key in pairs}
        names = {row["nconst"]: row.get("primaryName", "") for row in self._rows(FILES[3], people)}
        for number, film in ids.items():
            if number not in basics:
                yield film, None
                continue
            actors = [names.get(key, "") for _, key in sorted(cast.get(number, ()))][:CAST]
            yield film, Answer(_record(basics[number], [names.get(key, "") for key in directors.get(number, ())], actors))

    def _rows(self, name: str, keys: set[str]) -> Iterator[dict[str, str]]:
        """The rows whose first cell is one of `keys`, by the names of the header."""
        path = next((path for path in (self._folder / f"{name}.gz", self._folder / name) if path.exists()), None)
        if path is None:
            if name == FILES[0]:
                raise ProviderStopped(
                    f"{self._folder} holds no {name}.gz. Get IMDb's files, or take `imdb_files` out of METADATA_PROVIDERS."
                )
            return
        try:
            with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", newline="\n") as lines:
                header = next(lines, "").rstrip("\r\n").split("\t")
                for line in lines:
                    if line.partition("\t")[0] in keys:
                        cells = line.rstrip("\r\n").split("\t")
                        yield {column: cell for column, cell in zip(header, cells, strict=False) if cell != "\\N"}
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise ProviderStopped(f"{path.name} cannot be read ({error}). Download it anew.") from error


def _record(row: dict[str, str], directors: list[str], cast: list[str]) -> MovieRecord:
    genres = [found for name in row.get("genres", "").split(",") if (found := genre_name(name))]
    return MovieRecord(
        title=(row.get("primaryTitle") or row["tconst"])[:300], original_title=row.get("originalTitle"),
        year=positive(row.get("startYear")),
        imdb_id=row["tconst"], runtime=positive(row.get("runtimeMinutes")), genres=tuple(dict.fromkeys(genres)),
        directors=tuple(dict.fromkeys(name for name in directors if name)), cast=tuple(dict.fromkeys(name for name in cast if name)),
    )  # fmt: skip
