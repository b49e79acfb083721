"""All sizes, each in a process of its own, and the page that says what came out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from movie_recommender.errors import InvalidInput
from movie_recommender.storage import snapshots

from . import child, machine, peers, recompute, running_report, synthetic
from .running_report import table

PART_SECONDS, PEER_SECONDS = 3_600.0, 900.0
"""After which a part, or one library, is ended and the others go on."""

PARTS = ("recompute", "plots", "encoding", "imports", "scaling", "starts", "storing", "website", "latency", "memory", "browser")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        parts: Of `PARTS`.
        sizes: Of recompute, and of the peers beside it.
        plots: Among how many the nearest are looked for.
        people: Random people for the median and p95.
        peers: A Python with the peers' libraries, if they are asked.
        imported: The size that is imported.
        postgresql: The URL of an empty database, into which it is imported too; beside it scaling makes its own.
        queue, chroma: URLs of a Redis database and of a Chroma server for scaling; "" does without.
        worlds: Sizes of the instances on which the product runs; the website and the browser are measured on the first.
        instance: A folder to run on instead, which may be thrown away.
    """

    parts: Sequence[str] = PARTS
    sizes: Sequence[str] = tuple(synthetic.SIZES)
    plots: Sequence[int] = (10_000, 60_000)
    people: int = 200
    peers: Path | None = None
    imported: str = "25m"
    postgresql: str = ""
    queue: str = ""
    chroma: str = ""
    worlds: Sequence[str] = ("100k", "32m")
    instance: Path | None = None


@dataclass
class SizeReport:
    """One size: our figures and, where there is a Python with them, the peers'."""

    ours: dict[str, Any]
    peers: list[dict[str, Any]] = field(default_factory=list)


def run(plan: Plan, say: Say) -> Iterator[str]:
    """Measure, and give the page as it comes about; what fails is said in its place, and the rest goes on.

    Raises:
        InvalidInput: An unknown size or part.
    """
    for kind, given, known in (("size", (*plan.sizes, *plan.worlds, plan.imported), synthetic.SIZES), ("part", plan.parts, PARTS)):
        if unknown := [each for each in given if each not in known]:
            raise InvalidInput(f"There is no {kind} {unknown[0]!r}. There are: {', '.join(known)}.")
    with child.ended_in_order():
        yield _about(plan)
        if "recompute" in plan.parts:
            yield from _tried(lambda: page(_recomputes(plan, say)))
        if "plots" in plan.parts:
            yield from _tried(lambda: _plots_table([_module("plots", n) for n in _said(plan.plots, say, "the nearest of {} plots")]))
        if "encoding" in plan.parts:
            say("plots encoded ...")
            yield from _tried(lambda: running_report.encoding(_module("encoding")))
        if "imports" in plan.parts:
            databases = ["", *filter(None, [plan.postgresql])]
            yield from _tried(
                lambda: running_report.imports(
                    [_module("imports", plan.imported, url) for url in _said(databases, say, f"import of {plan.imported} into {{}}")]
                )
            )
        if "scaling" in plan.parts:
            for world in plan.worlds:
                yield from _tried(lambda: _scaling(plan, world, say))  # noqa: B023
        yield from _running(plan, say)


def _about(plan: Plan) -> str:
    used = f"; {machine.postgresql(plan.postgresql)}" if plan.postgresql and {"imports", "scaling"} & set(plan.parts) else ""
    return _ABOUT.format(day=machine.today(), machine=machine.description() + used, load=machine.load())


def _said(things: Iterable[Any], say: Say, what: str) -> Iterator[Any]:
    for thing in things:
        say(what.format(str(thing).split(":")[0] or "sqlite") + " ...")
        yield thing


def _tried(part: Callable[[], str]) -> Iterator[str]:
    try:
        yield part()
    except InvalidInput as error:
        yield f"\n**Not measured.** {error.message}\n"


def _scaling(plan: Plan, world: str, say: Say) -> str:
    """Raises InvalidInput without a PostgreSQL to measure on."""
    if not plan.postgresql:
        raise InvalidInput("Scaling needs a PostgreSQL server on which databases may be made: --postgresql URL.")
    say(f"scaling, {world} ratings ...")
    return running_report.scaling(f"{world} ratings", _module("scaling", world, plan.postgresql, plan.queue, plan.chroma))


def _running(plan: Plan, say: Say) -> Iterator[str]:
    """What is measured on the product as it runs, on one instance after the other."""
    if not set(plan.parts) & {"starts", "storing", "website", "latency", "memory", "browser"}:
        return
    for number, world in enumerate(["" if plan.instance else world for world in (plan.worlds[:1] if plan.instance else plan.worlds)]):
        with tempfile.TemporaryDirectory() as folder:
            instance = plan.instance or Path(folder)
            name = f"{world} ratings" if world else str(instance)
            if world:
                say(f"an instance with {name} ...")
                if failed := "".join(_tried(lambda: child.module("instances", world, instance, seconds=PART_SECONDS) and "")):  # noqa: B023
                    yield failed
                    continue
            for part in plan.parts:
                if part in _ON_INSTANCES and (number == 0 or part in _ON_ALL):
                    say(f"{part}, {name} ...")
                    people = ("1", "8", "32") if number == 0 else ("1", "8")
                    arguments = (str(instance), *people) if part == "latency" else (str(instance),)
                    module, written = _ON_INSTANCES[part]
                    yield from _tried(lambda: written(name, _module(module, *arguments)))  # noqa: B023


