"""Short texts found by their words, whatever the order, with beginnings, parts and typing mistakes."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from rapidfuzz import process
from rapidfuzz.distance import OSA

WHOLE, BEGINNING, PART = 1.0, 0.9, 0.7  # how much it counts that a word is there so
TYPO = (0.8, 0.6)  # with one, two wrong letters
BEGUN = 0.5  # the beginning with one wrong letter
ENOUGH = 0.66  # of the words' weight, when no text holds all of them
ROMAN = dict(zip("123456789", ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"), strict=True))
NUMBERS = {**ROMAN, **{roman: digit for digit, roman in ROMAN.items()}}
LIGHT = {"the", "a", "an", "of", "and", "in", "to", "on", "at", "le", "la", "les", "de", "der", "die", "das", "el", "il"}
LIGHT_WEIGHT = 0.2  # what a small word counts in place of 1


class Texts:
    """Short texts without line breaks, by place, as one value: as objects a hundred thousand take several times their letters."""

    def __init__(self) -> None:
        self._letters, self._begins = bytearray(), array("I")

    def __getitem__(self, place: int) -> str:
        begin = self._begins[place]
        return self._letters[begin : self._letters.index(b"\n", begin)].decode()

    def append(self, text: str) -> None:
        self._begins.append(len(self._letters))
        self._letters += text.encode() + b"\n"

    def holding(self, part: str) -> Iterator[int]:
        """Places of the texts that hold a part, in order."""
        sought = part.encode()
        at = self._letters.find(sought)
        while at >= 0:
            yield bisect_right(self._begins, at) - 1
            at = self._letters.find(sought, self._letters.index(b"\n", at))


class WordIndex:
    """Folded texts (`titles.fold`) by the words that they hold; a place is a text's position."""

    def __init__(self, texts: Iterable[str]) -> None:
        numbers: dict[str, int] = {}
        said, places = array("I"), array("I")  # each word of each text
        self._joined = Texts()
        for place, text in enumerate(texts):
            for word in dict.fromkeys(text.split()):
                said.append(numbers.setdefault(word, len(numbers)))
                places.append(place)
            self._joined.append(text.replace(" ", ""))
        self._words = sorted(numbers)
        order = array("I", (numbers[word] for word in self._words))
        del numbers  # the most memory is taken here
        self._starts, self._places = _by_word(said, places, order)

    def find(self, words: Sequence[str]) -> dict[int, float]:
        """Places of the texts that hold the words, with how well (0..1): exactly if any does, else nearly, else most of them."""
        exact = [self._exact(word) for word in words]
        if found := _together(words, exact, 1.0):
            return found
        if found := self._run_together(words):
            return found
        near = [{**self._misspelt(word), **places} for word, places in zip(words, exact, strict=True)]
        return _together(words, near, 1.0) or (_together(words, near, ENOUGH) if len(words) > 2 else {})

    def _exact(self, word: str) -> dict[int, float]:
        """Texts with the word as a part, as a beginning, as a whole; the best counts."""
        found: dict[int, float] = {}
        if len(word) > 2 or (len(word) > 1 and not word.isascii()):
            self._note(found, (number for number, other in enumerate(self._words) if word in other), PART)
        start = bisect_left(self._words, word)
        end = bisect_left(self._words, word + "\U0010ffff")
        self._note(found, range(start, end), BEGINNING)
        for same in (word, NUMBERS.get(word)):
            if same and (at := bisect_left(self._words, same)) < len(self._words) and self._words[at] == same:
                self._note(found, (at,), WHOLE)
        return found

    def _misspelt(self, word: str) -> dict[int, float]:
        """Texts with a word that differs by one letter (from 4 letters on) or two (from 8 on); two swapped letters are one."""
        most = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        found: dict[int, float] = {}
        if most:
            if len(word) > 4:  # he is still typing, with a mistake already
                longer = [number for number, other in enumerate(self._words) if len(other) > len(word)]
                begun = process.extract(
                    word, [self._words[number][: len(word)] for number in longer], scorer=OSA.distance, score_cutoff=1, limit=None
                )
                self._note(found, (longer[at] for _, _, at in begun), BEGUN)
            near = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=most, limit=None)
            for _, distance, number in sorted(near, key=lambda match: -match[1]):
                self._note(found, (number,), WHOLE if not distance else TYPO[int(distance) - 1])
        return found

    def _run_together(self, words: Sequence[str]) -> dict[int, float]:
        """Texts that hold the words when spaces do not count (`starwars`, `spider man`)."""
        joined = "".join(words)
        if len(joined) < 5:
            return {}
        return dict.fromkeys(self._joined.holding(joined), PART)

    def _note(self, found: dict[int, float], numbers: Iterable[int], worth: float) -> None:
        for number in numbers:
            for place in self._places[self._starts[number] : self._starts[number + 1]]:
                found[place] = worth


def _by_word(said: array[int], places: array[int], order: array[int]) -> tuple[array[int], array[int]]:
    """Where the places of each word begin, and these places; `said` are the words' numbers, in `order` is how they come."""
    sizes = array("I", bytes(order.itemsize * len(order)))
    for number in said:
        sizes[number] += 1
    starts = array("I", accumulate((sizes[number] for number in order), initial=0))
    free = array("I", bytes(order.itemsize * len(order)))
    for start, number in zip(starts, order, strict=False):
        free[number] = start
    found = array("I", bytes(said.itemsize * len(said)))
    for number, place in zip(said, places, strict=True):
        found[free[number]] = place
        free[number] += 1
    return starts, found


def _together(words: Sequence[str], found: Sequence[dict[int, float]], share: float) -> dict[int, float]:
    """Texts in which words of at least this share of the weight were found, with the mean of how well."""
    weights = [LIGHT_WEIGHT if word in LIGHT else 1.0 for word in words]
    total, held, worth = sum(weights), dict[int, float](), dict[int, float]()
    for places, weight in zip(found, weights, strict=True):
        for place, value in places.items():
            held[place] = held.get(place, 0.0) + weight
            worth[place] = worth.get(place, 0.0) + weight * value
    least = share * total - 1e-9
    return {place: worth[place] / total for place, weight in held.items() if weight >= least}
