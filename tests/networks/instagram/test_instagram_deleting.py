"""Posts are taken down only where the application was granted the right, and it is asked for only there."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from pages.networks.base import Deletes
from pages.networks.graph import HOST
from pages.networks.instagram import SPEC
from pages.networks.instagram.accounts import SCOPES
from pages.networks.instagram.deleting import SCOPE, SETTING, DeletingDoor, deleting, is_granted
from pages.networks.spec import Tools
from pages.networks.types import Access, Ask, Capability, Grant, WhyNot
from tests.networks.instagram.fake import KEYS, Instagram
from tests.networks.instagram.words import ACCOUNT, TOKEN, USER_TOKEN

ASK = Ask("https://cm.lumen.example/back", "state", "verifier", "challenge")


@pytest.mark.parametrize(
    ("said", "granted"),
    [(None, False), ("", False), ("0", False), ("off", False), ("1", True), (" True ", True), ("on", True)],
)
def test_the_setting_says_whether_the_right_was_granted(said: str | None, granted: bool) -> None:
    assert is_granted({} if said is None else {SETTING: said}) is granted


def test_without_it_the_right_is_not_asked_for_and_nothing_is_promised(instagram: Instagram) -> None:
    assert SCOPE not in SPEC.scopes
    assert Capability.DELETE not in SPEC.capabilities
    assert SPEC.why_not[Capability.DELETE] is WhyNot.NOT_OPEN
    assert not isinstance(instagram.client(), Deletes)


def test_with_it_the_right_is_asked_for_and_posts_can_be_taken_down(instagram: Instagram) -> None:
    spec = deleting(SPEC)
    assert (spec.scopes, spec.door) == ((*SCOPES, SCOPE), DeletingDoor)
    assert spec.capabilities == SPEC.capabilities | {Capability.DELETE}
    assert set(spec.why_not) == set(SPEC.why_not) - {Capability.DELETE}
    made = spec.build(Access(instagram.origin, TOKEN, ACCOUNT), Tools(http=instagram.way(), app=KEYS))
    assert isinstance(made, Deletes)
    address = DeletingDoor(KEYS, instagram.way(), HOST).address(ASK)
    assert parse_qs(urlsplit(address).query)["scope"] == [",".join((*SCOPES, SCOPE))]


def test_an_account_lacks_the_right_only_where_it_was_asked_for(instagram: Instagram) -> None:
    grant = Grant(USER_TOKEN, scopes=SCOPES)
    plain = {each.name: each.lacks for each in instagram.door().accounts(grant)}
    asking = DeletingDoor(KEYS, instagram.way(), instagram.origin)
    more = {each.name: each.lacks for each in asking.accounts(grant)}
    assert {name: (SCOPE, *lacks) for name, lacks in plain.items()} == more
