"""The flask commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from tqdm import tqdm

from . import storage, supervisor
from .errors import ImportFailed
from .operator_commands import COMMANDS, clear_errors
from .services import accounts, demo, downloading, enriching, history, importing, orders
from .services.history import reporting
from .services.operating import EVALUATION


def init_app(app: Flask) -> None:
    """Register the commands on the application."""
    for command in (
        start, initdb, import_movielens, import_metadata, import_ratings, enrich, fillchroma, bench, evaluate, tune, seed_demo, remove_demo,
        *COMMANDS,
    ):  # fmt: skip
        app.cli.add_command(command)


class _Bars:
    """One progress bar for each thing that an import reads."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        bar = self._bars.get(what)
        if bar is None:
            bar = self._bars[what] = tqdm(total=total, desc=what, unit="", unit_scale=True, mininterval=0.5)
        bar.total = total
        bar.update(done)

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self._bars.values():
            bar.total = bar.n
            bar.close()


def _say(report: importing.Report, nothing: str = "Nothing to do.") -> None:
    counts = ", ".join(f"{count:,} {name}" for name, count in report.counts.items() if count)
    click.echo(f"Done: {counts}." if counts else nothing)
    for problem in report.problems[:20]:
        click.echo(f"  skipped: {problem}", err=True)
    if len(report.problems) > 20:
        click.echo(f"  ... and {len(report.problems) - 20:,} more.", err=True)


@click.command()
@click.option("--reload", is_flag=True, help="Start the website anew when its code changes.")
@click.pass_context
@with_appcontext
def start(context: click.Context, reload: bool) -> None:
    """Prepare what is not there yet, then run the website and the background API until Ctrl-C."""
    with clear_errors():
        supervisor.check_ports(current_app.config)
        click.echo("Database and catalogue ...")
        context.invoke(initdb)
        click.echo("Plots ...")
        context.invoke(fillchroma)
        supervisor.run(current_app.config, click.echo, reload)


@click.command()
@with_appcontext
def initdb() -> None:
    """Make the database or bring it up to date, and load the embedded catalogue; nothing that people entered is lost."""
    with clear_errors(), _Bars() as bars:
        storage.create_or_upgrade()
        report = importing.load_embedded(bars)
    _say(report, nothing="The database is up to date.")


