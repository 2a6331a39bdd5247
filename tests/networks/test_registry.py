"""The registry: one folder a network, and no Django anywhere near."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pages import networks
from pages.networks import registry
from pages.networks.mastodon import SPEC as MASTODON
from pages.networks.mastodon.client import build as build_mastodon
from pages.networks.newsroom.client import build as build_newsroom
from pages.networks.registry import NETWORKS
from pages.networks.spec import Tools
from pages.networks.types import Access, Capability, ConnectKind


def test_each_folder_is_a_network() -> None:
    folders = {path.parent.name for path in Path(networks.__path__[0]).glob("*/__init__.py")}
    assert set(NETWORKS) == folders
    assert {"newsroom", "mastodon"} <= folders
    assert all(code == spec.code for code, spec in NETWORKS.items())


def test_only_the_newsroom_needs_no_account() -> None:
    assert {code for code, spec in NETWORKS.items() if spec.connect is ConnectKind.NONE} == {"newsroom"}


def test_what_is_opened_by_consent_has_its_door_and_its_keys() -> None:
    by_consent = {code: spec for code, spec in NETWORKS.items() if spec.connect is ConnectKind.OAUTH}
    assert [code for code, spec in by_consent.items() if spec.door is None or spec.app is None] == []
    made_at = {code: urlsplit(spec.app.made_at).scheme for code, spec in by_consent.items() if spec.app}
    assert set(made_at.values()) <= {"https"}


def test_mastodon_does_not_say_who_left() -> None:
    assert Capability.AUDIENCE not in MASTODON.capabilities
    assert Capability.AUDIENCE in NETWORKS["newsroom"].capabilities


def test_what_a_call_costs_is_a_whole_number_above_nothing() -> None:
    prices = [price for spec in NETWORKS.values() for price in spec.prices.values()]
    assert [price for price in prices if price <= 0] == []
    assert [code for code, spec in NETWORKS.items() if spec.polls_every < 30] == []


def test_deleting_a_folder_deletes_the_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = tmp_path / "newsroom"
    kept.mkdir()
    (kept / "__init__.py").touch()
    monkeypatch.setattr(networks, "__path__", [str(tmp_path)])
    assert set(registry.discover()) == {"newsroom"}


def test_a_code_used_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = networks.__path__[0]
    monkeypatch.setattr(networks, "__path__", [there])
    monkeypatch.setattr("pages.networks.newsroom.SPEC", MASTODON)
    with pytest.raises(ValueError, match="two networks are called mastodon"):
        registry.discover()


def test_a_client_without_its_tool_is_not_built() -> None:
    for build in (build_mastodon, build_newsroom):
        with pytest.raises(ValueError, match="needs"):
            build(Access("", "", ""), Tools())


def test_no_django_is_loaded_by_the_networks() -> None:
    code = (
        "import sys, pages.networks.registry, pages.networks.docs, pages.networks.address;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'django', 'rq', 'redis'}),"
        "sorted(name for name in sys.modules if name.startswith('pages.') and 'networks' not in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"
