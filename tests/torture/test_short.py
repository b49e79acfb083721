"""The short form of `make torture`: every part, small, in the ordinary suite."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from .parts import PARTS, SHORT
from .report import Report


@pytest.fixture(autouse=True)
def silent() -> Iterator[None]:
    """What breaks on purpose need not be logged."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


ON_A_STAND = ("api", "crash", "faults", "load")  # in one process: they share the making of an instance


@pytest.mark.parametrize(
    "part", [pytest.param(part, marks=[pytest.mark.xdist_group("torture")] if part in ON_A_STAND else []) for part in PARTS]
)
def test_the_product_stands_the_short_form_of_this_part(part: str, tmp_path: Path) -> None:
    report = Report(part, SHORT[part])
    PARTS[part](report, tmp_path)
    assert report.lines, "It measured nothing."
