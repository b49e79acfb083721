"""Motifs of the covers: geometric pictures, each a few SVG shapes in a box of 200 × 200.

A motif takes a seeded `Random`, so that it varies from film to film and never for one film. Shapes carry a colour
class and no colour: `g` the ground, `a`, `b`, `c` the palette's three colours (`s*` strokes with it). Pictures grow
from the lower edge and leave the upper one calm, because the title stands above them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import cos, pi, sin
from random import Random

Motif = Callable[[Random], str]


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def circle(x: float, y: float, radius: float, colour: str) -> str:
    return f'<circle class="{colour}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>'


def rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect class="{colour}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"/>'


def shape(points: Iterable[tuple[float, float]], colour: str) -> str:
    return f'<path class="{colour}" d="M{"L".join(f"{_n(x)} {_n(y)}" for x, y in points)}z"/>'


def path(d: str, colour: str) -> str:
    return f'<path class="{colour}" d="{d}"/>'


def ellipse(x: float, y: float, width: float, height: float, tilt: float, about: tuple[float, float], colour: str) -> str:
    """An ellipse of two half-axes, turned by `tilt` degrees about a point."""
    turn = f"rotate({_n(tilt)} {_n(about[0])} {_n(about[1])})"
    return f'<ellipse class="{colour}" cx="{_n(x)}" cy="{_n(y)}" rx="{_n(width)}" ry="{_n(height)}" transform="{turn}"/>'


def hill(r: Random, height: float, swing: float, colour: str) -> str:
    """A rolling edge across the box at `height`, filled down to the bottom."""
    left, middle, right = (height + r.uniform(-swing, swing) for _ in range(3))
    return path(
        f"M0 {_n(left)}C40 {_n(left - swing)} 60 {_n(middle + swing)} 100 {_n(middle)}S160 {_n(right - swing)} 200 {_n(right)}V220H0z",
        colour,
    )


def sun(r: Random) -> str:
    x, radius = r.uniform(66, 134), r.uniform(44, 60)
    bands = "".join(rect(0, 150 + step * 11 + step * step, 200, 3 + step * 1.6, "c") for step in range(5))
    return circle(x, 118, radius, "a") + rect(0, 148, 200, 72, "b") + bands


def dunes(r: Random) -> str:
    return (
        circle(r.uniform(50, 150), r.uniform(52, 74), r.uniform(18, 28), "a")
        + hill(r, 108, 20, "b")
        + hill(r, 142, 18, "c")
        + hill(r, 176, 10, "a")
    )


def peaks(r: Random) -> str:
    out = [circle(r.uniform(40, 160), 56, r.uniform(14, 24), "c")]
    for x, height, width, colour in (
        (r.uniform(20, 60), 92, 92, "b"),
        (r.uniform(140, 180), 80, 98, "b"),
        (r.uniform(85, 118), 44, 108, "a"),
    ):
        out.append(shape(((x, height), (x + width, 210), (x - width, 210)), colour))
        slope = (210 - height) / width
        low, cut = height + 22, 22 / slope
        out.append(shape(((x, height), (x + cut, low), (x + cut / 3, low - 7), (x - cut / 4, low + 4), (x - cut, low)), "c"))
    return "".join(out)


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
    x, y, step, way = r.uniform(92, 108), r.uniform(108, 114), r.uniform(9.6, 10.8), r.choice((0, 1))
    arcs, at = [f"M{_n(x)} {_n(y)}"], x
    for turn in range(1, 9):
        at += 2 * step * turn * (1 if turn % 2 else -1)
        arcs.append(f"A{_n(step * turn)} {_n(step * turn)} 0 0 {way} {_n(at)} {_n(y)}")
    return path("".join(arcs), "sa thick") + circle(x, y, 10, "c")


def blinds(r: Random) -> str:
    lean, gap = r.choice((-1, 1)) * r.uniform(16, 34), r.uniform(15, 19)
    slats = "".join(
        shape(((-10, y + lean), (210, y - lean), (210, y - lean + gap * 0.52), (-10, y + lean + gap * 0.52)), "a")
        for y in (40 + gap * slat for slat in range(11))
    )  # fmt: skip
    x = r.uniform(66, 134)
    figure = circle(x, 92, 20, "g") + path(
        f"M{_n(x - 44)} 220C{_n(x - 46)} 130 {_n(x - 26)} 122 {_n(x)} 120S{_n(x + 46)} 130 {_n(x + 44)} 220z", "g"
    )
    brim = path(f"M{_n(x - 36)} 82H{_n(x + 36)}V87H{_n(x - 36)}zM{_n(x - 19)} 82L{_n(x - 15)} 62H{_n(x + 15)}L{_n(x + 19)} 82z", "g")
    return circle(x, 104, 76, "b") + slats + figure + brim


def skyline(r: Random) -> str:
    out = [circle(r.uniform(40, 160), 62, r.uniform(22, 34), "a")]
    for colour, low, high in (("b", 62, 108), ("c", 112, 158)):
        x = -6.0
        while x < 200:
            width, top = r.uniform(18, 34), r.uniform(low, high)
            out.append(rect(x, top, width, 220 - top, colour))
            if colour == "c":
                out += [
                    rect(x + dx, top + dy, 4, 6, "a") for dx in (5, 13) for dy in (9, 23, 37, 51) if r.random() < 0.42 and dx + 6 < width
                ]
            x += width + r.choice((0, 0, 3))
    return "".join(out)


def forest(r: Random) -> str:
    out = [circle(r.uniform(60, 140), 84, r.uniform(34, 46), "a")]
    for colour, base, height, step in (("b", 176, 92, 21), ("c", 214, 104, 30)):
        x = r.uniform(-12, 0)
        while x < 212:
            tall, wide = height * r.uniform(0.7, 1.1), step * 0.72
            out += [
                shape(
                    (
                        (x, base - tall + drop),
                        (x + wide * grow, base - tall + drop + tall * 0.5),
                        (x - wide * grow, base - tall + drop + tall * 0.5),
                    ),
                    colour,
                )
                for drop, grow in ((0, 0.62), (tall * 0.25, 0.85), (tall * 0.5, 1))
            ]
            x += step
        out.append(rect(0, base - 4, 200, 60, colour))
    return "".join(out)


def slash(r: Random) -> str:
    lean = r.uniform(16, 26) * r.choice((1, -1))
    cuts = []
    for x, short in ((52, 26), (84, 6), (116, 0), (148, 18)):
        top, low = f"{_n(x + lean)} {_n(26 + short)}", f"{_n(x - lean)} {_n(206 - short)}"
        cuts.append(path(f"M{top}Q{_n(x + 7.5)} 116 {low}Q{_n(x - 7.5)} 116 {top}z", "a"))
    return circle(100, 116, r.uniform(78, 86), "b") + "".join(cuts)


def eye(r: Random) -> str:
    y, lift = r.uniform(112, 122), r.uniform(58, 72)
    almond = f"M8 {_n(y)}Q100 {_n(y - 2 * lift)} 192 {_n(y)}Q100 {_n(y + 1.7 * lift)} 8 {_n(y)}z"
    x = r.uniform(86, 114)
    lashes = "".join(
        path(f"M{_n(100 + 88 * k)} {_n(y + 74 - 20 * abs(k))}L{_n(100 + 104 * k)} {_n(y + 94 - 12 * abs(k))}", "sb")
        for k in (-0.8, -0.5, -0.2, 0.2, 0.5, 0.8)
    )
    return (
        path(almond, "c")
        + circle(x, y - 4, 42, "a")
        + circle(x, y - 4, 30, "b")
        + circle(x, y - 4, 17, "g")
        + circle(x + 11, y - 15, 6, "c")
        + lashes
    )


def orbit(r: Random) -> str:
    x, y, radius, tilt = r.uniform(86, 114), r.uniform(112, 122), r.uniform(40, 50), r.uniform(-28, 28)
    dust = "".join(circle(r.uniform(4, 196), r.uniform(18, 192), r.choice((0.9, 1.3, 2)), "c") for _ in range(26))
    ring = ellipse(x, y, radius * 1.8, radius * 0.42, tilt, (x, y), "sb")
    across, down = radius * cos(tilt * pi / 180), radius * sin(tilt * pi / 180)
    size, start, end = _n(radius), f"{_n(x - across)} {_n(y - down)}", f"{_n(x + across)} {_n(y + down)}"
    front = path(f"M{start}A{size} {size} 0 0 1 {end}z", "a")
    return dust + circle(x, y, radius, "a") + ring + front + circle(x + r.choice((-1, 1)) * 62, y - radius * 1.35, r.uniform(7, 11), "c")


def grid(r: Random) -> str:
    x, horizon = r.uniform(80, 120), 122
    lines = "".join(path(f"M{_n(x + k * 9)} {horizon}L{_n(x + k * 62)} 220", "sb thin") for k in range(-9, 10))
    rows = "".join(path(f"M0 {_n(horizon + row * row * 2.1 + 1)}H200", "sb thin") for row in range(7))
    cuts = "".join(rect(0, 88 + step * 9, 200, 1.2 + step * 1.1, "g") for step in range(4))
    return circle(x, 92, r.uniform(40, 50), "a") + cuts + rect(0, horizon, 200, 100, "c") + lines + rows


def overlap(r: Random) -> str:
    radius, apart, y = 58, r.uniform(30, 40), 122
    rise = (radius * radius - apart * apart) ** 0.5
    lens = f"M100 {_n(y - rise)}A{radius} {radius} 0 0 1 100 {_n(y + rise)}A{radius} {radius} 0 0 1 100 {_n(y - rise)}z"
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
    return f'<g transform="rotate({r.randrange(90)} {_n(x)} {_n(y)})">{scrap}</g>'


def balloons(r: Random) -> str:
    out = []
    for left, top, radius, colour in ((58, 136, 44, "b"), (142, 128, 50, "a"), (100, 92, 38, "c")):
        x, y = left + r.uniform(-12, 12), top + r.uniform(-10, 10)
        out.append(
            path(f"M{_n(x)} {_n(y + radius)}Q{_n(x + r.uniform(-14, 14))} {_n(y + radius + 26)} {_n(x + r.uniform(-6, 6))} 220", "si thin")
        )
        out.append(circle(x, y, radius, colour) + shape(((x, y + radius - 1), (x + 5, y + radius + 7), (x - 5, y + radius + 7)), colour))
    return "".join(out)


def arches(r: Random) -> str:
    x, step = r.uniform(60, 140), r.uniform(20, 25)
    return "".join(circle(x, 204, step * (7 - arch) * 0.94, "abcgabc"[arch]) for arch in range(7))


def heart(r: Random) -> str:
    tilt, grow = r.uniform(-12, 12), r.uniform(0.94, 1.1)
    d = "M0 62C-92 6 -68 -66 -24 -62C-8 -60 0 -46 0 -38C0 -46 8 -60 24 -62C68 -66 92 6 0 62z"
    place = f'transform="translate(100 128) rotate({_n(tilt)}) scale({_n(grow)})"'
    return (
        circle(100, 124, 84, "b")
        + f'<path class="a" {place} d="{d}"/><path class="c" {place} d="M-42 -22C-40 -38 -30 -46 -20 -46C-30 -40 -36 -32 -36 -18z"/>'
    )


def waves(r: Random) -> str:
    out = [circle(r.uniform(50, 150), 66, r.uniform(20, 30), "a")]
    for level, colour in enumerate("bcbca"):
        y, shift, lift = 92 + level * 25, r.uniform(-40, 0), r.uniform(9, 13)
        crests = "".join(f"q{20} {_n(-lift * 2)} 40 0t40 0" for _ in range(3))
        out.append(path(f"M{_n(shift)} {_n(y)}{crests}V220H{_n(shift)}z", colour))
    return "".join(out)
