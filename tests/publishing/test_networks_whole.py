"""The whole house drives each network: what the network itself holds in the end is what was meant, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import redis
import time_machine
from pytest_django import Settings

from cm_suite.core import clock
from moderation import jobs as moderating
from moderation.enums import ActionState, Decided, Kind, ResultKind
from moderation.models import Action, Comment, Watch
from moderation.services import beside
from moderation.services.assign import ask_review
from pages.enums import PageState
from pages.models import Credential, Page, Spending
from pages.networks.errors import Code
from pages.networks.graph_errors import UNSAID_REST
from pages.networks.registry import NETWORKS as OFFERED
from pages.networks.types import Capability
from pages.notices.models import Notice
from publishing import jobs
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Delivery
from publishing.services import pictures, plan
from publishing.services.pictures import Placed
from publishing.services.remove import remove
from publishing.services.results import Done, Planned
from tests.moderation.makers import INSULT, decided
from tests.networks import graph_words as words
from tests.networks.facebook import fake as facebook
from tests.networks.instagram import fake as instagram
from tests.networks.linkedin import fake as linkedin
from tests.people import Cast
from tests.publishing.houses import NETWORKS, House, house
from tests.publishing.makers import due, fresh, post_of
from tests.publishing.pictures import give

S = DeliveryState
TEXT: Final = "La vitrine ouvre samedi"
ALTS: Final = ["Une lampe dorée, allumée", "La vitrine & son abat-jour « écru »"]
SOON: Final = timedelta(hours=1)
WORKING: Final = [each for each in NETWORKS if (rules := OFFERED[each].images) and rules.waits]
RENEWING: Final = [each for each in NETWORKS if Capability.REFRESH in OFFERED[each].capabilities]


@pytest.fixture(autouse=True)
def still(noon: time_machine.Traveller, redis_url: str, settings: Settings) -> time_machine.Traveller:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    return noon


@pytest.fixture(params=NETWORKS)
def net(request: pytest.FixtureRequest, still: time_machine.Traveller) -> Iterator[House]:
    with house(request.param) as opened:
        yield opened


@pytest.fixture
def page(net: House, cast: Cast) -> Page:
    return net.connect(cast.brand)


def ready(net: House, page: Page, text: str = TEXT, *, images: bool = False) -> Delivery:
    """A delivery whose time has just come: with both images, or only with the one that its network wants."""
    row = due(page, text)
    give(row.post, *(ALTS if images else alts(net)))
    return row


def alts(net: House) -> list[str]:
    """The words of the images without which the network takes no post."""
    rules = OFFERED[net.network].images
    return ALTS[:1] if rules is not None and rules.required else []


def passes(still: time_machine.Traveller, delta: timedelta) -> None:
    """Time passes, and what was due is due again: nothing is missed."""
    still.shift(delta)
    Delivery.objects.filter(state__in=(S.PLANNED, S.UNKNOWN)).update(due_at=clock.now())


def read(page: Page) -> None:
    """What people write to the page is taken in."""
    moderating.poll_page(page.pk)
    assert set(Watch.objects.filter(page=page).values_list("code", flat=True)) == {""}


def test_a_planned_post_goes_out_with_its_images_and_their_words_and_is_taken_down(
    net: House, page: Page, cast: Cast, still: time_machine.Traveller
) -> None:
    post = post_of(cast.brand, cast.bob, TEXT)
    give(post, *ALTS)
    assert isinstance(plan.schedule(post, page, clock.now() + SOON, cast.bob), Planned)
    assert (jobs.publish_due(), net.shown()) == (0, [])
    still.shift(SOON)
    assert jobs.publish_due() == 1
    assert net.shown() == [(TEXT, ALTS)]
    row = Delivery.objects.get()
    assert (row.state, row.code, bool(row.remote_id)) == (S.PUBLISHED, "", True)
    assert net.token not in repr(list(row.attempts.values()))
    assert jobs.publish_due() == 0
    taken_down = isinstance(remove(row, "Mauvais prix", cast.alice), Done)
    assert taken_down is (Capability.DELETE in OFFERED[net.network].capabilities)
    left = ([], S.REMOVED) if taken_down else ([(TEXT, ALTS)], S.PUBLISHED)
    assert (net.shown(), fresh(row).state) == left


@pytest.mark.parametrize("fault", ["reset_after", "reset_before", "502_after"])
def test_an_answer_that_was_lost_doubles_nothing_and_loses_nothing(
    net: House, page: Page, fault: str, still: time_machine.Traveller
) -> None:
    row = ready(net, page, images=True)
    net.fails(fault)
    jobs.publish_due()
    assert fresh(row).state == S.UNKNOWN
    there = net.shown()
    for _time in range(6):
        passes(still, timedelta(minutes=16))
        jobs.sweep()
        jobs.publish_due()
    assert (fresh(row).state, net.shown()) == (S.PUBLISHED, [(TEXT, ALTS)])
    assert there in ([], net.shown())
    assert fresh(row).attempts.count() == (1 if there else 2)


@pytest.mark.parametrize("net", WORKING, indirect=True)
def test_images_that_the_network_works_on_go_up_once_and_the_post_leaves_when_they_are_ready(
    net: House, page: Page, still: time_machine.Traveller
) -> None:
    assert net.slow is not None
    net.slow()
    row = ready(net, page, images=True)
    states = []
    for _time in range(3):
        jobs.publish_due()
        states.append(fresh(row).state)
        assert fresh(row).tries == 0
        still.shift(timedelta(seconds=30))
    assert states == [S.PROCESSING, S.PROCESSING, S.PUBLISHED]
    assert net.shown() == [(TEXT, ALTS)]
    assert net.uploads() <= 3  # the two, and where there is one, what holds them
    assert fresh(row).attempts.count() == 1


@pytest.mark.parametrize("net", ["instagram"], indirect=True)
def test_a_post_that_the_network_has_and_does_not_list_is_not_published_again(
    net: House, page: Page, still: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ready(net, page, images=True)
    net.fails("reset_after")
    monkeypatch.setattr(instagram.Instagram, "_published", lambda _server, _fields: [])
    jobs.publish_due()
    for _time in range(6):
        passes(still, timedelta(minutes=16))
        jobs.sweep()
        jobs.publish_due()
    assert (fresh(row).state, net.shown()) == (S.NEEDS_PERSON, [(TEXT, ALTS)])
    assert fresh(row).attempts.count() == 1


def test_what_was_refused_and_edited_goes_out_as_it_is_now(
    net: House, page: Page, cast: Cast, still: time_machine.Traveller
) -> None:
    row = ready(net, page, images=True)
    net.fails("refused")
    jobs.publish_due()
    assert (fresh(row).state, net.shown()) == (S.REJECTED, [])
    one, two = (image.stored_id for image in row.post.images.all())
    pictures.arrange(row.post, [Placed(two, "Un abat-jour"), Placed(one, "Une lampe")])
    assert isinstance(plan.schedule(row.post, page, clock.now() + SOON, cast.bob), Planned)
    still.shift(SOON)
    jobs.publish_due()
    assert (fresh(row).state, net.shown()) == (S.PUBLISHED, [(TEXT, ["Un abat-jour", "Une lampe"])])


def test_a_comment_is_taken_in_answered_and_hidden_or_refused_in_words(
    net: House, page: Page, cast: Cast, still: time_machine.Traveller
) -> None:
    row = ready(net, page)
    jobs.publish_due()
    below = fresh(row).remote_id
    question = heard(net, page, still, "Vous ouvrez à quelle heure ?", below)
    assert question.thread is not None
    assert question.thread.remote_id == below
    assert ask_review(question, cast.mona) is not None
    _answer(net, question, cast, still)
    insult = heard(net, page, still, INSULT, below)
    asked = decided(insult, cast.mona, Decided.HIDE)
    if net.hidden is None:
        assert asked.kind == ResultKind.NOT_POSSIBLE
    else:
        assert (asked.kind, moderating.carry_out()) == (ResultKind.DONE, 1)
        assert [net.hidden(each.remote_id) for each in (question, insult)] == [False, True]
    assert set(Action.objects.values_list("state", flat=True)) == {ActionState.DONE}
    assert net.shown() == [(TEXT, alts(net))]


def heard(net: House, page: Page, still: time_machine.Traveller, text: str, below: str) -> Comment:
    """Nadia writes, and her comment is what was taken in."""
    still.shift(60)
    remote_id = net.hear(text, below)
    still.shift(60)
    read(page)
    comment = Comment.objects.select_related("page__brand", "thread").get(remote_id=remote_id)
    assert (comment.text.removeprefix("@maison_lumen "), comment.by_page) == (text, False)
    assert Comment.objects.filter(by_page=False, text=comment.text).count() == 1
    return comment


def _answer(net: House, comment: Comment, cast: Cast, still: time_machine.Traveller) -> None:
    """The brand answers; the network's answer is lost, asked about, and there once."""
    net.fails("reset_after")
    action = decided(comment, cast.mona, Decided.REPLY, text="Restons courtois.").action
    assert action is not None
    moderating.carry_out()
    assert Action.objects.get().state == ActionState.UNKNOWN
    for _time in range(4):
        still.shift(timedelta(minutes=16))
        moderating.sweep()
        moderating.carry_out()
    assert [text.removeprefix("@nadia ") for text, _to in net.answers()] == ["Restons courtois."]
    assert [(each.state, each.attempts.count()) for each in Action.objects.all()] == [(ActionState.DONE, 1)]


