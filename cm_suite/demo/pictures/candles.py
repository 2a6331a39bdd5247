"""Pictures of the candle makers: warm, in terracotta and wax."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Final

from cm_suite.demo.pictures.canvas import HEIGHT, WIDTH, Canvas, Point

CLAY: Final = "#b4532a"
DARK: Final = "#5e2a17"
WOOD: Final = "#8a5a3c"
AMBER: Final = "#d98b3f"
WAX: Final = "#f7ecd6"
GLASS: Final = "#f4d9b8"
LIGHT: Final = "#ffd98a"
PAPER: Final = "#fbf4ea"
LEAF: Final = "#6d7d4a"


def shelf(canvas: Canvas) -> None:
    """Three lit candles on a shelf, and a branch of a fig tree."""
    canvas.fade("#f2ddcb", "#d9ab8a")
    canvas.box((0, 640, WIDTH, 690), WOOD)
    canvas.box((0, 690, WIDTH, 704), "#6b432b")
    for x, base, size in ((330, 640, 1.0), (600, 640, 1.35), (850, 640, 0.8)):
        _candle(canvas, (x, base), size)
    for turn, at in enumerate(((1010, 470), (1080, 330), (960, 250), (1110, 180))):
        _leaf(canvas, at, 150 - 12 * turn, turn * 0.9)
    canvas.line([(1140, 640), (1060, 420), (1050, 240), (1120, 90)], "#7a5a3a", 9)


def wicks(canvas: Canvas) -> None:
    """A printer's cabinet: a wick and its dated label in each compartment."""
    canvas.fade("#7a4a30", "#5a331f")
    for row in range(4):
        for column in range(6):
            left, up = 60 + column * 182, 60 + row * 175
            canvas.box((left, up, left + 166, up + 158), "#3f2213", 8)
            canvas.fade("#a97650", "#8d5d3d", (left + 8, up + 8, left + 158, up + 150))
            _wick(canvas, (left + 83, up + 18), 78, 0.5 + 0.37 * ((row * 6 + column) % 7))
            canvas.box((left + 38, up + 116, left + 128, up + 140), PAPER, 3)
            for place in range(2):
                end = left + 112 - 26 * ((row + column + place) % 2)
                canvas.line([(left + 50, up + 124 + 8 * place), (end, up + 124 + 8 * place)], "#b39a86", 2)


def glasses(canvas: Canvas) -> None:
    """Washed glasses upside up in two rows; one of them is filled again."""
    canvas.fade("#f6e9dc", "#e2c4ac")
    for row, base in enumerate((390, 720)):
        canvas.box((0, base, WIDTH, base + 26), WOOD)
        canvas.glow((WIDTH / 2, base + 40), WIDTH, 60, DARK, 0.25)
        for place in range(6):
            at = (125 + place * 190, base)
            if (row, place) == (1, 4):
                _candle(canvas, at, 0.95)
            else:
                _glass(canvas, at, 130, 190)


def fields(canvas: Canvas) -> None:
    """Rape in flower as far as the hills, and sunflowers in front."""
    canvas.fade("#f8dcc0", "#fbf0dd", (0, 0, WIDTH, 430))
    canvas.glow((860, 250), 520, 520, LIGHT, 0.9)
    canvas.oval((860, 250), 110, 110, "#fff3cf")
    for depth, (fill, base) in enumerate((("#b9a58c", 360), ("#a3a06a", 410), ("#d9b64a", 470))):
        _hill(canvas, fill, base, 40 - 8 * depth, 1.3 + 0.4 * depth)
    for stripe in range(9):
        far, near = 80 + stripe * 130, -500 + stripe * 275
        canvas.shape([(far, 500), (far + 26, 500), (near + 150, 800), (near, 800)], "#c49a2f")
    for x, y, size in (
        (130, 600, 0.8),
        (330, 655, 1.05),
        (560, 610, 0.75),
        (800, 660, 1.1),
        (1060, 615, 0.9),
    ):
        _sunflower(canvas, (x, y), size)


def pouring(canvas: Canvas) -> None:
    """A copper pan of melted wax with its thermometer, and the glasses that wait."""
    canvas.fade("#ecd2bd", "#c99673")
    canvas.fade("#9b6747", "#754931", (0, 600, WIDTH, HEIGHT))
    canvas.glow((440, 690), 760, 130, DARK, 0.6)
    canvas.box((190, 390, 690, 680), "#c06a3a", 60)
    canvas.fade("#d98454", "#a5522b", (190, 420, 690, 620))
    canvas.oval((440, 420), 500, 130, "#8c4524")
    canvas.oval((440, 426), 452, 104, WAX)
    canvas.glow((400, 415), 330, 70, "#ffffff", 0.7)
    canvas.line([(690, 470), (900, 410)], DARK, 26)
    canvas.box((496, 120, 524, 440), PAPER, 14)
    canvas.box((505, 220, 515, 430), "#c0392b", 5)
    for mark in range(12):
        canvas.line([(528, 140 + mark * 22), (546 if mark % 3 else 560, 140 + mark * 22)], DARK, 3)
    for place in range(3):
        _glass(canvas, (820 + place * 130, 740), 104, 150)
    for place in range(3):
        x = 330 + place * 90
        canvas.line([(x + 14 * sin(turn / 3), 370 - turn * 11) for turn in range(20)], "#f3e2d2", 5)


