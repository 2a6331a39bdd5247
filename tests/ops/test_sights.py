"""Everything there is to see, and the pictures of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.urls import reverse
from pytest_django import Settings

from cm_suite.demo import people
from cm_suite.demo.seed import seed
from cm_suite.ops import chromium, screenshots
from cm_suite.ops.screenshots import Guide, speaking
from cm_suite.ops.sights import Sight, sights
from pages.models import Brand, Person
from publishing.models import Delivery
from tests.people import Cast


def named(brand: Brand) -> dict[str, Sight]:
    """What there is to see, by name."""
    return {each.name: each for each in sights(brand, Person.objects.get(email=people.LEAD))}


class TestSights(TestCase):
    """The walk over the URLconf, for the demo's second brand: it has an account elsewhere."""

    demo: Brand

    @classmethod
    def setUpTestData(cls) -> None:
        with TemporaryDirectory() as folder, override_settings(CM_DEMO_LOGINS=Path(folder) / "logins.json"):
            seed()
        cls.demo = Brand.objects.get(slug=people.SECOND)

    def test_every_room_of_the_brand_is_there(self) -> None:
        found = named(self.demo)
        for name in (
            "dashboard:today",
            "publishing:plan",
            "publishing:compose",
            "pages:fans",
            "notices:mail",
        ):
            assert found[name].path == reverse(name, args=[self.demo.slug])
            assert not found[name].public
        assert found["dashboard:home"].path == "/"
        assert found["admin:pages_brand_changelist"].path == "/admin/pages/brand/"

    def test_public_pages_need_nobody(self) -> None:
        found = named(self.demo)
        public = {name for name, sight in found.items() if sight.public}
        assert {"newsroom:home", "newsroom:post", "newsroom:leave link", "pages:sign_in"} <= public
        assert not {
            name for name in public if name.startswith(("dashboard", "publishing", "notices", "admin"))
        }

    def test_a_post_in_every_state(self) -> None:
        found = named(self.demo)
        states = set(Delivery.objects.filter(page__brand=self.demo).values_list("state", flat=True))
        assert {f"publishing:post {state}" for state in states} <= found.keys()
        assert {"publishing:post draft", "publishing:post refused"} <= found.keys()
        assert "?on=" in found["publishing:post refused"].path

    def test_the_account_elsewhere_is_looked_at_too(self) -> None:
        found = named(self.demo)
        assert {"pages:page mastodon", "pages:reconnect mastodon"} <= found.keys()
        assert found["pages:page mastodon"].path != found["pages:page"].path


def test_names_become_files() -> None:
    assert Sight("publishing:post needs_person", "/").file == "publishing-post-needs-person"


def test_an_empty_brand_shows_what_it_has(cast: Cast) -> None:
    found = {each.name for each in sights(cast.brand, cast.alice)}
    assert {"publishing:plan", "newsroom:home", "fault:404"} <= found
    assert not {name for name in found if name.startswith(("publishing:post ", "newsroom:leave l"))}


class TestScreenshots:
    """What is missing is said before anything starts."""

    def test_without_a_demo(self, db: None, settings: Settings, tmp_path: Path) -> None:
        settings.CM_DEMO_LOGINS = tmp_path / "none.json"
        if chromium.find() is None:
            pytest.skip(chromium.ADVICE)
        with pytest.raises(CommandError, match="run seed_demo first"):
            call_command("screenshots", "--out", str(tmp_path))

    def test_without_a_browser(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(chromium, "find", lambda: None)
        with pytest.raises(CommandError, match="CM_CHROMIUM"):
            call_command("screenshots", "--out", str(tmp_path))
        assert list(tmp_path.glob("*/*.png")) == []

    def test_without_playwright(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(chromium, "find", lambda: "/usr/bin/chromium")
        monkeypatch.setattr(screenshots, "INSTALLED", False)
        with pytest.raises(CommandError, match="development requirements"):
            call_command("screenshots", "--out", str(tmp_path))

    def test_languages_come_back(self, cast: Cast) -> None:
        lead, demo = cast.alice, cast.brand
        guide = Guide(lead, "", [demo], [])
        with speaking("en", guide):
            assert Person.objects.get(pk=lead.pk).language == "en"
            assert Brand.objects.get(pk=demo.pk).language == "en"
        assert Person.objects.get(pk=lead.pk).language == "fr"
        assert Brand.objects.get(pk=demo.pk).language == "fr"
        assert Brand.objects.get(pk=cast.other_brand.pk).language == "fr"


class TestChromium:
    """Where a browser is looked for."""

    def test_the_named_one_comes_first(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        mine = tmp_path / "mine"
        mine.write_text("#!/bin/sh\n")
        mine.chmod(0o755)
        monkeypatch.setenv("CM_CHROMIUM", str(mine))
        assert chromium.find() == str(mine)

    def test_then_those_on_the_path(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("CM_CHROMIUM", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert chromium.find() is None
        theirs = tmp_path / "google-chrome"
        theirs.write_text("#!/bin/sh\n")
        theirs.chmod(0o755)
        assert chromium.find() == str(theirs)
