"""The sprite: every icon a template asks for is drawn."""

import re
import xml.etree.ElementTree as ET

from publishing.enums import ContentType, DeliveryState
from tests.interface.sheets import ROOT

SPRITE = ROOT / "cm_suite" / "static" / "img" / "icons.svg"
ASKED = re.compile(r'icon\.html" with name="([\w-]+)"|\bicon="([\w-]+)"(?!\|)|icons\.svg\' %}#([\w-]+)"')


def drawn() -> dict[str, str]:
    """Every symbol of the sprite: its id and what it draws."""
    root = ET.fromstring(SPRITE.read_text())  # noqa: S314 -- a file of ours
    return {symbol.attrib["id"]: "".join(ET.tostring(child).decode() for child in symbol) for symbol in root}


def test_templates_ask_only_for_icons_that_exist() -> None:
    asked = {
        next(filter(None, groups))
        for path in (ROOT / "templates").rglob("*.html")
        for groups in ASKED.findall(path.read_text())
    }
    assert asked - set(drawn()) == set()


def test_each_delivery_state_has_a_shape_of_its_own() -> None:
    shapes = {state: drawn()[f"state-{state}"] for state in DeliveryState.values}
    assert len(set(shapes.values())) == len(DeliveryState.values)


def test_each_content_type_has_a_shape() -> None:
    assert {f"type-{kind}" for kind in ContentType.values} <= set(drawn())
