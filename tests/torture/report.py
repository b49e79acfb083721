"""What a part of the torture found out: its figures, in lines, and how it says that something is wrong."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field


class Finding(AssertionError):
    """The product did something that it must never do."""


def demand(condition: object, what: str) -> None:
    """Raise a `Finding` unless the condition holds."""
    if not condition:
        raise Finding(what)


@dataclass
class Report:
    """The figures of one part, in the order in which they were measured."""

    part: str
    sizes: Mapping[str, float]
    lines: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def size(self, name: str) -> int:
        return int(self.sizes[name])

    def say(self, line: str) -> None:
        self.lines.append(line)
        sys.stdout.write(f"[{self.part} {time.monotonic() - self.started:6.1f} s] {line}\n")
        sys.stdout.flush()


def quiet() -> None:
    """Leave the console to the figures: what the product logs in this process is not shown."""
    logging.disable(logging.CRITICAL)
