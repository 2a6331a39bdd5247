"""What stands behind the figures of a report: mentions, and pages that could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.messages import Reason
from reputation import messages as words
from reputation.enums import RunState, Sentiment
from reputation.forms.wanted import FaultsForm, WantedForm
from reputation.lines import web_link
from reputation.models import DocumentComment, Fetch, Mention, Run
from reputation.scoring.subject import names_brand
from reputation.selectors import evidence
from reputation.views.rooms import run_of

A_PAGE: Final = 25
COMMENTS_A_PAGE: Final = 25
COPIES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `named` where it is one of the brand's names."""

    text: str
    named: bool


@dataclass(frozen=True, slots=True)
class MentionRow:
    """One page that speaks of the brand, as a list shows it."""

    mention: Mention
    excerpt: tuple[Piece, ...]
    publics: tuple[str, ...]
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One page that could not be read, and why. `link` is empty for an address that nobody is sent to."""

    fetch: Fetch
    reason: Reason
    link: str


@dataclass(frozen=True, slots=True)
class CommentRow:
    """What a visitor wrote under the page."""

    comment: DocumentComment
    text: tuple[Piece, ...]


@brand_view(Act.SEE)
@require_safe
def mentions(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """The mentions behind a figure, as the address says, or as chosen on the page."""
    run = run_of(request, audit, number)
    form = WantedForm(run, request.GET)
    wanted = form.wanted()
    page = Paginator(evidence.mentions(run, wanted), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "audit": run.audit,
        "run": run,
        "form": form,
        "wanted": wanted,
        "original": form.original,
        "page": page,
        "rows": mention_rows(page, names_of(run)),
        "nothing": not page.paginator.count and not run.mentions.exists(),
        "finished": run.state == RunState.DONE,
    }
    return render(request, "reputation/mentions.html", context)


@brand_view(Act.SEE)
@require_safe
def mention(request: BrandRequest, audit: str, number: int, mention_id: int) -> HttpResponse:
    """One mention in its context: the words around the name, the page, its comments and its copies."""
    run = run_of(request, audit, number)
    rows = Mention.objects.filter(run=run).select_related("document", "source", "same_as__document")
    found = get_object_or_404(rows, pk=mention_id)
    names = names_of(run)
    copies = evidence.copies_of(found)
    comments = Paginator(evidence.comments_under(found), COMMENTS_A_PAGE).get_page(request.GET.get("page"))
    last_read = run.ended_at or run.fetches.aggregate(last=Max("done_at"))["last"]
    context = {
        "audit": run.audit,
        "run": run,
        "row": mention_row(found, names),
        "found": found,
        "out": web_link(found.document.final_url) or web_link(found.document.url),
        "weights": weights(found),
        "text": [pieces(each, names) for each in paragraphs(found.document.text)],
        "read_since": last_read is not None and found.document.read_at > last_read,
        "comments": [CommentRow(each, pieces(each.text, names)) for each in comments],
        "page": comments,
        "copies": list(copies[:COPIES_SHOWN]),
        "copies_count": copies.count(),
    }
    return render(request, "reputation/mention.html", context)


@brand_view(Act.SEE)
@require_safe
def faults(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """The pages that could not be read, and why."""
    run = run_of(request, audit, number)
    form = FaultsForm(run, request.GET)
    code, source = form.wanted()
    page = Paginator(evidence.unread(run, code=code, source=source), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "audit": run.audit,
        "run": run,
        "form": form,
        "page": page,
        "rows": [fault_row(each) for each in page],
        "chosen": bool(code or source),
        "finished": run.state == RunState.DONE,
    }
    return render(request, "reputation/faults.html", context)


def names_of(run: Run) -> tuple[str, ...]:
    """The brand's names as the run looked for them."""
    return tuple((run.subject or run.audit.subject).splitlines())


def mention_rows(found: Iterable[Mention], names: tuple[str, ...]) -> list[MentionRow]:
    """Mentions, read with `evidence.with_words`, as rows."""
    return [mention_row(each, names) for each in found]


def mention_row(found: Mention, names: tuple[str, ...]) -> MentionRow:
    """One mention as a row."""
    publics = dict.fromkeys(query.public.name for query in found.queries.all())
    icon, tone = words.sentiment_mark(found.sentiment)
    return MentionRow(found, pieces(_without_title(found), names), tuple(publics), icon, tone)


def _without_title(found: Mention) -> str:
    """The excerpt without the title it begins with, which stands above it; all of it where it is no more."""
    return found.excerpt.removeprefix(found.title).lstrip(" .:·–—|") or found.excerpt


def weights(found: Mention) -> list[tuple[str, int, str]]:
    """What weighs for each opinion: its name, whole per cent, its code."""
    known = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)
    return [(str(each.label), round(getattr(found, each.value) * 100), each.value) for each in known]


def fault_row(fetch: Fetch) -> FaultRow:
    """A page that was not read, with the reason in words."""
    return FaultRow(fetch, words.fault(fetch.code), web_link(fetch.url))


def pieces(text: str, names: tuple[str, ...]) -> tuple[Piece, ...]:
    """A text cut where the brand's names begin and end; nothing of it is lost."""
    found: list[Piece] = []
    at = 0
    for each in names_brand(text, names):
        found += [Piece(text[at : each.start], named=False), Piece(text[each.start : each.end], named=True)]
        at = each.end
    found.append(Piece(text[at:], named=False))
    return tuple(piece for piece in found if piece.text)


def paragraphs(text: str) -> list[str]:
    """The lines of an extracted text that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]
