"""A final decision on its way to the network: the attempt written first, then the one call.

A pause stops replies; what a person decided to hide, delete or show is not stopped. What the network refuses
stays as a refused action, in front of people: they try again, or give it up, and the comment is back in the
queue.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cm_suite.core import clock, leases
from cm_suite.core.attempts import answer_lost_before
from cm_suite.core.errors import Later, Never, NextStep, Outcome, OutcomeError, Unknown
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from moderation import rules
from moderation.enums import ActionState, Code, Decided, Kind
from moderation.models import Action, ActionAttempt, Comment, Decision
from moderation.services import evidence, network, outcomes, reopen, taking, watching
from moderation.services.troubles import cancel, retry, settle
from pages.enums import PageState
from pages.models import Page, Pause
from pages.networks.base import (
    Answers,
    Approves,
    Blocks,
    Client,
    DeletesComments,
    Hides,
    Listens,
    Messages,
    ShowsAsRead,
)
from pages.networks.errors import Code as NetworkCode
from pages.networks.errors import FenceClosed
from pages.networks.types import Commenter, IncomingComment, Published, Reply
from pages.selectors.pauses import active_pause
from pages.services import health

__all__ = [
    "cancel",
    "carry_out",
    "carry_out_due",
    "perform",
    "recover",
    "retry",
    "settle",
    "take",
    "take_one",
]

A = ActionState
D = Decided
MISSING_RIGHTS: Final = (
    NetworkCode.SCOPE_MISSING,
    NetworkCode.LISTEN_SCOPE_MISSING,
    NetworkCode.REVIEW_MISSING,
    NetworkCode.NOT_ALLOWED_HERE,
)
PASSING_REFUSALS: Final = 2
"""A refused credential that the network then accepts again is passing; this often, not for ever."""


class Doing:
    """A claimed action up to its outcome. `attempt` is there once the fence was crossed.

    `read`: the comment as its network showed it a moment ago, where it was asked.
    """

    def __init__(self, action: Action) -> None:
        self.action = action
        self.decision = action.decision
        self.comment = action.decision.review.comment
        self.page = self.comment.page
        self.attempt: ActionAttempt | None = None
        self.read: IncomingComment | None = None

    @property
    def state(self) -> A:
        """Where the action stands: before or after the fence."""
        return A.SENDING if self.attempt else A.CLAIMED

    def reply(self) -> Reply:
        """The answer as it leaves; the same key at every try."""
        return Reply(
            self.action.key,
            self.comment.remote_id,
            self.action.text,
            self.page.brand.language,
            post=self.comment.thread.remote_id if self.comment.thread else "",
            author=self.author(),
            conversation=self.comment.conversation,
        )

    def author(self) -> Commenter:
        """Who wrote the comment."""
        row = self.comment
        return Commenter(row.author_remote_id, row.author_name, row.author_handle, row.author_url)

    def fence(self) -> None:
        """Commit "sending" and the attempt, after a last look. Raises FenceClosed when it must not happen."""
        if self.attempt is not None:
            raise RuntimeError(f"the client crossed the fence twice: action {self.action.pk}")
        with transaction.atomic():
            outcomes.lock(self.action)
            closed = self._look()
            if closed is None:
                self.attempt = self._cross()
        if self.attempt is None:
            raise FenceClosed(closed or Code.LEASE_LOST)

    def _look(self) -> Code | None:
        if not leases.renew(self.action, settings.CM_SEND_LEASE.total_seconds()):
            return Code.LEASE_LOST
        if self.decision.act != D.REPLY:
            return self._give_up() if _superseded(self.decision) else self._other_words()
        if active_pause(self.page) is None:
            return None
        self._stop(A.PLANNED, Code.PAUSED)
        return Code.PAUSED

    def _give_up(self) -> Code:
        """A later decision took its place while this one was on its way."""
        self._stop(A.CANCELLED, Code.SUPERSEDED)
        return Code.SUPERSEDED

    def _other_words(self) -> Code | None:
        """What nobody read is not put in sight: the review is opened again, of the words as they are now."""
        if self.decision.act not in rules.PUTS_UP:
            return None
        comment = Comment.objects.select_related("page__brand", "thread").get(pk=self.comment.pk)
        if comment.revision == self.decision.revision:
            return None
        if self._stop(A.CANCELLED, Code.EDITED):
            outcomes.write(self.action, "action.edited")
            reopen.for_new_words(comment, self.decision)
        return Code.EDITED

    def _stop(self, to: A, code: Code) -> bool:
        fields: dict[str, Any] = {"code": code, "next_attempt_at": None, **RELEASED}
        return move(self.action, A.CLAIMED, to, where=outcomes.mine(self.action), **fields)

    def _cross(self) -> ActionAttempt | None:
        if not move(self.action, A.CLAIMED, A.SENDING, where=outcomes.mine(self.action), code="", step=""):
            return None
        if self.decision.act in rules.REMOVALS:
            evidence.seal_later_wording(self.decision)
        number = self.action.attempts.count() + 1
        return ActionAttempt.objects.create(action=self.action, number=number, started_at=clock.now())


def due() -> QuerySet[Action]:
    """What may be carried out now: its back-off over, its page not asked to wait; replies only unpaused."""
    now = clock.now()
    again = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    page = "decision__review__comment__page"
    free = Q(**{f"{page}__paced_until": None}) | Q(**{f"{page}__paced_until__lte": now})
    of_page = Q(page=OuterRef(page)) | Q(page=None, brand=OuterRef(f"{page}__brand"))
    paused = Q(decision__act=D.REPLY) & Q(Exists(Pause.objects.filter(of_page, ended_at=None)))
    rows = Action.objects.filter(again, free, ~watching.being_read(page), state=A.PLANNED)
    return rows.exclude(paused).order_by("created_at", "pk")


def waits(page: Page) -> bool:
    """Whether people decided something that waits only for the page not to be read any more."""
    if network.is_ours(page):
        return False
    again = Q(next_attempt_at=None) | Q(next_attempt_at__lte=clock.now())
    mine = Action.objects.filter(again, decision__review__comment__page=page, state=A.PLANNED)
    return (mine.exclude(decision__act=D.REPLY) if active_pause(page) else mine).exists()


def take(limit: int) -> list[Action]:
    """Claim up to `limit` due actions, the oldest first."""
    seconds = settings.CM_SEND_LEASE.total_seconds()
    return leases.claim(due(), from_=A.PLANNED, to=A.CLAIMED, seconds=seconds, limit=limit)


def carry_out_due(limit: int) -> int:
    """Carry out what is due; how many actions were taken. A fault of ours is raised: jobs guard each row."""
    taken = take(limit)
    for action in taken:
        perform(action)
    return len(taken)


def take_one(action_id: int) -> list[Action]:
    """Claim one action, if it is due."""
    seconds = settings.CM_SEND_LEASE.total_seconds()
    return leases.claim(due().filter(pk=action_id), from_=A.PLANNED, to=A.CLAIMED, seconds=seconds, limit=1)


def carry_out(action_id: int) -> bool:
    """Carry out one action now, if it is due. False when there was nothing to do."""
    taken = take_one(action_id)
    for action in taken:
        perform(action)
    return bool(taken)


def whole(action: Action) -> Action:
    """The action with its decision, comment, page and brand, under the lease it carries."""
    rows = Action.objects.select_related(
        "decision__review__comment__page__brand", "decision__review__comment__thread"
    )
    read = rows.get(pk=action.pk)
    read.lease_token = action.lease_token
    return read


def perform(action: Action) -> None:
    """Take a claimed action to its outcome. What is not an outcome (a fault here) is raised."""
    doing = Doing(whole(action))
    try:
        client = network.client_of(doing.page)
        _read_once_more(client, doing)
        published = _call(client, doing)
    except FenceClosed:
        return
    except OutcomeError as error:
        _ended(doing, error)
    else:
        outcomes.done(doing.action, doing.attempt, published)


def _read_once_more(client: Client, doing: Doing) -> None:
    """Before a comment is taken out of sight or put there: as it stands now, not only as it was decided of.

    Where the network cannot be asked, what was decided of is sealed already, and a removal goes on. What
    nobody can read is not put in sight: the network's refusal is raised.
    """
    if not isinstance(client, Listens):
        return
    if doing.decision.act in rules.PUTS_UP:
        doing.read = _taken(client, doing)
    elif doing.decision.act in rules.REMOVALS:
        with suppress(OutcomeError):
            _taken(client, doing)


def _taken(client: Listens, doing: Doing) -> IncomingComment:
    asked_at = clock.now()
    found = client.comment(doing.comment.remote_id)
    taking.take_or_leave(doing.page, found, asked_at)
    return found


def _superseded(decision: Decision) -> bool:
    """Whether somebody decided otherwise since: of the comment, or of its author."""
    later = Decision.objects.filter(final=True, pk__gt=decision.pk)
    if decision.act in rules.ABOUT_AUTHOR:
        row = decision.review.comment
        of_them = rules.of_author(row.page_id, row.author_remote_id)
        return later.filter(of_them, act__in=rules.ABOUT_AUTHOR).exists()
    here = later.filter(review__comment=decision.review.comment_id)
    return here.exclude(act__in=rules.ABOUT_AUTHOR).exists()


def recover(action: Action) -> None:
    """After a fault of ours: nothing was done before the fence; after it, the network is asked."""
    attempt = action.attempts.filter(outcome="").last()
    if outcomes.postpone(action, A.CLAIMED, Code.UNEXPECTED):
        return
    if outcomes.lose(action, Code.UNEXPECTED, look_at=clock.now() + settings.CM_RECONCILE_AFTER):
        outcomes.note(attempt, Unknown(Code.UNEXPECTED))


def _call(client: Client, doing: Doing) -> Published | None:
    """The one call. Raises Never (`not_possible`) where the network has no such act."""
    private = doing.comment.kind == Kind.MESSAGE
    if doing.decision.act == D.REPLY and private and isinstance(client, Messages):
        return client.answer(doing.reply(), doing.fence)
    if doing.decision.act == D.REPLY and not private and isinstance(client, Answers):
        return client.reply(doing.reply(), doing.fence)
    call = _simple(client, doing)
    if call is None:
        raise Never(Code.NOT_POSSIBLE)
    doing.fence()
    call()
    return None


def _simple(client: Client, doing: Doing) -> Callable[[], None] | None:
    """An act that changes nothing when it is done twice."""
    remote_id, told, act = doing.comment.remote_id, doing.decision.told, doing.decision.act
    read = doing.read
    if act in rules.PUTS_UP and isinstance(client, ShowsAsRead) and read is not None:
        return lambda: client.show_as_read(read)
    if act == D.HIDE and isinstance(client, Hides):
        return lambda: client.hide(remote_id, told)
    if act == D.UNHIDE and isinstance(client, Hides):
        return lambda: client.unhide(remote_id)
    if act == D.DELETE and isinstance(client, DeletesComments):
        return lambda: client.delete_comment(remote_id, told)
    if act == D.APPROVE and isinstance(client, Approves):
        return lambda: client.approve(remote_id)
    return _about_author(client, doing)


def _about_author(client: Client, doing: Doing) -> Callable[[], None] | None:
    author, act = doing.author(), doing.decision.act
    if not isinstance(client, Blocks):
        return None
    if act == D.BLOCK:
        return lambda: client.block(author)
    return (lambda: client.unblock(author)) if act == D.UNBLOCK else None


def _ended(doing: Doing, error: OutcomeError) -> None:
    """Anything but a yes: one transaction for the action and its attempt, which keeps what was said."""
    said = error
    if isinstance(error, Never) and error.step == NextStep.RECONNECT:
        error = _credential_refused(doing, error)
    with transaction.atomic():
        outcomes.note(doing.attempt, said)
        if isinstance(error, Never) and not _said_before(doing, error):
            outcomes.refuse(doing.action, doing.state, error)
        elif isinstance(error, Unknown | Never) and doing.attempt:
            look_at = clock.now() + settings.CM_RECONCILE_AFTER
            outcomes.lose(doing.action, error.code, look_at=look_at)
        else:
            retry_at = error.retry_at if isinstance(error, Later) else None
            outcomes.postpone(doing.action, doing.state, error.code, retry_at=retry_at)


def _said_before(doing: Doing, error: Never) -> bool:
    """Whether the network has these words because an earlier send of ours arrived, its answer lost.

    Then it is asked where they stand; else they were said elsewhere, and a person changes them.
    """
    attempts = doing.action.attempts.all()
    return error.code == NetworkCode.DUPLICATE and answer_lost_before(attempts, doing.attempt)


def _credential_refused(doing: Doing, error: Never) -> OutcomeError:
    """What a refused credential comes to: the page is asked again, for a passing error disconnects nothing.

    A missing right (to write, or to read what is answered) is of this act alone: the page stays connected.
    """
    if error.code in MISSING_RIGHTS or doing.page.state != PageState.CONNECTED:
        return error
    leases.renew(doing.action, settings.CM_SEND_LEASE.total_seconds())
    page = Page.objects.select_related("brand").get(pk=doing.page.pk)
    well = health.check(page)
    if Page.objects.filter(pk=page.pk, state=PageState.CONNECTED).exists():
        passing = not well or _refusals(doing, error) <= PASSING_REFUSALS
        return Later(error.code) if passing else error
    return Never(NetworkCode.NEEDS_RECONNECT, step=NextStep.RECONNECT)


def _refusals(doing: Doing, error: Never) -> int:
    """How many calls were refused with this word, this one too, since a person last had it tried.

    `tries` counts waits of any kind since then: there were no more calls than that before this one. What was
    refused before any call left no attempt: then only the latest wait is known, and all count as it does.
    """
    tries = doing.action.tries
    if doing.attempt is None:
        return tries + 1 if doing.action.code == error.code else 1
    before = doing.action.attempts.exclude(pk=doing.attempt.pk).order_by("-number")[:tries]
    return 1 + sum((each.outcome, each.code) == (Outcome.NEVER, error.code) for each in before)
