"""The two panes of the queue, drawn for whoever asks: a link, a decision refused, the next comment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cm_suite.core import clock
from moderation import rules
from moderation.enums import Decided, Kind, ResultKind, ReviewState
from moderation.forms import DecideForm, SecondForm, room_words
from moderation.messages import acts as words
from moderation.messages.acts import KEEPING, REMOVING, Outcome
from moderation.models import Review
from moderation.selectors import room
from moderation.selectors.conversations import waiting_count
from moderation.selectors.queue import ReviewLine, open_count, open_reviews, review_line
from moderation.selectors.review import Detail, detail
from moderation.selectors.undone import undone_line, undone_of
from moderation.services import network
from pages.access import BrandRequest
from pages.enums import Act
from pages.networks.registry import NETWORKS
from pages.selectors.people import people_with

A_PAGE: Final = 50
UNDONE: Final = 5  # acts that wait for a next step, over the queue; the rest is counted
WHOLE: Final = "moderation/queue.html"
DESK: Final = "moderation/desk.html"
PANE: Final = "moderation/pane.html"
ACTS: Final = "moderation/acts.html"
HOLD: Final = "moderation/hold.html"


@dataclass(frozen=True, slots=True)
class ActChoice:
    """One act as the desk offers it. `removes`: it takes the comment out of sight."""

    act: str
    label: str
    icon: str
    key: str
    effect: str
    confirm: str
    removes: bool
    replies: bool
    two: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab over the lists."""

    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What goes beside the comment: forms as they were sent, what came of them, whether to take it at once.

    `alone`: two people are asked and there is nobody else, so the form confirms a second time.
    """

    form: DecideForm | None = None
    second: SecondForm | None = None
    outcome: Outcome | None = None
    alone: bool = False
    opening: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def review_of(request: BrandRequest, review_id: int) -> Review:
    """A review of this brand with all its pane needs. Raises Http404."""
    rows = Review.objects.select_related("comment__page__brand", "comment__thread", "claimed_by")
    return get_object_or_404(rows, pk=review_id, comment__page__brand=request.brand)


def show(
    request: BrandRequest,
    review: Review | None,
    asked: Asked | None = None,
    *,
    template: str = WHOLE,
    status: int = 200,
) -> HttpResponse:
    """Both panes, or the part of them that `template` names; `review` None: nothing is open."""
    asked = asked or Asked()
    now = clock.now()
    context: dict[str, Any] = {"asked": asked, "detail": None, "selected": review.pk if review else 0}
    context["keys_template"] = "moderation/keys.html"
    if template in {WHOLE, DESK}:
        context |= queue_context(request, now)
    if review is not None:
        context |= pane_context(request, review, asked, now)
    return render(request, template, context | asked.extra, status=status)


def queue_context(request: BrandRequest, now: datetime) -> dict[str, Any]:
    """The left pane: the queue, a page of it, and the tabs."""
    page: Page[Review] = Paginator(open_reviews(request.brand), A_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "lines": [review_line(request.brand, each, now, request.user) for each in page],
        "rest": page.paginator.count - page.end_index(),
        "tabs": tabs(request, "queue", page.paginator.count),
        "since": now,
        **undone_context(request, now),
    }


def undone_context(request: BrandRequest, now: datetime) -> dict[str, Any]:
    """What was decided and is not done, over the first page of the queue."""
    rows = undone_of(request.brand)
    first = list(rows[: UNDONE + 1])
    count = len(first) if len(first) <= UNDONE else rows.count()
    return {
        "undone": [undone_line(request.brand, each, now) for each in first[:UNDONE]],
        "undone_count": count,
        "undone_more": count - len(first[:UNDONE]),
    }


def pane_context(request: BrandRequest, review: Review, asked: Asked, now: datetime) -> dict[str, Any]:
    """The right pane: the comment, its readings, its clocks, and what this person may do."""
    found = detail(review, request.user, now, number=_number(request))
    choices = act_choices(found)
    mine = found.first is not None and found.first.by_id == request.user.pk
    return {
        "detail": found,
        "choices": choices,
        "missing": missing(found),
        "room": room_words(room.of(found.comment)),
        "form": asked.form or decide_form(request, found),
        "second": asked.second or SecondForm(initial={"revision": found.comment.revision}),
        "removing": REMOVING,
        "keeping": KEEPING,
        "first": found.first,
        "first_words": words.DONE[found.first.act] if found.first else "",
        "first_mine": mine,
        "alone": asked.alone or (mine and not others(request)),
        "closed": words.closed_words(review.close_code),
        "is_open": review.state in rules.OPEN,
        "free": free(found.line),
        "kept": asked.outcome is words.RESULTS[ResultKind.NOT_HELD] and free(found.line),
        "lease": review.lease_until,
    }


def others(request: BrandRequest) -> bool:
    """Whether anybody else of the brand may be a second person."""
    return people_with(request.brand, Act.SECOND).exclude(pk=request.user.pk).exists()


def free(line: ReviewLine) -> bool:
    """Whether anybody may take it now."""
    return line.state in {ReviewState.WAITING, ReviewState.CLAIMED} and not line.held_by


def decide_form(request: BrandRequest, found: Detail) -> DecideForm:
    """The form of a comment nobody has typed about yet."""
    label = found.reading.label if found.reading else found.review.label
    initial = {"revision": found.comment.revision, "label": label}
    return DecideForm(brand=request.brand, room=room.of(found.comment), initial=initial)


def act_choices(found: Detail) -> tuple[ActChoice, ...]:
    """What may be decided of the comment on its network, in the order offered."""
    page = found.comment.page
    presence = found.comment.presence
    answerable = network.answerable(found.comment)
    return tuple(
        ActChoice(
            act=act.value,
            label=str(act.label),
            icon=words.ICONS[act],
            key=words.KEYS[act],
            effect=words.effect_words(act, page.network, presence),
            confirm=str(words.CONFIRM[act]),
            removes=act in rules.REMOVALS,
            replies=act == "reply",
            two=rules.needs_two(act, found.review.qualified),
        )
        for act in rules.acts_possible(
            abilities(page.network), presence, found.comment.kind, answerable=answerable
        )
    )


def missing(found: Detail) -> tuple[tuple[str, str], ...]:
    """Which acts have no button, and why, in words; acts that lack for one reason stand together."""
    comment = found.comment
    able, answerable = abilities(comment.page.network), network.answerable(comment)
    lacking: dict[str, list[str]] = {}
    for act in rules.missing_acts(able, comment.presence, comment.kind, answerable=answerable):
        lacking.setdefault(words.missing_words(act, comment.page.network), []).append(str(act.label))
    if found.comment.kind == Kind.MENTION:
        lacking[str(words.NOT_OURS)] = [str(Decided.HIDE.label), str(Decided.DELETE.label)]
    return tuple((", ".join(acts), why) for why, acts in lacking.items())


def abilities(network: str) -> frozenset[str]:
    """What a network can do; nothing for one this installation no longer has."""
    spec = NETWORKS.get(network)
    return frozenset(spec.capabilities) if spec else frozenset()


def tabs(request: BrandRequest, current: str, waiting: int | None = None) -> tuple[Tab, ...]:
    """To decide, decided, all comments, private messages with how many wait for an answer."""
    slug = request.brand.slug
    count = open_count(request.brand) if waiting is None else waiting
    asking = waiting_count(request.brand) or None
    talks = reverse("moderation:messages", args=[slug])
    return (
        Tab(_("To decide"), reverse("moderation:queue", args=[slug]), current == "queue", count),
        Tab(_("Decided"), reverse("moderation:history", args=[slug]), current == "history"),
        Tab(_("All comments"), reverse("moderation:comments", args=[slug]), current == "comments"),
        Tab(_("Private messages"), talks, current == "messages", asking),
    )


def may_moderate(request: BrandRequest) -> bool:
    """Whether the person may take and decide."""
    return Act.MODERATE.value in request.rights


def _number(request: BrandRequest) -> int:
    """Which reading is asked for; the first for anything that is no number."""
    asked = request.GET.get("reading") or request.POST.get("reading") or ""
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 0
