"""Titles as MovieLens writes them, and the folded forms by which titles and people are found."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movie_recommender.catalogue.titles import fold, natural_order, person_key, search_key, split_title


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2001: A Space Odyssey (1968)", ("2001: A Space Odyssey", None, 1968)),
        ("Shawshank Redemption, The (1994)", ("The Shawshank Redemption", None, 1994)),
        ("Seven (a.k.a. Se7en) (1995)", ("Seven", "Se7en", 1995)),
        ("Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)", ("Amelie", "Le Fabuleux destin d'Amélie Poulain", 2001)),
        ("Avventura, L' (a.k.a. Adventure, The) (1960)", ("L'Avventura", "The Adventure", 1960)),
        ("(500) Days of Summer (2009)", ("(500) Days of Summer", None, 2009)),
        ("1984 (1956)", ("1984", None, 1956)),
        ("1984", ("1984", None, None)),
        ("Death Note: Desu nôto (2006–2007)", ("Death Note: Desu nôto", None, 2006)),
        ("Babylon 5", ("Babylon 5", None, None)),
        ("", ("", None, None)),
    ],
)
def test_a_title_is_split_into_name_other_name_and_year(text: str, parts: tuple[str, str | None, int | None]) -> None:
    assert split_title(text) == parts


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80))
def test_any_text_can_be_split_folded_and_searched(text: str) -> None:
    name, _, year = split_title(text)
    assert year is None or 0 <= year <= 9999
    assert fold(fold(name)) == fold(name)
    assert search_key(text, text) == search_key(text)


def test_natural_order_leaves_other_commas_alone() -> None:
    assert natural_order("Good, the Bad and the Ugly, The") == "The Good, the Bad and the Ugly"
    assert natural_order("Crouching Tiger, Hidden Dragon") == "Crouching Tiger, Hidden Dragon"


def test_folding_makes_spellings_equal() -> None:
    assert fold("WALL·E") == fold("wall e")
    assert fold("Amélie") == "amelie"
    assert fold("Smørrebrød & Łódź") == "smorrebrod lodz"
    assert "schindlers list" in search_key("Schindler's List")
    assert search_key("Schindler’s List") == search_key("Schindler's List")
    assert search_key("Lock, Stock & Two Smoking Barrels") == "lock stock and two smoking barrels"


def test_a_person_is_one_in_either_order_of_names() -> None:
    assert person_key("Zhang Yimou") == person_key("Yimou Zhang")
    assert person_key("Wong Kar-wai") == person_key("Kar-Wai Wong")
    assert person_key("Keith David") != person_key("David Keith")