def test_a_private_message_is_taken_in_and_answered_once_in_private(
    net: House, page: Page, cast: Cast, still: time_machine.Traveller
) -> None:
    if net.write is None:
        assert Capability.MESSAGES not in OFFERED[net.network].capabilities
        return
    read(page)
    still.shift(60)
    remote_id = net.write("Où en est ma commande ?")
    still.shift(60)
    read(page)
    message = Comment.objects.select_related("page__brand").get()
    assert (message.remote_id, message.kind) == (remote_id, Kind.MESSAGE)
    assert message.text.removeprefix("@maison_lumen ") == "Où en est ma commande ?"
    net.fails("reset_after")
    assert beside.answer(message, cast.mona, "Elle part demain.").kind == ResultKind.DONE
    moderating.carry_out()
    assert Action.objects.get().state == ActionState.UNKNOWN
    for _time in range(4):
        still.shift(timedelta(minutes=16))
        moderating.sweep()
        moderating.carry_out()
    assert [text.removeprefix("@nadia ") for text in net.private()] == ["Elle part demain."]
    assert [(each.state, each.attempts.count()) for each in Action.objects.all()] == [(ActionState.DONE, 1)]
    assert (net.shown(), net.answers()) == ([], [])


@pytest.mark.parametrize("net", [each for each in RENEWING if each != "linkedin"], indirect=True)
def test_what_was_decided_waits_for_a_token_that_is_renewed(
    net: House, page: Page, cast: Cast, still: time_machine.Traveller
) -> None:
    row = ready(net, page)
    jobs.publish_due()
    insult = heard(net, page, still, INSULT, fresh(row).remote_id)
    Credential.objects.update(token="worn-out", updated_at=clock.now() - timedelta(hours=1))
    net.renews()
    decided(insult, cast.mona, Decided.HIDE)
    for _time in range(3):
        moderating.carry_out()
        still.shift(timedelta(minutes=2))
    page.refresh_from_db()
    assert net.hidden is not None
    assert (net.hidden(insult.remote_id), page.state) == (True, PageState.CONNECTED)
    assert Action.objects.get().state == ActionState.DONE


