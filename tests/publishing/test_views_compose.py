"""The composer: what is kept, planned, refused, and what is never lost."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine

from cm_suite.core.models import LedgerEntry
from pages.enums import PageState
from pages.models import Page, Person
from pages.services.pause import pause
from publishing.enums import DeliveryState
from publishing.models import Delivery, Post
from tests.people import Cast
from tests.publishing.makers import cap, delivery_of, gap, post_of
from tests.publishing.rooms import (
    Rooms,
    SignIn,
    draft_form,
    plan_form,
    said,
    soup,
    takes,
    value_of,
    wall,
    words,
)

S = DeliveryState
pytestmark = pytest.mark.usefixtures("noon")
AT = wall("2026-03-02", "15:30")
DUE = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def bob(cast: Cast, signed_in: SignIn) -> Rooms:
    """The author, in the brand's rooms."""
    return Rooms(signed_in(cast.bob))


@pytest.fixture
def second(cast: Cast) -> Page:
    """Another page of the brand, under the same name."""
    return Page.objects.create(
        brand=cast.brand,
        network="mastodon",
        host="https://mastodon.example",
        remote_id="7",
        name="Maison Lumen",
    )


def rows() -> list[tuple[str, int, datetime, str]]:
    found = Delivery.objects.order_by("pk").values_list("post__text", "page", "due_at", "state")
    return list(found)


class TestEmpty:
    def test_the_only_page_and_the_next_full_hour_are_chosen(self, cast: Cast, bob: Rooms) -> None:
        page = soup(bob.get("compose"))
        (box,) = page.select("input[name=pages]")
        assert (box["value"], box.has_attr("checked")) == (str(cast.newsroom.pk), True)
        assert value_of(page, "#id_day") == "2026-03-02"
        assert value_of(page, "#id_time") == "13:00"
        assert Post.objects.count() == 0

    def test_the_only_page_opens_on_a_slot_that_its_rules_leave_free(self, cast: Cast, bob: Rooms) -> None:
        cap(cast.newsroom, 1, 24)
        delivery_of(cast.newsroom, DUE)
        page = soup(bob.get("compose"))
        assert (value_of(page, "#id_day"), value_of(page, "#id_time")) == ("2026-03-03", "15:30")
        chosen = soup(bob.get("compose", day="2026-03-02"))
        assert (value_of(chosen, "#id_day"), value_of(chosen, "#id_time")) == ("2026-03-02", "13:00")

    def test_of_several_pages_none_gives_its_slot(self, cast: Cast, bob: Rooms, second: Page) -> None:
        cap(cast.newsroom, 1, 24)
        delivery_of(cast.newsroom, DUE)
        page = soup(bob.get("compose"))
        assert (value_of(page, "#id_day"), value_of(page, "#id_time")) == ("2026-03-02", "13:00")

    def test_of_two_pages_none_is_chosen_and_each_says_where_it_is(self, bob: Rooms, second: Page) -> None:
        boxes = soup(bob.get("compose")).select("label:has(input[name=pages])")
        assert [words(box) for box in boxes] == [
            "Maison Lumen Public page",
            "Mastodon: Maison Lumen mastodon.example",
        ]
        assert not any(box.select("[checked]") for box in boxes)

    def test_a_day_of_the_plan_is_taken_over(self, bob: Rooms) -> None:
        page = soup(bob.get("compose", day="2026-03-09"))
        assert value_of(page, "#id_day") == "2026-03-09"

    @pytest.mark.parametrize("day", ["tomorrow", "2026-02-31", '"><script>', "9" * 5000])
    def test_a_day_that_is_none_is_passed_over(self, bob: Rooms, day: str) -> None:
        page = soup(bob.get("compose", day=day))
        assert value_of(page, "#id_day") == "2026-03-02"

    def test_without_a_page_a_lead_is_shown_where_to_connect_one(self, cast: Cast, signed_in: SignIn) -> None:
        Page.objects.filter(brand=cast.brand).update(state=PageState.DISCONNECTED)
        lead, author = (soup(Rooms(signed_in(who)).get("compose")) for who in (cast.alice, cast.bob))
        connect = "a[href='/b/maison-lumen/pages/connect/']"
        assert (len(lead.select(connect)), len(author.select(connect))) == (1, 0)
        assert "a lead connects one" in words(author)


