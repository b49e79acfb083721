"""What members let the others see."""

from __future__ import annotations

from typing import Any

from movie_recommender.services import accounts, openness
from tests.conftest import PASSWORD


def test_a_member_shows_nothing_until_he_says_so_and_each_thing_by_itself(app: Any) -> None:
    with app.app_context():
        alice, bob = (accounts.register(name, PASSWORD).id for name in ("Alice", "Bob"))
        assert (openness.of(alice).as_neighbour, openness.of(alice).tonight) == (False, False)
        openness.allow(alice, tonight=True)
        openness.allow(bob, as_neighbour=True)
        assert (openness.of(alice).as_neighbour, openness.of(alice).tonight) == (False, True)
        openness.allow(alice, as_neighbour=True)
        assert openness.names("tonight") == {alice: "Alice"}
        assert openness.names("as_neighbour") == {alice: "Alice", bob: "Bob"}
        openness.allow(alice, tonight=False)
        assert openness.names("tonight") == {}
        assert openness.of(alice).as_neighbour
