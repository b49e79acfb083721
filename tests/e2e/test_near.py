"""The plots read alike where films feel alike: what `fillchroma` encoded, checked against lists that were written beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from movie_recommender import create_app
from movie_recommender.services.training import load_plot_vectors
from movie_recommender.storage import db
from movie_recommender.storage.models import Movie

from ..catalogue.test_near import NEAR
from .conftest import Site

pytestmark = [pytest.mark.encoder, pytest.mark.xdist_group("e2e")]


def test_of_a_films_ten_nearest_a_film_lover_would_name_three(small_site: Site, tmp_path: Path) -> None:
    app = create_app(TESTING=True, INSTANCE_PATH=tmp_path, DATABASE_URL=f"sqlite:///{small_site.instance}/movie_recommender.sqlite3")
    with app.app_context():
        movies = db.session.execute(db.select(Movie.id, Movie.title, Movie.year).where(Movie.plot.is_not(None)).order_by(Movie.id)).all()
        vectors = load_plot_vectors([movie.id for movie in movies])
        db.engine.dispose()
    assert vectors is not None
    names = [f"{movie.title} ({movie.year})" for movie in movies]
    assert len(names) > 1000
    assert np.isfinite(vectors).all()
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -1)
    hits = {}
    for film, near in NEAR.items():
        nearest = np.argsort(-similarity[names.index(film)])[:10]
        hits[film] = sum(names[place] in near for place in nearest)
    assert {film: count for film, count in hits.items() if count < 3} == {}
    assert sum(hits.values()) / len(hits) >= 4.5
