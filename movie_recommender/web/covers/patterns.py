"""Patterns: rays, rings, stripes and scraps. Rules: see `shapes`."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from .shapes import circle, ellipse, number, path, rect, shape


def rays(r: Random) -> str:
    x, y, count = r.uniform(50, 150), r.uniform(150, 205), r.choice((14, 18, 22))
    turn = r.uniform(0, pi)
    spokes = []
    for spoke in range(count):
        start, end = turn + 2 * pi * spoke / count, turn + 2 * pi * (spoke + 0.5) / count
        spokes.append(
            shape(((x, y), (x + 165 * cos(start), y + 165 * sin(start)), (x + 165 * cos(end), y + 165 * sin(end))), "ab"[spoke % 2])
        )
    return "".join(spokes) + circle(x, y, r.uniform(24, 36), "c")


def rings(r: Random) -> str:
    x, y, step = r.uniform(70, 130), r.uniform(104, 132), r.uniform(12, 16)
    return "".join(circle(x + 1.6 * ring, y + 1.2 * ring, step * (7 - ring), "agbgagc"[ring]) for ring in range(7))


def spiral(r: Random) -> str:
    """Half circles whose radius grows by the same step, left and right in turn."""
    x, y, step, way = r.uniform(94, 106), r.uniform(110, 114), r.uniform(9.2, 10.2), r.choice((0, 1))
    arcs, at = [f"M{number(x)} {number(y)}"], x
    for turn in range(1, 9):
        at += 2 * step * turn * (1 if turn % 2 else -1)
        arcs.append(f"A{number(step * turn)} {number(step * turn)} 0 0 {way} {number(at)} {number(y)}")
    return path("".join(arcs), "sa thick") + circle(x, y, 10, "c")


def slash(r: Random) -> str:
    lean = r.uniform(16, 26) * r.choice((1, -1))
    cuts = []
    for x, short in ((52, 26), (84, 6), (116, 0), (148, 18)):
        top, low = f"{number(x + lean)} {number(26 + short)}", f"{number(x - lean)} {number(206 - short)}"
        cuts.append(path(f"M{top}Q{number(x + 7.5)} 116 {low}Q{number(x - 7.5)} 116 {top}z", "a"))
    return circle(100, 116, r.uniform(78, 86), "b") + "".join(cuts)


def overlap(r: Random) -> str:
    radius, apart, y = 58, r.uniform(30, 40), 122
    rise = (radius * radius - apart * apart) ** 0.5
    lens = f"M100 {number(y - rise)}A{radius} {radius} 0 0 1 100 {number(y + rise)}A{radius} {radius} 0 0 1 100 {number(y - rise)}z"
    return circle(100 - apart, y, radius, "a") + circle(100 + apart, y, radius, "b") + path(lens, "c")


def petals(r: Random) -> str:
    x, y, count, turn = r.uniform(92, 108), r.uniform(108, 116), r.choice((8, 10, 12)), r.uniform(0, 40)
    leaves = (ellipse(x, y - 46, 150 / count, 42, turn + 360 * leaf / count, (x, y), "ab"[leaf % 2]) for leaf in range(count))
    return "".join(leaves) + circle(x, y, 17, "c")


def confetti(r: Random) -> str:
    return "".join(
        _scrap(r, column * 36 + r.uniform(4, 18), row * 36 + r.uniform(32, 46), r.uniform(7, 13)) for row in range(5) for column in range(6)
    )


def _scrap(r: Random, x: float, y: float, size: float) -> str:
    colour, kind = r.choice("abc"), r.randrange(4)
    if kind == 0:
        return circle(x, y, size * 0.8, colour)
    if kind == 1:
        scrap = rect(x - size * 0.7, y - size * 0.7, size * 1.4, size * 1.4, colour)
    elif kind == 2:
        scrap = shape(((x, y - size), (x + size, y + size * 0.8), (x - size, y + size * 0.8)), colour)
    else:
        scrap = rect(x - size * 1.2, y - 2.5, size * 2.4, 5, colour)
    return f'<g transform="rotate({r.randrange(90)} {number(x)} {number(y)})">{scrap}</g>'


def arches(r: Random) -> str:
    x, step = r.uniform(60, 140), r.uniform(20, 25)
    return "".join(circle(x, 204, step * (7 - arch) * 0.94, "abcgabc"[arch]) for arch in range(7))


def halftone(r: Random) -> str:
    lean, colours = r.uniform(-0.25, 0.25), r.choice(("aaa", "aab", "abc"))
    dots = []
    for row in range(12):
        for column in range(14):
            radius = max(0.8, 0.9 + row * 0.62 + lean * (column - 6))
            dots.append(circle(column * 15.5 - 1 + (row % 2) * 7.7, row * 14 + 36, radius, colours[(row * 5 + column) % 3]))
    return "".join(dots)


def chevrons(r: Random) -> str:
    step, tip = r.uniform(24, 30), r.uniform(70, 130)
    bands = []
    for band in range(6):
        y = 64 + band * step
        bands.append(
            shape(
                (
                    (0, y + 34),
                    (tip, y - 8),
                    (200, y + 34),
                    (200, y + 34 + step * 0.62),
                    (tip, y - 8 + step * 0.62),
                    (0, y + 34 + step * 0.62),
                ),
                "abcabc"[band],
            )
        )
    return "".join(bands)


def bars(r: Random) -> str:
    heights = [r.uniform(34, 138) for _ in range(9)]
    return "".join(rect(12 + bar * 20, 200 - height, 15, height + 20, "abc"[(bar + int(height)) % 3]) for bar, height in enumerate(heights))


def grid(r: Random) -> str:
    x, horizon = r.uniform(80, 120), 122
    lines = "".join(path(f"M{number(x + k * 9)} {horizon}L{number(x + k * 62)} 220", "sb thin") for k in range(-9, 10))
    rows = "".join(path(f"M0 {number(horizon + row * row * 2.1 + 1)}H200", "sb thin") for row in range(7))
    cuts = "".join(rect(0, 88 + step * 9, 200, 1.2 + step * 1.1, "g") for step in range(4))
    return circle(x, 92, r.uniform(40, 50), "a") + cuts + rect(0, horizon, 200, 100, "c") + lines + rows
