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
from moderation.models import Action, Evidence, Review
from pages.models import Brand, Person
from pages.newsroom.models import NewsroomComment
from publishing.models import Delivery
from tests.people import Cast
from tests.reputation.makers import make
from tests.reputation.shelf import mention, run_of


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

    def test_a_page_that_takes_no_token_is_not_reconnected(self) -> None:
        found = named(self.demo)
        assert "pages:reconnect" not in found
        assert {name for name in found if name.startswith("pages:reconnect")} == {"pages:reconnect mastodon"}


class TestTalk(TestCase):
    """Comments, reviews and what was decided, for the demo's first brand: visitors speak there."""

    demo: Brand

    @classmethod
    def setUpTestData(cls) -> None:
        with TemporaryDirectory() as folder, override_settings(CM_DEMO_LOGINS=Path(folder) / "logins.json"):
            seed()
        cls.demo = Brand.objects.get(slug=people.FIRST)

    def test_a_comment_and_the_post_it_stands_under(self) -> None:
        found = named(self.demo)
        said = NewsroomComment.objects.filter(post__page__brand=self.demo, state="visible", by_brand=False)
        first = said.order_by("pk")[0]
        slug = self.demo.slug
        assert found["newsroom:report"].path == reverse(
            "newsroom:report", args=[slug, first.post_id, first.pk]
        )
        assert found["newsroom:post"].path == reverse("newsroom:post", args=[slug, first.post_id])
        assert found["newsroom:comment answer"].path.endswith(f"/{first.post_id}/comment/?to={first.pk}")
        assert found["newsroom:report"].public

    def test_a_review_in_every_state(self) -> None:
        found = named(self.demo)
        reviews = Review.objects.filter(comment__page__brand=self.demo)
        states = set(reviews.values_list("state", flat=True))
        assert {"waiting", "decided"} <= states
        assert {name for name in found if name.startswith("moderation:review ")} == {
            f"moderation:review {state}" for state in states
        }

    def test_what_was_decided_and_sealed(self) -> None:
        found = named(self.demo)
        [action] = Action.objects.filter(decision__review__comment__page__brand=self.demo)
        comment = action.decision.review.comment_id
        sight = found[f"moderation:comment action {action.state}"]
        assert sight.path == reverse("moderation:comment", args=[self.demo.slug, comment])
        assert found["moderation:evidence"].path == reverse(
            "moderation:evidence", args=[self.demo.slug, Evidence.objects.get().pk]
        )
        assert not found["moderation:evidence"].public

    def test_nothing_of_another_brand(self) -> None:
        found = named(Brand.objects.get(slug=people.SECOND))
        theirs = set(
            Review.objects.filter(comment__page__brand__slug=people.SECOND).values_list("pk", flat=True)
        )
        shown = {name: each for name, each in found.items() if name.startswith("moderation:review ")}
        assert {int(each.path.rstrip("/").rpartition("/")[2]) for each in shown.values()} <= theirs


class TestAudits:
    """Audits, their runs and what they found."""

    def test_the_last_report_with_something_to_show(self, cast: Cast) -> None:
        audit = make(cast.brand, cast.alice)
        found = mention(run_of(audit), "a")
        run_of(audit)
        run_of(audit, "failed")
        seen = {each.name: each for each in sights(cast.brand, cast.alice)}
        place = [cast.brand.slug, audit.slug, 1]
        assert seen["reputation:report"].path == reverse("reputation:report", args=place)
        assert seen["reputation:mention"].path == reverse("reputation:mention", args=[*place, found.pk])
        assert seen["reputation:report failed"].path == reverse("reputation:report", args=[*place[:2], 3])
        assert "?words=" in seen["reputation:mentions none"].path
        assert "reputation:audit new" not in seen

    def test_one_that_never_ran(self, cast: Cast) -> None:
        audit = make(cast.brand, cast.alice)
        seen = {each.name: each for each in sights(cast.brand, cast.alice)}
        path = reverse("reputation:audit", args=[cast.brand.slug, audit.slug])
        assert (seen["reputation:audit"].path, seen["reputation:audit new"].path) == (path, path)
        assert not {name for name in seen if name.startswith(("reputation:report", "reputation:mention"))}
        other = {each.name for each in sights(cast.other_brand, cast.charlie)}
        assert {"reputation:audits", "reputation:new"} <= other
        assert "reputation:audit" not in other


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
