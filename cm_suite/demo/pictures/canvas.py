"""Paper and brushes of the demo's pictures: drawn twice as large as it is kept, so that edges are smooth."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageOps

WIDTH: Final = 1200
HEIGHT: Final = 800
_SCALE: Final = 2
_QUALITY: Final = 90
_RIM: Final = 181  # what Pillow's radial gradient holds in the middle of its sides

type Point = tuple[float, float]


class Canvas:
    """A sheet of WIDTH × HEIGHT; all lengths are its pixels, all colours `#rrggbb`."""

    def __init__(self) -> None:
        self._sheet = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), "white")
        self._pen = ImageDraw.Draw(self._sheet)

    def fade(self, top: str, bottom: str, area: tuple[float, float, float, float] | None = None) -> None:
        """Fill an area, the whole sheet by default, from one colour to another below it."""
        left, up, right, down = self._box(area or (0, 0, WIDTH, HEIGHT))
        strip = ImageOps.colorize(Image.linear_gradient("L"), top, bottom)
        self._sheet.paste(strip.resize((right - left, down - up)), (left, up))

    def oval(self, at: Point, across: float, high: float, fill: str) -> None:
        """A filled ellipse around a point."""
        x, y = at
        self._pen.ellipse(self._box((x - across / 2, y - high / 2, x + across / 2, y + high / 2)), fill)

    def ring(self, at: Point, across: float, fill: str, width: float) -> None:
        """A circle's outline."""
        x, y = at
        area = (x - across / 2, y - across / 2, x + across / 2, y + across / 2)
        self._pen.ellipse(self._box(area), outline=fill, width=round(width * _SCALE))

    def box(self, area: tuple[float, float, float, float], fill: str, round_by: float = 0) -> None:
        """A filled rectangle (left, top, right, bottom), with round corners."""
        self._pen.rounded_rectangle(self._box(area), round_by * _SCALE, fill)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """A filled polygon."""
        self._pen.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill)

    def line(self, points: Sequence[Point], fill: str, width: float) -> None:
        """A line with round ends and joints."""
        way = [(x * _SCALE, y * _SCALE) for x, y in points]
        self._pen.line(way, fill, round(width * _SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval((x, y), width, width, fill)

    def glow(self, at: Point, across: float, high: float, fill: str, strength: float) -> None:
        """Light, or a shadow, that fades out around a point; `strength` from 0 to 1."""
        x, y = at
        left, up, right, down = self._box((x - across / 2, y - high / 2, x + across / 2, y + high / 2))
        spot = Image.radial_gradient("L").point(lambda away: int(255 * strength * _faded(away / _RIM)))
        self._sheet.paste(fill, (left, up), spot.resize((right - left, down - up)))

    def file(self) -> bytes:
        """The sheet as a JPEG file."""
        out = BytesIO()
        self._sheet.reduce(_SCALE).save(out, "JPEG", quality=_QUALITY)
        return out.getvalue()

    def _box(self, area: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        left, up, right, down = (round(each * _SCALE) for each in area)
        return left, up, right, down


def _faded(away: float) -> float:
    """How much light is left, from 1 in the middle to 0 at the rim, without an edge at either."""
    near = max(0.0, 1 - away)
    return near * near * (3 - 2 * near)
