"""The index of words: what is found, and what is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from movie_recommender.catalogue.words import WordIndex

texts = st.lists(st.lists(st.text("abcdef", min_size=1, max_size=9), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=12)


@given(texts, st.data())
def test_every_text_is_found_by_its_own_words_in_any_order(known, data):
    place = data.draw(st.integers(0, len(known) - 1))
    words = data.draw(st.permutations(known[place].split()))
    found = WordIndex(known).find(words)
    assert found[place] == max(found.values())


@given(texts, st.data())
def test_two_swapped_letters_of_a_long_word_are_forgiven(known, data):
    word = data.draw(st.text("ghij", min_size=5, max_size=9))
    at = data.draw(st.integers(0, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert len(known) in WordIndex([*known, word]).find([swapped])


def test_numbers_are_found_in_either_writing():
    index = WordIndex(["rocky ii", "terminator 2"])
    assert index.find(["rocky", "2"]) == {0: 1.0}
    assert index.find(["terminator", "ii"]) == {1: 1.0}


def test_nothing_is_found_by_nothing():
    assert WordIndex(["alien"]).find([]) == {}
    assert WordIndex([]).find(["alien"]) == {}
