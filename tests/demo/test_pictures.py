"""The demo's pictures: drawn by code, the same each time, each with words for who does not see it."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

import pytest
from PIL import Image

from cm_suite.core.images import JPEG, cleaned
from cm_suite.demo.pictures import DRAWINGS, draw
from cm_suite.demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from cm_suite.demo.script import BrandScript, Words, scripts


def pictured(script: BrandScript) -> list[Words]:
    """What a brand says with a picture, past and to come."""
    lines = [line.words for line in (*script.past, *script.ahead)]
    return [words for words in (*lines, *script.soon) if words.image]


@pytest.mark.parametrize("name", DRAWINGS)
def test_each_picture_is_whole_and_the_same_each_time(name: str) -> None:
    drawn = draw(name)
    assert draw(name) == drawn
    picture = cleaned(drawn)
    assert (picture.width, picture.height, picture.media_type) == (WIDTH, HEIGHT, JPEG)
    with Image.open(BytesIO(drawn)) as image:
        colours = image.resize((60, 40)).getcolors(2400)
        assert colours is not None
        assert len(colours) > 100
        assert max(count for count, _colour in colours) < 600


def test_a_picture_that_nobody_drew_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw("cathedral")


def test_every_drawing_is_shown_once_and_each_brand_has_several() -> None:
    used = [[words.image for words in pictured(script)] for script in scripts()]
    assert Counter(image for images in used for image in images) == dict.fromkeys(DRAWINGS, 1)
    assert [len(images) for images in used] == [6, 5]


def test_every_picture_has_words_for_who_does_not_see_it() -> None:
    alts = [words.alt for script in scripts() for words in pictured(script)]
    assert [alt for alt in alts if not 50 < len(alt) < 150 or not alt.endswith(".")] == []
    assert len(set(alts)) == len(alts)
    silent = [words for script in scripts() for line in script.past if not (words := line.words).image]
    assert {words.alt for words in silent} == {""}


def test_light_fades_out_before_its_rim() -> None:
    canvas = Canvas()
    canvas.fade("#000000", "#000000")
    canvas.glow((600, 400), 400, 200, "#ffffff", 1.0)
    with Image.open(BytesIO(canvas.file())) as image:
        light = image.convert("L").tobytes()
    assert light[400 * WIDTH + 600] > 240
    rim = [light[y * WIDTH + x] for x, y in ((402, 400), (798, 400), (600, 302), (420, 310))]
    assert max(rim) < 8
