"""Fetching MovieLens data sets from GroupLens: after the terms were shown, checked before they are used."""

from __future__ import annotations

import hashlib
import logging
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from flask import current_app

from ..errors import ImportFailed, InvalidInput

log = logging.getLogger(__name__)
_TIMEOUT = (10, 60)  # seconds to connect, seconds between two pieces
_PIECE = 256 * 1024
Progress = Callable[[str, int, int], None]

CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions on "
    "Interactive Intelligent Systems (TiiS) 5, 4: 19:1-19:19. https://doi.org/10.1145/2827872"
)


@dataclass(frozen=True)
class DataSet:
    """A data set that GroupLens offers: what is in it, and whether its licence lets one pass it on."""

    holds: str
    may_pass_on: bool


DATA_SETS = {
    "ml-latest-small": DataSet("100,000 ratings of 9,700 movies by 610 people, 1 MB", may_pass_on=True),
    "ml-latest": DataSet("34 million ratings of 86,000 movies by 330,000 people, 335 MB", may_pass_on=True),
    "ml-32m": DataSet("32 million ratings of 88,000 movies by 200,000 people, 239 MB", may_pass_on=True),
    "ml-25m": DataSet("25 million ratings of 62,000 movies by 162,000 people, 250 MB", may_pass_on=True),
    "ml-20m": DataSet("20 million ratings of 27,000 movies by 138,000 people, 190 MB", may_pass_on=False),
    "ml-10m": DataSet("10 million ratings of 10,000 movies by 72,000 people, 63 MB", may_pass_on=False),
    "ml-1m": DataSet("1 million ratings of 4,000 movies by 6,000 people, 6 MB", may_pass_on=False),
    "ml-100k": DataSet("100,000 ratings of 1,700 movies by 1,000 people, 5 MB", may_pass_on=False),
}


def terms(name: str) -> str:
    """The terms of a data set in our own words; the README inside the zip is what counts.

    Raises:
        InvalidInput: GroupLens has no such data set, or we do not know it.
    """
    if name not in DATA_SETS:
        raise InvalidInput(f"There is no data set {name!r}. Known ones: {', '.join(DATA_SETS)}.")
    data_set = DATA_SETS[name]
    passing = "under these same terms" if data_set.may_pass_on else "only with GroupLens' permission"
    return (
        f"{name} ({data_set.holds}) is offered by GroupLens Research, University of Minnesota, for research.\n"
        "Its terms, in short (the README in the zip is what counts):\n"
        "  - no commercial use without permission from GroupLens;\n"
        f"  - pass it on {passing};\n"
        "  - do not suggest that the University of Minnesota or GroupLens endorses what you do;\n"
        "  - it comes without any warranty;\n"
        f"  - publications that use it name it:\n    {CITATION}"
    )


def fetch(name: str, progress: Progress) -> Path:
    """The zip of a data set: the one in `downloads/` of the instance folder if it is whole, else fetched from GroupLens.

    Raises:
        InvalidInput: There is no such data set.
        ImportFailed: It could not be fetched, or what arrived is not whole; the message says which. Nothing is left behind.
    """
    terms(name)
    url = f"{current_app.config['MOVIELENS_URL'].rstrip('/')}/{name}.zip"
    target = Path(current_app.config["INSTANCE_PATH"]) / "downloads" / f"{name}.zip"
    try:
        expected = _published_digest(f"{url}.md5")
    except requests.RequestException as error:
        if target.exists() and _damage(target, None) is None:
            log.info("GroupLens does not answer (%s); the %s fetched before is used.", error, name)
            return target
        raise ImportFailed(_unreachable(name, url, error)) from error
    if target.exists() and _damage(target, expected) is None:
        return target
    part = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _stream(name, url, part, progress)
        if damage := _damage(part, expected):
            raise ImportFailed(f"{url} arrived damaged ({damage}) and was thrown away. Try again.")
        part.replace(target)
    except requests.RequestException as error:
        raise ImportFailed(_unreachable(name, url, error)) from error
    except OSError as error:
        raise ImportFailed(f"{name} could not be kept in {target.parent}: {error}. Make room there, or free the folder.") from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _published_digest(url: str) -> str | None:
    """The MD5 that GroupLens gives next to a file, or None when it gives none."""
    answer = requests.get(url, timeout=_TIMEOUT)
    found = re.search(r"\b[0-9a-f]{32}\b", answer.text.lower()) if answer.ok else None
    return found.group() if found else None


def _stream(name: str, url: str, part: Path, progress: Progress) -> None:
    with requests.get(url, stream=True, timeout=_TIMEOUT) as answer:
        if answer.status_code == 404:
            raise ImportFailed(f"GroupLens does not offer {name} at {url} (any more). See https://grouplens.org/datasets/movielens/.")
        if not answer.ok:
            raise ImportFailed(f"GroupLens answered {answer.status_code} {answer.reason} for {url}. Try again later.")
        size, arrived = int(answer.headers.get("Content-Length") or 0), 0
        with part.open("wb") as file:
            for piece in answer.iter_content(_PIECE):
                file.write(piece)
                arrived += len(piece)
                progress("download", len(piece), max(size, arrived))
    if size and arrived != size:
        raise ImportFailed(f"Only {arrived:,} of {size:,} bytes of {url} arrived. Try again.")


def _damage(path: Path, expected: str | None) -> str | None:
    """What is wrong with a zip, or None. Its MD5 decides where GroupLens gives one, else the zip's own checksums."""
    if expected:
        with path.open("rb") as file:
            # MD5 is what GroupLens publishes; it guards against damage, not against an attacker (HTTPS does).
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        return None if digest == expected else f"its MD5 is {digest}, GroupLens gives {expected}"
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except (OSError, zipfile.BadZipFile) as error:
        return f"no whole zip: {error}"
    return f"{bad} in it is damaged" if bad else None


def _unreachable(name: str, url: str, error: requests.RequestException) -> str:
    why = "the connection broke off" if isinstance(error, requests.exceptions.ChunkedEncodingError) else "it cannot be reached from here"
    return (
        f"{name} could not be fetched from {url}: {why} ({type(error).__name__}). Check the network and try again; or fetch the "
        f"zip with another computer from https://grouplens.org/datasets/movielens/ and run `flask import-movielens PATH/{name}.zip`."
    )
