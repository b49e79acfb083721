"""Beings and engines: faces, figures, and what moves by itself. Rules: see `shapes`."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from .shapes import circle, ellipse, halo, number, path, rect, shape


def eye(r: Random) -> str:
    y, lift = r.uniform(112, 122), r.uniform(58, 72)
    almond = f"M8 {number(y)}Q100 {number(y - 2 * lift)} 192 {number(y)}Q100 {number(y + 1.7 * lift)} 8 {number(y)}z"
    x = r.uniform(86, 114)
    lashes = "".join(
        path(f"M{number(100 + 88 * k)} {number(y + 74 - 20 * abs(k))}L{number(100 + 104 * k)} {number(y + 94 - 12 * abs(k))}", "sb")
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
    size, start, end = number(radius), f"{number(x - across)} {number(y - down)}", f"{number(x + across)} {number(y + down)}"
    front = path(f"M{start}A{size} {size} 0 0 1 {end}z", "a")
    return dust + circle(x, y, radius, "a") + ring + front + circle(x + r.choice((-1, 1)) * 62, y - radius * 1.35, r.uniform(7, 11), "c")


def blinds(r: Random) -> str:
    lean, gap = r.choice((-1, 1)) * r.uniform(16, 34), r.uniform(15, 19)
    slats = "".join(
        shape(((-10, y + lean), (210, y - lean), (210, y - lean + gap * 0.52), (-10, y + lean + gap * 0.52)), "a")
        for y in (40 + gap * slat for slat in range(11))
    )  # fmt: skip
    x = r.uniform(66, 134)
    coat = f"M{number(x - 44)} 220C{number(x - 46)} 130 {number(x - 26)} 122 {number(x)} 120S{number(x + 46)} 130 {number(x + 44)} 220z"
    figure = circle(x, 92, 20, "g") + path(coat, "g")
    crown = shape(((x - 19, 82), (x - 15, 62), (x + 15, 62), (x + 19, 82)), "g")
    brim = rect(x - 36, 82, 72, 5, "g") + crown
    return circle(x, 104, 76, "b") + slats + figure + brim


def cell(r: Random) -> str:
    x = r.uniform(60, 140)
    figure = circle(x, 104, 18, "g") + path(
        f"M{x - 38:.0f} 220C{x - 40:.0f} 140 {x - 22:.0f} 130 {x:.0f} 130S{x + 40:.0f} 140 {x + 38:.0f} 220z", "g"
    )
    return circle(x, 112, 68, "a") + figure + "".join(rect(10 + bar * 32, 26, 11, 200, "b") for bar in range(6)) + rect(0, 60, 200, 9, "b")


def train(r: Random) -> str:
    rails = path("M84 150L30 220M116 150L170 220", "sc") + "".join(rect(70 - k * 14, 160 + k * 15, 60 + k * 28, 5, "c") for k in range(4))
    front = path("M62 150V78q0 -30 38 -30t38 30v72q0 8 -8 8H70q-8 0 -8 -8z", "a")
    glass = path("M72 82q0 -18 24 -18v34H72zM128 82q0 -18 -24 -18v34h24z", "g")
    return (
        circle(100, 112, r.uniform(70, 82), "b")
        + rails
        + front
        + glass
        + rect(62, 118, 76, 8, "b")
        + circle(78, 140, 7, "c")
        + circle(122, 140, 7, "c")
    )


def plane(r: Random) -> str:
    tilt = r.uniform(-34, -12)
    body = "M100 40q9 12 9 40l70 42v14l-70 -20l-4 44l20 16v10l-25 -7l-25 7v-10l20 -16l-4 -44l-70 20v-14l70 -42q0 -28 9 -40z"
    clouds = "".join(
        path(f"M{x} {y}h56a13 13 0 0 0 -9 -22a18 18 0 0 0 -34 -2a13 13 0 0 0 -13 24z", "b") for x, y in ((6, 86), (128, 190), (14, 192))
    )
    return clouds + f'<path class="a" transform="rotate({tilt:.0f} 100 112)" d="{body}"/>'


def robot(r: Random) -> str:
    head = (
        path("M46 76q0 -12 12 -12h84q12 0 12 12v80q0 12 -12 12H58q-12 0 -12 -12z", "a")
        + rect(34, 96, 12, 36, "b")
        + rect(154, 96, 12, 36, "b")
    )
    wide = r.uniform(14, 18)
    eyes = "".join(circle(x, 104, wide, "g") + circle(x, 104, wide * 0.45, "c") for x in (76, 124))
    mouth = rect(68, 138, 64, 14, "g") + "".join(rect(78 + k * 12, 138, 3, 14, "a") for k in range(4))
    return head + eyes + mouth + rect(97, 42, 6, 24, "b") + circle(100, 40, 8, "c") + path("M30 220q4 -42 40 -42h60q36 0 40 42z", "b")


def keyhole(r: Random) -> str:
    hole = path("M100 62a30 30 0 0 1 17 54l13 66H70l13 -66a30 30 0 0 1 17 -54z", "a")
    return (
        path("M100 22C46 22 30 60 30 104S46 206 100 206S170 150 170 104S154 22 100 22z", "b")
        + hole
        + circle(r.uniform(92, 108), 96, 7, "c")
    )


def fingerprint(r: Random) -> str:
    arcs = ""
    for k in range(1, 8):
        left, right = r.uniform(150, 196), r.uniform(140, 198)
        arcs += path(f"M{100 - k * 10} {left:.0f}V112a{k * 10} {k * 11} 0 0 1 {k * 20} 0V{right:.0f}", "sa")
    return path("M100 112V176", "sa") + arcs + circle(*r.choice(((52, 70), (150, 76), (140, 60))), 8, "c")


def scales(r: Random) -> str:
    tilt = r.uniform(-12, 12)
    left, right = 78 + tilt, 78 - tilt
    beam = path(f"M28 {left:.0f}L172 {right:.0f}", "sa")
    pans = ""
    for x, y in ((34, left), (166, right)):
        pans += path(f"M{x} {y:.0f}L{x - 26} {y + 56:.0f}H{x + 26}z", "sc thin") + path(
            f"M{x - 30} {y + 56:.0f}h60a30 22 0 0 1 -60 0z", "a"
        )
    return (
        circle(100, 118, 66, "b")
        + rect(96, 50, 8, 146, "a")
        + circle(100, 50, 9, "c")
        + beam
        + pans
        + path("M62 206q0 -14 38 -14t38 14z", "a")
    )


def cat(r: Random) -> str:
    head = "M44 58l30 26q26 -10 52 0l30 -26q14 40 6 70q-10 44 -62 44t-62 -44q-8 -30 6 -70z"
    slit = r.uniform(2, 5)
    eyes = "".join(ellipse(x, 118, 15, 13, 0, (x, 118), "c") + ellipse(x, 118, slit, 12, 0, (x, 118), "g") for x in (76, 124))
    whiskers = path("M70 148L26 140M70 154L28 162M130 148L174 140M130 154L172 162", "sc thin")
    return halo(r) + path(head, "a") + eyes + shape(((93, 142), (107, 142), (100, 151)), "g") + whiskers


def flame(r: Random) -> str:
    sway = r.uniform(-10, 10)
    tip = f"{98 + sway:.0f} 76 {88 + sway:.0f} 40"
    left, right = (
        "M100 206C48 206 34 168 48 136C56 118 66 116 68 94C84 100 84 112 84 122C96 104",
        "C132 62 156 104 156 146C156 184 138 206 100 206z",
    )
    outer = f"{left} {tip}{right}"
    return (
        path(outer, "a")
        + path("M100 206C72 206 66 184 74 164C84 150 96 148 98 122C122 140 134 158 132 176C130 196 118 206 100 206z", "c")
        + path("M-10 206h220v20H-10z", "b")
    )


def mirror(r: Random) -> str:
    side = "C70 50 56 66 58 92l-16 24q-2 6 10 8l-2 10q6 4 2 8q4 4 0 10q0 14 22 10l6 30H100z"
    flip = ' transform="matrix(-1 0 0 1 200 0)"'
    return (
        rect(100, 24, 110, 200, "b")
        + f'<path class="a" d="M100 50{side}"/><path class="{r.choice("cg")}"{flip} d="M100 50{side}"/>'
        + rect(99, 24, 2, 200, "c")
    )


def ghost(r: Random) -> str:
    body = "M46 196V108a54 54 0 0 1 108 0v88q-9 -14 -18 0q-9 14 -18 0q-9 -14 -18 0q-9 14 -18 0q-9 -14 -18 0q-9 14 -18 0z"
    look = r.uniform(-5, 5)
    return (
        halo(r)
        + path(body, "a")
        + "".join(ellipse(x + look, 108, 8, 12, 0, (x, 108), "g") for x in (82, 118))
        + ellipse(100 + look, 138, 7, 9, 0, (100, 138), "g")
    )


def butterfly(r: Random) -> str:
    wing = (
        path("M100 112C80 44 24 36 22 76C20 112 60 122 100 116z", "a")
        + path("M100 116C64 116 36 134 46 164C56 190 92 168 100 122z", "b")
        + circle(56, 80, r.uniform(8, 13), "c")
    )
    return (
        wing
        + f'<g transform="matrix(-1 0 0 1 200 0)">{wing}</g>'
        + ellipse(100, 122, 5, 38, 0, (100, 122), "c")
        + path("M100 86Q94 62 80 54M100 86Q106 62 120 54", "sc thin")
    )


def cloche(r: Random) -> str:
    steam = "".join(path(f"M{x} 56q-9 -10 0 -20t0 -20", "sc thin") for x in (76, 100, 124))
    return (
        steam
        + circle(100, 78, 8, "c")
        + path("M30 158a70 74 0 0 1 140 0z", "a")
        + path(f"M48 148a54 54 0 0 1 {r.uniform(28, 34):.0f} -44", "sc thin")
        + rect(14, 162, 172, 12, "b")
    )
