"""What an evidence record holds: plain JSON values, instants in ISO 8601, UTC."""

from __future__ import annotations

import platform
import tomllib
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from django.conf import settings

from cm_suite.core.ledger import Head
from moderation.models import Assessment, Comment, Decision
from pages.models import Page, ThreadSnapshot
from pages.newsroom.selectors.comments import grounds

MOST_ANSWERED: Final = 10


class SealedFor(StrEnum):
    """Why a copy was sealed."""

    DECISION = "decision"
    LATER_WORDING = "later_wording"  # edited after the decision, before it was carried out
    AUTHOR_REMOVED = "author_removed"


def record_of(
    comment: Comment, decision: Decision | None, now: datetime, head: Head, why: SealedFor
) -> dict[str, Any]:
    """The comment as it stands, everything around it, and the decision if there is one."""
    return {
        "comment": _comment(comment),
        "author": {
            "remote_id": comment.author_remote_id,
            "name": comment.author_name,
            "handle": comment.author_handle,
            "url": comment.author_url,
        },
        "revisions": _revisions(comment),
        "grounds": [
            {"at": iso(each.at), "reasons": each.reasons} for each in grounds(comment.page, comment.remote_id)
        ],
        "thread": comment.thread and _thread(comment.thread),
        "answers": [_answered(each) for each in _above(comment)],
        "assessments": [_assessment(each) for each in _assessments(comment)],
        "decision": decision and _decision(decision),
        "sealed_for": why.value,
        "page": _page(comment.page),
        "sealed_at": iso(now),
        "software": {"name": "cm_suite", "version": _version(), "python": platform.python_version()},
        "ledger": {"count": head.count, "hash": head.hash},
    }


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with microseconds, or None."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None


@cache
def _version() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _comment(row: Comment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "remote_id": row.remote_id,
        "url": row.url,
        "parent_remote_id": row.parent_remote_id,
        "kind": row.kind,
        "text": row.text,
        "clipped": row.clipped,
        "language": row.language,
        "presence": row.presence,
        "published_at": iso(row.published_at),
        "edited_at": iso(row.edited_at),
        "seen_at": iso(row.seen_at),
        "checked_at": iso(row.checked_at),
        "notified_at": iso(row.notified_at),
        "notices": row.notices,
    }


def _revisions(comment: Comment) -> list[dict[str, Any]]:
    return [
        {
            "number": each.number,
            "text": each.text,
            "clipped": each.clipped,
            "seen_at": iso(each.seen_at),
            "edited_at": iso(each.edited_at),
        }
        for each in comment.revisions.all()
    ]


def _thread(row: ThreadSnapshot) -> dict[str, Any]:
    return {
        "remote_id": row.remote_id,
        "url": row.url,
        "text": row.text,
        "published_at": iso(row.published_at),
        "seen_at": iso(row.seen_at),
    }


def _above(comment: Comment) -> list[Comment]:
    """What the comment answers and what that answers in turn, the nearest first: it may have provoked it."""
    found: list[Comment] = []
    known = {comment.pk}
    here = comment
    while here.parent_remote_id and len(found) < MOST_ANSWERED:
        above = Comment.objects.filter(page_id=comment.page_id, remote_id=here.parent_remote_id).first()
        if above is None or above.pk in known:
            break
        known.add(above.pk)
        found.append(above)
        here = above
    return found


def _answered(row: Comment) -> dict[str, Any]:
    """The words of somebody who is not concerned: without their name."""
    return {
        "remote_id": row.remote_id,
        "text": row.text,
        "by_page": row.by_page,
        "published_at": iso(row.published_at),
    }


def _page(row: Page) -> dict[str, Any]:
    return {
        "network": row.network,
        "host": row.host,
        "remote_id": row.remote_id,
        "name": row.name,
        "url": row.url,
        "brand": row.brand.name,
    }


def _assessments(comment: Comment) -> list[Assessment]:
    rows = comment.assessments.order_by("revision", "pk")
    return list(rows.prefetch_related("qualifications__elements", "qualifications__spans"))


def _assessment(row: Assessment) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "model_version": row.model_version,
        "flag": row.flag,
        "score": row.score,
        "severity": row.severity,
        "label": row.label,
        "target": row.target,
        "at": iso(row.at),
        "qualifications": [
            {"label": each.label, "article": each.article, "confidence": each.confidence}
            | {"elements": [{"code": one.code, "found": one.found} for one in each.elements.all()]}
            | {"spans": [[one.start, one.end, one.source] for one in each.spans.all()]}
            for each in row.qualifications.all()
        ],
    }


def _decision(row: Decision) -> dict[str, Any]:
    return {
        "id": row.pk,
        "act": row.act,
        "label": row.label,
        "reason": row.reason,
        "told": row.told,
        "revision": row.revision,
        "by": row.by_id,
        "at": iso(row.at),
        "confirms": row.confirms_id,
        "alone": row.alone,
    }
