"""The photographs that the demo's brands would take, drawn by code."""

from collections.abc import Callable, Mapping
from typing import Final

from cm_suite.demo.pictures import candles, cycles
from cm_suite.demo.pictures.canvas import Canvas

DRAWINGS: Final[Mapping[str, Callable[[Canvas], None]]] = {
    "shelf": candles.shelf,
    "wicks": candles.wicks,
    "glasses": candles.glasses,
    "fields": candles.fields,
    "pouring": candles.pouring,
    "stones": candles.stones,
    "bicycle": cycles.green_bicycle,
    "yellow_bicycle": cycles.yellow_bicycle,
    "wheel": cycles.wheel,
    "paints": cycles.paints,
    "panniers": cycles.panniers,
}


def draw(name: str) -> bytes:
    """One picture as a JPEG file, the same each time. Raises KeyError for a name that is none."""
    canvas = Canvas()
    DRAWINGS[name](canvas)
    return canvas.file()
