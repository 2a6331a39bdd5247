"""What is planned: by the services, so that every rule of the house holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.demo import album
from cm_suite.demo.history import Told, not_published
from cm_suite.demo.script import BrandScript, Line, Words
from cm_suite.demo.stage import Stage
from pages.models import Page
from publishing.enums import DeliveryState, EngineCode, HoldReason, Refusal
from publishing.models import Delivery, Post
from publishing.services import draft, outcomes, plan
from publishing.services.draft import Content
from publishing.services.results import Planned, Refused, Saved

S = DeliveryState
AFTER: Final = (timedelta(), timedelta(minutes=2), timedelta(minutes=7))
LATE_AFTER: Final = timedelta(minutes=5)


class SeedError(RuntimeError):
    """The demo's own words or times break a rule of the house."""


def plan_ahead(stage: Stage, script: BrandScript) -> None:
    """Plan the next days and the next minutes, and leave drafts behind."""
    for line in script.ahead:
        _plan(stage, line)
    _soon(stage, script)
    if script.waiting is not None and stage.social is not None:
        _wait(stage, stage.social, script.waiting)
    for words in script.drafts:
        _write(stage, words)


def _soon(stage: Stage, script: BrandScript) -> None:
    """Posts due in the next minutes, over the gap for a reason; one more without it, which is held."""
    start = next_minute()
    for words, after in zip(script.soon, AFTER, strict=True):
        post = _write(stage, words)
        done = plan.schedule(
            post, stage.newsroom, start + after, stage.approver, override_reason=script.why_soon
        )
        _sure(done)
    late = Told(script.late, start + LATE_AFTER, stage.author)
    not_published(stage.newsroom, late, S.PLANNED)


def next_minute() -> datetime:
    """The first whole minute at least one minute from now."""
    return clock.now().replace(second=0, microsecond=0) + timedelta(minutes=2)


def _plan(stage: Stage, line: Line) -> None:
    """Plan a line at its time; where the minutes just ahead are in its way, in the next free slot."""
    post, at = _write(stage, line.words), stage.instant(line.day, line.at)
    pages: Sequence[Page] = [stage.newsroom, *([stage.social] if line.social and stage.social else [])]
    for page in pages:
        done = plan.schedule(post, page, at, stage.author)
        if isinstance(done, Refused) and done.code == Refusal.POLICY:
            done = plan.schedule_next(post, page, at, stage.author)
        delivery = _sure(done)
        if page == stage.social:
            _hold(delivery)


def _wait(stage: Stage, page: Page, line: Line) -> None:
    """A post that cannot leave until its page is connected again."""
    post = _write(stage, line.words)
    _hold(_sure(plan.schedule(post, page, stage.instant(line.day, line.at), stage.author)))


def _hold(delivery: Delivery) -> None:
    outcomes.hold(delivery, S.PLANNED, HoldReason.RECONNECT, EngineCode.TO_RECONNECT)


def _write(stage: Stage, words: Words) -> Post:
    images = album.placed(stage.brand, words)
    said = Content(words.text, words.link, words.content_type, images)
    saved = draft.create(stage.brand, stage.author, said)
    if not isinstance(saved, Saved):
        raise SeedError(words.text)
    return saved.post


def _sure(done: Planned | Refused) -> Delivery:
    if isinstance(done, Refused):
        raise SeedError(f"{done.code}: {dict(done.params)}")
    return done.delivery