class TestDraft:
    def test_it_is_kept_as_it_was_written(self, cast: Cast, bob: Rooms) -> None:
        data = draft_form(
            "  Two lines\r\nand a half  ", link="example.org/a", content_type="service", act="draft"
        )
        answer = bob.post("compose", **data)
        post = Post.objects.get()
        assert (post.brand, post.author, post.text, post.link, post.content_type, str(post.key)) == (
            cast.brand,
            cast.bob,
            "Two lines\nand a half",
            "https://example.org/a",
            "service",
            data["key"],
        )
        assert (answer.status_code, answer.url) == (302, bob.at("post", post.pk))
        assert (said(answer), Delivery.objects.count()) == (["Kept as a draft."], 0)

    def test_no_time_and_no_page_are_needed(self, bob: Rooms) -> None:
        answer = bob.post("compose", **draft_form(act="draft", day="", time=""))
        assert (answer.status_code, Post.objects.count()) == (302, 1)

    def test_pages_and_time_of_a_draft_plan_nothing(self, cast: Cast, bob: Rooms) -> None:
        bob.post("compose", **plan_form([cast.newsroom], AT, act="draft"))
        assert (Post.objects.count(), Delivery.objects.count()) == (1, 0)

    @pytest.mark.parametrize("text", ["", "   ", "\n\t\n", "\u200b\u2060"])
    def test_nothing_written_is_nothing_kept(self, bob: Rooms, text: str) -> None:
        answer = bob.post("compose", **draft_form(text, act="draft"))
        assert (answer.status_code, Post.objects.count()) == (422, 0)

    def test_a_bad_link_keeps_every_word(self, bob: Rooms) -> None:
        answer = bob.post("compose", **draft_form("Come and see", link="javascript:alert(1)", act="draft"))
        page = soup(answer)
        assert (answer.status_code, Post.objects.count()) == (422, 0)
        assert value_of(page, "#id_text") == "Come and see"
        assert value_of(page, "#id_link") == "javascript:alert(1)"


