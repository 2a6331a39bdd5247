"""Is what a person says of an audit fit to be kept?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.conf import settings

from pages.models import Brand, Membership
from reputation import rules
from reputation.enums import PublicKind, Refusal, SourceKind
from reputation.services.drafts import AuditDraft, PublicDraft, Refused, SourceDraft
from reputation.sources.addresses import list_urls

NAME_MOST = 80
WORDS_MOST = 120
SUBJECT_MOST = 300
FEED_MOST = 500
URL_MOST = 1000


def tidy(draft: AuditDraft) -> AuditDraft:
    """The draft with spaces folded, empty lines dropped and each line kept once."""
    return replace(
        draft,
        name=_fold(draft.name),
        subject=_lines(draft.subject),
        cron=_fold(draft.cron),
        recipients=tuple(dict.fromkeys(draft.recipients)),
        publics=tuple(
            replace(each, name=_fold(each.name), queries=_lines(each.queries)) for each in draft.publics
        ),
        sources=tuple(
            replace(each, name=_fold(each.name), feed=_address(each.feed), urls=_urls(each.urls))
            for each in draft.sources
        ),
    )


def check(brand: Brand, draft: AuditDraft) -> Refused | None:
    """The first thing that keeps a tidied draft from being an audit of this brand; None when it is one."""
    return next(_refusals(brand, draft), None)


def _refusals(brand: Brand, draft: AuditDraft) -> Iterator[Refused]:
    yield from _head(draft)
    yield from _publics(draft.publics)
    yield from _sources(draft.sources)
    code = rules.check_cron(draft.cron)
    if code:
        yield Refused(code)
    members = Membership.objects.filter(brand=brand, person__in=draft.recipients, person__is_active=True)
    if len(draft.recipients) > rules.MOST_RECIPIENTS:
        yield Refused(Refusal.TOO_MANY, {"name": draft.name, "most": rules.MOST_RECIPIENTS})
    elif members.count() != len(draft.recipients):
        yield Refused(Refusal.NOT_A_MEMBER)


def _head(draft: AuditDraft) -> Iterator[Refused]:
    if not draft.name:
        yield Refused(Refusal.NO_NAME)
    if not draft.subject:
        yield Refused(Refusal.NO_SUBJECT)
    yield from _long([draft.name], NAME_MOST)
    yield from _long(["\n".join(draft.subject)], SUBJECT_MOST)
    yield from _long([draft.cron], 60)


def _publics(publics: tuple[PublicDraft, ...]) -> Iterator[Refused]:
    if not publics:
        yield Refused(Refusal.NO_PUBLIC)
    yield from _many("", publics, rules.MOST_PUBLICS)
    yield from _twice(public.name for public in publics)
    for public in publics:
        if not public.name or public.kind not in PublicKind.values:
            yield Refused(Refusal.NO_NAME)
        if not public.queries:
            yield Refused(Refusal.NO_QUERY, {"name": public.name})
        yield from _long([public.name], NAME_MOST)
        yield from _long(public.queries, WORDS_MOST)
        yield from _many(public.name, public.queries, rules.MOST_QUERIES)


def _sources(sources: tuple[SourceDraft, ...]) -> Iterator[Refused]:
    if not sources:
        yield Refused(Refusal.NO_SOURCE)
    yield from _many("", sources, rules.MOST_SOURCES)
    yield from _twice(source.name for source in sources)
    for source in sources:
        if not source.name or source.kind not in SourceKind.values:
            yield Refused(Refusal.NO_NAME)
        yield from _long([source.name], NAME_MOST)
        yield from _addresses(source)


def _addresses(source: SourceDraft) -> Iterator[Refused]:
    given, most = (source.urls, URL_MOST) if source.kind == SourceKind.URLS else ((source.feed,), FEED_MOST)
    if not any(given):
        yield Refused(Refusal.NO_ADDRESSES, {"name": source.name})
        return
    bad = list_urls("\n".join(given), settings.CM_ALLOWED_HOSTS).bad
    for url in [*(line.text for line in bad), *(url for url in given if len(url) > most)]:
        yield Refused(Refusal.BAD_ADDRESS, {"name": source.name, "url": url[:200]})
    yield from _many(source.name, given, rules.MOST_ADDRESSES)


def _long(texts: Iterable[str], most: int) -> Iterator[Refused]:
    for text in texts:
        if len(text) > most:
            yield Refused(Refusal.TOO_LONG, {"name": text[:40], "most": most})


def _many(name: str, things: tuple[object, ...], most: int) -> Iterator[Refused]:
    if len(things) > most:
        yield Refused(Refusal.TOO_MANY, {"name": name, "most": most})


def _twice(names: Iterable[str]) -> Iterator[Refused]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield Refused(Refusal.TWICE, {"name": name})
        seen.add(name)


def _fold(text: str) -> str:
    return " ".join(text.split())


def _address(url: str) -> str:
    """A single address, with the scheme it leaves out."""
    good = list_urls(url, settings.CM_ALLOWED_HOSTS).good
    return good[0] if good else url.strip()


def _urls(urls: Iterable[str]) -> tuple[str, ...]:
    """The addresses of a list in full, each once; lines that are none stay, to be refused."""
    found = list_urls("\n".join(urls), settings.CM_ALLOWED_HOSTS)
    return (*found.good, *(line.text for line in found.bad))


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded for folded in map(_fold, texts) if folded))