def test_a_revoked_token_asks_for_a_new_connection_and_sends_nothing(
    net: House, page: Page, cast: Cast
) -> None:
    Credential.objects.update(token="taken-back", refresh_token="taken-back" if net.renewal else "")
    row, other = ready(net, page), ready(net, page, "Une autre")
    for _time in range(4):
        jobs.publish_due()
        Delivery.objects.update(next_attempt_at=None)
    page.refresh_from_db()
    assert page.state == PageState.NEEDS_RECONNECT
    assert net.shown() == []
    held = [(S.HELD, HoldReason.RECONNECT)] * 2
    assert [(fresh(each).state, fresh(each).hold_reason) for each in (row, other)] == held
    assert Notice.objects.filter(kind="reconnect").count() == 1
    Credential.objects.update(token=net.token, refresh_token=net.renewal, expires_at=None)
    Page.objects.update(state=PageState.CONNECTED)
    jobs.sweep()
    jobs.publish_due()
    assert [text for text, _alts in net.shown()] == [TEXT, "Une autre"]


@pytest.mark.parametrize("said", ["ended", "refused early"])
@pytest.mark.parametrize("net", RENEWING, indirect=True)
def test_an_expired_token_is_renewed_where_the_network_renews(
    net: House, page: Page, said: str, still: time_machine.Traveller
) -> None:
    ends = timedelta(seconds=60) if said == "ended" else timedelta(days=30)
    Credential.objects.update(token="worn-out", expires_at=clock.now() + ends)
    row = ready(net, page)
    net.renews()
    for _time in range(4):
        jobs.publish_due()
        passes(still, timedelta(minutes=2))
    page.refresh_from_db()
    assert (fresh(row).state, page.state, net.shown()) == (
        S.PUBLISHED,
        PageState.CONNECTED,
        [(TEXT, alts(net))],
    )
    assert Credential.objects.get().token != "worn-out"


