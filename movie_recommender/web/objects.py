"""More motifs of the covers: things and places. Same rules as in `motifs`."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from .motifs import circle, hill, path, rect, shape


def door(r: Random) -> str:
    x = r.uniform(64, 112)
    light = shape(((x, 164), (x + 36, 164), (x + 74, 220), (x - 46, 220)), "a")
    return (
        rect(0, 164, 200, 60, "b")
        + light
        + rect(x - 5, 56, 46, 108, "c")
        + rect(x, 62, 36, 102, "a")
        + circle(x + 18, 116, 6, "g")
        + shape(((x + 12, 164), (x + 13, 126), (x + 23, 126), (x + 24, 164)), "g")
    )


def stairs(r: Random) -> str:
    way = r.choice((1, -1))
    steps = [(x, 196 - step * 22) for step in range(7) for x in (step * 29, step * 29 + 29)]
    edge = [(x if way > 0 else 200 - x, y) for x, y in steps]
    end = 203 if way > 0 else -3
    figure = 101 if way > 0 else 99
    walker = circle(figure, 92, 7, "a") + shape(((figure - 6, 130), (figure - 5, 101), (figure + 5, 101), (figure + 6, 130)), "a")
    return circle(200 - figure - 34 * way, 70, 30, "c") + shape([*edge, (end, 230), (100 - 103 * way, 230)], "b") + walker


def house(r: Random) -> str:
    x = r.uniform(78, 122)
    body = shape(((x - 46, 190), (x - 46, 122), (x - 54, 122), (x, 76), (x + 54, 122), (x + 46, 122), (x + 46, 190)), "c")
    tower = rect(x + 18, 74, 17, 60, "c") + shape(((x + 13, 76), (x + 26.5, 48), (x + 40, 76)), "c")
    lit = rect(x - 28, 134, 15, 20, "a") + rect(x + 22, 86, 8, 12, "a") + rect(x + 12, 150, 15, 44, "b")
    return circle(x - 34 * r.choice((1, -1)), 84, 42, "a") + body + tower + lit + hill(r, 190, 6, "b")


def road(r: Random) -> str:
    x, horizon = r.uniform(76, 124), 112
    dashes = "".join(
        shape(((x - w / 2, y), (x + w / 2, y), (x + w * 0.66, y + h), (x - w * 0.66, y + h)), "a")
        for y, h, w in ((118, 6, 1.6), (130, 10, 2.6), (148, 15, 4), (174, 26, 6.4))
    )  # fmt: skip
    asphalt = shape(((x - 3, horizon), (x + 3, horizon), (x + 92, 220), (x - 92, 220)), "c")
    return circle(x + r.uniform(-30, 30), horizon - 4, r.uniform(32, 44), "a") + rect(0, horizon, 200, 110, "b") + asphalt + dashes


def windows(r: Random) -> str:
    lit = {(r.randrange(4), r.randrange(4)) for _ in range(5)}
    frames = []
    for column in range(4):
        for row in range(4):
            x, y = 19 + column * 43, 34 + row * 44
            frames.append(rect(x, y, 33, 34, "a" if (column, row) in lit else "b"))
            if (column, row) in lit and r.random() < 0.5:
                frames.append(circle(x + 16.5, y + 17, 5.5, "g") + rect(x + 9.5, y + 22, 14, 12, "g"))
    return rect(8, 24, 184, 200, "c") + "".join(frames)


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


def bolt(r: Random) -> str:
    x = r.uniform(84, 112)
    flash = shape(((x + 18, 30), (x - 34, 124), (x - 4, 124), (x - 22, 206), (x + 46, 96), (x + 12, 96), (x + 36, 30)), "a")
    return (
        circle(x + 4, 118, r.uniform(74, 84), "b")
        + flash
        + "".join(circle(x + 96 * cos(k), 118 + 92 * sin(k), 4, "c") for k in (0.6, 1.9, 3.5, 5.6))
    )


def bars(r: Random) -> str:
    heights = [r.uniform(34, 138) for _ in range(9)]
    return "".join(rect(12 + bar * 20, 200 - height, 15, height + 20, "abc"[(bar + int(height)) % 3]) for bar, height in enumerate(heights))


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


def cell(r: Random) -> str:
    x = r.uniform(60, 140)
    figure = circle(x, 104, 18, "g") + path(
        f"M{x - 38:.0f} 220C{x - 40:.0f} 140 {x - 22:.0f} 130 {x:.0f} 130S{x + 40:.0f} 140 {x + 38:.0f} 220z", "g"
    )
    return circle(x, 112, 68, "a") + figure + "".join(rect(10 + bar * 32, 26, 11, 200, "b") for bar in range(6)) + rect(0, 60, 200, 9, "b")


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
