"""Seeded worlds shaped like MovieLens: long tails of people and films, clusters of taste, half stars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from movie_recommender.core import Items, Ratings

SIZES = {
    "100k": (610, 9_724, 100_836),
    "1m": (6_040, 3_706, 1_000_209),
    "10m": (69_878, 10_677, 10_000_054),
    "25m": (162_541, 59_047, 25_000_095),
    "32m": (200_948, 87_585, 32_000_204),
}
"""People, films and ratings of MovieLens latest-small, 1M, 10M, 25M and 32M."""

N_CLUSTERS = 24
FAVOURITES = 3
GENRES = 19
DIMENSIONS = 64
"""Of the plot vectors: fewer than an encoder's 384, so that a world is made in seconds."""

FEWEST, SPREAD = 20, 1.38
"""Ratings a person: at least so many, the rest lognormal (median 71, mean 153 at 25 M as there)."""

POPULARITY = ((1.7e-5, 0.5), (1e-3, 0.27), (1e-2, 0.095), (0.064, 0.0062), (0.174, 6e-4), (0.41, 6e-5), (1.0, 6e-6))
"""Rank in the catalogue and share of the people who rated, read off MovieLens 25M; between them log-log."""

STEEPNESS = 1.18
"""Undoes what the clusters and "nobody rates twice" flatten."""

STARS = (0.016, 0.031, 0.016, 0.066, 0.051, 0.196, 0.127, 0.266, 0.088, 0.143)
"""Shares of 0.5, 1.0 … 5.0 stars in MovieLens 25M."""


@dataclass(frozen=True, eq=False)
class World:
    """Ratings by rows: person ``u`` gave ``cols[indptr[u]:indptr[u + 1]]`` (ascending) so many half stars.

    Attributes:
        indptr: ``int64[n_users + 1]``.
        cols: ``int32[n_ratings]``.
        codes: ``uint8[n_ratings]``, half stars.
        clusters: ``int8[n_items]``, each film's cluster of taste.
    """

    n_items: int
    indptr: npt.NDArray[np.int64]
    cols: npt.NDArray[np.int32]
    codes: npt.NDArray[np.uint8]
    clusters: npt.NDArray[np.int8]

    @property
    def n_users(self) -> int:
        return int(self.indptr.size - 1)

    @property
    def n_ratings(self) -> int:
        return int(self.cols.size)

    def ratings(self) -> Ratings:
        """The same as `Ratings`: person ids 0..n_users-1, item ids 0..n_items-1."""
        users = np.repeat(np.arange(self.n_users, dtype=np.int32), np.diff(self.indptr))
        return Ratings.of_half_stars(users, self.cols, self.codes)

    def of(self, user: int) -> dict[int, float]:
        """One person's stars by item id."""
        span = slice(self.indptr[user], self.indptr[user + 1])
        return dict(zip(self.cols[span].tolist(), (self.codes[span] / 2.0).tolist(), strict=True))


def world(n_users: int, n_items: int, n_ratings: int, seed: int = 1) -> World:
    """About `n_ratings` ratings (a person cannot rate a film twice, so the keenest of a small world rate fewer).

    Memory: about 6 bytes a rating; time: a few seconds for 32 million.
    """
    rng = np.random.default_rng(seed)
    activity = _activity(rng, n_users, n_items, n_ratings)
    popularity = _popularity(rng, n_users, n_items)
    clusters = rng.integers(0, N_CLUSTERS, n_items).astype(np.int8)
    quality = rng.normal(0, 1, n_items) * 0.8 + 0.25 * (np.log(popularity) - np.log(popularity).mean()) / np.log(popularity).std()
    tables = _alias_tables(popularity, clusters)
    favourites = rng.integers(0, N_CLUSTERS, (n_users, FAVOURITES)).astype(np.int8)
    leaning = rng.normal(0, 1, n_users)
    capacity = np.zeros(n_users + 1, dtype=np.int64)
    np.cumsum(activity, out=capacity[1:])
    cols = np.empty(int(capacity[-1]), dtype=np.int32)
    codes = np.empty(cols.size, dtype=np.uint8)
    indptr = _fill(seed, capacity, n_items, *tables, favourites, clusters, quality, leaning, _thresholds(), cols, codes)
    return World(n_items, indptr, cols[: indptr[-1]], codes[: indptr[-1]], clusters)


def facts(made: World, seed: int = 1) -> Items:
    """Genres, people, plot vectors, years, keywords and languages for the films; the cluster shows in all of them."""
    rng = np.random.default_rng(seed + 1)
    n = made.n_items
    genre_of_cluster = rng.integers(0, GENRES, (N_CLUSTERS, 3))
    n_genres = rng.integers(1, 4, n)
    own = made.clusters.astype(np.int64)
    genres = [{f"genre {genre_of_cluster[own[i], g]}" for g in range(n_genres[i])} for i in range(n)]
    n_people = max(n, 10)
    cast = (n_people * rng.power(0.35, (n, 6))).astype(np.int64)
    people = [[(f"director {cast[i, 0]}", "director")] + [(f"actor {who}", "actor") for who in cast[i, 1:]] for i in range(n)]
    words = (4_000 * rng.power(0.5, (n, 5))).astype(np.int64)
    keywords = [[f"word {word}" for word in words[i, : words[i, 0] % 6]] for i in range(n)]
    centres = rng.normal(0, 1, (N_CLUSTERS, DIMENSIONS)).astype(np.float32)
    vectors = centres[own] * np.float32(0.7) + rng.standard_normal((n, DIMENSIONS), dtype=np.float32)
    vectors[rng.random(n) < 0.1] = np.nan
    years = 2019 - (100 * rng.power(0.6, n)).astype(np.int64) % 100
    spoken = rng.choice(["en", "fr", "ja", "de", "es", "it", ""], n, p=[0.6, 0.1, 0.06, 0.06, 0.06, 0.06, 0.06])
    return Items(np.arange(n), genres, people, vectors, years=years, keywords=keywords, languages=spoken.tolist())


