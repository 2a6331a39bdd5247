"""Uploaded images: only pixels survive, and hostile files are refused for what they are."""

from __future__ import annotations

import time
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from cm_suite.core import images
from cm_suite.core.images import JPEG, PNG, ImageProblem, ImageRefused, Picture, cleaned, fitted
from tests.core.drawings import image, moving, noise, opened, png_bomb, split, told

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def problem_of(raw: bytes) -> ImageProblem:
    with pytest.raises(ImageRefused) as refused:
        cleaned(raw)
    return refused.value.problem


class TestTaken:
    @pytest.mark.parametrize(
        ("form", "media_type"), [("JPEG", JPEG), ("PNG", PNG), ("GIF", PNG), ("WEBP", JPEG)]
    )
    def test_four_formats_become_two(self, form: str, media_type: str) -> None:
        found = cleaned(image(form))
        assert (found.media_type, found.width, found.height) == (media_type, 64, 48)
        read = opened(found.content)
        assert (Image.MIME[read.format or ""], read.size) == (media_type, (64, 48))

    @pytest.mark.parametrize("form", ["PNG", "WEBP"])
    def test_transparency_is_kept(self, form: str) -> None:
        found = cleaned(image(form, mode="RGBA", color=(10, 20, 30, 0)))
        assert found.media_type == PNG
        assert opened(found.content).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]

    def test_a_transparent_gif_keeps_its_hole(self) -> None:
        drawn = Image.new("P", (8, 8), 0)
        out = BytesIO()
        drawn.save(out, "GIF", transparency=0)
        assert opened(cleaned(out.getvalue()).content).mode == "RGBA"

    @pytest.mark.parametrize("mode", ["L", "LA", "1", "CMYK", "I;16", "P"])
    def test_every_way_of_keeping_colours(self, mode: str) -> None:
        form = "JPEG" if mode == "CMYK" else "PNG"
        found = cleaned(image(form, mode=mode, color=1 if mode in {"1", "L", "I;16", "P"} else None))
        assert opened(found.content).mode in {"L", "RGB", "RGBA"}

    def test_the_orientation_is_applied(self) -> None:
        turned = opened(cleaned(split(exif=told(orientation=6))).content)  # a quarter to the right
        assert turned.size == (40, 60)
        assert turned.convert("L").getpixel((20, 5)) < 40  # type: ignore[operator]
        assert turned.convert("L").getpixel((20, 55)) > 215  # type: ignore[operator]

    def test_what_is_too_long_is_made_smaller_and_keeps_its_shape(self) -> None:
        found = cleaned(image("PNG", size=(5000, 1000)))
        assert (found.width, found.height) == (4096, 819)

    def test_a_small_one_is_not_enlarged(self) -> None:
        assert (cleaned(image(size=(1, 1))).width, cleaned(image(size=(1, 1))).height) == (1, 1)

    def test_what_is_stored_weighs_little_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "MOST_BYTES", 60_000)
        heavy = cleaned(noise((400, 300)))
        assert heavy.media_type == JPEG
        assert len(heavy.content) <= 60_000
        see_through = cleaned(noise((400, 300), "RGBA"))
        assert see_through.media_type == JPEG  # nothing of it was transparent, yet it said so

    def test_a_heavy_one_with_transparency_gets_smaller(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "MOST_BYTES", 60_000)
        drawn = Image.effect_noise((400, 300), 120).convert("RGBA")
        drawn.putpixel((0, 0), (0, 0, 0, 0))
        out = BytesIO()
        drawn.save(out, "PNG")
        found = cleaned(out.getvalue())
        assert found.media_type == PNG
        assert len(found.content) <= 60_000
        assert found.width < 400

    def test_other_colours_become_those_of_screens(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        found = cleaned(image(icc_profile=profile))  # a profile that does not fit changes nothing
        assert "icc_profile" not in opened(found.content).info


class TestLeftBehind:
    def test_gps_maker_and_orientation(self) -> None:
        raw = image(exif=told(orientation=3))
        assert Image.open(BytesIO(raw)).getexif().get_ifd(0x8825)[1] == "N"
        assert b"Telephone of Nadia" in raw
        found = cleaned(raw).content
        assert dict(opened(found).getexif()) == {}
        assert b"Telephone" not in found
        assert b"Exif" not in found

    @pytest.mark.parametrize("form", ["PNG", "WEBP"])
    def test_exif_of_other_formats(self, form: str) -> None:
        raw = image(form, exif=told())
        assert b"Telephone of Nadia" in raw
        found = cleaned(raw).content
        assert b"Telephone" not in found
        assert dict(opened(found).getexif()) == {}

    def test_comments_xmp_and_texts(self) -> None:
        jpeg = image(comment=b"Nadia, rue des Lilas", xmp=b"<x:xmpmeta>Lilas</x:xmpmeta>")
        assert jpeg.count(b"Lilas") == 2
        assert b"Lilas" not in cleaned(jpeg).content
        texts = PngInfo()
        texts.add_text("Author", "Nadia, rue des Lilas")
        png = image("PNG", pnginfo=texts)
        assert b"Lilas" in png
        assert b"Lilas" not in cleaned(png).content

    def test_colour_profiles(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        raw = image(icc_profile=profile)
        assert "icc_profile" in opened(raw).info
        assert "icc_profile" not in opened(cleaned(raw).content).info

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
    def test_whatever_hangs_behind_the_last_byte(self, form: str) -> None:
        raw = image(form) + b"PK\x03\x04<script>alert(document.domain)</script><?php system($_GET[0]); ?>"
        found = cleaned(raw).content
        assert b"script" not in found
        assert b"php" not in found

    def test_the_same_file_gives_the_same_bytes(self) -> None:
        assert cleaned(split()) == cleaned(split())


class TestRefused:
    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\x00",
            b"hello",
            SVG,
            SVG.replace(b"<?xml", b"\x89PNG<?xml"),
            b"%PDF-1.7",
            b"BM" + bytes(60),
            b"GIF89a",
        ],
    )
    def test_what_is_no_image(self, raw: bytes) -> None:
        assert problem_of(raw) == ImageProblem.NOT_AN_IMAGE

    @pytest.mark.parametrize("form", ["BMP", "TIFF", "ICO", "PPM", "TGA"])
    def test_formats_that_nobody_sends(self, form: str) -> None:
        assert problem_of(image(form)) == ImageProblem.NOT_AN_IMAGE

    @pytest.mark.parametrize("size", [(30_000, 30_000), (8_000, 6_251), (2_000_000, 26)])
    def test_a_bomb_before_a_pixel_of_it_is_decoded(self, size: tuple[int, int]) -> None:
        began = time.process_time()
        assert problem_of(png_bomb(*size)) == ImageProblem.TOO_MANY_PIXELS
        assert time.process_time() - began < 0.5

    def test_a_file_that_is_too_heavy_is_not_even_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "MOST_BYTES_IN", 10)
        monkeypatch.delattr(Image, "open")
        assert problem_of(image()) == ImageProblem.TOO_HEAVY

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_half_of_a_file(self, form: str) -> None:
        raw = noise((200, 200)) if form == "PNG" else split(form, (400, 300))
        assert problem_of(raw[: len(raw) // 2]) in {ImageProblem.BROKEN, ImageProblem.NOT_AN_IMAGE}

    @pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
    def test_what_moves(self, form: str) -> None:
        assert problem_of(moving(form)) == ImageProblem.MOVES

    @settings(max_examples=60, deadline=None)
    @given(
        form=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
        cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
        keep=st.floats(0.3, 1),
    )
    def test_a_damaged_file_is_drawn_or_refused_and_nothing_else(
        self, form: str, cuts: list[tuple[float, int]], keep: float
    ) -> None:
        raw = bytearray(image(form, exif=told(3)) if form != "GIF" else image(form))
        for where, value in cuts:
            raw[int(where * (len(raw) - 1))] = value
        try:
            found = cleaned(bytes(raw[: int(len(raw) * keep)]))
        except ImageRefused:
            return
        assert opened(found.content).size == (found.width, found.height)


class TestFitted:
    def test_the_very_same_when_it_fits(self) -> None:
        picture = cleaned(split())
        assert fitted(picture) is picture

    def test_a_jpeg_on_white_for_who_takes_nothing_else(self) -> None:
        picture = cleaned(image("PNG", mode="RGBA", color=(0, 0, 0, 0)))
        found = fitted(picture, types={JPEG})
        assert found.media_type == JPEG
        assert opened(found.content).getpixel((3, 3)) == (255, 255, 255)

    def test_few_bytes_and_a_short_side(self) -> None:
        picture = cleaned(noise((600, 400)))
        light = fitted(picture, most_bytes=20_000)
        assert len(light.content) <= 20_000
        small = fitted(picture, longest=90)
        assert (small.width, small.height, small.media_type) == (90, 60, PNG)

    def test_it_is_always_the_same_copy(self) -> None:
        picture = cleaned(noise((300, 200)))
        assert fitted(picture, most_bytes=20_000) == fitted(picture, most_bytes=20_000)

    def test_what_cannot_be_so_small_is_refused(self) -> None:
        with pytest.raises(ImageRefused) as refused:
            fitted(cleaned(split()), most_bytes=10)
        assert refused.value.problem == ImageProblem.TOO_HEAVY

    def test_its_bytes_are_not_printed(self) -> None:
        assert repr(Picture(b"abc", JPEG, 2, 1)) == "Picture(image/jpeg, 2x1, 3 bytes)"
