"""Private messages by conversation: what was said, what we answered, and what still waits for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet
from django.urls import reverse

from moderation.enums import ActionState, Decided, Kind
from moderation.messages import acts as words
from moderation.models import Action, Comment, Decision
from moderation.selectors.queue import excerpt
from pages.messages import network_icon
from pages.models import Brand
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability

A_PAGE: Final = 50
SHOWN: Final = 200
"""How many messages of one conversation are shown, the latest ones."""

_LEFT: Final = (ActionState.CANCELLED, ActionState.REJECTED)


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation in the list, as its last message says. `waits`: nobody has answered that one."""

    url: str
    excerpt: str
    who: str
    by_page: bool
    page: str
    page_icon: str
    at: datetime
    messages: int
    waits: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said in a conversation: a message as the network holds it, or an answer on its way there."""

    at: datetime
    by_page: bool
    who: str
    text: str
    message: Comment | None = None
    decision: Decision | None = None
    action: Action | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, the oldest first. `last`: what an answer answers; None when nothing can be answered."""

    first: Comment
    who: str
    said: tuple[Said, ...]
    last: Comment | None
    earlier: int


def messages_of(brand: Brand) -> QuerySet[Comment]:
    """The private messages of a brand's pages."""
    return Comment.objects.filter(page__brand=brand, kind=Kind.MESSAGE).exclude(conversation="")


def conversations(brand: Brand, number: str | None) -> tuple[ListPage[Any], list[ConversationRow]]:
    """A page of the conversations, the latest first; five queries."""
    grouped = messages_of(brand).order_by().values("page_id", "conversation")
    latest = grouped.annotate(last=Max("pk"), count=Count("pk")).order_by("-last")
    page = Paginator(latest, A_PAGE).get_page(number)
    counts = {each["last"]: each["count"] for each in page}
    rows = list(Comment.objects.filter(pk__in=counts).select_related("page").order_by("-pk"))
    answered = _answered(list(counts))
    names = _names(brand, rows)
    return page, [
        _row(
            brand,
            each,
            names.get((each.page_id, each.conversation), ""),
            counts[each.pk],
            each.pk in answered,
        )
        for each in rows
    ]


def waiting_count(brand: Brand) -> int:
    """How many conversations end with somebody else's words and no answer of ours; one query."""
    grouped = messages_of(brand).order_by().values("page_id", "conversation").annotate(last=Max("pk"))
    open_ = Comment.objects.filter(pk__in=grouped.values("last"), by_page=False)
    return open_.exclude(pk__in=_answers().filter(decision__review__comment__page__brand=brand)).count()


def conversation(message: Comment) -> Conversation:
    """The conversation that a message, read with its page, belongs to; three queries."""
    rows = Comment.objects.filter(
        page_id=message.page_id, kind=Kind.MESSAGE, conversation=message.conversation
    )
    count = rows.count()
    shown = list(rows.order_by("-pk")[:SHOWN])[::-1]
    ours = Decision.objects.filter(review__comment__in=shown, act=Decided.REPLY, final=True)
    answers = list(ours.select_related("action", "by", "review").order_by("pk"))
    theirs = [each for each in shown if not each.by_page]
    said = [_heard(each) for each in shown]
    known = {each.remote_id for each in shown if each.by_page}
    said += [found for each in answers if (found := _ours(each, known)) is not None]
    named = next((each for each in reversed(theirs) if each.author_name or each.author_handle), message)
    last = next((each for each in reversed(theirs) if not each.erased_at and each.presence != "gone"), None)
    return Conversation(
        first=shown[0] if shown else message,
        who=_name(named),
        said=tuple(sorted(said, key=lambda each: each.at)),
        last=last,
        earlier=count - len(shown),
    )


def without_messages(brand: Brand) -> tuple[tuple[str, str], ...]:
    """The names of the brand's pages that give no private messages, and why."""
    able = [code for code, spec in NETWORKS.items() if Capability.MESSAGES in spec.capabilities]
    rows = brand.pages.exclude(network__in=able).order_by("name", "pk")
    return tuple((each.name, words.no_messages_words(each.network)) for each in rows)


def _answered(last: list[int]) -> set[int]:
    """Which of these messages were answered, or are about to be."""
    return set(_answers().filter(decision__review__comment__in=last))


def _answers() -> QuerySet[Action, int]:
    """What was answered, or is about to be: ids of comments."""
    acts = Action.objects.filter(decision__act=Decided.REPLY).exclude(state__in=_LEFT)
    return acts.values_list("decision__review__comment_id", flat=True)


def _names(brand: Brand, rows: Sequence[Comment]) -> dict[tuple[int, str], str]:
    """Who writes to us in each of these conversations, as last seen."""
    theirs = messages_of(brand).filter(by_page=False, conversation__in={each.conversation for each in rows})
    latest = theirs.order_by().values("page_id", "conversation").annotate(last=Max("pk")).values("last")
    return {(each.page_id, each.conversation): _name(each) for each in Comment.objects.filter(pk__in=latest)}


def _row(brand: Brand, last: Comment, who: str, count: int, answered: bool) -> ConversationRow:
    return ConversationRow(
        url=reverse("moderation:conversation", args=[brand.slug, last.pk]),
        excerpt=excerpt(last.text),
        who=who or _name(last),
        by_page=last.by_page,
        page=last.page.name,
        page_icon=network_icon(last.page.network),
        at=last.published_at or last.seen_at,
        messages=count,
        waits=not (last.by_page or answered or last.erased_at or last.presence == "gone"),
    )


def _heard(message: Comment) -> Said:
    at = message.published_at or message.seen_at
    return Said(at, message.by_page, _name(message), message.text, message=message)


def _ours(decision: Decision, known: set[str]) -> Said | None:
    """An answer of ours; None once the network gives it among the messages."""
    action: Action | None = getattr(decision, "action", None)
    if action is None or (action.remote_id and action.remote_id in known):
        return None
    who = decision.by.name if decision.by else ""
    why = words.code_words(action.code)
    at = action.done_at or decision.at
    return Said(at, True, who, decision.text, decision=decision, action=action, why=why)


def _name(message: Comment) -> str:
    return message.author_name or message.author_handle
