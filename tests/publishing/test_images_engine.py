"""Images on their way: what each network takes is asked first, and what leaves is what was seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, Outcome, Unknown
from cm_suite.core.images import JPEG, PNG
from cm_suite.core.log import masked
from pages.models import Credential, Page
from pages.networks.errors import Code
from pages.networks.spec import ImageRules
from pages.networks.types import ABSENT, Capability, Image, Outgoing, Published, found
from pages.notices.models import Notice
from publishing import jobs
from publishing.enums import DeliveryState, EngineCode, PlanNote, Refusal
from publishing.models import Attempt, Delivery, PostImage
from publishing.services import draft, links, plan, reconcile, remove, send
from publishing.services.claim import take
from publishing.services.draft import Content
from publishing.services.outgoing import mark, outgoing_of
from publishing.services.pictures import Placed, placed_of
from publishing.services.results import Planned, Refused, Saved
from publishing.services.verdicts import check
from tests.core.drawings import opened
from tests.people import Cast
from tests.publishing.makers import due, fresh, post_of, state_of
from tests.publishing.pictures import CODE, Network, give, offered, stored

S = DeliveryState
PUBLIC = "https://pages.exemple.fr"
FOUR = ImageRules(most=4, alt=100)
FETCHED = ImageRules(most=10, alt=100, fetched=True, required=True, types=frozenset({JPEG}))
SOON = timedelta(hours=2)


@pytest.fixture(autouse=True)
def still(noon: time_machine.Traveller, settings: Settings) -> time_machine.Traveller:
    settings.CM_SEND_THREADS = 1
    settings.PUBLIC_URL = PUBLIC
    return noon


@pytest.fixture
def page(cast: Cast) -> Page:
    return Page.objects.create(brand=cast.brand, network=CODE, remote_id="1", name="Vitrine Lumen")


def go(row: Delivery) -> Delivery:
    """One send, and what came of it."""
    (taken,) = take(1)
    assert taken.pk == row.pk
    send.deliver(taken)
    return fresh(row)


def refusal(found: object) -> Refusal:
    assert isinstance(found, Refused)
    return found.code


class TestBeforePlanning:
    @pytest.mark.parametrize(
        ("rules", "alts", "expected"),
        [
            (None, ("a",), Refusal.NO_IMAGES),
            (FOUR, ("a",) * 5, Refusal.TOO_MANY_IMAGES),
            (FOUR, ("a" * 101,), Refusal.ALT_TOO_LONG),
            (FETCHED, (), Refusal.IMAGE_REQUIRED),
        ],
    )
    def test_refused_in_words_and_nothing_is_planned(
        self, cast: Cast, page: Page, rules: ImageRules | None, alts: tuple[str, ...], expected: Refusal
    ) -> None:
        post = post_of(cast.brand)
        give(post, *alts)
        with offered(rules=rules):
            said = plan.schedule(post, page, clock.now() + SOON, cast.bob)
            dry = check(draft.content_of(post), page, clock.now() + SOON, cast.bob)
        assert (refusal(said), refusal(dry.refused)) == (expected, expected)
        assert Delivery.objects.count() == 0

    @pytest.mark.parametrize(
        "address", ["http://pages.exemple.fr", "https://localhost", "https://10.0.0.3", ""]
    )
    def test_a_network_that_fetches_needs_a_public_address(
        self, cast: Cast, page: Page, settings: Settings, address: str
    ) -> None:
        settings.PUBLIC_URL = address
        post = post_of(cast.brand)
        give(post, "a")
        with offered(rules=FETCHED):
            assert (
                refusal(plan.schedule(post, page, clock.now() + SOON, cast.bob)) == Refusal.PUBLIC_URL_NEEDED
            )
            settings.PUBLIC_URL = PUBLIC
            assert isinstance(plan.schedule(post, page, clock.now() + SOON, cast.bob), Planned)

    def test_it_is_said_before_the_first_image_where_one_is_required(
        self, cast: Cast, page: Page, settings: Settings
    ) -> None:
        settings.PUBLIC_URL = "http://localhost:8000"
        with offered(rules=FETCHED):
            said = check(Content("Une lampe"), page, None, cast.bob)
        assert refusal(said.refused) == Refusal.PUBLIC_URL_NEEDED

    def test_a_post_of_words_alone_goes_where_no_image_does(self, cast: Cast, page: Page) -> None:
        with offered(rules=None):
            assert isinstance(plan.schedule(post_of(cast.brand), page, clock.now() + SOON, cast.bob), Planned)

    def test_a_page_that_is_only_read(self, cast: Cast, page: Page) -> None:
        with offered(without=frozenset({Capability.PUBLISH})):
            said = plan.schedule(post_of(cast.brand), page, clock.now() + SOON, cast.bob)
        assert refusal(said) == Refusal.READ_ONLY

    def test_an_edit_that_no_longer_fits_a_waiting_page(self, cast: Cast, page: Page) -> None:
        post = post_of(cast.brand)
        kept = [stored(cast.brand, n) for n in range(5)]
        with offered(rules=FOUR):
            plan.schedule(post, page, clock.now() + SOON, cast.bob)
            images = tuple(Placed(each.pk, "a") for each in kept)
            said = draft.edit(post, 1, Content("Une lampe", images=images), cast.bob)
        assert refusal(said) == Refusal.TOO_MANY_IMAGES
        assert PostImage.objects.count() == 0

    def test_a_missing_text_is_noted_and_stops_nothing(self, cast: Cast, page: Page) -> None:
        post = post_of(cast.brand)
        give(post, "Une lampe", " ")
        with offered(rules=FOUR):
            said = check(draft.content_of(post), page, clock.now() + SOON, cast.bob)
            assert (said.refused, said.notes) == (None, (PlanNote.ALT_MISSING,))
            assert isinstance(plan.schedule(post, page, clock.now() + SOON, cast.bob), Planned)


class TestSent:
    def test_bytes_texts_and_links_in_order(self, cast: Cast, page: Page) -> None:
        row = due(page)
        kept = give(row.post, "Première", "")
        network = Network()
        with offered(network, rules=FOUR):
            assert go(row).state == S.PUBLISHED
        (sent,) = network.given
        assert [(each.alt, each.media_type) for each in sent.images] == [("Première", PNG), ("", PNG)]
        assert [each.content for each in sent.images] == [bytes(each.content) for each in kept]
        assert all(
            each.url.startswith(f"{PUBLIC}/i/") and "/image.png?t=" in each.url for each in sent.images
        )

    def test_in_the_form_the_network_takes(self, cast: Cast, page: Page) -> None:
        row = due(page)
        give(row.post, "Une lampe")
        network = Network()
        with offered(network, rules=FETCHED):
            go(row)
            (image,) = network.given[0].images
            served = Client().get(image.url.removeprefix(PUBLIC))
        assert (image.media_type, opened(image.content).format) == (JPEG, "JPEG")
        assert (served.status_code, served.headers["Content-Type"]) == (200, JPEG)
        assert served.content == image.content

    def test_no_link_without_a_public_address(self, cast: Cast, page: Page, settings: Settings) -> None:
        settings.PUBLIC_URL = "http://localhost:8000"
        row = due(page)
        give(row.post, "Une lampe")
        network = Network()
        with offered(network, rules=FOUR):
            go(row)
        assert [each.url for each in network.given[0].images] == [""]

    def test_the_attempt_bears_the_mark_of_words_and_images(self, cast: Cast, page: Page) -> None:
        row = due(page)
        give(row.post, "Une lampe")
        with offered(rules=FOUR):
            go(row)
            assert Attempt.objects.get().fingerprint == mark(outgoing_of(fresh(row), page))

    @pytest.mark.parametrize(
        ("rules", "code"),
        [(None, EngineCode.IMAGES), (ImageRules(most=1, alt=9), EngineCode.IMAGES)],
    )
    def test_what_no_longer_fits_is_refused_at_its_time_and_not_sent(
        self, cast: Cast, page: Page, rules: ImageRules | None, code: str
    ) -> None:
        row = due(page)
        give(row.post, "a", "b")
        network = Network()
        with offered(network, rules=rules):
            row = go(row)
        assert (row.state, row.code, row.step) == (S.REJECTED, code, NextStep.EDIT)
        assert network.given == []

    def test_the_public_address_went_meanwhile(self, cast: Cast, page: Page, settings: Settings) -> None:
        settings.PUBLIC_URL = ""
        row = due(page)
        give(row.post, "a")
        network = Network()
        with offered(network, rules=FETCHED):
            row = go(row)
        assert (row.state, row.code, network.given) == (S.REJECTED, Code.PUBLIC_URL_NEEDED, [])

    def test_looking_for_it_hands_the_images_too(self, cast: Cast, page: Page) -> None:
        row = due(page)
        give(row.post, "a")
        with offered(rules=FOUR):
            assert len(outgoing_of(row, page).images) == 1


class TestMark:
    def of(self, *images: Image) -> str:
        return mark(Outgoing("k", "Une lampe", "", images=images))

    def test_words_alone_keep_the_mark_they_had(self) -> None:
        assert mark(Outgoing("k", "Une lampe", "https://a.example/")) == mark(
            Outgoing("other", "Une  lampe", "https://a.example/", "promotion", "fr")
        )

    @hypothesis_settings(max_examples=25)
    @given(
        a=st.tuples(st.binary(max_size=4), st.text(max_size=4)),
        b=st.tuples(st.binary(max_size=4), st.text(max_size=4)),
    )
    def test_bytes_texts_and_order_count(self, a: tuple[bytes, str], b: tuple[bytes, str]) -> None:
        one, two = (Image(content, PNG, 1, 1, " ".join(alt.split())) for content, alt in (a, b))
        assert self.of(one) != self.of()
        assert self.of(one, two) != self.of(one)
        same = (one.content, one.alt) == (two.content, two.alt)
        assert (self.of(one, two) == self.of(two, one)) is same

    def test_where_it_may_be_fetched_does_not(self) -> None:
        assert self.of(Image(b"x", PNG, 1, 1, "a", "https://a/1")) == self.of(Image(b"x", PNG, 1, 1, "a"))


class TestAnswers:
    @pytest.mark.parametrize(
        ("code", "state"), [(Code.MEDIA_PROCESSING, S.PROCESSING), (Code.QUOTA_SPENT, S.PLANNED)]
    )
    @pytest.mark.parametrize("before", [True, False])
    def test_later_keeps_the_time_that_the_network_named(
        self, cast: Cast, page: Page, still: time_machine.Traveller, code: Code, state: str, before: bool
    ) -> None:
        at = clock.now() + timedelta(minutes=7)
        row = due(page)
        network = Network([Later(code, retry_at=at)], before_fence=before)
        with offered(network, rules=FOUR):
            row = go(row)
            assert (row.state, row.next_attempt_at, row.code) == (state, at, code)
            still.move_to(at - timedelta(seconds=1))
            assert take(1) == []
            still.move_to(at)
            assert go(row).state == S.PUBLISHED

    def test_money_that_is_spent_is_for_a_person_to_give(self, cast: Cast, page: Page) -> None:
        row = due(page)
        network = Network([Never(Code.BUDGET_SPENT, step=NextStep.PAY)], before_fence=True)
        with offered(network, rules=FOUR):
            row = go(row)
        assert (row.state, row.code, row.step) == (S.REJECTED, Code.BUDGET_SPENT, NextStep.PAY)
        assert Attempt.objects.count() == 0

    def test_words_that_somebody_else_said_are_refused(self, cast: Cast, page: Page) -> None:
        row = due(page)
        with offered(Network([Never(Code.DUPLICATE, step=NextStep.EDIT)]), rules=FOUR):
            row = go(row)
        assert (row.state, row.code, row.step) == (S.REJECTED, Code.DUPLICATE, NextStep.EDIT)

    def test_words_of_ours_whose_answer_was_lost_are_looked_for(
        self, cast: Cast, page: Page, still: time_machine.Traveller, settings: Settings
    ) -> None:
        row = due(page)
        there = found(Published("r9", "https://vitrine.example/9"))
        network = Network(
            [Unknown("read_timeout"), Never(Code.DUPLICATE, step=NextStep.EDIT)], [ABSENT, there]
        )
        with offered(network, rules=FOUR):
            assert go(row).state == S.UNKNOWN
            look(still, settings)
            assert state_of(row) == S.PLANNED  # nothing there yet, so it is sent again
            assert go(row).state == S.UNKNOWN  # and the network has it already
            look(still, settings)
        row = fresh(row)
        assert (row.state, row.remote_id) == (S.PUBLISHED, "r9")
        outcomes = list(row.attempts.values_list("outcome", "code"))
        assert outcomes[0] == (Outcome.UNKNOWN, "read_timeout")
        assert len(network.given) == 2

    def test_there_and_not_there_is_for_a_person(
        self, cast: Cast, page: Page, still: time_machine.Traveller, settings: Settings
    ) -> None:
        row = due(page)
        network = Network([Unknown("reset"), Never(Code.DUPLICATE, step=NextStep.EDIT)])
        with offered(network, rules=FOUR):
            go(row)
            look(still, settings)
            go(row)
            for _time in range(reconcile.MOST_TRIES):
                assert state_of(row) == S.UNKNOWN
                look(still, settings)
        assert state_of(row) == S.NEEDS_PERSON
        assert len(network.given) == 2  # never sent a third time

    def test_a_later_try_that_was_refused_before_does_not_count(self, cast: Cast, page: Page) -> None:
        row = due(page)
        Attempt.objects.create(
            delivery=row, number=1, fingerprint="x", started_at=clock.now(), outcome=Outcome.LATER
        )
        with offered(Network([Never(Code.DUPLICATE, step=NextStep.EDIT)]), rules=FOUR):
            assert go(row).state == S.REJECTED


def look(still: time_machine.Traveller, settings: Settings) -> None:
    """Time passes, and the network is asked."""
    still.shift(timedelta(minutes=5))
    Delivery.objects.update(due_at=clock.now())
    jobs.reconcile_due()


class TestTakenDown:
    def test_not_where_the_network_lets_nobody(self, cast: Cast, page: Page) -> None:
        row = due(page, state=S.PUBLISHED, remote_id="r1")
        with offered(without=frozenset({Capability.DELETE}), rules=FOUR):
            said = remove.remove(row, "Wrong price", cast.bob)
        assert isinstance(said, Refused)
        assert (said.code, said.params) == (Refusal.NETWORK, {"code": Code.NOT_OFFERED})
        assert state_of(row) == S.PUBLISHED


class TestBeyondTheEnd:
    @pytest.fixture
    def ends(self, cast: Cast, mastodon: Page) -> datetime:
        at = clock.now() + timedelta(days=3)
        Credential.objects.filter(page=mastodon).update(expires_at=at)
        return at

    @pytest.mark.parametrize(("after", "noted"), [(timedelta(0), True), (timedelta(minutes=-1), False)])
    def test_a_time_after_it_is_noted(
        self, cast: Cast, mastodon: Page, ends: datetime, after: timedelta, noted: bool
    ) -> None:
        said = plan.schedule(post_of(cast.brand), mastodon, ends + after, cast.bob)
        assert isinstance(said, Planned)
        assert (PlanNote.AFTER_THE_END in said.notes) is noted
        dry = check(Content("Une lampe"), mastodon, ends + after, cast.bob)
        assert (PlanNote.AFTER_THE_END in dry.notes) is noted

    def test_leads_and_who_planned_it_are_told_once(self, cast: Cast, mastodon: Page, ends: datetime) -> None:
        plan.schedule(post_of(cast.brand), mastodon, ends + SOON, cast.bob)
        assert (jobs.warn_expiring(), jobs.warn_expiring()) == (1, 1)
        told = Notice.objects.values_list("person__name", "kind", "link")
        link = f"/b/{cast.brand.slug}/pages/{mastodon.pk}/"
        assert sorted(told) == [("Alice", "expiring", link), ("Bob", "expiring", link)]

    def test_nobody_when_nothing_is_planned_after_it(
        self, cast: Cast, mastodon: Page, ends: datetime
    ) -> None:
        plan.schedule(post_of(cast.brand), mastodon, ends - SOON, cast.bob)
        late = plan.schedule(post_of(cast.brand), mastodon, ends + SOON, cast.bob)
        assert isinstance(late, Planned)
        plan.cancel(late.delivery, cast.bob)
        assert jobs.warn_expiring() == 0
        assert Notice.objects.count() == 0


class TestLinks:
    def path(self, cast: Cast, **more: Any) -> str:
        return links.image_url(stored(cast.brand, **more).pk, CODE, PNG).removeprefix(PUBLIC)

    def test_valid_for_more_than_an_hour_and_not_for_ever(
        self, cast: Cast, still: time_machine.Traveller
    ) -> None:
        path = self.path(cast)
        for minutes, status in ((0, 200), (61, 200), (119, 200), (121, 404), (60 * 24 * 400, 404)):
            with time_machine.travel(
                datetime(2026, 3, 2, 11, 0, tzinfo=UTC) + timedelta(minutes=minutes), tick=False
            ):
                assert Client().get(path).status_code == status

    def test_no_sign_in_no_cookie_and_as_what_it_is(self, cast: Cast) -> None:
        answer = Client().get(self.path(cast))
        assert answer.headers["Content-Type"] == PNG
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert not answer.cookies
        assert opened(answer.content).size == (64, 48)

    def test_forged_changed_or_cut(self, cast: Cast) -> None:
        path = self.path(cast)
        mine, other = stored(cast.brand), stored(cast.brand, 1)
        body = links.image_url(other.pk, CODE, PNG).partition("?t=")[2].partition(":")[0]
        token = path.partition("?t=")[2]
        tokens = [
            f"{body}:{token.partition(':')[2]}",
            token[:-2],
            token + "x",
            str(mine.pk),
            "x",
            "",
            "\x00",
            "é",
        ]
        assert [Client().get("/i/image.png", {"t": each}).status_code for each in tokens] == [404] * 8
        assert Client().get(path).status_code == 200

    @pytest.mark.parametrize(
        "path", ["/i/", "/i/../../etc/passwd", "/i/%2e%2e%2fsecrets.env", "/i/..%2f..%2fvar/cm.sqlite3"]
    )
    def test_no_walk_through_folders(self, cast: Cast, path: str) -> None:
        assert Client().get(path).status_code == 404
        token = self.path(cast).partition("?")[2]
        answer = Client().get(f"{path}?{token}")
        assert (
            answer.status_code == 404 or answer.headers["Content-Type"] == PNG
        )  # the token's image, or none

    def test_its_name_decides_nothing(self, cast: Cast) -> None:
        path = self.path(cast).replace("image.png", "image.html")
        assert Client().get(path).headers["Content-Type"] == PNG

    def test_the_token_is_in_no_log(self, cast: Cast) -> None:
        path = self.path(cast)
        assert masked(f'"GET {path} HTTP/1.1" 200') == '"GET /i/image.png?t=… HTTP/1.1" 200'

    def test_gone_with_its_image(self, cast: Cast) -> None:
        path = self.path(cast)
        stored(cast.brand).delete()
        answer = Client().get(path)
        assert (answer.status_code, answer.content, answer.headers["Cache-Control"]) == (404, b"", "no-store")

    def test_it_is_read_and_nothing_else(self, cast: Cast) -> None:
        assert Client().post(self.path(cast)).status_code == 405


class TestKept:
    def test_a_draft_keeps_them_in_order(self, cast: Cast) -> None:
        kept = [stored(cast.brand, n) for n in range(3)]
        images = tuple(Placed(each.pk, f"n° {each.pk}") for each in reversed(kept))
        said = draft.create(cast.brand, cast.bob, Content("Une lampe", images=images))
        assert isinstance(said, Saved)
        assert placed_of(said.post) == images

    def test_an_edit_changes_order_and_texts(self, cast: Cast) -> None:
        post = post_of(cast.brand)
        one, two = give(post, "a", "b")
        images = (Placed(two.pk, "b"), Placed(one.pk, "z"))
        assert isinstance(draft.edit(post, 1, Content("Une lampe", images=images), cast.bob), Saved)
        assert placed_of(post) == images

    def test_another_brands_image_is_not_here(self, cast: Cast) -> None:
        theirs = stored(cast.other_brand)
        content = Content("Une lampe", images=(Placed(theirs.pk),))
        assert refusal(draft.create(cast.brand, cast.bob, content)) == Refusal.IMAGE_GONE
        post = post_of(cast.brand)
        assert refusal(draft.edit(post, 1, content, cast.bob)) == Refusal.IMAGE_GONE
        assert PostImage.objects.count() == 0

    def test_the_same_picture_is_kept_once_a_brand(self, cast: Cast) -> None:
        assert stored(cast.brand).pk == stored(cast.brand).pk
        assert stored(cast.brand).pk != stored(cast.other_brand).pk

    def test_a_small_copy_for_lists(self, cast: Cast) -> None:
        kept = stored(cast.brand, size=(2000, 1000))
        kept.refresh_from_db()
        assert opened(bytes(kept.small)).size == (480, 240)
        assert (kept.width, kept.height, kept.size) == (2000, 1000, len(kept.content))

    def test_what_no_post_uses_is_forgotten_after_two_days(
        self, cast: Cast, still: time_machine.Traveller
    ) -> None:
        used, chosen_again = give(post_of(cast.brand), "a")[0], stored(cast.brand, 1)
        unused = stored(cast.brand, 2)
        still.shift(timedelta(days=2, seconds=1))
        stored(cast.brand, 1)
        assert jobs.tidy_images() == 1
        for each, there in ((used, True), (chosen_again, True), (unused, False)):
            assert type(each).objects.filter(pk=each.pk).exists() is there

    def test_a_brand_goes_with_its_images(self, cast: Cast) -> None:
        give(post_of(cast.brand), "a")
        cast.brand.delete()
        assert PostImage.objects.count() == 0