class TestPlan:
    def test_a_post_is_planned_on_its_page(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("compose", **plan_form([cast.newsroom], AT))
        assert rows() == [("Opening on Saturday", cast.newsroom.pk, DUE, S.PLANNED)]
        assert (answer.status_code, answer.url) == (302, f"{bob.at('plan')}?from=2026-03-02")
        assert said(answer) == ["Planned on Maison Lumen for Mon 2 March, 15:30."]
        assert list(LedgerEntry.objects.values_list("kind", "actor_id")) == [
            ("delivery.planned", cast.bob.pk)
        ]

    def test_sent_twice_it_is_one_post_and_one_delivery(self, cast: Cast, bob: Rooms) -> None:
        data = plan_form([cast.newsroom], AT)
        first, again = bob.post("compose", **data), bob.post("compose", **data)
        assert rows() == [("Opening on Saturday", cast.newsroom.pk, DUE, S.PLANNED)]
        assert Post.objects.count() == 1
        assert (first.url, again.url) == (again.url, first.url)
        assert LedgerEntry.objects.count() == 1

    def test_going_back_and_writing_on_loses_neither_text(self, cast: Cast, bob: Rooms) -> None:
        data = plan_form([cast.newsroom], AT)
        bob.post("compose", **data)
        answer = bob.post("compose", **{**data, "text": "Opening on Sunday"})
        seen = words(answer)
        assert answer.status_code == 409
        assert "This form made one post already" in seen
        assert ("Opening on Saturday" in seen, "Opening on Sunday" in seen) == (True, True)
        assert rows() == [("Opening on Saturday", cast.newsroom.pk, DUE, S.PLANNED)]

    def test_a_key_of_another_brand_is_no_way_in(self, cast: Cast, bob: Rooms) -> None:
        theirs = post_of(cast.other_brand, cast.charlie, "Secret")
        answer = bob.post("compose", **plan_form([cast.newsroom], AT, key=str(theirs.key)))
        assert (answer.status_code, "Secret" in words(answer)) == (409, False)
        assert "Opening on Saturday" in words(answer)
        assert (Post.objects.count(), Delivery.objects.count()) == (1, 0)

    @pytest.mark.parametrize(
        ("missing", "error"),
        [
            ({"pages": []}, "Choose at least one page, or save a draft."),
            ({"day": ""}, "Say when, or save a draft."),
            ({"time": ""}, "Say when, or save a draft."),
            ({"time": "25:99"}, "Enter a valid time."),
            ({"key": "none"}, None),
            ({"content_type": "poetry"}, "Select a valid choice"),
        ],
    )
    def test_what_is_missing_is_asked_for(
        self, cast: Cast, bob: Rooms, missing: dict[str, object], error: str | None
    ) -> None:
        answer = bob.post("compose", **{**plan_form([cast.newsroom], AT), **missing})
        assert (answer.status_code, Post.objects.count(), Delivery.objects.count()) == (422, 0, 0)
        assert error is None or error in words(answer)
        assert "Opening on Saturday" in words(answer)

    def test_a_page_of_another_brand_cannot_be_chosen(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("compose", **plan_form([cast.newsroom, cast.other_newsroom], AT))
        assert (answer.status_code, Post.objects.count(), Delivery.objects.count()) == (422, 0, 0)

    def test_a_disconnected_page_cannot_be_chosen(self, cast: Cast, bob: Rooms) -> None:
        Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.DISCONNECTED)
        answer = bob.post("compose", **plan_form([cast.newsroom], AT))
        assert (answer.status_code, Delivery.objects.count()) == (422, 0)

    def test_a_pause_is_told(self, cast: Cast, bob: Rooms) -> None:
        pause(cast.brand, None, "A fire next door", cast.alice)
        answer = bob.post("compose", **plan_form([cast.newsroom], AT))
        assert "Publishing is paused on this page" in said(answer)[0]
        assert rows() == [("Opening on Saturday", cast.newsroom.pk, DUE, S.PLANNED)]


class TestRefused:
    def test_of_two_pages_one_refuses_the_other_is_planned(
        self, cast: Cast, bob: Rooms, second: Page
    ) -> None:
        gap(second, 60)
        delivery_of(second, DUE, "In the way")
        answer = bob.post("compose", **plan_form([cast.newsroom, second], AT))
        post = Post.objects.get(text="Opening on Saturday")
        assert list(post.deliveries.values_list("page", "due_at")) == [(cast.newsroom.pk, DUE)]
        assert answer.url == f"{bob.at('post', post.pk)}?on={second.pk}&at=2026-03-02T15%3A30"
        assert said(answer) == [
            "Planned on Maison Lumen for Mon 2 March, 15:30.",
            "The post is kept. It is not planned yet on: Maison Lumen.",
        ]

    def test_the_verdict_of_the_refusal_stands_on_the_post_s_page(
        self, cast: Cast, bob: Rooms, second: Page
    ) -> None:
        gap(second, 60)
        delivery_of(second, DUE, "In the way")
        answer = bob.post("compose", **plan_form([cast.newsroom, second], AT))
        page = soup(bob.follow(answer))
        assert "Not free on Mon 2 March, 15:30. Another post leaves at that very minute" in words(page)
        assert "Mon 2 March, 15:30 · In the way" in words(page)
        assert takes(page) == ["2026-03-02T15:30:00+00:00"]

    def test_a_free_slot_is_taken_on_its_page_alone(self, cast: Cast, bob: Rooms, second: Page) -> None:
        gap(second, 60)
        delivery_of(second, DUE, "In the way")
        take = f"{second.pk}@2026-03-02T15:30:00+00:00"
        answer = bob.post("compose", **plan_form([cast.newsroom, second], AT, take=take))
        post = Post.objects.get(text="Opening on Saturday")
        assert sorted(post.deliveries.values_list("page", "due_at")) == sorted(
            [(cast.newsroom.pk, DUE), (second.pk, datetime(2026, 3, 2, 15, 30, tzinfo=UTC))]
        )
        assert answer.url == f"{bob.at('plan')}?from=2026-03-02"

    def test_a_slot_that_is_taken_meanwhile_is_refused_with_the_next(self, cast: Cast, bob: Rooms) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE, "In the way")
        delivery_of(cast.newsroom, datetime(2026, 3, 2, 15, 30, tzinfo=UTC), "Faster")
        take = f"{cast.newsroom.pk}@2026-03-02T15:30:00+00:00"
        answer = bob.post("compose", **plan_form([cast.newsroom], AT, take=take))
        post = Post.objects.get(text="Opening on Saturday")
        assert post.deliveries.count() == 0
        assert takes(bob.follow(answer)) == ["2026-03-02T16:30:00+00:00"]

    @pytest.mark.parametrize("take", ["soon", "@", "7@", f"{10**30}@2026-03-03T09:00:00+00:00", "@" * 9])
    def test_a_button_that_nobody_made_changes_nothing(self, cast: Cast, bob: Rooms, take: str) -> None:
        bob.post("compose", **plan_form([cast.newsroom], AT, take=take))
        assert rows() == [("Opening on Saturday", cast.newsroom.pk, DUE, S.PLANNED)]

    def test_a_text_that_is_too_long_keeps_every_word(self, cast: Cast, bob: Rooms) -> None:
        text = "word " * 1001 + "end"
        answer = bob.post("compose", **plan_form([cast.newsroom], AT, text=text))
        post = Post.objects.get()
        assert (post.text, Delivery.objects.count()) == (text, 0)
        page = bob.follow(answer)
        assert "The text is too long for Maison Lumen: 5008 characters, at most 5000." in words(page)
        assert text in words(page)

    def test_a_text_that_no_page_takes_is_shown_again(self, bob: Rooms) -> None:
        text = "a" * 70_001
        answer = bob.post("compose", **draft_form(text))
        assert (answer.status_code, Post.objects.count()) == (422, 0)
        assert value_of(answer, "#id_text") == text

    def test_a_past_time_keeps_the_post_and_says_so(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("compose", **plan_form([cast.newsroom], wall("2026-03-02", "11:59")))
        assert (Post.objects.count(), Delivery.objects.count()) == (1, 0)
        assert said(answer) == ["The post is kept. It is not planned yet on: Maison Lumen."]
        assert "This time is past. Choose one ahead." in words(bob.follow(answer))

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_a_time_beyond_reckoning_is_refused_in_peace(self, cast: Cast, bob: Rooms, day: str) -> None:
        answer = bob.post("compose", **plan_form([cast.newsroom], wall(day, "23:59")))
        assert (Post.objects.count(), Delivery.objects.count(), answer.status_code) == (1, 0, 302)
        assert bob.follow(answer).status_code == 200

    def test_a_cap_that_is_full_for_good_says_so(self, cast: Cast, bob: Rooms) -> None:
        cap(cast.newsroom, 1, 8760)
        delivery_of(cast.newsroom, DUE, "In the way")
        answer = bob.post("compose", **plan_form([cast.newsroom], AT))
        page = soup(bob.follow(answer))
        assert "leave no free slot in the next two months" in words(page)
        assert takes(page) == []


class TestClocks:
    def test_the_hour_that_does_not_exist_is_told(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("compose", **plan_form([cast.newsroom], wall("2026-03-29", "02:30")))
        assert rows()[0][2] == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        assert said(answer) == [
            "Planned on Maison Lumen for Sun 29 March, 03:30. The clocks go forward that night: "
            "this hour does not exist, so the post leaves an hour later."
        ]

    def test_the_hour_that_comes_twice_is_told(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("compose", **plan_form([cast.newsroom], wall("2026-10-25", "02:30")))
        assert rows()[0][2] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert "this hour happens twice. The post leaves once, the first time." in said(answer)[0]

    def test_another_year_is_named(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("compose", **plan_form([cast.newsroom], wall("2027-01-05", "09:00")))
        assert said(answer) == ["Planned on Maison Lumen for Tue 5 Jan. 2027, 09:00."]

    def test_the_brand_s_clocks_count_not_the_person_s(
        self, cast: Cast, bob: Rooms, noon: time_machine.Traveller
    ) -> None:
        cast.brand.zone = "America/Martinique"
        cast.brand.save()
        assert value_of(bob.get("compose"), "#id_time") == "08:00"
        bob.post("compose", **plan_form([cast.newsroom], AT))
        assert rows()[0][2] == datetime(2026, 3, 2, 19, 30, tzinfo=UTC)


class TestWords:
    @pytest.mark.parametrize(
        "text",
        [
            "مرحبا بكم في متجرنا الجديد يوم السبت 🎉",
            "👩‍👩‍👧‍👦 famille, e\u0301te\u0301",
            "<b>bold</b> & <script>alert('x')</script> {{ x }} {% y %}",
            "Hippopotomonstrosesquippedaliophobie" * 20,
        ],
    )
    def test_every_script_is_kept_and_escaped(self, cast: Cast, bob: Rooms, text: str) -> None:
        bob.post("compose", **plan_form([cast.newsroom], AT, text=text))
        post = Post.objects.get()
        assert post.text == text
        for page in (bob.get("post", post.pk), bob.get("plan"), bob.post("checks", **draft_form(text))):
            assert page.status_code == 200
            assert b"<script>alert" not in page.content
            assert b"<b>bold" not in page.content
        assert value_of(bob.get("post", post.pk), "#id_text[dir=auto]") == text

    def test_a_fresh_key_comes_with_each_form(self, bob: Rooms) -> None:
        keys = {value_of(bob.get("compose"), "[name=key]") for _ in range(3)}
        assert len(keys) == 3

    def test_an_empty_key_is_no_key(self, bob: Rooms) -> None:
        answer = bob.post("compose", **draft_form(key="", act="draft"))
        assert (answer.status_code, Post.objects.count()) == (422, 0)

    def test_two_keys_are_two_posts(self, bob: Rooms) -> None:
        for _ in range(2):
            bob.post("compose", **draft_form(key=str(uuid4()), act="draft"))
        assert Post.objects.count() == 2
