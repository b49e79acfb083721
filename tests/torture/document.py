"""The figures in docs/reliability.md: each part's block is replaced by that of its last run."""

from __future__ import annotations

import re

from . import ROOT
from .report import Report, machine

DOCUMENT = ROOT / "docs" / "reliability.md"


def write(name: str, report: Report, outcome: str) -> None:
    """Put the figures between the part's marks.

    Raises:
        ValueError: The document has no place for the part.
    """
    text = DOCUMENT.read_text(encoding="utf-8")
    mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not mark.search(text):
        raise ValueError(f"{DOCUMENT} has no place for {name}.")
    block = f"{report.text(outcome)}\n\nMachine: {machine()}.\n"
    DOCUMENT.write_text(mark.sub(lambda found: found[1] + block + found[2], text), encoding="utf-8")
