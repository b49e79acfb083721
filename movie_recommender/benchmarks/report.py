"""All sizes, each in a process of its own, and the page that says what came out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from movie_recommender.errors import InvalidInput

from . import machine, peers, running_report, synthetic
from .running_report import table

PEER_PEOPLE = 25
PLOTS = (10_000,)


@dataclass(frozen=True)
class Brought:
    """Which size is imported (empty: none), and into which databases besides a fresh SQLite (""): empty ones."""

    size: str = ""
    urls: tuple[str, ...] = ("",)


@dataclass
class SizeReport:
    """One size: our figures and, where there is a Python with them, the peers'."""

    ours: dict[str, Any]
    peers: list[dict[str, Any]] = field(default_factory=list)


def run(
    sizes: Iterable[str],
    people: int,
    peers_python: Path | None,
    say: Callable[[str], None],
    instance: Path | None = None,
    brought: Brought | None = None,
) -> str:
    """Measure and return the page.

    Raises:
        InvalidInput: an unknown size, or a measuring process that failed.
    """
    reports, brought = [], brought or Brought()
    for size in sizes:
        if size not in synthetic.SIZES:
            raise InvalidInput(f"There is no size {size!r}. Sizes: {', '.join(synthetic.SIZES)}.")
        say(f"{size} ratings ...")
        report = SizeReport(json.loads(_child([sys.executable, "-m", "movie_recommender.benchmarks.recompute", size, str(people)])))
        if peers_python:
            say(f"{size} ratings: peers ...")
            report.peers = _measure_peers(size, peers_python)
        reports.append(report)
    say("plots ...")
    plots = [json.loads(_child([sys.executable, "-m", "movie_recommender.benchmarks.plots", str(n)])) for n in PLOTS]
    text = page(reports, plots)
    if brought.size:
        for url in brought.urls:
            say(f"import of {brought.size} into {url.split(':')[0] or 'sqlite'} ...")
        text += running_report.imports([_module("imports", brought.size, url) for url in brought.urls])
    say("plots encoded ...")
    text += running_report.encoding(_module("encoding"))
    return text + (_running(instance, say) if instance else "")


def _running(instance: Path, say: Callable[[str], None]) -> str:
    """What is measured on the product as it runs."""
    say("the website's requests ...")
    text = running_report.website(_module("website", str(instance)))
    say("from a rating to the list ...")
    text += running_report.latency(_module("latency", str(instance)))
    say("the page in the browser ...")
    try:
        seen = _module("in_browser", str(instance))
    except InvalidInput as error:
        return f"{text}\n{error.message}\n"
    return text + running_report.in_the_browser(seen["visits"], seen["walk"])


def _module(name: str, *arguments: str) -> Any:
    return json.loads(_child([sys.executable, "-m", f"movie_recommender.benchmarks.{name}", *arguments]))


def _measure_peers(size: str, python: Path) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.npz"
        world = synthetic.of_size(size)
        chosen = np.random.default_rng(1).choice(world.n_users, PEER_PEOPLE, replace=False)
        shape = (world.n_users, world.n_items)
        np.savez(path, indptr=world.indptr, cols=world.cols, codes=world.codes, shape=shape, people=chosen)
        del world
        found: list[dict[str, Any]] = json.loads(_child([str(python), str(peers.__file__), str(path)]))
    return found


