"""What a part of the torture found out: its figures, in lines, and how it says that something is wrong."""

from __future__ import annotations

import logging
import os
import platform
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

    def text(self, outcome: str) -> str:
        """As Markdown: when and with which sizes it ran, how it ended, and every line."""
        sizes = ", ".join(f"{name} {value:g}" for name, value in self.sizes.items())
        head = f"**{outcome}** {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, {time.monotonic() - self.started:.0f} s; {sizes}."
        return "\n".join([head, "", *(f"- {line}" for line in self.lines)])


def machine() -> str:
    """The machine in one line."""
    model = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), model)
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}, {platform.system()} {platform.release()}"


def quiet() -> None:
    """Leave the console to the figures: what the product logs in this process is not shown."""
    logging.disable(logging.CRITICAL)
