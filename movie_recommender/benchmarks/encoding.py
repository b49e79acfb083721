"""What filling the plot index costs beside the bare encoder, on the embedded catalogue's plots and one thread.

python -m movie_recommender.benchmarks.encoding
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from typing import Any

from flask import Flask
from sqlalchemy import delete, select, update

from movie_recommender import settings, storage
from movie_recommender.catalogue.encoder import PACKAGED, load_encoder
from movie_recommender.catalogue.plot_text import plot_text
from movie_recommender.services import importing
from movie_recommender.services.plots import Plots
from movie_recommender.storage.models import Movie, PlotVector

from .machine import peak_bytes, resident_bytes

THREADS, PLOTS = 1, 256


def measure(plots: int = PLOTS) -> dict[str, Any]:
    """What loading the encoder takes, and plots a second of CPU: by it alone, and by `fillchroma` with everything around it."""
    started = _started()
    with tempfile.TemporaryDirectory() as instance:
        app = Flask(__name__)
        app.config.update(settings.load(INSTANCE_PATH=instance, ENCODER_THREADS=THREADS))
        storage.init_app(app)
        with app.app_context():
            storage.create_or_upgrade()
            importing.load_embedded()
            try:
                return started | _measured(Plots(dict(app.config)), app.config["ENCODER"], plots) | {"most_bytes": peak_bytes()}
            finally:
                storage.db.engine.dispose()


def _started() -> dict[str, Any]:
    """Seconds and CPU seconds until the first vector is there, and the memory that this took, in bytes; the encoder is thrown away."""
    before, began, cpu = resident_bytes(), time.perf_counter(), time.process_time()
    load_encoder(PACKAGED, THREADS).encode(["A shark comes to the beach."])
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"start_seconds": seconds, "start_cpu_seconds": cpu, "start_bytes": resident_bytes() - before}


def _measured(index: Plots, name: str, plots: int) -> dict[str, Any]:
    with storage.writing() as session:
        first = select(Movie.id).where(Movie.plot.is_not(None)).order_by(Movie.id).limit(plots)
        session.execute(update(Movie).where(Movie.id.not_in(first)).values(plot=None))
    movies = storage.db.session.scalars(select(Movie).where(Movie.plot.is_not(None)))
    texts = [plot_text(movie.plot, movie.keywords) for movie in movies]
    try:
        index.fill(_silent)  # loads the encoder
        with storage.writing() as session:
            session.execute(delete(PlotVector))
        begin = time.process_time()
        filled = index.fill(_silent)
        filling = time.process_time() - begin
    finally:
        index.close()
    encoder = load_encoder(name, THREADS)
    encoder.encode(texts[:32])
    begin = time.process_time()
    encoder.encode(texts)
    bare = time.process_time() - begin
    return {"plots": filled.encoded, "bare_per_second": len(texts) / bare, "fill_per_second": filled.encoded / filling}


def _silent(_done: int, _total: int) -> None:
    """Nobody is told."""


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
