"""Shapes of the covers, as SVG text in a box of 200 × 200 that grows from its lower edge.

Shapes carry a colour class and no colour: `g` the ground, `a`, `b`, `c` the palette's three colours (`sa`, `sb`, `sc`, `sg`
draw a line with it; `thin`, `thick`). A motif takes a seeded `Random`, so that it varies from film to film and never for one
film, and leaves the upper edge calm, because the title stands above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

Motif = Callable[[Random], str]


def number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def circle(x: float, y: float, radius: float, colour: str) -> str:
    return f'<circle class="{colour}" cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"/>'


def rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect class="{colour}" x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"/>'


def shape(points: Iterable[tuple[float, float]], colour: str) -> str:
    return f'<path class="{colour}" d="M{"L".join(f"{number(x)} {number(y)}" for x, y in points)}z"/>'


def path(d: str, colour: str) -> str:
    return f'<path class="{colour}" d="{d}"/>'


def ellipse(x: float, y: float, width: float, height: float, tilt: float, about: tuple[float, float], colour: str) -> str:
    """An ellipse of two half-axes, turned by `tilt` degrees about a point."""
    turn = f"rotate({number(tilt)} {number(about[0])} {number(about[1])})"
    return f'<ellipse class="{colour}" cx="{number(x)}" cy="{number(y)}" rx="{number(width)}" ry="{number(height)}" transform="{turn}"/>'


def hill(r: Random, height: float, swing: float, colour: str) -> str:
    """A rolling edge across the box at `height`, filled down to the bottom."""
    left, middle, right = (height + r.uniform(-swing, swing) for _ in range(3))
    start, top = f"M0 {number(left)}C40 {number(left - swing)} 60 {number(middle + swing)}", f"100 {number(middle)}"
    return path(f"{start} {top}S160 {number(right - swing)} 200 {number(right)}V220H0z", colour)


def halo(r: Random, colour: str = "b") -> str:
    """The disc behind a thing."""
    return circle(100, 112, r.uniform(76, 84), colour)
