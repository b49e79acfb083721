"""Things: what one can hold, and a few that one cannot. Rules: see `shapes`."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from .shapes import circle, ellipse, halo, hill, number, path, rect, shape


def heart(r: Random) -> str:
    tilt, grow = r.uniform(-12, 12), r.uniform(0.94, 1.1)
    d = "M0 62C-92 6 -68 -66 -24 -62C-8 -60 0 -46 0 -38C0 -46 8 -60 24 -62C68 -66 92 6 0 62z"
    place = f'transform="translate(100 128) rotate({number(tilt)}) scale({number(grow)})"'
    return (
        circle(100, 124, 84, "b")
        + f'<path class="a" {place} d="{d}"/><path class="c" {place} d="M-42 -22C-40 -38 -30 -46 -20 -46C-30 -40 -36 -32 -36 -18z"/>'
    )


def balloons(r: Random) -> str:
    out = []
    for left, top, radius, colour in ((58, 136, 44, "b"), (142, 128, 50, "a"), (100, 92, 38, "c")):
        x, y = left + r.uniform(-12, 12), top + r.uniform(-10, 10)
        bend, end = number(x + r.uniform(-14, 14)), number(x + r.uniform(-6, 6))
        out.append(path(f"M{number(x)} {number(y + radius)}Q{bend} {number(y + radius + 26)} {end} 220", "si thin"))
        out.append(circle(x, y, radius, colour) + shape(((x, y + radius - 1), (x + 5, y + radius + 7), (x - 5, y + radius + 7)), colour))
    return "".join(out)


def target(r: Random) -> str:
    x, y, radius = r.uniform(84, 116), r.uniform(112, 124), r.uniform(58, 68)
    start, arm, gap = radius + 18, f"{radius * 0.72:.0f}", f"{radius * 1.1:.0f}"
    cross = f"M{x - start:.0f} {y:.0f}h{arm}m{gap} 0h{arm}M{x:.0f} {y - start:.0f}v{arm}m0 {gap}v{arm}"
    return (
        circle(x, y, radius, "b")
        + circle(x, y, radius * 0.8, "g")
        + circle(x, y, radius * 0.34, "c")
        + path(cross, "sa")
        + circle(x, y, 7, "a")
    )


def clock(r: Random) -> str:
    x, y = 100, 120
    marks = "".join(
        path(
            f"M{x + 56 * sin(k * pi / 6):.1f} {y - 56 * cos(k * pi / 6):.1f}L{x + 66 * sin(k * pi / 6):.1f} {y - 66 * cos(k * pi / 6):.1f}",
            "sg",
        )
        for k in range(12)
    )
    hour, minute = r.uniform(0, 2 * pi), r.uniform(0, 2 * pi)
    hands = path(f"M{x} {y}L{x + 32 * sin(hour):.1f} {y - 32 * cos(hour):.1f}", "sg thick") + path(
        f"M{x} {y}L{x + 50 * sin(minute):.1f} {y - 50 * cos(minute):.1f}", "sg"
    )
    return circle(x, y, 82, "b") + circle(x, y, 74, "a") + marks + hands + circle(x, y, 7, "c")


def crown(r: Random) -> str:
    y = r.uniform(96, 104)
    points = ((38, y + 76), (28, y + 2), (64, y + 34), (100, y - 24), (136, y + 34), (172, y + 2), (162, y + 76))
    jewels = "".join(circle(x, jy, 8, "c") for x, jy in ((28, y - 4), (100, y - 30), (172, y - 4)))
    return circle(100, y + 20, r.uniform(78, 88), "b") + shape(points, "a") + jewels + rect(38, y + 58, 124, 9, "c")


def fin(r: Random) -> str:
    x = r.uniform(78, 112)
    back = path(
        f"M{x - 40:.0f} 150C{x - 16:.0f} 134 {x + 2:.0f} 104 {x + 34:.0f} 74C{x + 24:.0f} 108 {x + 30:.0f} 132 {x + 48:.0f} 150z", "c"
    )
    return circle(x + r.uniform(-50, 50), 76, 26, "a") + back + "".join(
        path(f"M-20 {y}q20 -14 40 0t40 0t40 0t40 0t40 0t40 0V230H-20z", colour) for y, colour in ((148, "b"), (176, "a"), (200, "b"))
    )  # fmt: skip


def bolt(r: Random) -> str:
    x = r.uniform(84, 112)
    flash = shape(((x + 18, 30), (x - 34, 124), (x - 4, 124), (x - 22, 206), (x + 46, 96), (x + 12, 96), (x + 36, 30)), "a")
    return (
        circle(x + 4, 118, r.uniform(74, 84), "b")
        + flash
        + "".join(circle(x + 96 * cos(k), 118 + 92 * sin(k), 4, "c") for k in (0.6, 1.9, 3.5, 5.6))
    )


def reel(r: Random) -> str:
    turn = r.uniform(0, 1)
    holes = "".join(circle(100 + 44 * cos(turn + k * pi / 2.5), 112 + 44 * sin(turn + k * pi / 2.5), 16, "g") for k in range(5))
    tail = path("M100 184H210V196H100z", "a") + "".join(rect(112 + k * 16, 187, 8, 6, "g") for k in range(6))
    return circle(100, 112, 84, "b") + circle(100, 112, 76, "a") + holes + circle(100, 112, 8, "c") + tail


def mask(r: Random) -> str:
    face = "M22 96Q60 74 100 92Q140 74 178 96Q182 146 138 150Q114 150 100 132Q86 150 62 150Q18 146 22 96z"
    eyes = path("M48 108q24 -8 36 12q-26 12 -36 -12z", "g") + path("M152 108q-24 -8 -36 12q26 12 36 -12z", "g")
    return halo(r) + path(face, "a") + eyes + path("M178 100l26 -14v34l-22 -6zM22 100L-4 86v34l22 -6z", "c")


def blade(r: Random) -> str:
    way = r.choice(("", ' transform="matrix(-1 0 0 1 200 0)"'))
    sword = (
        path("M176 28Q122 76 62 156l8 8Q134 98 182 34z", "a")
        + path("M52 142l30 28 -5 6 -30 -28z", "c")
        + path("M57 157l11 11 -28 34 -12 -11z", "c")
    )
    return circle(100, 112, r.uniform(62, 72), "b") + f"<g{way}>{sword}</g>"


def atom(r: Random) -> str:
    turn = r.uniform(-10, 30)
    rings = "".join(ellipse(100, 112, 84, 30, turn + k * 60, (100, 112), "sa") for k in range(3))
    return (
        circle(100, 112, 66, "b")
        + rings
        + circle(100, 112, 15, "c")
        + circle(100 + 84 * cos(turn * pi / 180), 112 + 84 * sin(turn * pi / 180), 7, "c")
    )


def fir(r: Random) -> str:
    tree = "".join(
        shape(((100, top), (100 + wide, top + 56), (100 - wide, top + 56)), "a") for top, wide in ((50, 34), (82, 48), (116, 62))
    )
    baubles = "".join(
        circle(100 + dx, y, 5, "c")
        for dx, y in ((-12, 92), (14, 100), (-26, 126), (4, 130), (30, 132), (-36, 160), (-8, 158), (22, 162), (46, 164))
    )
    flakes = "".join(circle(r.uniform(6, 194), r.uniform(30, 190), r.choice((1.6, 2.4)), "c") for _ in range(26))
    return flakes + rect(92, 170, 16, 24, "b") + tree + baubles + circle(100, 48, 9, "c") + hill(r, 192, 5, "b")


def umbrella(r: Random) -> str:
    rain = "".join(
        path(f"M{x + r.uniform(0, 12):.0f} {y + r.uniform(0, 20):.0f}l-7 22", "sb thin")
        for x in range(6, 200, 22)
        for y in range(24, 200, 40)
    )
    cloth = path("M24 118a76 76 0 0 1 152 0q-12 -14 -25 0q-13 -14 -25 0q-13 -14 -26 0q-13 -14 -25 0q-13 -14 -26 0q-12 -14 -25 0z", "a")
    return rain + cloth + path("M100 118v64a14 14 0 0 1 -28 0", "sc") + rect(98, 34, 4, 12, "c")


def cards(r: Random) -> str:
    out = []
    for turn, pip in zip((-24, -4, 16), r.sample(("heart", "diamond", "spade"), 3), strict=True):
        sign = {
            "heart": path("M100 124c-30 -20 -22 -40 -9 -40q7 0 9 8q2 -8 9 -8c13 0 21 20 -9 40z", "a"),
            "diamond": path("M100 78l18 25 -18 25 -18 -25z", "a"),
            "spade": path("M100 78c30 22 22 40 10 40q-7 0 -9 -6q0 12 8 16H91q8 -4 8 -16q-2 6 -9 6c-12 0 -20 -18 10 -40z", "g"),
        }[pip]
        card = rect(56, 52, 88, 124, "b") + rect(60, 56, 80, 116, "c") + sign
        out.append(f'<g transform="rotate({turn + r.uniform(-3, 3):.0f} 100 230)">{card}</g>')
    return "".join(out)


def book(r: Random) -> str:
    lift = r.uniform(6, 14)
    left = path(f"M100 92Q62 {78 - lift:.0f} 18 88V180Q62 {170 - lift:.0f} 100 186z", "a")
    right = path(f"M100 92Q138 {78 - lift:.0f} 182 88V180Q138 {170 - lift:.0f} 100 186z", "c")
    lines = "".join(
        path(f"M34 {104 + k * 16}Q64 {98 + k * 16} 86 {106 + k * 16}", "sg thin")
        + path(f"M166 {104 + k * 16}Q136 {98 + k * 16} 114 {106 + k * 16}", "sg thin")
        for k in range(4)
    )
    return path("M10 98V196Q62 184 100 200Q138 184 190 196V98z", "b") + left + right + lines


def diamond(r: Random) -> str:
    facets = (
        shape(((30, 96), (62, 60), (138, 60), (170, 96), (100, 186)), "a")
        + shape(((62, 60), (80, 96), (100, 60)), "c")
        + shape(((138, 60), (120, 96), (100, 60)), "c")
    )
    cut = shape(((80, 96), (120, 96), (100, 186)), "b") + path("M30 96H170", "sg thin")
    glints = "".join(
        path(f"M{x} {y - 9}l2.500 6.500 6.500 2.500 -6.500 2.500 -2.500 6.500 -2.500 -6.500 -6.500 -2.500 6.500 -2.500z", "c")
        for x, y in ((36, 56), (168, 60), (r.uniform(150, 176), 150))
    )
    return facets + cut + glints


def ball(r: Random) -> str:
    x = r.uniform(90, 110)
    seams = path(f"M{x - 46:.0f} 60Q{x - 12:.0f} 112 {x - 46:.0f} 164M{x + 46:.0f} 60Q{x + 12:.0f} 112 {x + 46:.0f} 164", "sc")
    stitches = "".join(
        path(f"M{x + s * (26 + 3 * abs(k)) - 6:.0f} {112 + k * 15}l12 {4 * s}", "sc thin") for s in (-1, 1) for k in (-2, -1, 0, 1, 2)
    )
    return circle(x, 112, 78, "b") + circle(x, 112, 70, "a") + seams + stitches
