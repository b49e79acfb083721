"""What was measured on the running product, and of bringing data in, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Rows = Sequence[dict[str, Any]]


def table(heads: list[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def latency(where: str, rows: Rows) -> str:
    """From a rating to the fresh list."""
    about = (
        f"\n## From a rating to the fresh list: {where}\n\nThrough both processes over HTTP, asked for as the page's script asks; "
        "everybody rates, takes the new list, and\nlooks at it for 0.5 to 1.5 s. CPU is what the processes took a rating, "
        "all requests included.\n\n"
    )
    heads = ["people at once", "ratings", "p50, ms", "p95, ms", "worst, ms", "saved p50, ms", "web CPU, ms", "background CPU, ms"]
    heads += ["web, MB", "background, MB"]
    return about + table(
        heads,
        [
            [
                *(str(row[name]) for name in ("people", "ratings")),
                *(f"{row[name]:.0f}" for name in ("p50", "p95", "worst", "saved_p50")),
                *(f"{each:.1f}" for each in row["cpu"]),
                *(f"{each / 1e6:.0f}" for each in row["memory"]),
            ]
            for row in rows
        ],
    )


def scaling(where: str, found: dict[str, Any]) -> str:
    """Stage 2: from a rating to the fresh list with one and with two background APIs."""
    about = (
        f"\n## Stage 2: {where}\n\n{found['servers']}.\nOne website of two workers. Everybody rates, waits for the list and looks at it "
        "for 0.5 to 1.5 s; in the lines without looking the\nnext rating follows at once. CPU is ms a rating: of each process, and of the "
        "whole machine with its servers and the people who ask.\n\n"
    )
    heads = ["background APIs", "people at once", "ratings", "p50, ms", "p95, ms", "worst, ms", "lists a second"]
    heads += ["websites' CPU", "background APIs' CPU", "machine's CPU", "websites, MB", "background APIs, MB"]
    rows = []
    for row in found["rows"]:
        met, first = row["met"], len(row["met"]["cpu"]) - row["backgrounds"]
        cpu, held = ([f"{each:.1f}" for each in met["cpu"]], [f"{each / 1e6:.0f}" for each in met["memory"]])
        rows.append(
            [
                str(row["backgrounds"]), str(met["people"]) + ("" if row["looking"] else ", without looking"), str(met["ratings"]),
                *(f"{met[name]:.0f}" for name in ("p50", "p95", "worst")), f"{met['per_second']:.1f}",
                " + ".join(cpu[:first]), " + ".join(cpu[first:]), f"{row['machine_cpu']:.0f}",
                " + ".join(held[:first]), " + ".join(held[first:]),
            ]
        )  # fmt: skip
    return about + table(heads, rows)


def website(where: str, found: dict[str, Any]) -> str:
    """The website's requests beside a bare hello."""
    about = (
        f"\n## The website's requests: {where}\n\nOne gunicorn process, asked one request after another over a kept connection; CPU of "
        f"the whole process, the best of some rounds.\nThe process had {found['memory'] / 1e6:.0f} MB afterwards.\n\n"
    )
    rows = [
        [
            one["name"], f"{one['cpu_ms']:.2f}", f"{one['times_hello']:.1f}", f"{1000 / one['cpu_ms']:,.0f}", f"{one['elapsed_ms']:.2f}",
            f"{one['per_second']:,.0f}",
            f"{one['size']:,}",
        ]
        for one in found["costs"]
    ]  # fmt: skip
    return about + table(["request", "CPU ms", "times a hello", "a second of CPU", "elapsed ms", "a second, one connection", "bytes"], rows)


