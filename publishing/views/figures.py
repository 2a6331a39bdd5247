"""Taking a share counter apart."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cm_suite.core.errors import OutcomeError
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.messages import Words, network_name, reason
from pages.models import Page
from pages.selectors.spending import is_paid
from publishing.counter_form import CounterForm
from publishing.selectors.figures import WORDS, counting_networks, counting_pages
from publishing.services.counter import Busy, Parts, TooMany, take_apart


@dataclass(frozen=True, slots=True)
class Part:
    """One count of an address, in words; `value` is None for what the network does not say."""

    label: Words
    value: int | None
    name: str
    version: str


@brand_view(Act.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: BrandRequest) -> HttpResponse:
    """Ask what the share counter of an address is a sum of. Where it costs money, leads alone may."""
    found = counting_pages(request.brand)
    pages = [page for page in found if Act.MANAGE in request.rights or not is_paid(page.network)]
    if not pages:
        return render(request, "publishing/counter.html", {"networks": counting_networks()})
    if request.method != "POST":
        asked = {"url": request.GET.get("url", ""), "page": request.GET.get("page", "")}
        return _show(request, CounterForm(pages, initial=asked))
    form = CounterForm(pages, request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    page: Page = form.cleaned_data["page"]
    try:
        parts = take_apart(page, form.cleaned_data["url"], request.user)
    except TooMany:
        said = _("You asked many times in a short while. Wait ten minutes, then ask again.")
        return _show(request, form, trouble=said, status=429)
    except Busy:
        said = _("This page is being read just now. Ask again in a minute.")
        return _show(request, form, trouble=said, status=409)
    except OutcomeError as error:
        return _show(request, form, trouble=str(reason(error.code)), status=502)
    return _show(request, form, parts=parts, page=page)


def _show(
    request: BrandRequest,
    form: CounterForm,
    *,
    trouble: str = "",
    parts: Parts | None = None,
    page: Page | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "trouble": trouble,
        "parts": parts,
        "rows": _rows(parts) if parts else [],
        "network": network_name(page.network) if page else "",
    }
    return render(request, "publishing/counter.html", context, status=status)


def _rows(parts: Parts) -> list[Part]:
    return [
        Part(WORDS.get(each.metric, each.metric), each.value, each.name, each.version)
        for each in parts.figures
    ]
