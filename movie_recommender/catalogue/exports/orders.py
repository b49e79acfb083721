"""Orders of a shop: each customer is a community rater who liked what he ordered.

`sku` names the film: an IMDb id (`tt0111161`), `tmdb:278`, or a MovieLens id. Who and where the customer is stays outside:
`md5email` is kept as a pseudonym only, `zip` and `country` are not read.
"""

from __future__ import annotations

import re

from ..records import imdb_id, positive
from . import values
from .entries import Entry, Film, Reading
from .tables import Table

NAME = "orders"
LIKED = 8  # half stars that an order stands for
_CUSTOMER = re.compile(r"^[0-9a-f]{32}$")


def takes(table: Table) -> bool:
    """Whether this is an orders file, by its header."""
    return table.has("md5email", "sku")


def read(table: Table, reading: Reading) -> None:
    """Read the orders."""
    day_first = table.scan("created at", values.day_first) if table.has("created at") else None
    for row in table.rows(reading):
        customer, sku = row.get("md5email").casefold(), row.get("sku").casefold()
        film = _film(sku)
        if not _CUSTOMER.match(customer):
            reading.skip(table.name, row.number, "no customer (32 hexadecimal digits are expected)", sku)
        elif film is None:
            reading.skip(table.name, row.number, "the sku is no IMDb id, tmdb:number or MovieLens number", sku)
        else:
            at = values.moment(row.get("created at"), day_first)
            reading.entries.append(Entry(film, "rating", table.name, row.number, LIKED, at, owner=customer))


def _film(sku: str) -> Film | None:
    if sku.startswith("tt"):
        number = imdb_id(sku)
        return Film("", imdb_id=number) if number else None
    if sku.startswith("tmdb:"):
        tmdb = positive(sku.removeprefix("tmdb:"))
        return Film("", tmdb_id=tmdb) if tmdb else None
    movielens = positive(sku.removeprefix("ml:").removeprefix("movielens:"))
    return Film("", movielens_id=movielens) if movielens else None
