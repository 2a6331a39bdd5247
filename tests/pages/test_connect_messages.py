"""Every way a network says no has words, and a next step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from cm_suite.core import guard, http
from pages.messages import ABILITIES, REASONS, WHY_NOT, network_icon, network_name, reason
from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, WhyNot

CODE = re.compile(r'(?:Later|Never|Unknown|GuardRefused|_lost)\((?:write, |self\.write, )?"([a-z_]+)"')


@pytest.fixture(autouse=True)
def english() -> None:
    """The source language."""
    translation.activate("en")


def test_every_code_of_the_ground_floor_and_of_the_networks_has_words() -> None:
    sources = [Path(module.__file__ or "").read_text() for module in (guard, http)]
    raised = {code for source in sources for code in CODE.findall(source)}
    assert {"not_sent", "rate_limited", "address_private", "answer_unreadable"} <= raised
    assert raised | set(Code) <= set(REASONS)


def test_each_says_what_and_what_next() -> None:
    for code in REASONS:
        why = reason(code)
        assert str(why.what).endswith("."), code
        assert str(why.advice).endswith("."), code
        assert str(why) == f"{why.what} {why.advice}"
        assert "Oops" not in str(why)


def test_a_code_nobody_knows_still_says_something() -> None:
    assert str(reason("brand_new")) == "The network refused. Open the page to see what it said."


def test_each_capability_has_words_both_ways() -> None:
    assert set(ABILITIES) == set(Capability)
    assert all(str(words.yes) and str(words.no) for words in ABILITIES.values())


def test_each_reason_for_lacking_something_has_words() -> None:
    assert set(WHY_NOT) == set(WhyNot)
    assert all(str(words).endswith(".") for words in WHY_NOT.values())


def test_networks_have_names_and_marks() -> None:
    assert {code: str(network_name(code)) for code in NETWORKS} == {
        "newsroom": "Public page",
        "mastodon": "Mastodon",
    }
    assert (str(network_name("gone")), network_icon("gone")) == ("gone", "connect")
