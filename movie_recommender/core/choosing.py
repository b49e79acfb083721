"""What a list holds: the best of all, varied, and the best of every genre, decade and language, chosen from one scoring."""

from __future__ import annotations

from numba import njit

from .select import above_the_rest, best_of_groups, listed
from .variety import varied

POOL, VARIED = 100, 60
"""Among how many of the best candidates variety chooses, and how many places it fills; after them the score decides."""

CANDIDATES = 2000
"""Among how many of the best the best of every genre are looked for first."""


@njit(cache=True, nogil=True)
def choose(scores, allowed, numbers, dial, genres, facets, series, wanted):  # type: ignore[no-untyped-def]
    """The positions that a list holds.

    Args:
        scores, allowed: ``float32[n_items]`` and ``bool[n_items]``.
        numbers: how many over all, of each genre, of each facet.
        dial: of variety (`diversify`).
        genres, facets: `Groups.parts`.
        series: ``int[n_items]``, as of `diversify`.
        wanted: positions that it holds in any case; -1 stands for none.

    Returns:
        How many are the best over all; ``int64``, all positions: first those, then the others by score; and
        ``int64[n_genres, n]``, the best of every genre, -1 where there are fewer.
    """
    n, n_by_genre, n_by_facet = numbers
    is_grouped = n_by_genre > 0 or n_by_facet > 0
    first, order = above_the_rest(scores, allowed, max(n, POOL, CANDIDATES if is_grouped else 0))
    top = varied(first[order[: max(n, POOL)]], scores, genres[2], genres[3], series, min(n, VARIED), dial)[: max(n, 0)]
    grouped = best_of_groups(scores, allowed, first, order, genres, n_by_genre)
    faceted = best_of_groups(scores, allowed, first, order, facets, n_by_facet)
    return top.size, listed(scores, first, order, top, grouped, faceted, wanted), grouped
