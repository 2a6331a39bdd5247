"""What answers of networks are made of: read as they are, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from pages.networks import answers
from pages.networks.words import compose

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"), [("17", "17"), (17, "17"), ("a:b", "a:b"), ("x" * 200, "x" * 200)]
)
def test_an_identifier_is_text(said: object, meant: str) -> None:
    assert answers.identifier(said) == meant


@pytest.mark.parametrize("odd", [None, "", True, 1.5, "a\nb", "a\ufffd", "x" * 201, [], {}])
def test_what_is_no_identifier_is_refused(odd: object) -> None:
    with pytest.raises(ValueError, match="identifier"):
        answers.identifier(odd)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://lumen.example/lampe", "https://lumen.example/lampe"),
        ("http://lumen.example", "http://lumen.example"),
        ("javascript:alert(1)", ""),
        ("https://lumen.example/\u202e", ""),
        ("https://" + "x" * 500, ""),
        (None, ""),
    ],
)
def test_only_a_web_address_becomes_a_link(said: object, shown: str) -> None:
    assert answers.web_address(said) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("  Maison \n Lumen ", "Maison Lumen"),
        ("Na\x00dia\x07", "Nadia"),
        ("\ud800Paul", "Paul"),
        ("\u202eecnarF\u2066", "ecnarF"),
        ("Nadia 👩\u200d🔬", "Nadia 👩\u200d🔬"),
        (12, ""),
    ],
)
def test_a_name_is_one_line_that_turns_nothing_around_it(said: object, shown: str) -> None:
    assert answers.one_line(said) == shown


def test_an_instant_is_in_utc_whatever_zone_it_names() -> None:
    assert answers.instant("2026-03-02T11:00:00+01:00") == NOW
    assert answers.instant("2026-03-02T11:00:00+01:00").tzinfo is UTC
    assert answers.instant("2026-03-02T10:00:00") == NOW


@pytest.mark.parametrize("odd", [None, 0, "", "soon", "0001-01-01T00:00:00+14:00", [], True])
def test_what_is_no_instant_is_refused_and_not_believed(odd: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        answers.instant(odd)
    assert answers.believed(odd) is None


@time_machine.travel(NOW, tick=False)
def test_an_instant_yet_to_come_is_not_believed() -> None:
    near, far = NOW + answers.SKEW, NOW + answers.SKEW + timedelta(seconds=1)
    assert answers.believed(near.isoformat()) == near
    assert answers.believed(far.isoformat()) is None


@pytest.mark.parametrize("odd", [None, -1, True, "3", 1.0, 2**63, []])
def test_what_is_not_counted_is_not_zero(odd: object) -> None:
    assert answers.count(odd) is None


def test_a_count_ends_where_it_is_said_to() -> None:
    assert (answers.count(0), answers.count(9, 10), answers.count(10, 10)) == (0, 9, None)


@pytest.mark.parametrize(
    ("text", "link", "whole"),
    [
        (" Une lampe ", "", "Une lampe"),
        ("Une lampe", "https://a.example", "Une lampe\n\nhttps://a.example"),
        ("Voir https://a.example ici", "https://a.example", "Voir https://a.example ici"),
        ("", "https://a.example", "https://a.example"),
    ],
)
def test_a_link_stands_on_a_line_of_its_own_unless_the_text_holds_it(
    text: str, link: str, whole: str
) -> None:
    assert compose(text, link) == whole
