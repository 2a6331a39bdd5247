"""Whether networks can reach this installation: one answer, whoever asks."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from pages.networks.registry import NETWORKS
from pages.selectors.installation import has_public_address, wants_public_address
from publishing.services import links

ADDRESSES = [
    ("https://pages.exemple.fr", True),
    ("https://pages.exemple.fr:8443", True),
    ("https://PAGES.Exemple.FR.", True),
    ("https://8.8.8.8", True),
    ("https://[2001:4860:4860::8888]", True),
    ("https://locale.fr", True),
    ("https://contest.fr", True),
    ("http://pages.exemple.fr", False),
    ("https://pages", False),
    ("https://localhost", False),
    ("https://app.localhost", False),
    ("https://nas.local", False),
    ("https://NAS.Local", False),
    ("https://suite.internal.", False),
    ("https://cm.intranet", False),
    ("https://cm.lan", False),
    ("https://cm.home.arpa", False),
    ("https://cm.test", False),
    ("https://a.invalid", False),
    ("https://192.168.1.4", False),
    ("https://127.0.0.1", False),
    ("https://[::1]", False),
    ("https://", False),
    ("https://[", False),
    ("", False),
]


@pytest.mark.parametrize(("address", "public"), ADDRESSES)
def test_what_networks_can_reach(settings: Settings, address: str, public: bool) -> None:
    settings.PUBLIC_URL = address
    assert has_public_address() is public
    assert (links.image_url(1, "instagram", "image/jpeg") != "") is public
    assert wants_public_address(NETWORKS["instagram"]) is not public
