"""What the text encoder reads of a movie."""

from __future__ import annotations

from collections.abc import Sequence

KEYWORDS = 12


def plot_text(plot: str | None, keywords: Sequence[str] | None) -> str:
    """The text that is encoded: keywords, plot, keywords again; empty without a plot.

    A short plot full of places and objects does not say what it is about, and keywords do. Measured on the embedded
    catalogue (1,223 movies): of 30 well-known films' ten nearest, those that a film lover named beforehand
    (`tests/catalogue/near.json`) were 2.5 on average with the plot alone, 3.0 with the keywords after it, 4.4 before it,
    4.9 on both sides. On a measure that the choice was not made by, how much more alike MovieLens' raters rate the ten
    nearest than any two movies (adjusted cosine), 0.031, 0.036, 0.042 and 0.045.
    """
    if not plot or not plot.strip():
        return ""
    words = ", ".join(list(dict.fromkeys(keywords or ()))[:KEYWORDS])
    return f"{words}. {plot.strip()} {words}." if words else plot.strip()
