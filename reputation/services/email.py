"""The report by e-mail: once per run, to the people chosen who still belong to the brand."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cm_suite.core import clock, ledger
from pages.messages import Reason
from pages.models import Person
from pages.notices.addresses import BadHeader
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from pages.notices.services import queue_mail
from reputation import messages
from reputation.enums import RunState, Sentiment
from reputation.models import ReportMail, Run
from reputation.services.report import NO_ANSWER, Counts, PublicRow, Report, report_of
from reputation.services.tell import link_of

logger = logging.getLogger(__name__)

ORDER: Final = (Sentiment.NEGATIVE, Sentiment.UNCERTAIN, Sentiment.NEUTRAL, Sentiment.POSITIVE)
MENTIONS: Final = 5  # that the mail quotes; the others are one click away
BATCH: Final = 50  # runs
BAR: Final = 220  # pixels of the longest bar


def due(limit: int = BATCH, skip: int = 0) -> list[int]:
    """Up to `limit` finished runs whose reports were not handed to the outbox, the first to end first.

    `skip`: how many at the beginning were tried in vain.
    """
    rows = Run.objects.filter(state=RunState.DONE, mailed_at=None).order_by("ended_at", "pk")
    return list(rows.values_list("pk", flat=True)[skip : skip + limit])


def unsent(run_ids: Collection[int]) -> int:
    """How many of these runs still have their mails to write."""
    return Run.objects.filter(pk__in=run_ids, mailed_at=None).count()


@transaction.atomic
def send(run_id: int) -> int:
    """Write the mails of one finished run and note that they are written, both or neither; how many.

    Run twice, or by two at once, each person gets one mail per run.
    """
    rows = Run.objects.select_for_update(of=("self",)).select_related("audit__brand")
    run = rows.filter(pk=run_id, state=RunState.DONE, mailed_at=None).first()
    if run is None:
        return 0
    people = list(_people(run))
    report = report_of(run) if people else None
    written = sum(_write(run, report, person) for person in people) if report else 0
    Run.objects.filter(pk=run.pk).update(mailed_at=clock.now())
    return written


def _people(run: Run) -> QuerySet[Person]:
    """Who was chosen, is active and has a role on the brand today."""
    chosen = Person.objects.filter(pk__in=run.audit.recipients.values("person"), is_active=True)
    return chosen.filter(memberships__brand=run.audit.brand).order_by("pk")


def _write(run: Run, report: Report, person: Person) -> bool:
    _row, new = ReportMail.objects.get_or_create(run=run, person=person, defaults={"asked_at": clock.now()})
    if not new:
        return False
    try:
        mail = _queued(run, report, person)
    except BadHeader:
        logger.warning("person %s has no address that a report can be sent to", person.pk)
        return False
    ReportMail.objects.filter(run=run, person=person).update(mail=mail)
    return True


def _queued(run: Run, report: Report, person: Person) -> Mail:
    brand = run.audit.brand
    with timezone.override(clock.zone(brand.zone)), translation.override(person.language):
        return queue_mail(
            kind=MailKind.AUDIT,
            key=f"audit:{run.pk}:{person.pk}",
            to=person.email,
            template="audit_report",
            context=context_of(run, report),
            language=person.language,
            brand=brand,
        )


def context_of(run: Run, report: Report) -> dict[str, Any]:
    """What the templates of the mail say, in the language and the zone that are active."""
    first = [line for line in report.mentions if line.same_as is None][:MENTIONS]
    return {
        "brand": run.audit.brand,
        "audit": run.audit,
        "report": report,
        "link": settings.PUBLIC_URL + link_of(run),
        "sentences": [messages.sentence(each) for each in report.sentences],
        "tones": [(each.value, each.label) for each in ORDER],
        "bars": _bars(report),
        "mentions": [(line, Sentiment(line.sentiment).label) for line in first],
        "more": report.totals.originals - len(first),
        "missing": _missing(report),
        "faults": _faults(report),
        "ledger": ledger.head(run.audit.brand_id),
    }


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar, in pixels."""

    tone: str
    count: int
    width: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One public in the chart and in its table. `rest`: the pixels that the bar leaves empty."""

    name: str
    originals: Counts
    copies: int
    parts: tuple[Part, ...]
    rest: int


def _bars(report: Report) -> list[Bar]:
    """One bar a public, as long as it counts beside the longest."""
    longest = max((row.originals.total for row in report.publics), default=0) or 1
    return [_bar(row, longest) for row in report.publics]


def _bar(row: PublicRow, longest: int) -> Bar:
    counts = [(each.value, getattr(row.originals, each.value)) for each in ORDER]
    parts = tuple(Part(tone, count, max(count * BAR // longest, 4)) for tone, count in counts if count)
    rest = max(BAR - sum(part.width for part in parts), 0)
    return Bar(row.name or _("Nothing that any public asks"), row.originals, row.copies.total, parts, rest)


def _missing(report: Report) -> list[tuple[str, Reason]]:
    """The sources without an answer, and why."""
    silent = [source for source in report.sources if source.status in NO_ANSWER]
    return [(source.name, messages.source(source.status, source.reason)) for source in silent]


def _faults(report: Report) -> list[tuple[Reason, int]]:
    """Why pages could not be read, the most frequent first."""
    counts: Counter[str] = Counter()
    for source in report.sources:
        counts.update({each.code: each.count for each in source.faults})
    return [(messages.fault(code), count) for code, count in counts.most_common()]