def in_the_browser(where: str, found: dict[str, Any]) -> str:
    """What a reader waits for, by Chromium's own account, and a newcomer's way."""
    visits, walk = found["visits"], found["walk"]
    rows = [
        [
            one["screen"], one["cache"], str(one["cards"]), f"{one['largest_paint']:.0f}", f"{one['layout_shift']:g}", f"{one['bytes']:,}",
            str(one["requests"]),
        ]
        for one in visits
    ]  # fmt: skip
    text = f"\n## The page in the browser: {where}\n\nMedians of Chromium's own figures; bytes and requests without posters.\n\n"
    text += table(["screen", "cache", "cards", "largest paint, ms", "layout shift", "bytes", "requests"], rows)
    return text + (
        f'\nFrom "Register" to a list of twenty somebody with the pauses of a human took {walk["interactions"]} interactions and '
        f"{walk['seconds']:.0f} s; the list came\n{walk['seconds_from_last_star']:.2f} s after the last star.\n"
    )


def starts(where: str, rows: Rows) -> str:
    """The background API until it can make lists."""
    about = f"\n## The background API's start: {where}\n\nAs `flask start` starts it, until the engine is ready; without the encoder.\n\n"
    heads = ["from", "ratings", "elapsed s", "CPU s", "memory then, MB", "when idle, MB", "most until then, MB"]
    return about + table(
        heads,
        [
            [
                one["source"], f"{one['ratings']:,}", f"{one['seconds']:.1f}", f"{one['cpu_seconds']:.1f}",
                *(f"{one[name] / 1e6:,.0f}" if one[name] else "" for name in ("memory", "memory_idle", "most_memory")),
            ]
            for one in rows
        ],
    )  # fmt: skip


def storing(where: str, found: dict[str, Any]) -> str:
    """A list from the engine's answer to the disk."""
    both = found["packing_ms"] + found["writing_ms"]
    row = [f"{found['films']:,}", f"{found['bytes']:,}", *(f"{ms:.2f}" for ms in (found["packing_ms"], found["writing_ms"], both))]
    heads = ["films", "bytes", "put into words and packed, CPU ms", "written, CPU ms", "both"]
    return f"\n## Storing a list: {where}\n\n" + table(heads, [row])


def memory(where: str, found: dict[str, Any]) -> str:
    """What both processes hold after what was asked of them."""
    about = (
        f"\n## Memory: {where}\n\nOne website process with four threads, asked by all people at once, each line after those before it; the "
        "most is since its start.\nThe background API without the encoder; the most is since the line before.\n\n"
    )
    heads = ["process", "after", "MB", "most, MB"]
    rows = [
        [process, one["what"], f"{one['now'] / 1e6:,.0f}", f"{one['most'] / 1e6:,.0f}"]
        for process in ("website", "background")
        for one in found[process]
    ]
    return about + table(heads, rows)


def imports(rows: Rows) -> str:
    """Bringing ratings in, and the engine made from SQL."""
    heads = ["database", "ratings", "CPU s", "elapsed s", "peak, MB", "engine from SQL, CPU s (elapsed)", "peak then, MB"]
    return "\n## Import, and the engine from SQL\n\nCPU is this process'; PostgreSQL's own is in the elapsed time.\n\n" + table(
        heads,
        [
            [
                one["database"], f"{one['ratings']:,}", f"{one['cpu_seconds']:.0f}", f"{one['seconds']:.0f}",
                f"{one['peak_bytes'] / 1e6:,.0f}",
                f"{one['start_cpu_seconds']:.0f} ({one['start_seconds']:.0f})", f"{one['start_peak_bytes'] / 1e6:,.0f}",
            ]
            for one in rows
        ],
    )  # fmt: skip


def encoding(found: dict[str, Any]) -> str:
    """Filling the index of plots beside the bare encoder."""
    row = [f"{found['plots']:,}", f"{found['bare_per_second']:.1f}", f"{found['fill_per_second']:.1f}"]
    row += [f"{found[name]:.1f}" for name in ("start_seconds", "start_cpu_seconds")]
    row += [f"{found[name] / 1e6:,.0f}" for name in ("start_bytes", "most_bytes")]
    heads = ["plots", "the bare encoder, a second", "fillchroma, index included", "start until the first vector, s", "CPU s"]
    heads += ["memory that it took, MB", "most of the process when all is encoded, MB"]
    about = "\n## Plots encoded\n\nOne thread, a second of CPU; the start is that of torch, of the model and of its first vector.\n\n"
    return about + table(heads, [row])
