"""The commands that measure and tune."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from ..errors import InvalidInput
from ..services.operating import EVALUATION
from .common import clear_errors


@click.command()
@click.option(
    "--parts", default="", help="Of recompute, plots, encoding, imports, scaling, starts, storing, website, latency, memory, browser."
)
@click.option("--sizes", default="100k,1m,10m,25m,32m", show_default=True, help="Sizes of recompute's synthetic data, as MovieLens'.")
@click.option(
    "--plots", default="10k,60k", show_default=True, help="Among how many plots the nearest are looked for; 60k takes 2.5 CPU minutes."
)
@click.option("--people", default=200, show_default=True, help="Random people for the median and p95.")
@click.option("--peers", type=click.Path(exists=True, path_type=Path), help="A Python with the libraries of requirements-peers.txt.")
@click.option("--imports", metavar="SIZE", default="25m", show_default=True, help="The size that is imported into SQLite.")
@click.option(
    "--postgresql",
    metavar="URL",
    default="",
    help="Import it into this empty database too; scaling makes one of its own on the same server.",
)
@click.option(
    "--redis", "queue", metavar="URL", default="", help="The queue of scaling: a Redis database that nothing else uses; else PostgreSQL."
)
@click.option("--chroma", metavar="URL", default="", help="A Chroma server for scaling; else the background APIs have their own.")
@click.option("--worlds", default="100k,32m", show_default=True, help="Sizes on which the product runs; pages and browser on the first.")
@click.option(
    "--instance",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Run the product on this instance instead, which may be thrown away: members are added to it.",
)
@click.option("--write", is_flag=True, help="Also write docs/benchmarks-measured.md.")
def bench(
    parts: str, sizes: str, plots: str, people: int, peers: Path | None, imports: str, postgresql: str, queue: str, chroma: str,
    worlds: str, instance: Path | None, write: bool,
) -> None:  # fmt: skip
    """Measure the product part by part, each printed when it is done; all of it takes half an hour, 6 GB of memory, 8 GB of disk."""
    from ..benchmarks import report  # numba is loaded by this command alone

    page = []
    with clear_errors():
        plan = report.Plan(
            _words(parts) or report.PARTS,
            _words(sizes),
            [_thousands(word) for word in _words(plots)],
            people,
            peers,
            imports,
            postgresql,
            queue,
            chroma,
            _words(worlds),
            instance,
        )
        for text in report.run(plan, lambda what: click.echo(what, err=True)):
            click.echo(text)
            page.append(text)
    if write:
        Path("docs", "benchmarks-measured.md").write_text("\n".join(page), "utf-8")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _thousands(word: str) -> int:
    """10k is 10,000."""
    if not word.removesuffix("k").isdecimal():
        raise InvalidInput(f"{word!r} is no number of plots such as 10k.")
    return int(word.removesuffix("k")) * (1000 if word.endswith("k") else 1)


def _measured_data(movielens: Path | None, metadata: Path | None, vectors: Path | None) -> Any:
    from ..services import evaluation

    return evaluation.from_files(movielens, metadata, vectors) if movielens else evaluation.from_database()


_data_options = (
    click.option("--movielens", type=click.Path(exists=True, path_type=Path), help="A MovieLens folder or zip instead of the instance."),
    click.option("--metadata", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Facts, one JSON object a movie."),
    click.option(
        "--vectors", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Plot vectors (.npy) in the order of --metadata."
    ),
)


def _with_data(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_data_options):
        command = option(command)
    return command


@click.command()
@_with_data
@click.option("--protocol", "protocols", multiple=True, type=click.Choice(["T", "NR", "NX", "C", "R"]), help="Only these; all by default.")
@click.option("--peers/--no-peers", default=True, help="Compare with implicit, LensKit and Surprise where installed.")
@click.option("--seeds", default=1, show_default=True, type=click.IntRange(1, 10), help="Splits of new people, pooled.")
@click.option("--ablate", is_flag=True, help="Also leave each signal out in turn.")
@click.option("--weights", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Another weights file.")
@click.option("--json", "json_path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here too.")
@with_appcontext
def evaluate(
    movielens: Path | None, metadata: Path | None, vectors: Path | None, protocols: tuple[str, ...], peers: bool, seeds: int, ablate: bool,
    weights: Path | None, json_path: Path | None,
) -> None:  # fmt: skip
    """Measure lists and predicted stars on held-out ratings, side by side with baselines and peers."""
    from tqdm import tqdm

    from ..services import evaluation

    with clear_errors():
        data = _measured_data(movielens, metadata, vectors)
        with tqdm(unit=" steps") as bar:
            report = evaluation.run(data, protocols or evaluation.PROTOCOLS, peers, ablate, lambda what: _step(bar, what), weights, seeds)
        rendered = evaluation.render(report)
        click.echo(rendered)
        Path(current_app.instance_path, EVALUATION).write_text(rendered, "utf-8")
        if json_path:
            evaluation.save(report, json_path)


@click.command()
@_with_data
@click.option("--splits", default=4, show_default=True, help="Seeded splits of new people.")
@click.option("--from-scratch", is_flag=True, help="Start at a plain prior, as the shipped weights were made, not at the weights before.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; the instance's tuned weights by default.")
@with_appcontext
def tune(movielens: Path | None, metadata: Path | None, vectors: Path | None, splits: int, from_scratch: bool, out: Path | None) -> None:
    """Fit the blend's weights on hold-outs and write them with their provenance, if they are better."""
    from tqdm import tqdm

    from ..services import tuning

    with clear_errors():
        with tqdm(unit=" steps") as bar:
            tuned = tuning.tune(
                _measured_data(movielens, metadata, vectors), lambda what: _step(bar, what), n_splits=splits, from_scratch=from_scratch
            )
        for task, (before, after) in tuned.gains.items():
            click.echo(f"{task:6} nDCG@10 {before:.4f} -> {after:.4f} ({after / max(before, 1e-9) - 1:+.1%})")
        click.echo("opposite people with lists of their own: {:.0%} -> {:.0%}".format(*tuned.own_lists))
        if not tuned.accepted:
            click.echo(
                "The new weights are not better on the people kept apart, or make opposite people's lists more alike: nothing was changed."
            )
            return
        path = out or Path(current_app.instance_path) / "weights.json"
        tuning.save(tuned, path)
        click.echo(f"Written to {path}. Use it with WEIGHTS_FILE={path}.")


def _step(bar: Any, what: str) -> None:
    bar.set_postfix_str(what, refresh=False)
    bar.update()


COMMANDS = (bench, evaluate, tune)
