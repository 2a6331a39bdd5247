"""The verdict beside the composer: asked with every word, and nothing is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.models import LedgerEntry
from pages.enums import PageState
from pages.models import Page, Person
from pages.services.pause import pause
from publishing.enums import DeliveryState, HoldReason, PlanNote, Refusal
from publishing.models import Delivery, Post
from publishing.services import verdicts
from publishing.services.draft import Content
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import cap, delivery_of, gap
from tests.publishing.rooms import Rooms, SignIn, draft_form, labels, plan_form, soup, takes, wall, words

pytestmark = pytest.mark.usefixtures("noon")
AT = wall("2026-03-02", "15:30")
DUE = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def bob(cast: Cast, signed_in: SignIn) -> Rooms:
    """The author, in the brand's rooms."""
    return Rooms(signed_in(cast.bob))


@pytest.fixture
def social(cast: Cast) -> Page:
    """An account that counts links as its server does."""
    return Page.objects.create(
        brand=cast.brand,
        network="mastodon",
        host="https://mastodon.example",
        remote_id="7",
        name="Lumen social",
        handle="@lumen@mastodon.example",
    )


class TestFragment:
    def test_a_free_slot_is_named_and_nothing_is_kept(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("checks", **plan_form([cast.newsroom], AT))
        assert answer.status_code == 200
        assert "Free on Mon 2 March, 15:30." in words(answer)
        assert "<html" not in answer.content.decode()
        assert (Post.objects.count(), Delivery.objects.count(), LedgerEntry.objects.count()) == (0, 0, 0)

    def test_no_page_is_an_invitation(self, bob: Rooms) -> None:
        assert "The preview comes here" in words(bob.post("checks", **draft_form("Some words")))

    def test_an_empty_text_is_no_error_and_the_slot_is_judged(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("checks", **plan_form([cast.newsroom], AT, text=""))
        assert "Free on Mon 2 March, 15:30." in words(answer)
        assert soup(answer).select(".errorlist, .tone-risk") == []

    def test_no_time_is_no_error(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("checks", **draft_form("Some words", pages=[cast.newsroom.pk]))
        assert "Say when, and the page’s rules are asked." in words(answer)
        assert soup(answer).select(".verdict, .errorlist") == []

    def test_half_a_form_is_judged_as_far_as_it_goes(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("checks", pages=[cast.newsroom.pk], text="Some words", link="http", day="2026")
        assert "Say when" in words(answer)

    def test_a_page_of_another_brand_says_nothing(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("checks", **plan_form([cast.other_newsroom], AT))
        assert answer.status_code == 200
        assert "Atelier Roche" not in words(answer)
        assert soup(answer).select(".preview") == []

    def test_a_full_slot_says_who_fills_it_and_when_the_next_is(self, cast: Cast, bob: Rooms) -> None:
        cap(cast.newsroom, 1, 24)
        delivery_of(cast.newsroom, DUE, "In the way")
        page = soup(bob.post("checks", **plan_form([cast.newsroom], AT)))
        assert (
            "Not free on Mon 2 March, 15:30. 1 post stands within 24 hours of it; this page takes 1."
            in words(page)
        )
        assert "Mon 2 March, 15:30 · In the way" in words(page)
        assert takes(page) == [f"{cast.newsroom.pk}@2026-03-03T14:30:00+00:00"]
        assert labels(page, "button[name=take]") == ["Take Tue 3 March, 15:30"]

    def test_two_rules_in_the_way_are_both_named_and_each_post_once(self, cast: Cast, bob: Rooms) -> None:
        cap(cast.newsroom, 1, 24)
        cap(cast.newsroom, 1, 168)
        gap(cast.newsroom, 90)
        delivery_of(cast.newsroom, DUE + 30 * MINUTE, "In the way")
        said = words(bob.post("checks", **plan_form([cast.newsroom], AT)))
        assert "1 post stands within 7 days of it; this page takes 1." in said
        assert "This page wants 90 minutes between two posts." in said
        assert said.count("In the way") == 1

    def test_a_gap_says_how_near_the_next_post_is(self, cast: Cast, bob: Rooms) -> None:
        gap(cast.newsroom, 90)
        delivery_of(cast.newsroom, DUE + 25 * MINUTE, "In the way")
        said = words(bob.post("checks", **plan_form([cast.newsroom], AT)))
        assert "Another post leaves 25 minutes from it; this page wants 90 minutes between two." in said

    def test_each_chosen_page_answers_for_itself(self, cast: Cast, bob: Rooms, social: Page) -> None:
        gap(social, 60)
        delivery_of(social, DUE, "In the way")
        page = soup(bob.post("checks", **plan_form([cast.newsroom, social], AT)))
        assert [card["aria-label"] for card in page.select(".preview")] == [
            "Maison Lumen, Public page",
            "Lumen social, mastodon.example",
        ]
        assert takes(page) == [f"{social.pk}@2026-03-02T15:30:00+00:00"]

    def test_the_length_is_the_network_s(self, cast: Cast, bob: Rooms, social: Page) -> None:
        form = plan_form([cast.newsroom, social], AT, text="Hello", link="https://example.org/" + "x" * 80)
        page = soup(bob.post("checks", **form))
        assert [words(each) for each in page.select(".card-head .figure")] == ["5 of 5,000", "30 of 500"]

    def test_a_text_that_is_too_long_is_red(self, bob: Rooms, social: Page) -> None:
        page = soup(bob.post("checks", **plan_form([social], AT, text="a" * 501)))
        assert words(page.select_one(".card-head .is-over") or page) == "501 of 500"
        assert len(page.select(".verdict.tone-risk")) == 1
        assert takes(page) == []

    def test_a_past_time_is_told(self, cast: Cast, bob: Rooms) -> None:
        said = words(bob.post("checks", **plan_form([cast.newsroom], wall("2026-03-01", "09:00"))))
        assert "This time is past. Choose one ahead." in said

    def test_the_hour_that_does_not_exist_is_explained(self, cast: Cast, bob: Rooms) -> None:
        said = words(bob.post("checks", **plan_form([cast.newsroom], wall("2026-03-29", "02:30"))))
        assert "Free on Sun 29 March, 03:30." in said
        assert "this hour does not exist" in said

    def test_the_preview_shows_the_words_as_they_will_stand(
        self, cast: Cast, bob: Rooms, social: Page
    ) -> None:
        form = plan_form(
            [cast.newsroom, social],
            AT,
            text="First line\nSecond line",
            link="https://www.example.org/a/b",
            content_type="promotion",
        )
        public, account = soup(bob.post("checks", **form)).select(".preview-post")
        assert ("Promotion" in words(public), "Promotion" in words(account)) == (True, False)
        assert (
            words(public.select_one(".preview-card") or public) == "example.org https://www.example.org/a/b"
        )
        assert account.select(".preview-card") == []
        assert "First line Second line https://www.example.org/a/b" in words(account)
        assert "@lumen@mastodon.example" in words(account)
        assert "@@" not in words(account)


class TestCheck:
    """The service: what would be said, without a word being kept."""

    def test_a_free_slot(self, cast: Cast) -> None:
        found = verdicts.check(Content("Some words"), cast.newsroom, AT, cast.bob)
        assert (found.at, found.refused, found.notes) == (DUE, None, ())
        assert (found.length, found.limit, found.left) == (10, 5000, 4990)

    def test_an_instant_is_itself(self, cast: Cast) -> None:
        assert verdicts.check(Content("Some words"), cast.newsroom, DUE, cast.bob).at == DUE

    def test_without_a_time_the_text_alone_is_judged(self, cast: Cast) -> None:
        found = verdicts.check(Content("a" * 5001), cast.newsroom, None, cast.bob)
        assert found.at is None
        assert found.refused is not None
        assert (found.refused.code, found.left) == (Refusal.TOO_LONG, -1)

    def test_neither_text_nor_time_is_nothing_to_say(self, cast: Cast) -> None:
        found = verdicts.check(Content("  "), cast.newsroom, None, cast.bob)
        assert (found.at, found.refused) == (None, None)

    def test_the_delivery_that_is_to_be_moved_is_not_in_its_own_way(self, cast: Cast) -> None:
        gap(cast.newsroom, 60)
        row = delivery_of(cast.newsroom, DUE)
        content = Content("Some words")
        kept = verdicts.check(content, cast.newsroom, DUE + 10 * MINUTE, cast.bob)
        moved = verdicts.check(content, cast.newsroom, DUE + 10 * MINUTE, cast.bob, without=row.pk)
        assert kept.refused is not None
        assert moved.refused is None

    def test_only_those_who_may_are_offered_to_override(self, cast: Cast) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE)
        content = Content("Some words")
        refused = [verdicts.check(content, cast.newsroom, DUE, who).refused for who in (cast.bob, cast.ada)]
        assert [each.may_override for each in refused if each] == [False, True]

    def test_what_a_cap_holds_has_lost_its_slot(self, cast: Cast) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE, state=DeliveryState.HELD, hold_reason=HoldReason.POLICY)
        assert verdicts.check(Content("Some words"), cast.newsroom, DUE, cast.bob).refused is None

    def test_a_disconnected_page_takes_nothing(self, cast: Cast) -> None:
        cast.newsroom.state = PageState.DISCONNECTED
        found = verdicts.check(Content("Some words"), cast.newsroom, DUE, cast.bob)
        assert found.refused is not None
        assert found.refused.code == Refusal.PAGE_DISCONNECTED

    def test_what_would_hold_it_now_is_noted(self, cast: Cast) -> None:
        cast.newsroom.state = PageState.NEEDS_RECONNECT
        pause(cast.brand, None, "A fire next door", cast.alice)
        found = verdicts.check(Content("Some words"), cast.newsroom, DUE, cast.bob)
        assert (found.refused, found.notes) == (None, (PlanNote.PAUSED, PlanNote.TO_RECONNECT))

    def test_nothing_is_written(self, cast: Cast) -> None:
        verdicts.check(Content("Some words"), cast.newsroom, NOON, cast.bob)
        assert (Post.objects.count(), Delivery.objects.count(), LedgerEntry.objects.count()) == (0, 0, 0)
