"""Single values of exports: texts, years, stars and dates in all the forms that they come in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from ...errors import InvalidInput

UNKNOWN_TIME = 0
_SPACES = re.compile(r"\s+")
_NUMERIC_DATE = re.compile(r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[ ,T]+(\d{1,2}):(\d{2}).*)?$")
_FORMS = ("%a %b %d %H:%M:%S %Y", "%b %d %Y, %H:%M", "%b %d, %Y", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d")
_FIRST_YEAR, _LAST_YEAR = 1870, 2200


def clean(value: object, longest: int = 300) -> str:
    """Text without control characters and doubled spaces, cut to `longest`; anything but text and numbers is empty."""
    if not isinstance(value, str):
        return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else ""
    text = _SPACES.sub(" ", value[: longest * 4]).strip()
    if not text.isprintable():
        text = _SPACES.sub(" ", "".join(char for char in text if char.isprintable()))
    return text[:longest].strip()


def year(value: object) -> int | None:
    """The first year of `1994`, `1994.0`, `2008–2013`; None when there is none."""
    match = re.match(r"\s*(\d{4})(?!\d)", str(value))
    return int(match.group(1)) if match and _FIRST_YEAR <= int(match.group(1)) <= _LAST_YEAR else None


def half_stars(value: object, best: int) -> int | None:
    """A rating on a scale up to `best` (5, 10 or 100) as half stars 1..10, rounded to the nearest; None when it is empty.

    Raises:
        InvalidInput: It is no number on that scale.
    """
    text = clean(value) if not isinstance(value, float) else repr(value)
    if not text or text == "-":
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    lowest = 0.0 if best == 100 else 0.5 if best == 5 else 1.0
    if not lowest <= number <= best:
        raise InvalidInput(f"{text[:20]!r} is no rating from {lowest:g} to {best}")
    return max(1, int(number * 10 / best + 0.5))


def moment(value: object, day_first: bool | None = None) -> int | None:
    """Seconds since 1970 (UTC) of a date or time; None when it is empty or no date.

    Args:
        value: ISO, `1/31/2015`, `31-01-15`, `Sat Jan 31 00:00:00 2015`, `Jan 31 2015, 20:15`, or seconds since 1970.
        day_first: How to read `1/2/2015`; None: the month comes first with slashes, the day with dashes and dots.
    """
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not 6 <= len(text) <= 40:
        return None
    if text.isascii() and text.isdigit() and len(text) in (9, 10, 13):
        return _known(int(text[:10]))
    try:
        return _seconds(datetime.fromisoformat(text.replace(" UTC", "+00:00")))
    except (ValueError, OverflowError):
        pass
    if match := _NUMERIC_DATE.match(text):
        return _numeric(match, day_first)
    for form in _FORMS:
        try:
            return _seconds(datetime.strptime(text, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    return None


def _numeric(match: re.Match[str], day_first: bool | None) -> int | None:
    first, separator, second, years, hour, minute = match.groups()
    if day_first is None:
        day_first = separator != "/"
    day, month = (int(first), int(second)) if day_first else (int(second), int(first))
    full = int(years) if len(years) == 4 else int(years) + (2000 if int(years) < 70 else 1900)
    try:
        return _seconds(datetime(full, month, day, int(hour or 0), int(minute or 0), tzinfo=UTC))
    except ValueError:
        return None


def day_first(values: Iterable[str]) -> bool | None:
    """How a column writes its dates, from a value that can be read only one way; None when all can be read both ways."""
    for value in values:
        if match := _NUMERIC_DATE.match(value.strip()):
            if int(match.group(1)) > 12:
                return True
            if int(match.group(3)) > 12:
                return False
    return None


def _seconds(when: datetime) -> int | None:
    if not _FIRST_YEAR <= when.year <= _LAST_YEAR:
        return None
    return _known(int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()))


def _known(seconds: int) -> int:
    return seconds or 1  # 0 stands for "unknown" where a time must be
