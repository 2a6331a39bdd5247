"""Images that somebody hands us, made anew: what leaves is what was drawn here, never what came in.

Only pixels survive. EXIF, GPS, XMP, comments, colour profiles and whatever hangs behind the last byte stay
behind; the orientation and the colours they told are applied first. No Django here.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Final

from PIL import GifImagePlugin, Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
MOST_BYTES_IN: Final = 20_000_000
MOST_BYTES: Final = 8_000_000
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 4096
FORMATS: Final = tuple(
    reader.format
    for reader in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
        GifImagePlugin.GifImageFile,
    )
)
"""Importing a reader makes it known to Pillow; the one of JPEG also reads MPO, which telephones write."""

_LOSSLESS: Final = frozenset({"PNG", "GIF"})
_QUALITIES: Final = (90, 82, 72, 60)
_SHRINK: Final = 0.8
_LEAST_SIDE: Final = 16
_BROKEN: Final = (
    OSError,
    SyntaxError,  # what Pillow raises for a PNG that is none
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    struct.error,
    zlib.error,
)


class ImageProblem(StrEnum):
    """Why a file is not taken."""

    NOT_AN_IMAGE = "not_an_image"
    TOO_HEAVY = "too_heavy"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    MOVES = "moves"


class ImageRefused(ValueError):
    """A file that is not taken, and why."""

    def __init__(self, problem: ImageProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Picture:
    """An image drawn here: its bytes, JPEG or PNG, and its size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int

    def __repr__(self) -> str:
        return f"Picture({self.media_type}, {self.width}x{self.height}, {len(self.content)} bytes)"


def cleaned(raw: bytes) -> Picture:
    """Draw an uploaded JPEG, PNG, WebP or GIF anew: upright, sRGB, no side over LONGEST_SIDE pixels.

    What has transparency, and what came without loss, stays PNG where that fits in MOST_BYTES; the rest is
    JPEG. Raises ImageRefused, for a bomb before a pixel of it is decoded.
    """
    if len(raw) > MOST_BYTES_IN:
        raise ImageRefused(ImageProblem.TOO_HEAVY)
    with _opened(raw) as image:
        _look(image)
        lossless = image.format in _LOSSLESS
        try:
            image.draft(image.mode, (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            drawn = _plain(_upright(image))
        except _BROKEN as error:
            raise ImageRefused(ImageProblem.BROKEN) from error
    return _written(_within(drawn, LONGEST_SIDE), lossless=lossless, most_bytes=MOST_BYTES)


def fitted(
    picture: Picture,
    *,
    types: Collection[str] = (JPEG, PNG),
    most_bytes: int = MOST_BYTES,
    longest: int = LONGEST_SIDE,
) -> Picture:
    """The picture as somebody takes it who wants these media types, so many bytes, so many pixels a side.

    The very same one when it fits; else a smaller copy, on white where transparency cannot be kept.
    """
    fits = picture.media_type in types and len(picture.content) <= most_bytes
    if fits and max(picture.width, picture.height) <= longest:
        return picture
    with Image.open(BytesIO(picture.content), formats=("JPEG", "PNG")) as image:
        image.draft(image.mode, (longest, longest))
        image.load()
        drawn = _within(_plain(image), longest)
    if PNG not in types:
        drawn = _flat(drawn)
    return _written(drawn, lossless=picture.media_type == PNG and PNG in types, most_bytes=most_bytes)


def _opened(raw: bytes) -> Image.Image:
    """The file with its header read, and nothing more."""
    try:
        return Image.open(BytesIO(raw), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageRefused(ImageProblem.TOO_MANY_PIXELS) from error
    except _BROKEN as error:
        raise ImageRefused(ImageProblem.NOT_AN_IMAGE) from error


def _look(image: Image.Image) -> None:
    """Refuse by the header alone what may not be decoded."""
    if image.width * image.height > MOST_PIXELS:
        raise ImageRefused(ImageProblem.TOO_MANY_PIXELS)
    try:
        moves = image.format != "MPO" and bool(getattr(image, "is_animated", False))
    except _BROKEN as error:
        raise ImageRefused(ImageProblem.BROKEN) from error
    if moves:
        raise ImageRefused(ImageProblem.MOVES)


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; EXIF that cannot be read says nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        return image


def _plain(image: Image.Image) -> Image.Image:
    """RGB, RGBA or L in sRGB, with nothing beside its pixels."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    see_through = image.has_transparency_data
    if see_through:
        image = _seen_through(image.convert("RGBA"))
    elif image.mode not in {"L", "CMYK", "RGB"}:
        image = image.convert("RGB")
    if isinstance(profile, bytes) and profile:
        image = _in_srgb(image, profile)
    image = image if image.mode != "CMYK" else image.convert("RGB")
    plain = image.copy()
    plain.info = {}
    return plain


def _seen_through(image: Image.Image) -> Image.Image:
    """RGBA, or RGB when nothing of it is transparent after all."""
    least, _most = image.getchannel("A").getextrema()
    return image.convert("RGB") if least == 255 else image


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Its colours as a screen shows them; a profile that cannot be read changes nothing."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        told = ImageCms.ImageCmsProfile(BytesIO(profile))
        turned = ImageCms.profileToProfile(image, told, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, *_BROKEN):
        return image
    return turned or image


def _within(image: Image.Image, longest: int) -> Image.Image:
    """No side longer than this; never enlarged."""
    if max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return image


def _flat(image: Image.Image) -> Image.Image:
    """White where it was transparent."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _written(image: Image.Image, *, lossless: bool, most_bytes: int) -> Picture:
    """The image in at most so many bytes, smaller if need be."""
    while True:
        found = _small_enough(image, lossless=lossless, most_bytes=most_bytes)
        if found is not None:
            return found
        if min(image.size) <= _LEAST_SIDE:
            raise ImageRefused(ImageProblem.TOO_HEAVY)
        image = image.resize(_smaller(image.size), Image.Resampling.LANCZOS)


def _smaller(size: tuple[int, int]) -> tuple[int, int]:
    return max(1, int(size[0] * _SHRINK)), max(1, int(size[1] * _SHRINK))


def _small_enough(image: Image.Image, *, lossless: bool, most_bytes: int) -> Picture | None:
    if lossless or image.mode == "RGBA":
        content = _saved(image, "PNG")
        if len(content) <= most_bytes:
            return Picture(content, PNG, *image.size)
        if image.mode == "RGBA":
            return None
    for quality in _QUALITIES:
        content = _saved(image, "JPEG", quality)
        if len(content) <= most_bytes:
            return Picture(content, JPEG, *image.size)
    return None


def _saved(image: Image.Image, form: str, quality: int = 0) -> bytes:
    out = BytesIO()
    if form == "PNG":
        image.save(out, form, optimize=image.width * image.height < 4_000_000)
    else:
        image.save(out, form, quality=quality, optimize=True, progressive=True)
    return out.getvalue()
