"""Damaging files on purpose: the same seed damages them in the same way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from .test_formats import IMDB_2012, IMDB_NOW, LETTERBOXD, trakt_movie, zipped_paths

ODD = [
    b'"', b"'", b",", b";", b"\t", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"{", b"[", b"}", b"]", b"<", b"&#0;",
    b"<!DOCTYPE x>",
    b"1e999", b"-1", b"NaN", b"null", b"true", b"9" * 400, b"\\ud800", "\U0001f600".encode(), "\u202e\u0301".encode() * 50, b"=======\n",
    b"0000-00-00", b"99/99/99", b"9999-12-31T23:59:60Z", b"tt" + b"9" * 30, b"../../x",
]  # fmt: skip


def samples() -> list[tuple[str, bytes]]:
    """A file of every format; with the shared real ones, where they are."""
    trakt = [
        {
            "rated_at": "2024-01-28T02:26:37.000Z",
            "rating": number % 10 + 1,
            "type": "movie",
            "movie": trakt_movie(f"Film {number}", number + 1),
        }
        for number in range(40)
    ]
    criticker = "Score, Film Name, Year, Date Rated, Mini Review, URL, IMDB ID\n" + "".join(
        f'{number},"Film {number}",2001,"Jan 16 2013, 21:54","",https://x/film/x/,tt00999{number:02}\n' for number in range(40)
    )
    own = {
        "format": "movie-recommender export", "version": 1, "films": [{"title": "Salt Harbour", "year": 2001}],
        "entries": [{"film": 0, "kind": "rating", "stars": 4.5, "at": 1}, {"film": 0, "kind": "list", "list": "A"}],
    }  # fmt: skip
    files: dict[str, bytes] = {name: text.encode() for name, text in LETTERBOXD.items()}
    files |= {
        "ratings-now.csv": IMDB_NOW.encode() * 10, "ratings-2012.csv": IMDB_2012.encode() * 10,
        "ratings-movies.json": json.dumps(trakt).encode(),
        "criticker.csv": criticker.encode(), "movie-recommender.json": json.dumps(own).encode(),
        "criticker.xml": b"<all>" + b"<film><filmid>7</filmid><filmname>A</filmname><rating>74</rating></film>" * 30 + b"</all>",
        "orders.csv": b"md5email,sku,order_id,zip,country,created_at\n" + b"a" * 32 + b",tt0099901,1,1,DE,2024-05-01\n",
        "generic.csv": b"title,year,rating,rated_at,watched_at,watchlist,list\nSalt Harbour,2001,4,1/2/2024,,yes,Best\n" * 20,
    }  # fmt: skip
    shared = Path("/work/shared/data/exports")
    files |= {path.name: path.read_bytes() for path in sorted(shared.glob("*"))} if shared.is_dir() else {}
    return [*files.items(), ("letterboxd.zip", zipped_paths(dict(LETTERBOXD)))]


def truncate(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def drop_beginning(random: Random, data: bytes) -> bytes:
    return data[random.randrange(len(data) + 1) :]


def shuffle_lines(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    random.shuffle(lines)
    return b"".join(lines)


def shuffle_cells(random: Random, data: bytes) -> bytes:
    cells = re.split(rb"([,;\n])", data)
    for _ in range(10):
        first, second = random.randrange(len(cells)), random.randrange(len(cells))
        cells[first], cells[second] = cells[second], cells[first]
    return b"".join(cells)


def reencode(random: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", errors="replace")
    return text.encode(
        random.choice(["utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32", "utf-7", "cp037", "utf-8-sig"]), errors="replace"
    )


def insert_odd(random: Random, data: bytes) -> bytes:
    for _ in range(random.randrange(1, 12)):
        place = random.randrange(len(data) + 1)
        data = data[:place] + random.choice(ODD) + data[place:]
    return data


def flip_bytes(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randrange(1, 30)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def huge_cell(random: Random, data: bytes) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + random.choice([b"x", b'"', b"\xc3\xa9", b"[", b"9"]) * random.choice([1_000, 140_000, 1_500_000]) + data[place:]


def repeat(random: Random, data: bytes) -> bytes:
    start = random.randrange(len(data) + 1)
    part = data[start : start + random.choice([1, 10, 1_000])]
    return data[:start] + part * random.choice([2, 50, 2_000]) + data[start:]


ALONE: tuple[Callable[[Random, bytes], bytes], ...] = (
    truncate, drop_beginning, shuffle_lines, shuffle_cells, reencode, insert_odd, flip_bytes, huge_cell, repeat,
)  # fmt: skip


def mutated(seed: int, sources: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The damaged file of this number, under one of the names that files have."""
    random = Random(seed)
    name, data = random.choice(sources)
    for _ in range(random.randrange(1, 4)):
        if random.random() < 0.2:
            other = random.choice(sources)[1]
            cut = random.randrange(len(other) + 1)
            data = truncate(random, data) + other[cut : cut + 500_000]
        else:
            data = random.choice(ALONE)(random, data)
    if random.random() < 0.15:
        inner = {name: data, "ratings.csv": random.choice(sources)[1]}
        data, name = zipped_paths(inner), "upload.zip"
        if random.random() < 0.5:
            data = flip_bytes(random, data)
    return (random.choice([name, random.choice(sources)[0], "x"]), data)
