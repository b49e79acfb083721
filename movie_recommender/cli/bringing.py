"""The commands that bring films, facts and ratings in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from flask.cli import with_appcontext

from ..errors import ImportFailed
from ..services import accounts, demo, enriching, history, importing, orders
from ..services.history import reporting
from .common import Bars, clear_errors, say


@click.command("import-movielens")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--download", "name", metavar="NAME", help="Fetch the set from GroupLens: ml-latest-small, ml-25m, ml-32m, ...")
@click.option("--yes", is_flag=True, help="Accept the terms of the set without being asked.")
@with_appcontext
def import_movielens(path: Path | None, name: str | None, yes: bool) -> None:
    """Bring in a MovieLens data set: a folder or zip (ml-latest*, ml-20m/25m/32m, ml-10m, ml-1m, ml-100k), or --download NAME."""
    if (path is None) == (name is None):
        raise click.UsageError("Give either the PATH of a data set or --download NAME.")
    from ..services import downloading

    with clear_errors():
        if name:
            click.echo(downloading.terms(name))
            if not yes and not click.confirm("Fetch it under these terms?"):
                raise click.ClickException("Nothing was fetched.")
    with clear_errors(), Bars() as bars:
        report = importing.import_movielens(path or downloading.fetch(name or "", bars), bars)
    say(report)


@click.command("import-metadata")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def import_metadata(path: Path) -> None:
    """Complete movies from a JSON Lines file: ids, title, year, genres, directors, cast, plot, keywords, runtime, language."""
    with clear_errors(), Bars() as bars:
        report = importing.import_metadata(path, bars)
    say(report)


@click.command("import-ratings")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--user", "name", help="Whose history it is; left out for an orders file.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--overwrite", is_flag=True, help="Let the file's stars replace those given here by hand.")
@click.option("--add-unknown", is_flag=True, help="Add films with ids that the catalogue lacks, for `flask enrich` to complete.")
@with_appcontext
def import_ratings(path: Path, name: str | None, dry_run: bool, overwrite: bool, add_unknown: bool) -> None:
    """Bring in an export of Letterboxd, IMDb, Trakt, MovieLens, Criticker, Movary or this site, a CSV, or orders of a shop."""
    with clear_errors(), Bars() as bars:
        if path.stat().st_size > history.MAX_UPLOAD:
            raise ImportFailed(f"{path} is larger than {history.MAX_UPLOAD // 1024**2} MB.")
        if name is None:
            say(orders.import_orders(path, path.read_bytes()))
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
    with clear_errors(), Bars() as bars:
        report = enriching.enrich(limit, bars)
    say(report, nothing="Nothing is missing, or everybody was asked lately.")


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


COMMANDS = (import_movielens, import_metadata, import_ratings, enrich, seed_demo, remove_demo)