_ON_ALL = ("starts", "latency", "memory")
_ON_INSTANCES: dict[str, tuple[str, Callable[[str, Any], str]]] = {
    "starts": ("starting", running_report.starts),
    "storing": ("storing", running_report.storing),
    "website": ("website", running_report.website),
    "latency": ("latency", running_report.latency),
    "memory": ("memory", running_report.memory),
    "browser": ("in_browser", running_report.in_the_browser),
}


def _module(name: str, *arguments: Any) -> Any:
    return json.loads(child.module(name, *arguments, seconds=PART_SECONDS))


def _recomputes(plan: Plan, say: Say) -> list[SizeReport]:
    reports = []
    for size in plan.sizes:
        say(f"{size} ratings ...")
        with tempfile.TemporaryDirectory() as folder:
            snapshot = Path(folder) / snapshots.NAME
            report = SizeReport(_module("recompute", size, plan.people, snapshot))
            if plan.peers:
                report.peers = _measure_peers(size, plan.peers, plan.people, snapshot, say)
        reports.append(report)
    return reports


def _measure_peers(size: str, python: Path, n_people: int, snapshot: Path, say: Say) -> list[dict[str, Any]]:
    """Each in a process of its own, so that none costs the others their memory or their turn.

    Ours is measured right before and right after each: from one minute to the next a shared machine differs more than the two.
    """
    found: list[dict[str, Any]] = []
    path = snapshot.with_name("world.npz")
    world = synthetic.of_size(size)
    chosen = recompute.random_people(world.n_users, n_people)
    shape = (world.n_users, world.n_items)
    np.savez(path, indptr=world.indptr, cols=world.cols, codes=world.codes, shape=shape, people=chosen)
    del world
    before = _module("lists", snapshot, path)
    for name in peers.PEERS:
        say(f"{size} ratings: {name} ...")
        environment = {} if name in peers.FREE else child.ONE_THREAD
        try:
            asked = json.loads(child.run([str(python), str(peers.__file__), str(path), name], PEER_SECONDS, environment))
        except InvalidInput as error:
            asked = [{"name": name, "note": error.message.rsplit("peers.py", 1)[-1][-200:].replace("\n", " ")}]
        after = _module("lists", snapshot, path)
        found += [{**one, "ours": [before, after]} for one in asked]
        before = after
    return found


def page(reports: list[SizeReport]) -> str:
    """The figures of recompute as Markdown."""
    parts = [_recompute_table(reports), _profile_table(reports), _state_table(reports)]
    if any(report.peers for report in reports):
        parts.append(_peers_table(reports))
    return "\n".join(parts)


_ABOUT = """# Benchmarks

Measured on {day} by `flask bench` (`make bench`) in one run; other machines will differ, ratios less so.

{machine}.
Load at the start: {load}.

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
                [
                    report.ours["size"], str(one["ratings"]), f"{one['milliseconds']:.2f}", f"{one['touched_bytes'] / 1e6:.1f}",
                    f"{one['limit_milliseconds']:.2f}", f"{ratio:.1f}",
                ]
            )  # fmt: skip
    about = (
        "## By how much the person rated, ms a recompute\n\nThe limit is what reading the state that a recompute needs would take at the "
        "bandwidth measured in the same process\n("
        + ", ".join(f"{r.ours['size']}: {r.ours['bandwidth'] / 1e9:.0f} GB/s" for r in reports)
        + ").\n\n"
    )
    return about + table(["size", "rated", "ms", "read, MB", "limit, ms", "times the limit"], rows)


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
            figures = [""] * 5
            if "milliseconds" in peer:
                around = [float(np.median(each[: peer["people"]])) for each in peer["ours"]]  # of the same people
                ratio = peer["milliseconds"] / np.mean(around)
                both = ", ".join(f"{ours:.2f}" for ours in around)
                figures = [f"{peer['milliseconds']:.2f}", both, f"{ratio:.2f}", f"{peer['fit_seconds']:.1f}", str(peer["people"])]
            rows.append([report.ours["size"], peer["name"], *figures, peer["note"], peer.get("versions", "")])
    about = (
        "## Peers, same data, same run\n\nMedian CPU ms a person, of all threads where it is more than one; top 500. Ours is of the "
        "same people, measured right before\nand right after the peer (their mean is compared), and computes thirteen signals, their blend "
        "and stars, which the peers do not.\n\n"
    )
    return about + table(
        ["size", "library", "ms", "ours before and after, ms", "times ours", "fit, CPU s", "people", "note", "versions"], rows
    )


_PLOT_FIGURES = (("exact_seconds", 1), ("fill_seconds", 1), ("query_ms", 2), ("recall", 3))


def _plots_table(plots: Sequence[dict[str, float]]) -> str:
    rows = [
        [f"{one['plots']:,}", *(f"{one[key]:.{digits}f}" for key, digits in _PLOT_FIGURES)] for one in plots
    ]  # fmt: skip
    about = "\n## Plots: the 50 nearest\n\nExact for all plots, by blocks, against filling and asking the Chroma index; 384 dimensions.\n\n"
    return about + table(["plots", "exact, CPU s", "filling Chroma, CPU s", "a question, CPU ms", "recall@50"], rows)
