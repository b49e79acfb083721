"""What is read for learning: of all films, or of some alone."""

from __future__ import annotations

import numpy as np

from movie_recommender.services.training import load_items
from movie_recommender.storage import writing
from movie_recommender.storage.models import PlotVector


def test_some_films_alone_are_read_as_among_all(app, add_movie):
    heat = add_movie("Heat", 1995, ["Crime"], ["Michael Mann"], ["Al Pacino"], keywords=["heist"])
    clue = add_movie("Clue", 1985, ["Comedy"], ["Jonathan Lynn"])
    big = add_movie("Big", 1988, ["Comedy", "Fantasy"], ["Penny Marshall"], keywords=["wish"])
    with app.app_context():
        with writing() as session:
            for movie_id in (heat, clue):
                vector = np.full(4, movie_id, dtype="<f4").tobytes()
                session.add(PlotVector(movie_id=movie_id, encoder="an encoder", plot_hash="", vector=vector))
        every, some = load_items(), load_items([big, heat])
    places = [every.item_ids.tolist().index(movie_id) for movie_id in (heat, big)]
    assert some.item_ids.tolist() == [heat, big]
    for name in ("genres", "people", "keywords", "languages", "series", "fame"):
        assert list(getattr(some, name)) == [getattr(every, name)[place] for place in places]
    assert some.years.tolist() == [1995, 1988]
    assert np.array_equal(some.plot_vectors, every.plot_vectors[places], equal_nan=True)