def stones(canvas: Canvas) -> None:
    """A candle before a wall of stones in full sun."""
    canvas.fade("#8f7a67", "#7a6553")
    tones = ("#c9ad90", "#bd9d7e", "#d3bb9f", "#b48f70", "#c4a586")
    for row in range(7):
        x, turn = -90.0 + 55 * (row % 2), row
        while x < WIDTH:
            wide = 130 + 35 * ((turn * 7 + row * 3) % 4)
            canvas.box((x, row * 96, x + wide - 8, row * 96 + 88), tones[(turn * 3 + row) % 5], 22)
            x, turn = x + wide, turn + 1
    canvas.glow((820, 120), 1500, 1100, LIGHT, 0.55)
    canvas.fade("#a8714c", "#7d4e33", (0, 660, WIDTH, HEIGHT))
    canvas.glow((600, 735), 560, 80, DARK, 0.7)
    _candle(canvas, (600, 735), 1.9)


def _candle(canvas: Canvas, base: Point, size: float) -> None:
    """A lit candle in an amber glass with its label, standing at `base`."""
    x, y = base
    half, high = 75 * size, 190 * size
    canvas.glow((x, y - high - 70 * size), 520 * size, 520 * size, LIGHT, 0.75)
    canvas.glow((x, y), 230 * size, 34 * size, DARK, 0.6)
    canvas.box((x - half, y - high, x + half, y), AMBER, 18 * size)
    canvas.box(
        (x - half + 10 * size, y - high + 46 * size, x + half - 10 * size, y - 12 * size), WAX, 12 * size
    )
    canvas.oval((x, y - high + 46 * size), 130 * size, 26 * size, "#fff8e6")
    canvas.box((x - 46 * size, y - 112 * size, x + 46 * size, y - 44 * size), PAPER, 4 * size)
    canvas.box((x - 30 * size, y - 96 * size, x + 30 * size, y - 88 * size), CLAY, 3 * size)
    canvas.box((x - 22 * size, y - 74 * size, x + 22 * size, y - 68 * size), "#c9b29c", 3 * size)
    canvas.line([(x, y - high + 46 * size), (x, y - high + 12 * size)], DARK, 4 * size)
    _flame(canvas, (x, y - high + 18 * size), size)
    canvas.line(
        [(x - half + 9 * size, y - high + 24 * size), (x - half + 9 * size, y - 26 * size)], LIGHT, 4 * size
    )


def _flame(canvas: Canvas, base: Point, size: float) -> None:
    x, y = base
    for wide, high, fill in ((17, 78, "#f2a03d"), (11, 56, "#ffd36b"), (6, 34, "#fff6d6")):
        side = [(wide * sin(pi * t / 12) * (1 - t / 30), high * t / 12) for t in range(13)]
        right = [(x + dx * size, y - dy * size) for dx, dy in side]
        left = [(x - dx * size, y - dy * size) for dx, dy in reversed(side)]
        canvas.shape([*right, *left], fill)


def _glass(canvas: Canvas, base: Point, wide: float, high: float) -> None:
    """An empty glass standing at `base`."""
    x, y = base
    canvas.glow((x, y), wide * 1.5, 26, DARK, 0.45)
    canvas.box((x - wide / 2, y - high, x + wide / 2, y), "#e9bf92", 16)
    canvas.box((x - wide / 2 + 8, y - high + 6, x + wide / 2 - 8, y - 14), GLASS, 12)
    canvas.oval((x, y - high + 4), wide, 24, "#dca973")
    canvas.oval((x, y - high + 5), wide - 14, 16, "#fbeedd")
    canvas.line([(x - wide / 2 + 18, y - high + 34), (x - wide / 2 + 18, y - 40)], "#fffaf2", 5)


def _leaf(canvas: Canvas, at: Point, size: float, turn: float) -> None:
    """A leaf of five lobes."""
    x, y = at
    points = []
    for step in range(60):
        angle = 2 * pi * step / 60
        reach = size * (0.33 + 0.17 * cos(5 * angle))
        points.append((x + reach * cos(angle + turn), y + reach * sin(angle + turn)))
    canvas.shape(points, LEAF)
    for lobe in range(5):
        angle = 2 * pi * lobe / 5 + turn
        canvas.line([(x, y), (x + size * 0.4 * cos(angle), y + size * 0.4 * sin(angle))], "#8b9a63", 3)


def _wick(canvas: Canvas, top: Point, long: float, bend: float) -> None:
    x, y = top
    way = [(x + 9 * sin(bend * 3 + step / 3), y + long * step / 12) for step in range(13)]
    canvas.line(way, "#e7d6b8", 7)
    for px, py in way[1:-1]:
        canvas.line([(px - 3, py - 2), (px + 3, py + 2)], "#c9b48e", 2)


def _hill(canvas: Canvas, fill: str, base: float, high: float, waves: float) -> None:
    ridge = [(x, base - high * sin(waves * 2 * pi * x / WIDTH + waves)) for x in range(0, WIDTH + 20, 20)]
    canvas.shape([*ridge, (WIDTH, HEIGHT), (0, HEIGHT)], fill)


def _sunflower(canvas: Canvas, at: Point, size: float) -> None:
    x, y = at
    canvas.line([(x, y), (x + 10 * size, HEIGHT)], "#66703a", 12 * size)
    for petal in range(18):
        angle = 2 * pi * petal / 18
        tip = (x + 92 * size * cos(angle), y + 92 * size * sin(angle))
        side = 15 * size
        dx, dy = side * sin(angle), -side * cos(angle)
        half = (x + 56 * size * cos(angle), y + 56 * size * sin(angle))
        canvas.shape([(x, y), (half[0] + dx, half[1] + dy), tip, (half[0] - dx, half[1] - dy)], "#e8a92e")
    canvas.oval(at, 84 * size, 84 * size, "#5b3418")
    canvas.ring(at, 60 * size, "#7a4a25", 6 * size)