def _child(command: list[str]) -> str:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
    if done.returncode:
        raise InvalidInput(f"{' '.join(command)} failed with status {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def page(reports: list[SizeReport], plots: Sequence[dict[str, float]] = ()) -> str:
    """The figures as Markdown."""
    parts = [_ABOUT.format(machine=machine.description()), _recompute_table(reports), _profile_table(reports), _state_table(reports)]
    if any(report.peers for report in reports):
        parts.append(_peers_table(reports))
    if plots:
        parts.append(_plots_table(plots))
    return "\n".join(parts)


_ABOUT = """# Benchmarks

Made by `flask bench` (`make bench`), which measures in one run; other machines will differ, ratios less so.
{machine}.

Synthetic worlds of MovieLens' sizes and shape (seeded; `movie_recommender/benchmarks/synthetic.py`), plots of 64 dimensions.
A recompute is `Recommender.rank`: all signals, the 500 best and the 60 best of every genre, one thread. Reasons are traced
when the list is read; their cost is given apart. Times are CPU time of the thread, the best of 5.
"""


def _recompute_table(reports: list[SizeReport]) -> str:
    rows = [
        [
            r.ours["size"], f"{r.ours['ratings']:,}", f"{r.ours['people']}", f"{r.ours['median_ms']:.2f}", f"{r.ours['p95_ms']:.2f}",
            f"{r.ours['median_with_reasons_ms']:.2f}",
        ]
        for r in reports
    ]  # fmt: skip
    return "## Random people, ms a recompute\n\n" + table(["size", "ratings", "people", "median", "p95", "median with all reasons"], rows)


def _profile_table(reports: list[SizeReport]) -> str:
    rows = []
    for report in reports:
        for one in report.ours["by_profile"]:
            ratio = one["milliseconds"] / one["limit_milliseconds"]
            rows.append(
                [report.ours["size"], str(one["ratings"]), f"{one['milliseconds']:.2f}", f"{one['limit_milliseconds']:.2f}", f"{ratio:.1f}"]
            )
    about = (
        "## By how much the person rated, ms a recompute\n\nThe limit is what reading the state that a recompute needs would take at the "
        "bandwidth measured in the same process\n("
        + ", ".join(f"{r.ours['size']}: {r.ours['bandwidth'] / 1e9:.0f} GB/s" for r in reports)
        + ").\n\n"
    )
    return about + table(["size", "rated", "ms", "limit", "times the limit"], rows)


def _state_table(reports: list[SizeReport]) -> str:
    rows = [
        [
            r.ours["size"], f"{r.ours['state_bytes'] / r.ours['ratings']:.1f}", f"{r.ours['resident_bytes'] / 1e6:,.0f}",
            f"{r.ours['peak_bytes'] / 1e6:,.0f}", f"{r.ours['fit_seconds']:.1f}", f"{r.ours['rate_us']:.0f}", f"{r.ours['update_us']:.0f}",
            f"{r.ours['snapshot_bytes'] / 1e6:,.0f}", f"{r.ours['start_cpu_seconds']:.1f} ({r.ours['start_seconds']:.1f})",
            f"{r.ours['start_resident_bytes'] / 1e6:,.0f}",
        ]
        for r in reports
    ]  # fmt: skip
    heads = [
        "size", "arrays, bytes a rating", "model, MB", "peak of fit, MB", "fit, CPU s", "one rating applied, µs", "whole row, µs",
        "snapshot, MB", "start until the first list, CPU s (elapsed)", "memory then, MB",
    ]  # fmt: skip
    return "## State, start and updates\n\n" + table(heads, rows)


def _peers_table(reports: list[SizeReport]) -> str:
    rows: list[list[str]] = []
    for report in reports:
        for peer in report.peers:
            ratio = peer["milliseconds"] / report.ours["median_ms"]
            rows.append(
                [
                    report.ours["size"], peer["name"], f"{peer['milliseconds']:.2f}", f"{ratio:.1f}",
                    f"{peer['fit_seconds']:.1f}", str(peer["people"]), peer["note"],
                ]
            )  # fmt: skip
    about = (
        "## Peers, same data, same run\n\nMedian CPU ms a person, one thread, top 500; the ratio is to our median above, which includes "
        "content signals,\nblending and genre lists that the peers do not compute.\n\n"
    )
    return about + table(["size", "library", "ms", "times ours", "fit, CPU s", "people", "note"], rows)


_PLOT_FIGURES = (("exact_seconds", 1), ("fill_seconds", 1), ("query_ms", 2), ("recall", 3))


def _plots_table(plots: Sequence[dict[str, float]]) -> str:
    rows = [
        [f"{one['plots']:,}", *(f"{one[key]:.{digits}f}" for key, digits in _PLOT_FIGURES)] for one in plots
    ]  # fmt: skip
    about = "## Plots: the 50 nearest\n\nExact for all plots, by blocks, against filling and asking the Chroma index; 384 dimensions.\n\n"
    return about + table(["plots", "exact, CPU s", "filling Chroma, CPU s", "a question, CPU ms", "recall@50"], rows)