@pytest.mark.parametrize("fault", ["429", "429_no_header"])
def test_a_network_that_slows_us_down_rests_every_worker_whatever_becomes_of_redis(
    net: House, page: Page, fault: str, still: time_machine.Traveller, redis_url: str
) -> None:
    row = ready(net, page)
    net.fails(fault)
    jobs.publish_due()
    page.refresh_from_db()
    assert page.paced_until is not None
    assert page.paced_until > clock.now()
    assert fresh(row).state == S.PLANNED
    asked = net.calls()
    other = ready(net, page, "Une autre")
    redis.Redis.from_url(redis_url).flushall()
    Delivery.objects.update(next_attempt_at=None)
    assert jobs.publish_due() == 0
    moderating.poll_page(page.pk)
    assert (net.calls(), net.shown()) == (asked, [])
    still.move_to(page.paced_until)
    Delivery.objects.update(due_at=clock.now())
    jobs.publish_due()
    assert sorted(net.shown()) == sorted([(TEXT, alts(net)), ("Une autre", alts(net))])
    assert {fresh(each).state for each in (row, other)} == {S.PUBLISHED}


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001])
@pytest.mark.parametrize("net", ["facebook"], indirect=True)
def test_a_refusal_for_haste_that_only_its_words_tell_rests_every_worker(
    net: House, page: Page, code: int
) -> None:
    net.server.fail_next(facebook.before(words.error(code)))
    row = ready(net, page)
    jobs.publish_due()
    page.refresh_from_db()
    assert page.paced_until == clock.now() + UNSAID_REST
    assert (fresh(row).state, fresh(row).next_attempt_at) == (S.PLANNED, page.paced_until)
    asked = net.calls()
    ready(net, page, "Une autre")
    moderating.poll_page(page.pk)
    assert (jobs.publish_due(), net.calls(), net.shown()) == (0, asked, [])


@pytest.mark.parametrize("net", ["linkedin"], indirect=True)
def test_what_is_spent_for_the_day_comes_back_at_midnight_for_every_worker(net: House, page: Page) -> None:
    net.server.fail_next(linkedin.before(linkedin.SPENT))
    ready(net, page)
    jobs.publish_due()
    page.refresh_from_db()
    assert page.paced_until == datetime(2026, 3, 3, tzinfo=UTC)
    asked = net.calls()
    ready(net, page, "Une autre")
    assert (jobs.publish_due(), net.calls(), net.shown()) == (0, asked, [])


@pytest.mark.parametrize("net", ["x"], indirect=True)
def test_without_money_nothing_is_sent(net: House, cast: Cast) -> None:
    page = net.connect(cast.brand, budget=False)
    row = ready(net, page)
    jobs.publish_due()
    moderating.poll_page(page.pk)
    assert (fresh(row).state, fresh(row).code) == (S.REJECTED, Code.BUDGET_SPENT)
    assert (net.calls(), net.shown(), Spending.objects.count()) == (0, [], 0)
    assert Page.objects.get(pk=page.pk).state == PageState.CONNECTED


def test_no_token_stands_in_an_address(net: House, page: Page, still: time_machine.Traveller) -> None:
    ready(net, page, images=True)
    jobs.publish_due()
    still.shift(60)
    read(page)
    asked: list[Any] = list(net.server.requests)
    assert asked
    for request in asked:
        secrets = (net.token, net.renewal or net.token)
        assert not any(each in f"{request.path} {request.query}" for each in secrets)
