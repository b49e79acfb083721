"""Covers: the same for the same film, readable in every palette, whole for every title."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from movie_recommender.web import assets, covers
from movie_recommender.web.covers import moods

CSS = (assets.FOLDER / "css" / "covers.css").read_text(encoding="utf-8")
PALETTES = {name: dict(re.findall(r"--(\w): (#\w{6})", rules)) for name, rules in re.findall(r"\.p-(\w+) \{(.*?)\}", CSS)}


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_mood_has_its_palettes_and_every_palette_its_mood() -> None:
    names = {mood for mood, _ in moods.MOODS.values()}
    assert set(PALETTES) == {f"{mood}{number}" for mood in names for number in range(moods.PALETTES_EACH)}


@pytest.mark.parametrize("palette", PALETTES)
def test_the_title_is_readable_in_every_palette(palette: str) -> None:
    assert _contrast(PALETTES[palette]["g"], PALETTES[palette]["i"]) >= 4.5


@pytest.mark.parametrize("palette", PALETTES)
def test_the_picture_stands_out_in_every_palette(palette: str) -> None:
    colours = PALETTES[palette]
    assert max(_contrast(colours["g"], colours[colour]) for colour in "abc") >= 2


def test_a_film_has_the_same_cover_on_every_instance() -> None:
    facts = ("tt0078748", "Alien", 1979, ("Horror", "Sci-Fi"), ("space",), "Ridley Scott")
    first = covers.design(*facts)
    covers.design.cache_clear()
    assert covers.design(*facts) == first


def test_two_films_of_one_genre_and_title_differ() -> None:
    designs = {covers.design(f"tt{number:07}", "King Kong", 1976, ("Adventure",), (), "").art for number in range(20)}
    assert len(designs) == 20


def test_what_a_story_is_about_decides_the_picture() -> None:
    shark, heart = (moods.BY_KEYWORD[word] for word in ("shark", "wedding"))
    assert moods.picture(("summer", "shark attack")) == shark
    assert moods.picture(("big wedding",)) == heart
    assert moods.picture(("nothing known",)) is None


@pytest.mark.parametrize("genre", [*moods.MOODS, "IMAX", "(none)"])
def test_every_genre_has_covers_of_sound_markup(genre: str) -> None:
    for number, word in itertools.product(range(12), ("", "none", *list(moods.BY_KEYWORD)[::9])):
        design = covers.design(f"{number}{word}", "Title", 1950 + number * 6, (genre,), (word,), "")
        for element in ElementTree.fromstring(design.art).iter():
            assert "style" not in element.attrib
            assert "nan" not in element.attrib.get("d", "")


@given(st.text(min_size=1, max_size=200), st.sampled_from(sorted(covers.VOICES.values())))
def test_every_title_gets_a_size(title: str, letter: float) -> None:
    assert 0 <= covers.title_size(title, letter) < len(covers.SIZES)


@given(st.lists(st.text("abcdefghij", min_size=1, max_size=12), min_size=1, max_size=8), st.text("abc", min_size=1, max_size=12))
def test_a_longer_title_is_never_larger(words: list[str], more: str) -> None:
    assert covers.title_size(" ".join([*words, more]), 0.6) >= covers.title_size(" ".join(words), 0.6)


def test_the_sizes_of_the_style_sheet_are_those_of_the_program() -> None:
    sizes = [float(size) for size in re.findall(r"\.t\d \{ --size: ([\d.]+)cqi", CSS)]
    assert sizes == pytest.approx([size / 2 for size in covers.SIZES])


TITLES = (
    "Dracula", "Psycho", "Rosemary's Baby", "Sherlock Jr.", "Notorious", "Sunset Boulevard", "Waterworld", "Halloween", "Oppenheimer",
    "To Kill a Mockingbird", "The Apartment", "Midnight Cowboy", "Double Indemnity", "Seven Samurai", "Memories of Underdevelopment",
)  # fmt: skip
BROKEN = """() => [...document.querySelectorAll(".cover-title")].flatMap(title => {
    const text = title.firstChild, range = document.createRange();
    return [...text.data.matchAll(/\\S+/g)].filter(word => {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
    }).map(word => `${word[0]} in ${title.closest(".cover").className}`);
})"""


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_no_word_of_a_title_is_broken_with_the_plainest_fonts(chromium: Browser) -> None:
    page = chromium.new_page()
    shown = "".join(
        f'<span class="cover v-{voice} t{covers.title_size(title, letter)}" style="width: 252px">'
        f'<span class="cover-text"><span class="cover-title">{title}</span></span></span>'
        for voice, letter in covers.VOICES.items()
        for title in TITLES
    )
    page.set_content(f"<!doctype html><style>{assets.site_sheet()}</style>{shown}")
    assert page.locator(".cover-title").count() == len(TITLES) * len(covers.VOICES)
    assert page.evaluate(BROKEN) == []
    page.close()
