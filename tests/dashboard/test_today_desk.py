"""Today, the comments to decide and the audits due: by when, how many more, and for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cm_suite.dashboard.lines import brand_lines
from cm_suite.dashboard.selectors import REVIEWS_SHOWN, NowKind, health, now_of
from moderation.enums import ActionState, Decided, ReviewState
from moderation.models import Action, Comment, Decision, Review
from moderation.risk.labels import Label
from pages.models import Brand, Page, Person
from pages.selectors.people import memberships_of
from reputation.models import Audit
from tests.people import Cast

SignIn = Callable[[Person], Client]
NOON = datetime(2026, 3, 11, 11, tzinfo=UTC)
TODAY = "/b/maison-lumen/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        Person.objects.update(language="en")
        yield


@pytest.fixture(autouse=True)
def english(cast: Cast, noon: None) -> None:
    Person.objects.update(language="en")
    for person in cast.by_role().values():
        person.refresh_from_db()


def comment(page: Page, text: str = "Words of a visitor") -> Comment:
    number = Comment.objects.count() + 1
    return Comment.objects.create(page=page, remote_id=str(number), text=text, seen_at=NOON)


def review(
    page: Page, hours: float | None = 4, *, state: str = ReviewState.WAITING, **more: object
) -> Review:
    due = None if hours is None else NOON + timedelta(hours=hours)
    values = {"label": Label.INSULT, "severity": 2, "known_at": NOON, "opened_at": NOON} | more
    return Review.objects.create(comment=comment(page), state=state, due_at=due, **values)


def audit(brand: Brand, days: float | None, name: str = "The web") -> Audit:
    at = None if days is None else NOON + timedelta(days=days)
    return Audit.objects.create(
        brand=brand, name=name, slug=name.lower().replace(" ", "-"), subject="Lumen", next_run_at=at
    )


def part(client: Client, label: str) -> Tag:
    page = BeautifulSoup(client.get(TODAY).content, "lxml")
    found = page.select_one(f'section[aria-labelledby="{label}"]')
    assert found is not None
    return found


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


@pytest.mark.parametrize("state", list(ReviewState))
def test_a_comment_asks_for_a_person_until_it_is_decided(cast: Cast, state: str) -> None:
    made = review(cast.newsroom, state=state)
    asks = state not in {ReviewState.DECIDED, ReviewState.CLOSED}
    found = now_of(cast.brand).items
    assert [(item.kind, item.review.review_id) for item in found if item.review] == (
        [(NowKind.REVIEW, made.pk)] if asks else []
    )
    [line] = brand_lines(memberships_of(cast.bob))
    assert (line.reviews, line.overdue, line.trouble) == (int(asks), 0, int(asks))
    assert now_of(cast.other_brand).items == []


def test_the_nearest_deadline_comes_first_and_one_without_after_what_is_late(cast: Cast) -> None:
    later, late, never = (review(cast.newsroom, hours) for hours in (6, -1, None))
    order = [item.review.review_id for item in now_of(cast.brand).items if item.review]
    assert order == [late.pk, never.pk, later.pk]


def test_more_than_fit_are_counted_and_linked(cast: Cast, signed_in: SignIn) -> None:
    for _each in range(REVIEWS_SHOWN + 2):
        review(cast.newsroom)
    found = now_of(cast.brand)
    assert (len(found.items), found.more_reviews, found.count) == (
        REVIEWS_SHOWN,
        2,
        REVIEWS_SHOWN + 2,
    )
    band = part(signed_in(cast.mona), "now")
    assert words(band.select_one(".card-foot")) == "2 more in the queue"  # type: ignore[arg-type]
    assert band.select_one(".card-foot a")["href"] == "/b/maison-lumen/queue/"  # type: ignore[index]


def test_a_line_says_the_label_the_time_left_and_where_to_decide(cast: Cast, signed_in: SignIn) -> None:
    made = review(cast.newsroom, 3.2)
    [line] = part(signed_in(cast.mona), "now").select("li")
    assert line.select_one("a.row-title")["href"] == f"/b/maison-lumen/queue/{made.pk}/"  # type: ignore[index]
    shown = words(line)
    assert "Words of a visitor" in shown
    assert "3 h 12 left" in shown
    assert "Decide" in shown
    seen = words(part(signed_in(cast.bob), "now"))
    assert "Decide" not in seen
    assert "See" in seen


def test_a_brand_with_a_comment_past_its_time_comes_before_one_with_more_trouble(cast: Cast) -> None:
    other = Page.objects.create(brand=cast.other_brand, network="newsroom", remote_id="x", name="x")
    for _each in range(3):
        review(other, 5)
    review(cast.newsroom, -0.5)
    cast.alice.memberships.create(brand=cast.other_brand, role="viewer")
    lines = brand_lines(memberships_of(cast.alice))
    assert [(each.brand.slug, each.reviews, each.overdue) for each in lines] == [
        ("maison-lumen", 1, 1),
        ("atelier-roche", 3, 0),
    ]


def test_the_share_of_comments_answered_stands_with_its_page(cast: Cast, signed_in: SignIn) -> None:
    done = review(cast.newsroom, state=ReviewState.DECIDED)
    reply = Decision.objects.create(
        review=done, act=Decided.REPLY, reason="asked", revision=1, by=cast.mona, at=NOON, final=True
    )
    Action.objects.create(decision=reply, key="k", state=ActionState.DONE, created_at=NOON)
    comment(cast.newsroom)
    [figure] = [each.answered for each in health(cast.brand) if each.answered]
    assert (figure.comments, figure.answered) == (2, 1)
    assert "1 answered of 2 comments" in words(part(signed_in(cast.vera), "health"))


def test_the_audits_of_the_next_seven_days_stand_here_the_soonest_first(
    cast: Cast, signed_in: SignIn
) -> None:
    audit(cast.brand, 6, "Second")
    audit(cast.brand, 1, "First")
    audit(cast.brand, 8, "Too far")
    audit(cast.brand, None, "By hand")
    audit(cast.other_brand, 1, "Not ours")
    lines = part(signed_in(cast.vera), "audits").select("li")
    assert [words(each).split(" ")[0] for each in lines] == ["First", "Second"]
    assert lines[0].select_one("a")["href"] == "/b/maison-lumen/audits/first/"  # type: ignore[index]


def test_no_audit_says_what_one_is(cast: Cast, signed_in: SignIn) -> None:
    assert "None in the next seven days" in words(part(signed_in(cast.vera), "audits"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_comment_and_three(
    count: int, cast: Cast, signed_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(count):
        review(cast.newsroom)
        audit(cast.brand, 1, f"Audit {place}")
    client = signed_in(cast.mona)
    client.get(TODAY)
    with django_assert_num_queries(22):
        client.get(TODAY)
