"""Measure the recommender on real ratings: the data, the run, the table."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..catalogue import jsonl, movielens
from ..catalogue.rating_columns import RatingColumns
from ..catalogue.records import MovieRecord
from ..catalogue.series import Film, Place, by_title
from ..core import Items, Ratings, Recommender
from ..core import evaluation as ev
from ..core.franchises import InOrder, franchises
from ..core.weights import WeightsSource, load_weights
from ..errors import InvalidInput
from . import peers, training

Progress = Callable[[str], None]
PROTOCOLS = ("T", "NR", "NX", "C", "R")
DIALS = (0.5, 1.0, 2.0, 3.0)
VALIDATED = 100  # the seed of the new people on whom peers' settings are chosen
LEAST = 1_000  # ratings below which nothing can be said


@dataclass(frozen=True)
class Data:
    """What is measured on."""

    name: str
    ratings: Ratings
    items: Items


def from_database() -> Data:
    """Everything in this instance."""
    return Data("this instance", training.load_ratings(with_times=True), training.load_items())


def from_files(folder: Path, metadata: Path | None = None, vectors: Path | None = None) -> Data:
    """A MovieLens folder or zip, with facts from a JSON-lines file and plot vectors from a .npy file in its order.

    Raises:
        ImportFailed: A file cannot be read.
        InvalidInput: The vectors are not one row for each line of the metadata.
    """
    data_set = movielens.open_data_set(folder)
    rows = RatingColumns.joined(data_set.ratings())
    items = _items_of_facts(metadata, vectors) if metadata else _items_of_movies(data_set)
    return Data(folder.name, Ratings.of_half_stars(rows.users, rows.movies, rows.half_stars, rows.rated_at), items)


def _items_of_movies(data_set: movielens.DataSet) -> Items:
    rows = list(data_set.movies())
    years = [record.year or 0 for _, record in rows]
    genres = [set(record.genres) for _, record in rows]
    return Items([movie for movie, _ in rows], genres, [[]] * len(rows), None, years=years, series=_series(rows))


def _items_of_facts(metadata: Path, vectors: Path | None) -> Items:
    problems: list[str] = []
    records = [record for record in jsonl.read_file(metadata, problems) if record.movielens_id is not None]
    plots = np.load(vectors, allow_pickle=False) if vectors else None
    if plots is not None and plots.shape[0] != len(records):
        raise InvalidInput(f"{vectors} has {plots.shape[0]} rows for {len(records)} movies of {metadata}.")
    return Items(
        [record.movielens_id for record in records],
        [set(record.genres) for record in records],
        [[(name, "director") for name in record.directors] + [(name, "actor") for name in record.cast] for record in records],
        plots,
        years=[record.year or 0 for record in records],
        keywords=[list(record.keywords) for record in records],
        languages=[record.languages[0] if record.languages else "" for record in records],
        series=_series([(record.movielens_id or 0, record) for record in records]),
    )


def _series(rows: Sequence[tuple[int, MovieRecord]]) -> list[tuple[str, int] | None]:
    """The films' places in series as an instance would know them: from the file, the embedded catalogue, and the titles."""
    given = {record.movielens_id: Place(record.series, record.part) for record in jsonl.embedded() if record.series}
    known = {movie: Place(record.series, record.part) for movie, record in rows if record.series}
    known |= {movie: given[movie] for movie, _ in rows if movie in given and movie not in known}
    places = {**by_title([Film(movie, record.title, record.year) for movie, record in rows], known), **known}
    return [(place.series, place.part or 0) if (place := places.get(movie)) else None for movie, _ in rows]


def run(
    data: Data, protocols: Sequence[str], with_peers: bool, ablate: bool, say: Progress, weights: WeightsSource = None, n_seeds: int = 1
) -> dict[str, Any]:
    """Every protocol with every method side by side; what `render` prints and JSON keeps.

    Raises:
        InvalidInput: There are too few ratings to measure anything.
    """
    if len(data.ratings) < LEAST:
        raise InvalidInput(f"{len(data.ratings)} ratings are too few to measure: import MovieLens, or give --movielens PATH.")
    started = time.monotonic()
    report: dict[str, Any] = _header(data, weights)
    judge = ev.Judge(data.items, franchises(data.items), InOrder(data.items))
    peers_of = _tuned_peers(data, protocols, with_peers, judge, n_seeds, say)
    asked = list(ev.tasks(data.ratings, data.items, protocols, range(n_seeds)))
    measured = ev.pooled(ev.ranking_study(judge, asked, lambda task: _methods(task, peers_of, ablate, weights), say))
    report["ranking"] = [_ranking_row(one, measured) for one in measured]
    if "R" in protocols:
        methods: list[ev.StarMethod] = [ev.OurStars(Recommender(weights)), ev.BiasStars(), *(peers.star_methods() if with_peers else ())]
        report["stars"] = [asdict(one) for one in ev.rating_study(data.ratings, data.items, methods, say)]
    report["seconds"] = round(time.monotonic() - started, 1)
    return report


