"""Pictures of the bicycle workshop: green, steel, and the yellow that has no name."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Final

from cm_suite.demo.pictures.canvas import HEIGHT, WIDTH, Canvas, Point

FOREST: Final = "#2f6b4f"
DEEP: Final = "#173a2c"
STEEL: Final = "#8d9a98"
RUBBER: Final = "#22302a"
RAIN: Final = "#8c979b"
YELLOW: Final = "#dda21f"
LEATHER: Final = "#7b4b2a"


def green_bicycle(canvas: Canvas) -> None:
    """The bicycle of the house, in bottle green."""
    _street(canvas)
    _bicycle(canvas, FOREST)


def yellow_bicycle(canvas: Canvas) -> None:
    """The same in yellow, with its mudguards."""
    _street(canvas)
    for x in (360, 850):
        arc = [(x + 178 * cos(pi * t / 20), 545 - 178 * sin(pi * t / 20)) for t in range(2, 19)]
        canvas.line(arc, YELLOW, 10)
    _bicycle(canvas, YELLOW)


def wheel(canvas: Canvas) -> None:
    """A wheel of 36 spokes on its truing stand."""
    canvas.fade("#e7eee3", "#b9cbb9")
    canvas.fade("#84694d", "#5f4931", (0, 700, WIDTH, HEIGHT))
    hub = (600.0, 380.0)
    for side in (-1, 1):
        canvas.line([(600 + side * 60, 700), (600 + side * 34, 380)], "#51625a", 26)
    canvas.box((440, 690, 760, 716), "#3f4d46", 8)
    canvas.ring(hub, 640, STEEL, 26)
    canvas.ring(hub, 612, "#c4cfcc", 6)
    for spoke in range(36):
        away = 2 * pi * spoke / 36
        lean = away + (1 if spoke % 2 else -1) * 1.05
        start = (hub[0] + 44 * cos(lean), hub[1] + 44 * sin(lean))
        end = (hub[0] + 302 * cos(away), hub[1] + 302 * sin(away))
        canvas.line([start, end], "#6d7b78", 2.5)
        canvas.oval(end, 9, 9, "#b58b3a")
    canvas.oval(hub, 104, 104, "#66746f")
    canvas.oval(hub, 72, 72, "#aeb9b5")
    canvas.oval(hub, 26, 26, RUBBER)


def paints(canvas: Canvas) -> None:
    """Three painted tubes hung up to dry: bottle green, rain grey, yellow."""
    canvas.fade("#eef2ea", "#cfdacb")
    canvas.box((0, 92, WIDTH, 112), "#6f5a43")
    for place, fill in enumerate((FOREST, RAIN, YELLOW)):
        x = 270 + place * 330
        canvas.line([(x, 112), (x, 170)], STEEL, 5)
        canvas.glow((x + 30, 700), 260, 40, DEEP, 0.4)
        canvas.box((x - 84, 170, x + 84, 640), fill, 26)
        canvas.glow((x - 36, 400), 60, 620, "#ffffff", 0.55)
        canvas.oval((x, 184), 128, 22, DEEP)
        canvas.box((x - 60, 668, x + 60, 716), "#fbfaf3", 4)
        canvas.line([(x - 40, 684), (x + 40, 684)], "#b7bfb2", 4)
        canvas.line([(x - 40, 700), (x + 14 - 20 * (place % 2), 700)], "#b7bfb2", 4)


def panniers(canvas: Canvas) -> None:
    """Two bags cut from a barge's tarpaulin, on their rack."""
    canvas.fade("#dfe8df", "#a9bfb2")
    canvas.fade("#8f8468", "#6c6149", (0, 660, WIDTH, HEIGHT))
    canvas.line([(150, 250), (1050, 250)], RUBBER, 16)
    for place, (fill, stripe) in enumerate((("#2f5f73", "#f1ead8"), (YELLOW, "#3d3a2c"))):
        left = 190 + place * 430
        canvas.glow((left + 195, 690), 520, 70, DEEP, 0.5)
        canvas.box((left, 270, left + 390, 680), fill, 34)
        for band in range(3):
            up = 470 + band * 62
            canvas.shape([(left, up), (left + 390, up - 40), (left + 390, up - 12), (left, up + 28)], stripe)
        canvas.box((left, 270, left + 390, 400), DEEP, 34)
        canvas.box((left, 330, left + 390, 404), DEEP)
        for strap in (96, 270):
            canvas.box((left + strap, 236, left + strap + 30, 470), LEATHER, 8)
            canvas.box((left + strap - 6, 424, left + strap + 36, 456), "#c9a552", 5)
            canvas.box((left + strap + 6, 433, left + strap + 24, 447), LEATHER, 2)


def _street(canvas: Canvas) -> None:
    """A pale wall, its window, and the pavement."""
    canvas.fade("#eef1e8", "#d3ddcd", (0, 0, WIDTH, 640))
    canvas.box((780, 60, 1080, 330), "#b7c9c0", 6)
    canvas.fade("#dfe9e6", "#9fb8b0", (796, 76, 1064, 314))
    canvas.box((922, 76, 938, 314), "#b7c9c0")
    canvas.fade("#b3b3a3", "#93937f", (0, 640, WIDTH, HEIGHT))
    canvas.line([(0, 642), (WIDTH, 642)], "#8a8b7a", 4)


def _bicycle(canvas: Canvas, fill: str) -> None:
    """A city bicycle seen from its right side, its wheels on the ground at 710."""
    rear, front, pedals = (360.0, 545.0), (850.0, 545.0), (560.0, 560.0)
    seat, head = (500.0, 300.0), (770.0, 290.0)
    canvas.glow((605, 716), 900, 46, DEEP, 0.55)
    for hub in (rear, front):
        _tyre(canvas, hub)
    for one, other in ((seat, head), (pedals, head), (seat, pedals), (rear, pedals), (rear, seat)):
        thick = 11 if rear in (one, other) else 19
        canvas.line([one, other], fill, thick)
    canvas.line([(762, 250), (784, 330), front], fill, 17)
    canvas.line([(500, 300), (484, 236)], STEEL, 12)
    canvas.shape([(420, 226), (548, 222), (556, 238), (470, 250), (424, 246)], LEATHER)
    canvas.line([(762, 250), (756, 206), (800, 196), (838, 214)], STEEL, 11)
    canvas.line([(806, 197), (842, 216)], LEATHER, 17)
    canvas.oval((800, 258), 44, 44, "#f6e7a8")
    canvas.ring((800, 258), 44, STEEL, 5)
    canvas.line([rear, pedals], RUBBER, 4)
    canvas.ring(pedals, 92, STEEL, 10)
    canvas.line([(530, 626), (590, 494)], RUBBER, 11)
    canvas.box((500, 622, 556, 636), RUBBER, 5)
    canvas.box((566, 484, 622, 498), RUBBER, 5)
    for hub in (rear, front):
        canvas.oval(hub, 34, 34, STEEL)


def _tyre(canvas: Canvas, hub: Point) -> None:
    x, y = hub
    for spoke in range(28):
        angle = 2 * pi * spoke / 28
        canvas.line([hub, (x + 150 * cos(angle), y + 150 * sin(angle))], "#9aa6a2", 2)
    canvas.ring(hub, 330, RUBBER, 15)
    canvas.ring(hub, 302, STEEL, 6)
