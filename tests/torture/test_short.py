"""The short form of `make torture`: every part, small, in the ordinary suite."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from . import ROOT, crash, faults, load, planted
from .parts import PARTS, SHORT
from .report import Report
from .stand import Stand


@pytest.fixture(autouse=True)
def silent() -> Iterator[None]:
    """What breaks on purpose need not be logged."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A stand whose processes run: starting them takes longer than breaking them."""
    sizes = SHORT["faults"]
    with faults.breakable(tmp_path_factory.mktemp("torture"), int(sizes["people"]), int(sizes["films"])) as here:
        yield here


# The last one has the engine learn anew in the end: the others need not wait for that.
ON_A_STAND: Mapping[str, Callable[[Report, Stand], None]] = {"load": load.on, "faults": faults.on, "crash": crash.on_sqlite}


@pytest.mark.xdist_group("torture")
@pytest.mark.parametrize("part", ON_A_STAND)
def test_running_processes_stand_the_short_form_of_this_part(part: str, here: Stand) -> None:
    report = Report(part, SHORT[part])
    ON_A_STAND[part](report, here)
    assert report.lines, "It measured nothing."


@pytest.mark.parametrize("part", [part for part in PARTS if part not in ON_A_STAND])
def test_the_product_stands_the_short_form_of_this_part(part: str, tmp_path: Path) -> None:
    report = Report(part, SHORT[part])
    PARTS[part](report, tmp_path)
    assert report.lines, "It measured nothing."


def test_every_fault_that_is_planted_has_its_place_in_the_code():
    for fault in planted.FAULTS:
        assert fault.right in (ROOT / fault.file).read_text("utf-8"), fault.what
