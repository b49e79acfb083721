"""Titles: how MovieLens writes them, and the folded form by which they are compared and searched."""

from __future__ import annotations

import re
import unicodedata

_YEAR = re.compile(r"\s*\((\d{4})(?:[-–]\d{0,4})?\)\s*$")
_ARTICLE = re.compile(
    r"^(?P<rest>.+), (?P<article>The|A|An|Le|La|Les|L'|Un|Une|Il|Lo|Gli|I|Der|Die|Das|Ein|Eine|El|Los|Las|Den|Det|De|Het|O|Os)$",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\s*\((?P<also>[^()]*)\)\s*$")
_APOSTROPHE = re.compile(r"(?<=\w)['’‘`´ʼ](?=\w)")
# Two people each, where the order of the same words tells them apart.
_ORDER_MATTERS = {"keith david", "david keith", "daniel lee", "lee daniel"}
# Letters that do not decompose into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "þ": "th", "ı": "i"})


def split_title(text: str) -> tuple[str, str | None, int | None]:
    """A MovieLens title as (title, other title, year).

    `Shawshank Redemption, The (1994)` is ("The Shawshank Redemption", None, 1994);
    `City of Lost Children, The (Cité des enfants perdus, La) (1995)` has its original title as the other one;
    only a year in brackets at the very end is a year, so `2001: A Space Odyssey (1968)` is of 1968.
    """
    text = text.strip().strip('"').strip()
    year = None
    if match := _YEAR.search(text):
        year, text = int(match.group(1)), text[: match.start()]
    other = None
    while match := _ALSO.search(text):
        if not text[: match.start()].strip():
            break
        other, text = match.group("also"), text[: match.start()]
    if other is not None:
        other = natural_order(re.sub(r"^a\.?k\.?a\.?\s+", "", other, flags=re.IGNORECASE)) or None
    return natural_order(text), other, year


def natural_order(title: str) -> str:
    """`Matrix, The` as `The Matrix`."""
    title = title.strip()
    if match := _ARTICLE.match(title):
        article = match.group("article")
        return f"{article}{'' if article.endswith(chr(39)) else ' '}{match.group('rest')}"
    return title


def fold(text: str) -> str:
    """Lower case, without accents and punctuation, single spaces: equal for equal names however they are written.

    Apostrophes join what they stand between: `schindlers list` finds `Schindler's List`.
    """
    # Some letters (mathematical ones, say) turn into capitals only when they are decomposed.
    letters = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text)).casefold().translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", letters)
    plain = "".join(" " if not char.isalnum() else char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.split())


def person_key(name: str) -> str:
    """The form by which people are joined: folded, in whatever order the names stand (`Zhang Yimou`, `Yimou Zhang`)."""
    key = fold(name)
    return key if key in _ORDER_MATTERS else " ".join(sorted(key.split()))


def search_key(*titles: str | None) -> str:
    """The text in which search looks for words: all titles of a movie, folded, each once."""
    return " ".join(dict.fromkeys(key for title in titles if title and (key := fold(title.replace("&", " and ")))))
