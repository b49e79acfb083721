"""Places: landscapes, houses and towers. Rules: see `shapes`."""

from __future__ import annotations

from random import Random

from .shapes import circle, hill, number, path, rect, shape


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


def leaves(r: Random) -> str:
    out = []
    for k in range(9):
        x, way = 8 + k * 23, r.uniform(-26, 26)
        top = r.uniform(54, 120)
        half = f"{(top + 226) / 2:.0f}"
        out.append(path(f"M{x} 226Q{x - 34 + way:.0f} {half} {x + way:.0f} {top:.0f}Q{x + 34 + way:.0f} {half} {x} 226z", "abc"[k % 3]))
    return circle(r.uniform(60, 140), 70, 24, "c") + "".join(out[::2] + out[1::2])


def waves(r: Random) -> str:
    out = [circle(r.uniform(50, 150), 66, r.uniform(20, 30), "a")]
    for level, colour in enumerate("bcbca"):
        y, shift, lift = 92 + level * 25, r.uniform(-40, 0), r.uniform(9, 13)
        crests = "".join(f"q{20} {number(-lift * 2)} 40 0t40 0" for _ in range(3))
        out.append(path(f"M{number(shift)} {number(y)}{crests}V220H{number(shift)}z", colour))
    return "".join(out)


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


def stairs(r: Random) -> str:
    way = r.choice((1, -1))
    steps = [(x, 196 - step * 22) for step in range(7) for x in (step * 29, step * 29 + 29)]
    edge = [(x if way > 0 else 200 - x, y) for x, y in steps]
    end = 203 if way > 0 else -3
    figure = 101 if way > 0 else 99
    walker = circle(figure, 92, 7, "a") + shape(((figure - 6, 130), (figure - 5, 101), (figure + 5, 101), (figure + 6, 130)), "a")
    return circle(200 - figure - 34 * way, 70, 30, "c") + shape([*edge, (end, 230), (100 - 103 * way, 230)], "b") + walker


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


def castle(r: Random) -> str:
    towers = ""
    for x, top, width in ((34, 96, 30), (85, 62, 30), (136, 96, 30)):
        towers += rect(x, top, width, 130, "a") + shape(((x - 6, top), (x + width / 2, top - 40), (x + width + 6, top)), "b")
        towers += rect(x + width / 2 - 4, top + 20, 8, 14, "g")
    wall = rect(40, 140, 120, 80, "a") + "".join(rect(40 + k * 22, 130, 12, 12, "a") for k in range(6))
    gate = path("M84 206v-32a16 16 0 0 1 32 0v32z", "g")
    return circle(r.choice((52, 148)), 70, r.uniform(18, 26), "c") + towers + wall + gate + hill(r, 198, 5, "b")


def eiffel(r: Random) -> str:
    tower = "M97 34h6l3 52 12 56 26 64h-24l-10 -28q-10 -14 -20 0l-10 28H56l26 -64 12 -56z"
    decks = rect(84, 128, 32, 6, "g") + rect(72, 160, 56, 6, "g")
    return circle(100 + r.choice((-1, 1)) * r.uniform(20, 46), 92, r.uniform(34, 48), "b") + path(tower, "a") + decks + hill(r, 200, 3, "c")


def torii(r: Random) -> str:
    gate = (
        path("M22 72q78 14 156 0l6 20q-84 12 -168 0z", "a")
        + rect(40, 108, 120, 11, "a")
        + rect(52, 90, 14, 116, "a")
        + rect(134, 90, 14, 116, "a")
    )
    return circle(r.uniform(84, 116), 128, r.uniform(42, 52), "b") + gate + rect(94, 86, 12, 24, "a") + rect(0, 200, 200, 24, "c")


def palm(r: Random) -> str:
    way = r.choice((1, -1))
    leaves = "".join(
        path(f"M{100 + 26 * way} 84q{x} {y - 16} {x * 1.5:.0f} {y + 18}q{-x * 0.6:.0f} -22 {-x * 1.5:.0f} {-y - 18}z", "c")
        for x, y in ((-44, -26), (44, -26), (-52, 4), (52, 4), (-24, 26), (24, 26))
    )  # fmt: skip
    trunk = path(f"M{100 - 8} 206C{98} 160 {100 + 8 * way} 120 {100 + 24 * way} 84l6 3C{100 + 16 * way} 128 110 166 108 206z", "c")
    return circle(100 - 30 * way, 132, r.uniform(44, 54), "a") + trunk + leaves + path("M-20 196q60 -26 120 -4t120 0V230H-20z", "b")


def tent(r: Random) -> str:
    stripes = "".join(
        shape(((100, 58), (28 + k * 24, 124), (40 + k * 24, 124)), "ac"[k % 2])
        + shape(((100, 58), (40 + k * 24, 124), (52 + k * 24, 124)), "ca"[k % 2])
        for k in range(6)
    )
    wall = "".join(rect(34 + k * 22, 128, 22, 80, "ac"[k % 2]) for k in range(6))
    fringe = "".join(circle(40 + k * 24, 126, 12, "b") for k in range(6))
    return (
        stripes + wall + fringe + path("M84 208q0 -50 16 -62q16 12 16 62z", "g") + path(f"M100 58V34l{r.choice((20, -20))} 8L100 50z", "b")
    )
