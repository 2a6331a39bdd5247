"""The numbers on a post's page, and a share counter taken apart, as their readers see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import Tag
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.models import LedgerEntry
from pages.enums import Counted, PageState
from pages.measuring import IDLE, READING
from pages.models import Credential, Measuring, Page, Person
from pages.networks.errors import Code
from pages.networks.types import Metric
from publishing.models import Delivery, PostFigure
from publishing.selectors.figures import figures_of
from publishing.services import counter
from tests.networks.facebook.fake import KEYS, Facebook, before, running
from tests.networks.facebook.words import PAGE, TOKEN
from tests.networks.graph_words import error
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import post_of, published
from tests.publishing.rooms import Answer, Rooms, SignIn, card_of, questions, soup, words

URL = "https://lumen.example/vitrine"
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    Person.objects.update(language="en")


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer, who may see everything."""
    return Rooms(signed_in(cast.vera))


@pytest.fixture
def alice(cast: Cast, signed_in: SignIn) -> Rooms:
    """The lead."""
    return Rooms(signed_in(cast.alice))


@pytest.fixture
def page(cast: Cast) -> Page:
    return facebook_page(cast)


def facebook_page(cast: Cast, remote_id: str = PAGE) -> Page:
    made = Page.objects.create(
        brand=cast.brand, network="facebook", remote_id=remote_id, name=f"Lumen {remote_id}"
    )
    Credential.objects.create(page=made, token=TOKEN)
    return made


def told(delivery: Delivery, metric: Metric, value: int, name: str, hours: int = 0) -> PostFigure:
    at = NOON - hours * HOUR
    return PostFigure.objects.create(
        delivery=delivery, day=at.date(), metric=metric, value=value, name=name, version="v25.0", at=at
    )


def numbers(answer: Answer, delivery: Delivery) -> Tag:
    found = card_of(answer, delivery.pk).select_one(".figures")
    assert found is not None
    return found


def facts(tag: Tag) -> dict[str, str]:
    terms = [words(each) for each in tag.select("dt")]
    return dict(zip(terms, [words(each) for each in tag.select("dd")], strict=True))


# --- under a delivery


