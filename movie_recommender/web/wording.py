"""How templates write numbers and dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Flask

LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cn": "Cantonese", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "ga": "Irish", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
    "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "ko": "Korean",
    "ku": "Kurdish", "la": "Latin", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian",
    "mr": "Marathi", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "wo": "Wolof", "xx": "no language", "yi": "Yiddish",
    "zh": "Chinese",
}  # fmt: skip


def init_app(app: Flask) -> None:
    """Give templates the filters of this page."""
    for write in (stars, count, day, isodate, runtime, mean, language, moment, bytesize, month):
        app.jinja_env.filters[write.__name__] = write


def stars(value: float) -> str:
    """`4`, `3.5`: stars without a needless zero."""
    return f"{value:g}"


def count(value: int, one: str, many: str) -> str:
    """`1 film`, `1,204 films`."""
    return f"{value:,} {one if value == 1 else many}"


def day(seconds: int) -> str:
    """`21 November 2026` (UTC)."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%B %Y}"


def month(name: str) -> str:
    """`November 2026` for `2026-11`; a year stands for itself."""
    return f"{datetime.strptime(name, '%Y-%m').replace(tzinfo=UTC):%B %Y}" if "-" in name else name


def isodate(seconds: int) -> str:
    """`2026-11-21`, for machines."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


def moment(seconds: float | None) -> str:
    """`2026-11-21 08:05:09 UTC`, for operators; a dash for what has not happened."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC" if seconds else "–"


def bytesize(count: int) -> str:
    """`3.4 MB`."""
    for unit, size in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def runtime(minutes: int) -> str:
    """`2 h 14 min`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def language(code: str) -> str:
    """`French` for `fr`; a code without a name here stands for itself."""
    return LANGUAGES.get(code, code)


def mean(histogram: Sequence[int]) -> str:
    """The mean of ten counts of 0.5, 1 ... 5 stars, as `3.8`."""
    return f"{sum(place * count for place, count in enumerate(histogram, 1)) / 2 / sum(histogram):.1f}"
