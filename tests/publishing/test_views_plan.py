"""The plan day by day, what on it needs a person, and the drafts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pages.enums import PageState
from pages.models import Page, Person
from pages.services.pause import pause
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Delivery, Post
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import cap, delivery_of, fresh, gap, post_of, published
from tests.publishing.rooms import Answer, Rooms, SignIn, labels, questions, soup, takes, words

S = DeliveryState
pytestmark = pytest.mark.usefixtures("noon")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def bob(cast: Cast, signed_in: SignIn) -> Rooms:
    """The author, in the brand's rooms."""
    return Rooms(signed_in(cast.bob))


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer, who acts on nothing."""
    return Rooms(signed_in(cast.vera))


@pytest.fixture
def social(cast: Cast) -> Page:
    """Another page of the brand, under another name."""
    return Page.objects.create(
        brand=cast.brand,
        network="mastodon",
        host="https://mastodon.example",
        remote_id="7",
        name="Lumen social",
    )


def shown(answer: Answer) -> list[tuple[date, list[str]]]:
    """The excerpts of each day."""
    days = soup(answer).select(".plan-day")
    return [
        (
            date.fromisoformat(str(day["id"]).removeprefix("day-")),
            [words(a) for a in day.select("a.row-title")],
        )
        for day in days
    ]


def texts(answer: Answer) -> list[str]:
    return [words(title) for title in soup(answer).select("a.row-title")]


class TestWeek:
    def test_seven_days_from_today_on_the_brand_s_clocks(self, cast: Cast, bob: Rooms) -> None:
        delivery_of(cast.newsroom, NOON - 13 * HOUR, "Before midnight in Paris")
        delivery_of(cast.newsroom, NOON - 12 * HOUR, "At midnight")
        delivery_of(cast.newsroom, NOON + 6 * DAY + 11 * HOUR + timedelta(minutes=59), "The last minute")
        delivery_of(cast.newsroom, NOON + 6 * DAY + 12 * HOUR, "The week after")
        days = shown(bob.get("plan"))
        assert [day for day, _ in days] == [date(2026, 3, 2) + n * DAY for n in range(7)]
        assert [found for _, found in days] == [["At midnight"], *[[]] * 5, ["The last minute"]]

    def test_the_week_of_the_clock_change_has_seven_days(self, cast: Cast, bob: Rooms) -> None:
        delivery_of(cast.newsroom, datetime(2026, 3, 29, 21, 30, tzinfo=UTC), "Late on Sunday")
        days = shown(bob.get("plan", **{"from": "2026-03-23"}))
        assert days[-1] == (date(2026, 3, 29), ["Late on Sunday"])

    def test_earlier_later_and_back(self, cast: Cast, bob: Rooms, social: Page) -> None:
        delivery_of(cast.newsroom, NOON - 6 * DAY, "Last week")
        page = soup(bob.get("plan", page=cast.newsroom.pk))
        links = {rel: str(page.select(f"a[rel={rel}]")[0]["href"]) for rel in ("prev", "next")}
        pick = f"page={cast.newsroom.pk}"
        assert links["prev"] == f"?{pick}&from=2026-02-23"
        assert links["next"] == f"?{pick}&from=2026-03-09"
        assert ["Last week"] in [found for _, found in shown(bob.get("plan", **{"from": "2026-02-23"}))]

    @pytest.mark.parametrize(
        "start", ["", "yesterday", "2026-13-01", "0001-01-01", "9999-12-31", "2026-03-02T12:00", "9" * 5000]
    )
    def test_a_beginning_that_is_none_is_today(self, cast: Cast, bob: Rooms, start: str) -> None:
        delivery_of(cast.newsroom, NOON, "Now")
        answer = bob.get("plan", **{"from": start})
        assert (answer.status_code, shown(answer)[0]) == (200, (date(2026, 3, 2), ["Now"]))

    def test_one_page_alone_with_its_budget(self, cast: Cast, bob: Rooms, social: Page) -> None:
        cap(social, 3, 24)
        delivery_of(cast.newsroom, NOON, "On the public page")
        published(social, NOON, text="On the account")
        answer = bob.get("plan", page=social.pk)
        assert texts(answer) == ["On the account"]
        assert "In the last 24 hours 1 of 3" in words(answer)
        assert "In the last 24 hours" not in words(bob.get("plan"))

    @pytest.mark.parametrize("page", ["", "x", "0", "9" * 40])
    def test_a_page_that_is_none_is_all(self, cast: Cast, bob: Rooms, page: str) -> None:
        delivery_of(cast.newsroom, NOON, "On the public page")
        assert texts(bob.get("plan", page=page)) == ["On the public page"]

    def test_a_page_of_another_brand_is_all_of_one_s_own(self, cast: Cast, bob: Rooms) -> None:
        delivery_of(cast.newsroom, NOON, "Ours")
        delivery_of(cast.other_newsroom, NOON, "Theirs")
        assert texts(bob.get("plan", page=cast.other_newsroom.pk)) == ["Ours"]

    def test_namesakes_are_told_apart_others_are_not(self, cast: Cast, bob: Rooms, social: Page) -> None:
        delivery_of(social, NOON)
        assert "mastodon.example" not in words(bob.get("plan"))
        Page.objects.filter(pk=social.pk).update(name="Maison Lumen")
        assert "Maison Lumen mastodon.example" in words(bob.get("plan"))

    def test_what_is_off_the_plan_is_not_on_it(self, cast: Cast, bob: Rooms) -> None:
        for state in (S.CANCELLED, S.REMOVED):
            delivery_of(cast.newsroom, NOON, state, state=state)
        discarded = delivery_of(cast.newsroom, NOON, "Discarded")
        Post.objects.filter(pk=discarded.post_id).update(discarded_at=NOON)
        assert texts(bob.get("plan")) == []

    def test_an_empty_week_says_what_to_do_to_those_who_may(self, bob: Rooms, vera: Rooms) -> None:
        writes, reads = soup(bob.get("plan")), soup(vera.get("plan"))
        assert "Nothing planned this week" in words(writes)
        assert [words(link) for link in writes.select(".empty a")] == ["Write a post"]
        assert ("Nothing planned this week" in words(reads), reads.select(".empty a")) == (True, [])

    def test_a_free_day_leads_to_the_composer(self, cast: Cast, bob: Rooms, vera: Rooms) -> None:
        delivery_of(cast.newsroom, NOON)
        offers = [link["href"] for link in soup(bob.get("plan")).select(".plan-none a")]
        assert offers[0] == "/b/maison-lumen/posts/new/?day=2026-03-03"
        assert (len(offers), soup(vera.get("plan")).select(".plan-none a")) == (6, [])

    def test_what_is_due_and_has_not_left_is_late(self, cast: Cast, bob: Rooms) -> None:
        delivery_of(cast.newsroom, NOON - timedelta(minutes=2), "Waits")
        delivery_of(cast.newsroom, NOON + HOUR, "To come")
        rows = soup(bob.get("plan")).select(".plan-row")
        assert ["Late" in words(row) for row in rows] == [True, False]

    def test_published_posts_lead_to_where_they_stand(self, cast: Cast, vera: Rooms) -> None:
        published(cast.newsroom, NOON, remote_url="https://lumen.example/p/1")
        (link,) = soup(vera.get("plan")).select(".row-acts a")
        assert (link["href"], link["rel"]) == ("https://lumen.example/p/1", ["noopener", "noreferrer"])

    def test_each_page_shows_its_tightest_budget(self, cast: Cast, bob: Rooms, social: Page) -> None:
        cap(cast.newsroom, 4, 24)
        cap(cast.newsroom, 2, 168)
        published(cast.newsroom, NOON - HOUR)
        delivery_of(cast.newsroom, NOON + HOUR)
        shown = [words(each) for each in soup(bob.get("plan")).select(".plan-budgets li")]
        assert shown == ["Public page: Maison Lumen posts in 7 days 1 of 2 ahead: at most 2 of 2"]
        assert soup(bob.get("plan", page=social.pk)).select(".plan-budgets") == []

    def test_what_needs_one_is_folded_away_in_another_week(self, cast: Cast, bob: Rooms) -> None:
        delivery_of(cast.newsroom, NOON, "Missed", state=S.MISSED)
        here, later = (soup(bob.get("plan", **{"from": day})) for day in ("2026-02-28", "2026-03-09"))
        assert [len(page.select("[aria-labelledby=trouble] details")) for page in (here, later)] == [0, 1]
        assert [len(page.select("[aria-labelledby=trouble] li")) for page in (here, later)] == [1, 1]

    def test_as_many_questions_for_three_rows_as_for_one(self, cast: Cast, bob: Rooms, social: Page) -> None:
        cap(cast.newsroom, 2, 24)
        found = []
        for page in (cast.newsroom, social, cast.newsroom):
            delivery_of(page, NOON + HOUR, author=cast.bob, planned_by=cast.ada)
            delivery_of(cast.newsroom, NOON - HOUR, state=S.MISSED, author=cast.ada)
            post_of(cast.brand, cast.bob)
            bob.get("plan")
            found.append(questions(lambda: bob.get("plan")))
        assert found == [17, 17, 17]


class TestAttention:
    def test_each_trouble_has_its_reason_and_its_act(self, cast: Cast, bob: Rooms, vera: Rooms) -> None:
        newsroom = cast.newsroom
        delivery_of(newsroom, NOON, "A cap", state=S.HELD, hold_reason=HoldReason.POLICY)
        delivery_of(newsroom, NOON + HOUR, "A pause", state=S.HELD, hold_reason=HoldReason.PAUSED)
        delivery_of(newsroom, NOON + 2 * HOUR, "Too long", state=S.REJECTED, code="too_long")
        delivery_of(newsroom, NOON + 3 * HOUR, "Unsure", state=S.NEEDS_PERSON)
        rows = soup(bob.get("plan")).select("section[aria-labelledby=trouble] li")
        assert [words(row.select(".row-why")[0]) for row in rows] == [
            "Held: leaving now would break one of the page’s rules. Choose another time for it.",
            "Held: publishing is paused. "
            "It leaves when the pause ends, if that is within half an hour of its time.",
            "The text is longer than this page takes. Shorten it, then plan it again.",
            "The network cannot say whether the post arrived. Look at the page and say whether it is there.",
        ]
        assert [labels(row, ".btn") for row in rows] == [
            ["Take Mon 2 March, 12:10", "Another time"],
            ["Look"],
            ["Correct"],
            ["Check"],
        ]
        assert set(labels(soup(vera.get("plan")), ".btn[href*=delivery], button.btn")) == {"Look"}

    def test_one_click_takes_the_next_free_slot_and_comes_back(self, cast: Cast, bob: Rooms) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, NOON + HOUR, "In the way")
        row = delivery_of(cast.newsroom, NOON - HOUR, "Missed", state=S.MISSED)
        page = soup(bob.get("plan"))
        (take,) = takes(page)
        assert take == "2026-03-02T13:00:00+00:00"
        form = page.select("form:has([name=take])")[0]
        answer = bob.client.post(str(form["action"]), {"take": take, "next": "/b/maison-lumen/plan/"})
        assert (fresh(row).state, fresh(row).due_at, answer.headers["Location"]) == (
            S.PLANNED,
            NOON + 2 * HOUR,
            "/b/maison-lumen/plan/",
        )

    def test_two_troubles_of_one_page_do_not_use_up_each_other(self, cast: Cast, bob: Rooms) -> None:
        cap(cast.newsroom, 1, 24)
        for _ in range(2):
            delivery_of(cast.newsroom, NOON - HOUR, state=S.MISSED)
        assert takes(bob.get("plan")) == ["2026-03-02T11:10:00+00:00"] * 2

    @pytest.mark.parametrize("why", ["paused", "brand paused", "to reconnect"])
    def test_no_slot_is_offered_where_a_slot_is_not_all_it_lacks(
        self, cast: Cast, bob: Rooms, why: str
    ) -> None:
        delivery_of(cast.newsroom, NOON - HOUR, state=S.MISSED)
        if why == "to reconnect":
            Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.NEEDS_RECONNECT)
        else:
            pause(cast.brand, cast.newsroom if why == "paused" else None, "A fire next door", cast.alice)
        assert takes(bob.get("plan")) == []

    def test_a_long_list_says_how_many_and_where_they_are(self, cast: Cast, bob: Rooms) -> None:
        for number in range(6):
            delivery_of(cast.newsroom, NOON - number * DAY, f"Missed {number}", state=S.MISSED)
        page = soup(bob.get("plan"))
        section = page.select("section[aria-labelledby=trouble]")[0]
        assert [words(title) for title in section.select("a.row-title")] == [
            "Missed 5",
            "Missed 4",
            "Missed 3",
            "Missed 2",
        ]
        (link,) = section.select(".card-foot a")
        assert (words(link), link["href"]) == ("See all 6, the oldest first", bob.at("attention"))
        assert words(section.select(".count")[0]) == "6"
        assert len(texts(bob.get("attention"))) == 6

    def test_the_whole_list_turns_its_pages(self, cast: Cast, bob: Rooms) -> None:
        for number in range(27):
            delivery_of(cast.newsroom, NOON - number * HOUR, f"Missed {number}", state=S.MISSED)
        first, last = bob.get("attention"), bob.get("attention", page=2)
        assert (len(texts(first)), texts(last)) == (25, ["Missed 1", "Missed 0"])
        assert "1 to 25 of 27" in words(first)
        assert texts(bob.get("attention", page="x")) == texts(first)

    def test_one_page_alone(self, cast: Cast, bob: Rooms, social: Page) -> None:
        delivery_of(cast.newsroom, NOON, "On the public page", state=S.MISSED)
        delivery_of(social, NOON, "On the account", state=S.MISSED)
        assert texts(bob.get("attention", on=social.pk)) == ["On the account"]
        assert len(texts(bob.get("attention", on="x"))) == 2

    def test_nothing_needs_you(self, cast: Cast, vera: Rooms) -> None:
        delivery_of(cast.other_newsroom, NOON, state=S.MISSED)
        assert "Nothing needs you" in words(vera.get("attention"))

    def test_as_many_questions_for_three_rows_as_for_one(self, cast: Cast, bob: Rooms, social: Page) -> None:
        found = []
        for page in (cast.newsroom, social, cast.newsroom):
            delivery_of(page, NOON - HOUR, state=S.MISSED, author=cast.bob, planned_by=cast.ada)
            bob.get("attention")
            found.append(questions(lambda: bob.get("attention")))
        assert found == [13, 13, 13]


class TestDrafts:
    def test_what_is_on_no_plan_the_latest_first(self, cast: Cast, vera: Rooms) -> None:
        post_of(cast.brand, cast.bob, "Kept")
        delivery_of(cast.newsroom, NOON, "Planned")
        delivery_of(cast.newsroom, NOON, "Taken off", state=S.CANCELLED)
        post_of(cast.brand, cast.bob, "Discarded", discarded_at=NOON)
        post_of(cast.other_brand, cast.charlie, "Theirs")
        assert texts(vera.get("drafts")) == ["Taken off", "Kept"]
        assert "2 drafts" in words(vera.get("plan"))

    def test_none(self, bob: Rooms, vera: Rooms) -> None:
        assert [len(soup(room.get("drafts")).select(".empty a")) for room in (bob, vera)] == [1, 0]

    def test_all_of_them_page_by_page(self, cast: Cast, bob: Rooms) -> None:
        for number in range(30):
            post_of(cast.brand, cast.bob, f"Draft {number}")
        assert len(texts(bob.get("drafts"))) == 25
        assert texts(bob.get("drafts", page=2)) == [f"Draft {number}" for number in (4, 3, 2, 1, 0)]
        assert "30 drafts" in words(bob.get("plan"))

    def test_as_many_questions_for_three_rows_as_for_one(self, cast: Cast, bob: Rooms) -> None:
        found = []
        for person in (cast.bob, cast.ada, cast.alice):
            post_of(cast.brand, person)
            bob.get("drafts")
            found.append(questions(lambda: bob.get("drafts")))
        assert found == [8, 8, 8]

    def test_a_draft_is_gone_from_here_once_planned(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand, cast.bob, "Kept")
        Delivery.objects.create(post=post, page=cast.newsroom, due_at=NOON)
        assert texts(bob.get("drafts")) == []