@pytest.mark.usefixtures("noon")
class TestNumbers:
    def test_each_apart_and_what_is_missing_is_not_zero(self, page: Page, vera: Rooms) -> None:
        row = published(page, NOON - 5 * HOUR, remote_id="1", remote_url="https://fb.example/1")
        told(row, Metric.REACTIONS, 1234, "reactions")
        told(row, Metric.COMMENTS, 0, "comments")
        shown = numbers(vera.get("post", row.post_id), row)
        assert facts(shown) == {
            "Reactions": "1,234",
            "Comments": "0",
            "Shares": "not told by Facebook",
            "Quotes": "not told by Facebook",
            "Saves": "not told by Facebook",
            "Clicks": "not told by Facebook",
            "Views": "not told by Facebook",
            "People reached": "not told by Facebook",
        }
        assert "1,234" not in words(shown).replace("Reactions 1,234", "")
        assert "Read: Mon 2 March, 12:00" in words(shown)
        assert "reactions · version v25.0" in words(shown.select_one("details") or shown)

    def test_in_french(self, cast: Cast, page: Page, vera: Rooms) -> None:
        Person.objects.update(language="fr")
        row = published(page, NOON - 5 * HOUR, remote_id="1")
        told(row, Metric.REACTIONS, 1234, "reactions")
        shown = numbers(vera.get("post", row.post_id), row)
        assert "1\u202f234" in shown.get_text() or "1\xa0234" in shown.get_text()

    def test_the_last_of_each_and_its_own_time_when_it_is_older(self, page: Page, vera: Rooms) -> None:
        row = published(page, NOON - 50 * HOUR, remote_id="1")
        told(row, Metric.REACTIONS, 3, "reactions", 30)
        told(row, Metric.CLICKS, 8, "post_clicks", 30)
        told(row, Metric.REACTIONS, 5, "reactions")
        shown = facts(numbers(vera.get("post", row.post_id), row))
        assert (shown["Reactions"], shown["Clicks"]) == ("5", "8 · read Sun 1 March, 06:00")

    def test_before_the_first_look(self, page: Page, vera: Rooms) -> None:
        row = published(page, NOON - HOUR, remote_id="1")
        shown = numbers(vera.get("post", row.post_id), row)
        assert "No numbers yet: they are first read within a day of its going out." in words(shown)
        assert shown.select("dl") == []

    def test_a_network_that_counts_nothing_says_so(self, cast: Cast, vera: Rooms) -> None:
        row = published(cast.newsroom, NOON - HOUR, remote_id="1")
        assert "This network counts nothing of the kind." in words(
            numbers(vera.get("post", row.post_id), row)
        )

    def test_what_is_not_out_has_no_numbers(self, page: Page, vera: Rooms) -> None:
        row = published(page, NOON + HOUR, state="planned")
        assert card_of(vera.get("post", row.post_id), row.pk).select(".figures") == []

    def test_what_was_taken_down_keeps_what_was_read(self, page: Page, vera: Rooms) -> None:
        row = published(page, NOON - HOUR, remote_id="1", state="removed")
        silent = published(page, NOON - HOUR, remote_id="2", state="removed")
        told(row, Metric.REACTIONS, 5, "reactions")
        assert facts(numbers(vera.get("post", row.post_id), row))["Reactions"] == "5"
        assert card_of(vera.get("post", silent.post_id), silent.pk).select(".figures") == []

    def test_a_look_that_failed_is_told_with_what_to_do(self, page: Page, vera: Rooms) -> None:
        row = published(page, NOON - HOUR, remote_id="1")
        Measuring.objects.create(page=page, kind=Counted.POSTS, code=Code.NOT_ALLOWED_HERE)
        said = words(numbers(vera.get("post", row.post_id), row))
        assert "It could not be read the last time." in said
        assert "Ask those who run the page on the network for a role that may." in said

    def test_its_share_counter_is_one_click_away(self, cast: Cast, page: Page, vera: Rooms) -> None:
        row = published(page, NOON - HOUR, remote_id="1", remote_url="https://fb.example/1")
        row.post.link = URL
        row.post.save()
        link = numbers(vera.get("post", row.post_id), row).select_one("a[href*=counter]")
        assert link is not None
        assert (
            link["href"]
            == f"/b/maison-lumen/counter/?url=https%3A%2F%2Flumen.example%2Fvitrine&page={page.pk}"
        )
        Page.objects.update(state=PageState.DISCONNECTED)
        assert numbers(vera.get("post", row.post_id), row).select("a[href*=counter]") == []

    def test_three_deliveries_cost_no_more_questions_than_one(self, cast: Cast, vera: Rooms) -> None:
        post = post_of(cast.brand, text="Partout")
        pages = [facebook_page(cast, str(number)) for number in range(3)]

        def send(page: Page) -> None:
            row = Delivery.objects.create(
                post=post, page=page, due_at=NOON, state="published", published_at=NOON, remote_id="1"
            )
            told(row, Metric.REACTIONS, 5, "reactions")
            told(row, Metric.VIEWS, 5, "views")

        send(pages[0])
        one = questions(lambda: vera.get("post", post.pk))
        for page in pages[1:]:
            send(page)
        assert questions(lambda: vera.get("post", post.pk)) == one

    def test_nothing_is_asked_where_nothing_is_out(
        self, page: Page, django_assert_num_queries: pytest.FixtureRequest
    ) -> None:
        row = published(page, NOON + HOUR, state="planned")
        with django_assert_num_queries(0):  # type: ignore[operator]
            assert figures_of([row]) == {}


# --- any address


@pytest.fixture
def facebook(page: Page, settings: Settings, redis_url: str) -> Iterator[Facebook]:
    """A server that knows one address."""
    with running(Facebook()) as fake:
        settings.CM_NETWORK_HOSTS = {"facebook": fake.origin}
        settings.CM_ALLOWED_HOSTS = frozenset({("127.0.0.1", int(fake.origin.rpartition(":")[2]))})
        settings.CM_META_APP_ID, settings.CM_META_APP_SECRET = KEYS.client_id, KEYS.client_secret
        fake.engagement = {
            "reaction_count": 1200,
            "comment_count": 14,
            "share_count": 31,
            "comment_plugin_count": 2,
        }
        yield fake


