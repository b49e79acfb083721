"""Which films a newcomer is asked about."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from movie_recommender.catalogue.household import HOUSEHOLD_NAMES
from movie_recommender.errors import InvalidInput
from movie_recommender.services import browsing, onboarding, rating
from movie_recommender.storage import db
from movie_recommender.storage.models import Atlas

AXES = {0: [1.0, 0.0], 1: [0.0, 1.0], 2: [-1.0, 0.0], 3: [0.0, -1.0]}


@pytest.fixture
def films(app: Any, add_movie: Callable[..., int]) -> dict[int, list[int]]:
    """Four groups of six films, equally known within a group in turn, on two axes of taste."""
    ids = {group: [add_movie(f"Film {group} {at}", 1980 + at) for at in range(6)] for group in AXES}
    rows = [[ids[group][at], group, [axis * (1 + at / 10) for axis in AXES[group]]] for at in range(6) for group in AXES]
    groups = [{"name": f"Kind {group}", "films": ids[group][:4]} for group in AXES]
    with app.app_context():
        payload = json.dumps({"groups": groups, "films": rows}).encode()
        db.session.add(Atlas(name="groups", made_of="test", made_at=1, payload=payload))
        db.session.commit()
    return ids


def asked(user_id: int, picked: set[int], n: int = 4, shown: tuple[int, ...] = ()) -> list[int]:
    return [movie.id for movie in onboarding.next_films(user_id, picked, n, shown)]


def test_films_of_the_picked_groups_come_first_and_are_spread(app, alice, films):
    with app.app_context():
        first = asked(alice.id, {0, 1})
        assert set(first[:2]) & set(films[0])
        assert set(first[:2]) & set(films[1])


def test_nothing_rated_unseen_or_shown_is_asked_again(app, alice, films):
    with app.app_context():
        rating.rate(alice.id, films[0][0], 5)
        browsing.mark_unseen(alice.id, films[1][0])
        assert not {films[0][0], films[1][0], films[2][0]} & set(asked(alice.id, {0, 1, 2}, 30, (films[2][0],)))


def test_what_was_said_changes_what_is_asked_next(app, alice, bob, films):
    with app.app_context():
        before = asked(alice.id, {0, 1, 2}, 1)
        assert before == asked(bob.id, {0, 1, 2}, 1)
        rating.rate(bob.id, before[0], 5)
        group = next(group for group, ids in films.items() if before[0] in ids)
        assert asked(bob.id, {0, 1, 2}, 1)[0] not in films[group]
        for movie_id in films[0]:
            browsing.mark_unseen(alice.id, movie_id)
        assert not set(asked(alice.id, {0, 1, 2}, 3)) & set(films[0])


def test_without_groups_the_best_known_are_asked(app, alice, add_movie):
    movie_id = add_movie("Alien")
    with app.app_context():
        assert onboarding.groups() == []
        assert asked(alice.id, set()) == [movie_id]


def test_films_that_everybody_has_seen_come_before_other_well_known_ones(app, alice, add_movie):
    for number in range(30):
        add_movie(f"Known {number}", 1990, imdb_id=f"tt000{number:04}")
    everybody = [add_movie(f"Seen {number}", 1990, imdb_id=imdb_id) for number, imdb_id in enumerate(sorted(HOUSEHOLD_NAMES)[:5])]
    with app.app_context():
        assert set(asked(alice.id, set(), n=5)) == set(everybody)


@pytest.mark.parametrize("picked", [[], [0, 1], [0, 1, 9], [0, 1, 2, 3], [0, 0, 1]])
def test_anything_but_three_groups_is_refused(app, films, picked):
    with app.app_context(), pytest.raises(InvalidInput):
        onboarding.check_picked(picked, onboarding.groups())