def _header(data: Data, weights: WeightsSource) -> dict[str, Any]:
    return {
        "data": data.name,
        "ratings": len(data.ratings),
        "people": int(np.unique(data.ratings.user_ids).size),
        "movies": len(data.items),
        "machine": f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}",
        "weights": dict(load_weights(weights).provenance),
    }


Peers = Callable[[ev.Task], list[ev.Method]]


def _peers(with_peers: bool) -> list[ev.Method]:
    return [*ev.plain_baselines(), *(peers.ranking_methods() if with_peers else ())]


def _tuned_peers(data: Data, protocols: Sequence[str], with_peers: bool, judge: ev.Judge, n_seeds: int, say: Progress) -> Peers:
    """The peers of a task, each family at the setting that was best on hold-outs which nothing else is asked of."""
    inner = ev.inner_tasks(data.ratings, [VALIDATED], range(n_seeds), protocols)
    chosen = ev.best_settings(
        ev.ranking_study(judge, inner, lambda task: _peers(with_peers), lambda what: say(f"choosing settings, {what}"))
    )
    return lambda task: [peer for peer in _peers(with_peers) if task.name not in chosen or peer.name in chosen[task.name]]


def _methods(task: ev.Task, peers_of: Peers, ablate: bool, weights: WeightsSource) -> Iterable[ev.Method]:
    model = Recommender(weights)
    yield ev.Ours(model)
    if ablate:
        yield from (ev.Without(name, model) for name in ev.ABLATED)
    if task.name == "T":
        yield from (ev.Varied(dial, Recommender(weights)) for dial in DIALS)
    if task.name == "C":
        yield ev.ContentBaseline()
        return
    yield from peers_of(task)


def _ranking_row(one: ev.Measured, everything: Sequence[ev.Measured]) -> dict[str, Any]:
    ours = next(other for other in everything if other.task == one.task and other.method == ev.Ours.name)
    row: dict[str, Any] = {"task": one.task, "method": one.method, "people": len(one.people), "coverage": round(one.coverage, 4)}
    for metric in one.per_person:
        row[metric] = round(one.mean(metric), 4)
    row["ndcg@10 interval"] = [round(value, 4) for value in one.interval("ndcg@10")]
    row["ours / this"] = [round(value, 3) for value in ev.ratio_interval(ours, one)]
    return row


COLUMNS = (
    "ndcg@10",
    "recall@20",
    "precision@10",
    "mrr",
    "hit@10",
    "auc",
    "coverage",
    "popularity",
    "diversity",
    "franchise",
    "ahead",
    "barred",
)


def render(report: dict[str, Any]) -> str:
    """The report as Markdown tables."""
    size = f"{report['ratings']:,} ratings of {report['people']:,} people; {report['movies']:,} movies"
    lines = [f"{report['data']}: {size}; {report['seconds']} s", ""]
    for task in dict.fromkeys(row["task"] for row in report["ranking"]):
        rows = [row for row in report["ranking"] if row["task"] == task]
        lines += [
            f"### {task} ({rows[0]['people']} people)",
            "",
            "| method | nDCG@10 | 95% | ours / this | " + " | ".join(COLUMNS[1:]) + " |",
        ]
        lines.append("|---|" + "---|" * (len(COLUMNS) + 2))
        lines += [_line(row) for row in sorted(rows, key=lambda row: -row["ndcg@10"])]
        lines.append("")
    if "stars" in report:
        lines += _star_lines(report["stars"])
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    low, high = row["ndcg@10 interval"]
    ratio, least, most = row["ours / this"]
    cells = [f"{row['ndcg@10']:.4f}", f"{low:.3f}-{high:.3f}", f"{ratio:.2f} ({least:.2f}-{most:.2f})"]
    cells += [f"{row[column]:.3f}" if column in row else "" for column in COLUMNS[1:]]
    return f"| {row['method']} | " + " | ".join(cells) + " |"


def _star_lines(stars: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["### R (every rating once)", "", "| method | RMSE | MAE | not predicted |", "|---|---|---|---|"]
    lines += [f"| {one['method']} | {one['rmse']:.4f} | {one['mae']:.4f} | {one['unpredicted']} |" for one in stars]
    lines += ["", "Calibration of ours: predicted, real, how many", "", "| predicted | real | off by | ratings |", "|---|---|---|---|"]
    lines += [f"| {predicted:.2f} | {real:.2f} | {real - predicted:+.3f} | {count:,} |" for predicted, real, count in stars[0]["bins"]]
    return lines


def save(report: dict[str, Any], path: Path) -> None:
    """The report as JSON."""
    path.write_text(json.dumps(report, indent=1), "utf-8")
