"""The parts of an audit, replaced by what was said. What is left out stays for earlier reports."""

from __future__ import annotations

from cm_suite.core import clock
from reputation.enums import SourceKind
from reputation.models import Audit, Public, Query, Recipient, Source, SourceAddress
from reputation.services.drafts import AuditDraft, PublicDraft, SourceDraft
from reputation.sources.addresses import canonical, url_hash


def replace(audit: Audit, draft: AuditDraft) -> None:
    """Bring publics, queries, sources and recipients to what the draft says, in the caller's transaction.

    A public, a query and a source are known by their name: left out they are dropped, named again they
    are back.
    """
    for place, public in enumerate(draft.publics):
        _public(audit, place, public)
    for place, source in enumerate(draft.sources):
        _source(audit, place, source)
    now = clock.now()
    names = [each.name for each in draft.publics]
    audit.publics.exclude(name__in=names).filter(dropped_at=None).update(dropped_at=now)
    kept = [each.name for each in draft.sources]
    audit.sources.exclude(name__in=kept).filter(dropped_at=None).update(dropped_at=now)
    audit.recipients.exclude(person__in=draft.recipients).delete()
    Recipient.objects.bulk_create(
        [Recipient(audit=audit, person_id=person) for person in draft.recipients], ignore_conflicts=True
    )


def _public(audit: Audit, place: int, draft: PublicDraft) -> None:
    fields = {"kind": draft.kind, "place": place, "dropped_at": None}
    public, _new = Public.objects.update_or_create(audit=audit, name=draft.name, defaults=fields)
    gone = public.queries.exclude(words__in=draft.queries).filter(dropped_at=None)
    gone.update(dropped_at=clock.now())
    Query.objects.bulk_create(
        [Query(public=public, words=words, place=at) for at, words in enumerate(draft.queries)],
        update_conflicts=True,
        unique_fields=["public", "words"],
        update_fields=["place", "dropped_at"],
    )


def _source(audit: Audit, place: int, draft: SourceDraft) -> None:
    before = Source.objects.filter(audit=audit, name=draft.name).first()
    fields = {"kind": draft.kind, "feed": draft.feed, "place": place, "dropped_at": None}
    if before is None or (before.kind, before.feed) != (draft.kind, draft.feed):
        fields |= {"etag": "", "modified": ""}
    source, _new = Source.objects.update_or_create(audit=audit, name=draft.name, defaults=fields)
    if before is not None and before.feed != draft.feed:
        source.addresses.all().delete()  # another feed's
    if draft.kind == SourceKind.URLS:
        _listed(source, draft.urls)


def _listed(source: Source, urls: tuple[str, ...]) -> None:
    """The addresses of a list are what was typed, each once."""
    by_hash = {url_hash(url): canonical(url) for url in urls}
    source.addresses.exclude(url_hash__in=by_hash).delete()
    SourceAddress.objects.bulk_create(
        [SourceAddress(source=source, url=url, url_hash=hashed) for hashed, url in by_hash.items()],
        ignore_conflicts=True,
    )
