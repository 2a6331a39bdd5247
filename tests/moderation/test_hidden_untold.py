"""Networks that do not tell of a comment that it is hidden: what we hid stays hidden here."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

import pytest

from cm_suite.core.errors import Unknown
from moderation.enums import ActionState, Decided, Presence
from moderation.models import Action, ActionAttempt, Comment, Review
from moderation.services import act, ingest, reconcile
from pages.models import Page
from pages.networks.types import CommentPresence
from pages.services import connect
from tests.moderation.makers import decided, fresh, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

A = ActionState
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
SHOWN = {"x": CommentPresence.VISIBLE, "wordpress": CommentPresence.PENDING}
"""What a look at a hidden comment gives."""


@pytest.fixture(params=sorted(SHOWN))
def page(request: pytest.FixtureRequest, cast: Cast) -> Page:
    """A page on such a network."""
    return Page.objects.create(
        brand=cast.brand, network=request.param, host="https://site.example", remote_id="7", name="Lumen"
    )


@pytest.fixture
def network(page: Page, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """The network behind the page; every other page has a silent one."""
    fakes: defaultdict[int, FakeNetwork] = defaultdict(FakeNetwork)
    monkeypatch.setattr(connect, "client_for", lambda page, *, waiting=False: fakes[page.pk])
    return fakes[page.pk]


def hidden(page: Page, network: FakeNetwork, cast: Cast) -> Comment:
    """An insult that was hidden, which the network then shows in its own way."""
    comment = taken(page, network)
    assert decided(comment, cast.mona).done
    act.carry_out_due(10)
    assert fresh(comment).presence == Presence.HIDDEN
    network.change("c1", presence=SHOWN[page.network])
    return fresh(comment)


def test_what_we_hid_stays_hidden_and_opens_no_review(page: Page, network: FakeNetwork, cast: Cast) -> None:
    comment = hidden(page, network, cast)
    ingest.poll_page(page.pk)
    assert fresh(comment).presence == Presence.HIDDEN
    assert Review.objects.exclude(state="decided").count() == 0


def test_what_the_network_does_tell_is_believed(page: Page, network: FakeNetwork, cast: Cast) -> None:
    comment = hidden(page, network, cast)
    network.take_down("c1")
    ingest.poll_page(page.pk)
    assert fresh(comment).presence == Presence.GONE


def test_a_site_that_tells_who_waits_is_believed_when_it_shows_one(
    page: Page, network: FakeNetwork, cast: Cast
) -> None:
    comment = hidden(page, network, cast)
    network.change("c1", presence=CommentPresence.VISIBLE)
    ingest.poll_page(page.pk)
    expected = {"x": Presence.HIDDEN, "wordpress": Presence.VISIBLE}
    assert fresh(comment).presence == expected[page.network]


def test_a_lost_answer_ends_with_the_comment_hidden_once(
    page: Page, network: FakeNetwork, cast: Cast
) -> None:
    comment = taken(page, network)
    network.fails("hide", Unknown("reset"), done=True)
    assert decided(comment, cast.mona).done
    act.carry_out_due(10)
    network.change("c1", presence=SHOWN[page.network])
    for _turn in range(3):
        ActionAttempt.objects.update(started_at=LONG_AGO)
        Action.objects.exclude(next_attempt_at=None).update(next_attempt_at=LONG_AGO)
        for action in reconcile.take(5):
            reconcile.look(action)
        act.carry_out_due(10)
    action = Action.objects.get()
    assert (action.state, action.decision.act) == (A.DONE, Decided.HIDE)
    assert fresh(comment).presence == Presence.HIDDEN
