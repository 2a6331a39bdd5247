"""Images for tests, drawn here: photographs, drawings, and files that mean no good."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

GPS = 0x8825
ORIENTATION = 0x0112
MAKER = 0x010F


def image(
    form: str = "JPEG", size: tuple[int, int] = (64, 48), color: Any = (200, 120, 40), **save: Any
) -> bytes:
    """A plain image, whole."""
    mode = save.pop("mode", "RGB")
    out = BytesIO()
    Image.new(mode, size, color).save(out, form, **save)
    return out.getvalue()


def split(form: str = "JPEG", size: tuple[int, int] = (60, 40), **save: Any) -> bytes:
    """Its left half black, its right half white: one sees how it was turned."""
    drawn = Image.new("RGB", size, "white")
    drawn.paste((0, 0, 0), (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    drawn.save(out, form, quality=95, **save)
    return out.getvalue()


def told(orientation: int = 1) -> Image.Exif:
    """EXIF as a telephone writes it: where, by what, and which way up."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = "Telephone of Nadia"
    exif[GPS] = {1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0)}
    return exif


def moving(form: str = "GIF") -> bytes:
    """Two frames."""
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    out = BytesIO()
    first.save(out, form, save_all=True, append_images=[second])
    return out.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A few bytes that say they are very many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(99)))
        + _chunk(b"IEND", b"")
    )


def noise(size: tuple[int, int], mode: str = "RGB") -> bytes:
    """A PNG that does not compress."""
    out = BytesIO()
    Image.effect_noise(size, 120).convert(mode).save(out, "PNG")
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """What was written, read again."""
    found = Image.open(BytesIO(content))
    found.load()
    return found


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