@click.command()
@click.option("--rebuild", is_flag=True, help="Build the index anew even if it seems to be up to date.")
@with_appcontext
def fillchroma(rebuild: bool) -> None:
    """Encode plots that are new or changed and bring the plot index up to date; by the background API if it runs."""
    # Here and not above: the website imports this module, and must not import what computes.
    from .services import filling

    with clear_errors(), tqdm(desc="plots", unit="", mininterval=0.2, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            filled = filling.fill(rebuild, show)
        except KeyboardInterrupt:
            raise click.ClickException("Stopped. What is encoded is kept; `flask fillchroma` goes on from there.") from None
    click.echo(filled.sentence())


@click.command("import-movielens")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--download", "name", metavar="NAME", help="Fetch the set from GroupLens: ml-latest-small, ml-25m, ml-32m, ...")
@click.option("--yes", is_flag=True, help="Accept the terms of the set without being asked.")
@with_appcontext
def import_movielens(path: Path | None, name: str | None, yes: bool) -> None:
    """Bring in a MovieLens data set: a folder or zip (ml-latest*, ml-20m/25m/32m, ml-10m, ml-1m, ml-100k), or --download NAME."""
    if (path is None) == (name is None):
        raise click.UsageError("Give either the PATH of a data set or --download NAME.")
    with clear_errors():
        if name:
            click.echo(downloading.terms(name))
            if not yes and not click.confirm("Fetch it under these terms?"):
                raise click.ClickException("Nothing was fetched.")
    with clear_errors(), _Bars() as bars:
        report = importing.import_movielens(path or downloading.fetch(name or "", bars), bars)
    _say(report)


@click.command("seed-demo")
@click.option("--people", default=200, show_default=True, help="How many raters to make up.")
@with_appcontext
def seed_demo(people: int) -> None:
    """Make up a community of raters to look at; they are called so, no figure counts them, and `remove-demo` takes them away."""
    with clear_errors():
        raters, ratings = demo.seed(people)
    click.echo(f"Made up {raters:,} raters with {ratings:,} ratings. `flask remove-demo` takes them away again.")


@click.command("remove-demo")
@with_appcontext
def remove_demo() -> None:
    """Take the demo community away with everything it brought."""
    with clear_errors():
        removed = demo.remove()
    click.echo(f"Took {removed:,} made-up raters away." if removed else "There is no demo community here.")


@click.command("import-metadata")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def import_metadata(path: Path) -> None:
    """Complete movies from a JSON Lines file: ids, title, year, genres, directors, cast, plot, keywords, runtime, language."""
    with clear_errors(), _Bars() as bars:
        report = importing.import_metadata(path, bars)
    _say(report)


@click.command("import-ratings")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--user", "name", help="Whose history it is; left out for an orders file.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--overwrite", is_flag=True, help="Let the file's stars replace those given here by hand.")
@click.option("--add-unknown", is_flag=True, help="Add films with ids that the catalogue lacks, for `flask enrich` to complete.")
@with_appcontext
def import_ratings(path: Path, name: str | None, dry_run: bool, overwrite: bool, add_unknown: bool) -> None:
    """Bring in an export of Letterboxd, IMDb, Trakt, MovieLens, Criticker, Movary or this site, a CSV, or orders of a shop."""
    with clear_errors(), _Bars() as bars:
        if path.stat().st_size > history.MAX_UPLOAD:
            raise ImportFailed(f"{path} is larger than {history.MAX_UPLOAD // 1024**2} MB.")
        if name is None:
            _say(orders.import_orders(path, path.read_bytes()))
            return
        user = accounts.by_name(name)
        import_id = history.stage(user.id, path.name, path.read_bytes(), bars)
        _, staged = history.load(user.id, import_id)
        plan = history.make_plan(user.id, staged, overwrite)
        if not dry_run:
            counts = history.apply(user.id, import_id, overwrite, add_unknown)
        else:
            counts = plan.counts
            history.drop(user.id, import_id)
    _say_history(staged, counts, dry_run)


def _say_history(staged: history.Staged, counts: Mapping[str, int], dry_run: bool) -> None:
    click.echo(f"{staged.format}: {staged.rows:,} rows, {len(staged.films):,} films.")
    click.echo(f"Found: {reporting.sentence(reporting.found(staged), 'none')}.")
    click.echo(f"{'Would change' if dry_run else 'Done'}: {reporting.sentence(reporting.changes(counts), 'nothing new')}.")
    if kept := reporting.kept(counts):
        click.echo(f"Left as it is: {reporting.sentence(kept, '')}.")
    for film in staged.films:
        if film.how in ("near year", "part"):
            click.echo(f"  taken by {'a year apart' if film.how == 'near year' else 'a part of its title'}: {_named(film)}", err=True)
        elif film.how == "ambiguous":
            click.echo(f"  could be one of {len(film.candidates)} films, left out: {_named(film)}", err=True)
        elif film.how == "unknown" and film.movie_id is None:
            click.echo(f"  not in the catalogue: {_named(film)}", err=True)
    for why, count in staged.reasons.most_common():
        click.echo(f"  {count:,} rows left out: {why}", err=True)
    for note in staged.notes:
        click.echo(f"  {note}", err=True)


def _named(film: history.StagedFilm) -> str:
    return f"{film.film.title or film.film.imdb_id or film.film.tmdb_id} ({film.film.year or 'no year'})"


@click.command()
@click.option("--limit", type=click.IntRange(min=1), help="The most movies about which a provider is asked.")
@with_appcontext
def enrich(limit: int | None) -> None:
    """Complete movies (plot, people, genres, runtime, poster) from the providers of METADATA_PROVIDERS; can be stopped and goes on."""
    with clear_errors(), _Bars() as bars:
        report = enriching.enrich(limit, bars)
    _say(report, nothing="Nothing is missing, or everybody was asked lately.")


@click.command()
@click.option("--sizes", default="100k,1m,10m,25m,32m", show_default=True, help="Sizes of the synthetic data, as MovieLens'.")
@click.option("--people", default=200, show_default=True, help="Random people for the median and p95.")
@click.option("--peers", type=click.Path(exists=True, path_type=Path), help="A Python with the libraries of requirements-peers.txt.")
@click.option("--write", is_flag=True, help="Also write docs/benchmarks-recompute.md.")
def bench(sizes: str, people: int, peers: Path | None, write: bool) -> None:
    """Measure what a recompute costs at several sizes; 32m takes minutes and 4 GB."""
    from .benchmarks import report  # numba is loaded by this command alone

    with clear_errors():
        page = report.run([size.strip() for size in sizes.split(",")], people, peers, lambda what: click.echo(what, err=True))
    click.echo(page)
    if write:
        Path("docs", "benchmarks-recompute.md").write_text(page, "utf-8")


def _measured_data(movielens: Path | None, metadata: Path | None, vectors: Path | None) -> Any:
    from .services import evaluation

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
    from .services import evaluation

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
    from .services import tuning

    with clear_errors():
        with tqdm(unit=" steps") as bar:
            tuned = tuning.tune(
                _measured_data(movielens, metadata, vectors), lambda what: _step(bar, what), n_splits=splits, from_scratch=from_scratch
            )
        for task, (before, after) in tuned.gains.items():
            click.echo(f"{task:6} nDCG@10 {before:.4f} -> {after:.4f} ({after / max(before, 1e-9) - 1:+.1%})")
        if not tuned.accepted:
            click.echo("The new weights are not better on the people kept apart: nothing was changed.")
            return
        path = out or Path(current_app.instance_path) / "weights.json"
        tuning.save(tuned, path)
        click.echo(f"Written to {path}. Use it with WEIGHTS_FILE={path}.")


def _step(bar: tqdm, what: str) -> None:
    bar.set_postfix_str(what, refresh=False)
    bar.update()
