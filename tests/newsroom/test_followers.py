"""Followers over weeks: whatever people do in whatever order, what they were promised holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from cm_suite.core import clock, ledger
from pages.models import Departure, Page
from pages.newsroom import tokens
from pages.newsroom.models import NewsroomPost, Subscriber
from pages.newsroom.rules import ASK_AGAIN_AFTER, CONFIRM_WITHIN, digest_moment
from pages.newsroom.services import (
    Confirmation,
    ask,
    confirm,
    forget_unconfirmed,
    leave,
    send_digests,
)
from pages.newsroom.services.subscribe import address_hash
from pages.notices.models import Mail
from pages.selectors.audience import audience
from tests.machines import Undone, run
from tests.newsroom.helpers import NOON, make_post
from tests.people import Cast

PARIS = clock.zone("Europe/Paris")
ADDRESSES = st.sampled_from(["lea@exemple.fr", "LEA@exemple.fr", "zoe@exemple.fr", "ines@exemple.fr"])


@dataclass
class Follower:
    """What one address did, as it remembers it."""

    state: str = "pending"
    asked_at: datetime = NOON
    token_at: datetime = NOON
    since: datetime | None = None
    told: list[int] = field(default_factory=list)
    pk: int = 0


class Followers(Undone):
    """One newsroom, three readers, time that passes."""

    def __init__(self, page: Page) -> None:
        super().__init__(NOON)
        self.page = page
        self.published = 0
        self.known: dict[str, Follower] = {}
        self.posts: dict[int, datetime] = {}
        self.came = self.left = 0
        self.tokens: dict[str, str] = {}

    def at_the_end(self) -> None:
        assert ledger.verify(self.page.brand_id) is None

    def _row(self, who: str) -> Subscriber:
        return Subscriber.objects.get(page=self.page, email_hash=address_hash(who))

    @initialize(follow=st.booleans())
    def begin(self, follow: bool) -> None:
        self.wait(timedelta(seconds=1))
        self.asks("lea@exemple.fr")
        self.asks("zoe@exemple.fr")
        if follow:
            self._confirm("zoe@exemple.fr")
            self.publishes()

    @rule(spell=ADDRESSES)
    def asks(self, spell: str) -> None:
        who = spell.casefold()
        before = Mail.objects.count()
        ask(self.page, spell)
        mine = self.known.get(who)
        if mine is None or mine.state == "left":
            written = 1
            self.known[who] = mine = mine or Follower()
            mine.state = "pending"
        elif mine.state == "pending":
            written = int(self.now - mine.asked_at >= ASK_AGAIN_AFTER)
        else:
            key = f"newsroom.already:{mine.pk}:{self.now:%Y%m%d}"
            assert Mail.objects.filter(key=key).count() == 1
            return
        assert Mail.objects.count() == before + written
        mine.pk = self._row(who).pk
        if written:
            mine.asked_at = mine.token_at = self.now
            self.tokens[who] = tokens.for_confirming(mine.pk)
        self.wait(timedelta(seconds=1))

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def confirms(self, data: st.DataObject) -> None:
        self._confirm(data.draw(st.sampled_from(sorted(self.tokens))))

    def _confirm(self, who: str) -> None:
        mine = self.known.get(who)
        result = confirm(self.page, self.tokens[who])
        if mine is None or mine.state == "left" or self.now - mine.token_at > CONFIRM_WITHIN:
            assert result is Confirmation.EXPIRED
        elif mine.state == "active":
            assert result is Confirmation.ALREADY
        else:
            assert result is Confirmation.DONE
            mine.state, mine.since, mine.told = "active", self.now, []
            self.came += 1

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def leaves(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.known)))
        mine = self.known[who]
        departure = leave(self._row(who))
        assert (departure is not None) == (mine.state == "active")
        self.left += mine.state == "active"
        mine.state = "left"

    @rule()
    def publishes(self) -> None:
        self.wait(timedelta(seconds=1))
        self.published += 1
        post = make_post(self.page, f"Nouvelle {self.published}", self.now, key=f"p{self.published}")
        self.posts[post.pk] = self.now

    @precondition(lambda self: self.posts)
    @rule(data=st.data())
    def takes_down(self, data: st.DataObject) -> None:
        post = data.draw(st.sampled_from(sorted(self.posts)))
        NewsroomPost.objects.filter(pk=post).update(removed_at=self.now)
        del self.posts[post]

    @rule()
    def sends_what_is_due(self) -> None:
        before = Mail.objects.filter(kind="digest").count()
        until = digest_moment(self.now, PARIS)
        due = {who: self._untold(mine, until) for who, mine in self.known.items() if mine.state == "active"}
        expected = {who: posts for who, posts in due.items() if posts}
        assert send_digests() == len(expected)
        assert Mail.objects.filter(kind="digest").count() == before + len(expected)
        for who, posts in expected.items():
            mail = Mail.objects.get(key=f"newsroom.digest:{self.known[who].pk}:{until:%Y-%m-%d}")
            assert mail.to.casefold() == who
            assert {int(found) for found in re.findall(r"/p/maison-lumen/(\d+)/", mail.text)} == set(posts)
            self.known[who].told += posts
        assert send_digests() == 0

    def _untold(self, mine: Follower, until: datetime | None) -> list[int]:
        if until is None or mine.since is None:
            return []
        return [post for post, at in self.posts.items() if mine.since < at <= until and post not in mine.told]

    @rule(step=st.sampled_from([timedelta(minutes=11), timedelta(hours=5), timedelta(days=1)]))
    def wait(self, step: timedelta) -> None:
        self.pass_time(step)

    @rule()
    def forgets(self) -> None:
        old = [
            who
            for who, mine in self.known.items()
            if mine.state == "pending" and self.now - mine.asked_at > CONFIRM_WITHIN
        ]
        assert forget_unconfirmed() == len(old)
        for who in old:
            del self.known[who]

    @invariant()
    def one_row_per_address_in_its_state(self) -> None:
        rows = {row.email_hash: row for row in Subscriber.objects.filter(page=self.page)}
        assert {hashed: row.state for hashed, row in rows.items()} == {
            address_hash(who): mine.state for who, mine in self.known.items()
        }
        for who, mine in self.known.items():
            row = rows[address_hash(who)]
            assert row.email.casefold() == ("" if mine.state == "left" else who)
            assert (row.told_until is not None) == (mine.state == "active")
            assert mine.state != "active" or (mine.since and row.told_until and row.told_until >= mine.since)

    @invariant()
    def who_left_or_was_forgotten_is_written_to_by_nobody(self) -> None:
        here = {who for who, mine in self.known.items() if mine.state != "left"}
        assert {mail.to.casefold() for mail in Mail.objects.filter(state="planned")} <= here
        assert {mail.to.casefold() for mail in Mail.objects.all()} <= here | {""}

    @invariant()
    def each_leaving_of_a_follower_is_one_departure(self) -> None:
        assert Departure.objects.filter(page=self.page).count() == self.left

    @invariant()
    def who_came_less_who_left_is_who_is_here(self) -> None:
        [line] = audience(self.page.brand)
        assert (line.gained, line.lost, line.fans) == (self.came, self.left, self.came - self.left)


def test_what_was_gained_and_lost_is_never_rewritten(cast: Cast) -> None:
    """Confirm, leave, come back, leave, ask again, and never answer."""

    def come() -> None:
        ask(cast.newsroom, "lea@exemple.fr")
        pk = Subscriber.objects.get().pk
        assert confirm(cast.newsroom, tokens.for_confirming(pk)) is Confirmation.DONE

    def go() -> None:
        leave(Subscriber.objects.get())

    def figures() -> tuple[int, int, int | None]:
        [line] = audience(cast.brand)
        return line.gained, line.lost, line.fans

    with time_machine.travel(NOON, tick=False) as traveller:
        seen = []
        for act in (come, go, come):
            act()
            traveller.shift(timedelta(days=2))
            seen.append(figures())
        assert seen == [(1, 0, 1), (1, 1, 0), (2, 1, 1)]
        go()
        ask(cast.newsroom, "lea@exemple.fr")
        traveller.shift(CONFIRM_WITHIN + timedelta(seconds=1))
        assert forget_unconfirmed() == 1
        assert figures() == (2, 2, 0)


@pytest.mark.usefixtures("db")
def test_whatever_followers_do_the_promises_hold(cast: Cast) -> None:
    run(lambda: Followers(cast.newsroom), examples=15, steps=25)
