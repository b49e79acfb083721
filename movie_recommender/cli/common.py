"""What all commands share: how they show progress, reports and errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..errors import MovieRecommenderError
from ..services import importing

if TYPE_CHECKING:
    from tqdm import tqdm


@contextmanager
def clear_errors() -> Iterator[None]:
    """Say what went wrong in one line and end with status 1."""
    try:
        yield
    except MovieRecommenderError as error:
        raise click.ClickException(error.message) from error


class Bars:
    """One progress bar for each thing that an import reads."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        bar = self._bars.get(what)
        if bar is None:
            from tqdm import tqdm

            bar = self._bars[what] = tqdm(total=total, desc=what, unit="", unit_scale=True, mininterval=0.5)
        bar.total = total
        bar.update(done)

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self._bars.values():
            bar.total = bar.n
            bar.close()


def say(report: importing.Report, nothing: str = "Nothing to do.") -> None:
    counts = ", ".join(f"{count:,} {name}" for name, count in report.counts.items() if count)
    click.echo(f"Done: {counts}." if counts else nothing)
    for problem in report.problems[:20]:
        click.echo(f"  skipped: {problem}", err=True)
    if len(report.problems) > 20:
        click.echo(f"  ... and {len(report.problems) - 20:,} more.", err=True)
