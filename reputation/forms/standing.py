"""An audit as it stands, as its form holds it, and where what was typed differs from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pages.models import Person
from reputation import cadence
from reputation.enums import PublicKind, SourceKind
from reputation.messages import schedule
from reputation.models import Audit, SourceAddress
from reputation.selectors.audits import publics_of, sources_of
from reputation.services.drafts import AuditDraft, PublicDraft, SourceDraft

LINES_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two people want otherwise: in words, line by line."""

    label: str
    theirs: str
    mine: str


def form_rows(audit: Audit) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """What the form and its two lists hold for this audit."""
    now = standing(audit)
    when = cadence.read(now.cron)
    initial = {
        "name": now.name,
        "subject": "\n".join(now.subject),
        "every": when.every,
        "weekday": when.weekday,
        "day": when.day,
        "at": when.at,
        "cron": when.cron,
        "recipients": list(now.recipients),
        "version": audit.version,
    }
    publics = [
        {"kind": each.kind, "name": each.name, "queries": "\n".join(each.queries)} for each in now.publics
    ]
    sources = [
        {"kind": each.kind, "name": each.name, "feed": each.feed, "urls": "\n".join(each.urls)}
        for each in now.sources
    ]
    return initial, publics, sources


def standing(audit: Audit) -> AuditDraft:
    """The audit as a draft that would change nothing."""
    sources = list(sources_of(audit))
    urls: dict[int, list[str]] = {}
    lists = [source.pk for source in sources if source.kind == SourceKind.URLS]
    rows = SourceAddress.objects.filter(source_id__in=lists).order_by("pk")
    for source_id, url in rows.values_list("source_id", "url"):
        urls.setdefault(source_id, []).append(url)
    return AuditDraft(
        name=audit.name,
        subject=tuple(audit.subject.splitlines()),
        publics=tuple(
            PublicDraft(public.kind, public.name, tuple(query.words for query in queries))
            for public, queries in publics_of(audit)
        ),
        sources=tuple(
            SourceDraft(source.kind, source.name, source.feed, tuple(urls.get(source.pk, ())))
            for source in sources
        ),
        cron=audit.cron,
        recipients=tuple(audit.recipients.order_by("person_id").values_list("person_id", flat=True)),
    )


def differences(audit: Audit, mine: AuditDraft) -> list[Difference]:
    """Where the draft differs from the audit as it stands, in the order of the form."""
    now = standing(audit)
    pairs = [
        (_("Name of the audit"), now.name, mine.name),
        (_("Names to look for"), "\n".join(now.subject), "\n".join(mine.subject)),
        (_("Publics"), _publics(now.publics), _publics(mine.publics)),
        (_("Sources"), _sources(now.sources), _sources(mine.sources)),
        (_("Schedule"), schedule(now.cron), schedule(mine.cron)),
        (_("Recipients"), _people(now.recipients), _people(mine.recipients)),
    ]
    return [
        Difference(label, _shown(theirs, wanted), _shown(wanted, theirs))
        for label, theirs, wanted in pairs
        if theirs != wanted
    ]


def _shown(text: str, other: str) -> str:
    """A text of a few lines as it is; of many, the first of those that the other text does not have."""
    lines = text.splitlines()
    if len(lines) <= LINES_SHOWN:
        return text
    known = set(other.splitlines())
    apart = [line for line in lines if line not in known] or lines
    more = len(apart) - LINES_SHOWN
    tail = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
    return "\n".join([*apart[:LINES_SHOWN], *([tail] if more > 0 else [])])


def _publics(rows: Iterable[PublicDraft]) -> str:
    return "\n".join(f"{_public(row)}: {' · '.join(row.queries)}" for row in rows)


def _public(row: PublicDraft) -> str:
    """Its name, and its kind where the name does not say it."""
    kind = str(PublicKind(row.kind).label)
    return row.name if row.name == kind else f"{row.name} ({kind})"


def _sources(rows: Iterable[SourceDraft]) -> str:
    """Each address on a line of its own, so that long lists can be told apart."""
    return "\n".join(f"{row.name}: {url}" for row in rows for url in (row.urls or (row.feed,)))


def _people(ids: Iterable[int]) -> str:
    names = Person.objects.filter(pk__in=list(ids)).order_by("name", "pk").values_list("name", flat=True)
    return "\n".join(names)
