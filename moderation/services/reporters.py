"""Answering those who formally notified a comment: what was decided of it, once each."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cm_suite.core import clock, ledger
from cm_suite.core.errors import OutcomeError
from moderation import rules
from moderation.enums import ActionState, Decided, Presence
from moderation.models import Action, Comment, Decision, Review
from moderation.services import network, taking
from pages.networks.base import Listens, TellsReporters

logger = logging.getLogger(__name__)
A = ActionState
AGAIN: Final = timedelta(minutes=10)
OUT_OF_SIGHT: Final = (Presence.HIDDEN, Presence.GONE)
BESIDE: Final = (Decided.REPLY, *rules.ABOUT_AUTHOR)
ENDED: Final = (A.DONE, A.CANCELLED)


def waiting() -> QuerySet[Comment]:
    """Comments with notices that nobody was answered, where nothing is left to decide or to carry out."""
    again = Q(answer_at=None) | Q(answer_at__lte=clock.now())
    open_ = Review.objects.filter(comment=OuterRef("pk"), state__in=rules.OPEN)
    acts = Action.objects.filter(decision__review__comment=OuterRef("pk")).exclude(state__in=ENDED)
    final = Decision.objects.filter(review__comment=OuterRef("pk"), final=True)
    final = final.exclude(act__in=rules.ABOUT_AUTHOR)
    rows = Comment.objects.filter(
        again,
        ~Exists(open_),
        ~Exists(acts.exclude(decision__act__in=BESIDE)),
        Q(presence__in=OUT_OF_SIGHT) | Exists(final),
        notices__gt=F("notices_answered"),
    )
    return rows.select_related("page__brand").order_by("pk")


def answer_due(limit: int) -> int:
    """Answer what waits; how many comments."""
    return sum(answer(each) for each in waiting()[:limit])


def answer_one(comment_id: int) -> bool:
    """Answer the notices of one comment, if they wait."""
    comment = waiting().filter(pk=comment_id).first()
    return comment is not None and answer(comment)


def answer(comment: Comment) -> bool:
    """Tell each reporter what was decided; asked twice, they hear it once.

    False when that failed, and when somebody else reported it meanwhile: of that, nothing is decided yet.
    """
    rows = Comment.objects.filter(pk=comment.pk)
    try:
        client = network.client_of(comment.page)
        if isinstance(client, TellsReporters):
            if _another_came(client, comment):
                return False
            client.tell_reporters(comment.remote_id, removed=comment.presence in OUT_OF_SIGHT)
    except OutcomeError as error:
        logger.warning("the reporters of comment %s wait: %s", comment.pk, error.code)
        rows.update(answer_at=clock.now() + AGAIN)
        return False
    with transaction.atomic():
        told = rows.filter(notices_answered__lt=comment.notices).update(
            notices_answered=comment.notices, answer_at=None
        )
        if told and isinstance(client, TellsReporters):
            ledger.append(
                comment.page.brand_id,
                "comment.reporters_told",
                actor_id=None,
                subject_kind="comment",
                subject_id=comment.pk,
            )
    return True


def _another_came(client: TellsReporters, comment: Comment) -> bool:
    """Whether a notice came that nobody has decided of; it is taken in. Raises what the network raises.

    What is out of sight is so for every reporter: they hear it together.
    """
    if not isinstance(client, Listens) or comment.presence in OUT_OF_SIGHT:
        return False
    asked_at = clock.now()
    incoming = client.comment(comment.remote_id)
    if incoming.notices <= comment.notices:
        return False
    taking.take_or_leave(comment.page, incoming, asked_at)
    return True
