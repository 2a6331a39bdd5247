"""Every way a network says no has words, and a next step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from cm_suite.core import guard, http
from pages.messages import (
    ABILITIES,
    NEEDS,
    REASONS,
    WHY_NOT,
    network_icon,
    network_name,
    reason,
    use_name,
    why_not,
)
from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, ConnectKind, WhyNot

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


def test_each_lack_of_a_network_is_explained_and_nothing_else() -> None:
    for code, spec in NETWORKS.items():
        said = {each for each in Capability if str(why_not(code, each))}
        assert said == set(Capability) - spec.capabilities, code
    assert why_not("gone", Capability.HIDE) == ""


def test_each_way_to_connect_says_what_it_needs() -> None:
    assert set(NEEDS) == set(ConnectKind)
    assert all(str(words).endswith(".") for words in NEEDS.values())


def test_what_is_paid_has_a_name() -> None:
    assert str(use_name("create_with_url")) == "Posts with a link"
    assert use_name("brand_new") == "brand new"


def test_networks_have_names_and_marks() -> None:
    names = {code: str(network_name(code)) for code in NETWORKS}
    assert (names.pop("newsroom"), names["mastodon"]) == ("Public page", "Mastodon")
    assert names == {code: spec.name for code, spec in NETWORKS.items() if code != "newsroom"}
    assert (str(network_name("gone")), network_icon("gone")) == ("gone", "connect")