class TestCounter:
    def test_each_part_and_the_sum_as_what_it_is(self, page: Page, facebook: Facebook, vera: Rooms) -> None:
        answer = vera.post("counter", url=URL, page=page.pk)
        card = soup(answer).select_one("[aria-labelledby=parts]")
        assert card is not None
        assert facts(card) == {
            "Reactions": "1,200",
            "Comments": "14",
            "Shares": "31",
            "Comments in the network’s box on the page itself": "2",
        }
        said = words(card)
        assert "Counters display 1,245 : reactions, comments and shares" in said.replace("1,245:", "1,245 :")
        assert "It is no number of people." in said
        assert "Facebook says itself that these counts are deliberately not precise." in said
        assert "comment_plugin_count · version v25.0" in said
        assert LedgerEntry.objects.count() == 0

    def test_without_one_part_there_is_no_sum(self, page: Page, facebook: Facebook, vera: Rooms) -> None:
        del facebook.engagement["share_count"]
        said = words(vera.post("counter", url=URL, page=page.pk))
        assert "so there is no sum here" in said
        assert "1,214" not in said

    def test_an_address_nobody_knows_is_not_zero(self, page: Page, facebook: Facebook, vera: Rooms) -> None:
        facebook.engagement = {}
        said = words(vera.post("counter", url=URL, page=page.pk))
        assert "Facebook says nothing of this address. That is not zero" in said

    def test_the_link_of_a_post_fills_the_form_and_asks_nothing(
        self, page: Page, facebook: Facebook, vera: Rooms
    ) -> None:
        answer = vera.get("counter", url=URL, page=page.pk)
        field = soup(answer).select_one("[name=url]")
        assert field is not None
        assert (field["value"], facebook.requests) == (URL, [])

    @pytest.mark.parametrize("url", ["", "javascript:alert(1)", "ftp://lumen.example/", "not an address"])
    def test_what_is_no_address_of_the_web_is_not_asked(
        self, page: Page, facebook: Facebook, vera: Rooms, url: str
    ) -> None:
        answer = vera.post("counter", url=url, page=page.pk)
        assert (answer.status_code, facebook.requests) == (422, [])

    def test_a_page_of_another_brand_is_no_choice(
        self, cast: Cast, page: Page, facebook: Facebook, vera: Rooms
    ) -> None:
        other = Page.objects.create(brand=cast.other_brand, network="facebook", remote_id="9", name="Roche")
        answer = vera.post("counter", url=URL, page=other.pk)
        assert (answer.status_code, facebook.requests) == (422, [])
        assert "Roche" not in words(answer)

    def test_a_refusal_says_what_and_what_next_and_disconnects_nothing(
        self, page: Page, facebook: Facebook, vera: Rooms
    ) -> None:
        facebook.fail_next(before(error(190, 463)), "read")
        answer = vera.post("counter", url=URL, page=page.pk)
        page.refresh_from_db()
        assert (answer.status_code, page.state) == (502, PageState.CONNECTED)
        assert "A lead reconnects the page" in words(answer) or "reconnect" in words(answer).lower()

    def test_somebody_who_asks_and_asks_waits(
        self, page: Page, facebook: Facebook, vera: Rooms, alice: Rooms, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(counter, "A_PERSON", 2)
        said = [vera.post("counter", url=f"{URL}/{n}", page=page.pk).status_code for n in range(3)]
        assert (said, len(facebook.requests)) == ([200, 200, 429], 2)
        assert alice.post("counter", url=URL, page=page.pk).status_code == 200

    def test_one_address_is_asked_ten_times_an_hour_by_everybody(
        self, page: Page, facebook: Facebook, vera: Rooms, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(counter, "AN_ADDRESS", 1)
        assert vera.post("counter", url=URL, page=page.pk).status_code == 200
        assert vera.post("counter", url=URL, page=page.pk).status_code == 429
        assert vera.post("counter", url=f"{URL}/2", page=page.pk).status_code == 200

    def test_while_the_page_is_counted_one_waits(self, page: Page, facebook: Facebook, vera: Rooms) -> None:
        until = clock.now() + HOUR
        turn = Measuring.objects.create(page=page, kind=Counted.POSTS, state=READING, lease_until=until)
        answer = vera.post("counter", url=URL, page=page.pk)
        assert (answer.status_code, facebook.requests) == (409, [])
        Measuring.objects.filter(pk=turn.pk).update(state=IDLE)
        assert vera.post("counter", url=URL, page=page.pk).status_code == 200
        assert set(Measuring.objects.values_list("state", flat=True)) == {IDLE}

    def test_a_page_that_rests_is_not_asked(self, page: Page, facebook: Facebook, vera: Rooms) -> None:
        Page.objects.update(paced_until=clock.now() + HOUR)
        assert vera.post("counter", url=URL, page=page.pk).status_code == 502
        assert facebook.requests == []

    def test_without_a_page_that_can_it_says_what_to_connect(
        self, cast: Cast, vera: Rooms, alice: Rooms
    ) -> None:
        seen, led = vera.get("counter"), alice.get("counter")
        assert "Networks that take share counters apart: Facebook" in words(seen)
        assert "A lead connects one." in words(seen)
        assert soup(seen).select("form, a[href*=connect]") == []
        assert len(soup(led).select("a[href='/b/maison-lumen/pages/connect/']")) == 1

    def test_one_page_or_three_cost_the_same(self, cast: Cast, page: Page, vera: Rooms) -> None:
        one = questions(lambda: vera.get("counter"))
        facebook_page(cast, "2")
        facebook_page(cast, "3")
        assert questions(lambda: vera.get("counter")) == one

    def test_others_do_not_come_in(self, cast: Cast, page: Page, signed_in: SignIn) -> None:
        assert Rooms(signed_in(cast.charlie)).get("counter").status_code == 404
