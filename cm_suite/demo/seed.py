"""Seeding: everything or nothing, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from cm_suite.core import clock
from cm_suite.demo import audits, followers, history, people, told, visitors, volume
from cm_suite.demo.ahead import plan_ahead
from cm_suite.demo.script import BrandScript, scripts
from cm_suite.demo.stage import Stage, set_up
from pages.models import Brand, Person

JOINED = timedelta(days=80)


class NotEmpty(Exception):
    """The database holds somebody's work already."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a run of the seeding added."""

    brands: int
    logins: bool

    @property
    def anything(self) -> bool:
        """Whether it added anything at all."""
        return bool(self.brands or self.logins)


def seed(scale: int = 1, *, force: bool = False) -> Seeded:
    """Make the demo agency, unless it is there; add brands up to `scale`; keep the list of log-ins whole.

    Raises NotEmpty when the database holds something else and `force` is not given, or when what it holds
    goes by the demo's own names.
    """
    told_of = scripts()
    with transaction.atomic():
        brands = 0 if is_there(told_of) else _make(told_of, force=force)
        persons = Person.objects.in_bulk(people.EMAILS, field_name="email")
        brands += volume.enlarge(scale, told_of, persons[people.LEAD], persons[people.AUTHOR])
        logins = people.ensure_logins()
    return Seeded(brands, logins)


def is_there(told_of: list[BrandScript]) -> bool:
    """Whether this database holds the demo: its lead is on its first brand."""
    brands = Brand.objects.filter(slug=told_of[0].slug, memberships__person__email=people.LEAD)
    return brands.exists() and Person.objects.filter(email__in=people.EMAILS).count() == len(people.EMAILS)


def _make(told_of: list[BrandScript], *, force: bool) -> int:
    if not force and (Person.objects.exists() or Brand.objects.exists()):
        raise NotEmpty
    taken = Brand.objects.filter(slug__in=[script.slug for script in told_of])
    if taken.exists() or Person.objects.filter(email__in=people.EMAILS).exists():
        raise NotEmpty
    persons = people.make_people(clock.now() - JOINED)
    for turn, script in enumerate(told_of):
        _tell_story(set_up(script, persons), script, turn)
    return len(told_of)


def _tell_story(stage: Stage, script: BrandScript, turn: int) -> None:
    """Three weeks behind, ten days ahead."""
    lines = history.lines_of(stage, script.past)
    posts = history.write_posts(stage.brand.pk, lines)
    published = history.published(stage.newsroom, lines, posts=posts)
    history.record(published, "delivery.planned", stage.author)
    history.record(published, "delivery.published", None)
    if stage.social is not None:
        also = [place for place, line in enumerate(script.past) if line.social]
        shared = [posts[place] for place in also]
        elsewhere = history.published(stage.social, [lines[place] for place in also], posts=shared)
        history.record(elsewhere, "delivery.published", None)
    troubles = history.troubles(stage, script.missed, script.cancelled, script.refused)
    if script.pause is not None:
        pause = script.pause
        history.paused(stage, pause["day"], pause["from"], pause["to"], pause["reason"])
    followers.follow(stage.newsroom, turn)
    visitors.speak(stage, script.comments)
    told.tell(stage, published, troubles)
    if script.invited:
        told.invite(stage, script.invited)
    told.send_digest(stage)
    audits.prepare(stage.brand, settings.CM_DEMO_WEB)
    plan_ahead(stage, script)