def of_size(size: str, seed: int = 1) -> World:
    """A world as large as a MovieLens data set: a key of `SIZES`."""
    return world(*SIZES[size], seed=seed)


def _activity(rng: np.random.Generator, n_users: int, n_items: int, n_ratings: int) -> npt.NDArray[np.int64]:
    fewest = min(FEWEST, n_ratings // max(n_users, 1))
    above = rng.lognormal(0.0, SPREAD, n_users)
    above *= max(n_ratings - fewest * n_users, 0) / above.sum()
    return np.minimum(fewest + np.rint(above), 2 * n_items // 3 + 1).astype(np.int64)


def _popularity(rng: np.random.Generator, n_users: int, n_items: int) -> npt.NDArray[np.float64]:
    """Odds of being picked: steeper at the top than the shares wanted, for nobody picks a film twice."""
    ranks = (rng.permutation(n_items) + 1) / n_items
    xs, ys = np.log(np.array(POPULARITY)).T
    shares = np.exp(np.interp(np.log(ranks), xs, ys))
    return np.maximum((shares / (1.0 - shares)) ** STEEPNESS, 1.0 / n_users)


def _thresholds() -> npt.NDArray[np.float64]:
    """Where a standard normal is cut into ten codes with the shares of `STARS`."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.minimum(np.cumsum(STARS)[:-1], 1 - 1e-9)))


def _alias_tables(
    popularity: npt.NDArray[np.float64], clusters: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    """Walker's alias method for each cluster and, last, for all films: starts, films, chances, aliases."""
    groups = [np.flatnonzero(clusters == c) for c in range(N_CLUSTERS)]
    groups = [group if group.size else np.arange(popularity.size) for group in groups] + [np.arange(popularity.size)]
    starts = np.concatenate(([0], np.cumsum([group.size for group in groups])))
    films = np.concatenate(groups).astype(np.int32)
    chances, aliases = np.empty(films.size), np.empty(films.size, dtype=np.int32)
    for at, group in enumerate(groups):
        span = slice(starts[at], starts[at + 1])
        _alias(popularity[group] / popularity[group].sum(), chances[span], aliases[span])
    return starts, films, chances, aliases


@njit(cache=True)
def _alias(shares, chances, aliases):  # type: ignore[no-untyped-def]
    n = shares.size
    small, large = np.empty(n, np.int32), np.empty(n, np.int32)
    n_small = n_large = 0
    for i in range(n):
        chances[i] = shares[i] * n
        if chances[i] < 1.0:
            small[n_small] = i
            n_small += 1
        else:
            large[n_large] = i
            n_large += 1
    while n_small and n_large:
        n_small -= 1
        less, more = small[n_small], large[n_large - 1]
        aliases[less] = more
        chances[more] -= 1.0 - chances[less]
        if chances[more] < 1.0:
            n_large -= 1
            small[n_small] = more
            n_small += 1
    for i in range(n_small):
        chances[small[i]] = 1.0
    for i in range(n_large):
        chances[large[i]] = 1.0


@njit(cache=True)
def _fill(seed, capacity, n_items, starts, films, chances, aliases, favourites, clusters, quality, leaning, thresholds, cols, codes):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    n_users = capacity.size - 1
    indptr = np.zeros(n_users + 1, np.int64)
    seen = np.full(n_items, -1, np.int32)
    end = 0
    for user in range(n_users):
        wanted = capacity[user + 1] - capacity[user]
        begin = end
        tries = 0
        while end - begin < wanted and tries < 20 * wanted:
            tries += 1
            group = favourites[user, tries % favourites.shape[1]] if np.random.random() < 0.6 else starts.size - 2
            size = starts[group + 1] - starts[group]
            at = starts[group] + int(np.random.random() * size)
            film = films[at] if np.random.random() < chances[at] else films[starts[group] + aliases[at]]
            if seen[film] != user:
                seen[film] = user
                cols[end] = film
                end += 1
        cols[begin:end].sort()
        for at in range(begin, end):
            film = cols[at]
            liked = 0.0
            for favourite in favourites[user]:
                if favourite == clusters[film]:
                    liked = 1.0
            z = 0.45 * quality[film] + 0.4 * leaning[user] + 0.7 * (liked - 0.6) + 0.65 * np.random.normal()
            codes[at] = 1 + np.searchsorted(thresholds, z)
        indptr[user + 1] = end
    return indptr
