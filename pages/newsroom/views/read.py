"""What visitors read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from pages.models import Page
from pages.newsroom import addresses, selectors
from pages.newsroom.feed import CONTENT_TYPE, atom
from pages.newsroom.views.shared import missing, public, show


@public
def home(request: HttpRequest, page: Page) -> HttpResponse:
    """The posts, newest first; `?before=<post>` goes on from there."""
    before = request.GET.get("before", "")
    if before and not _is_id(before):
        return missing(page)
    listing = selectors.listing(page, int(before) if before else None)
    if listing is None:
        return missing(page)
    canonical = addresses.of_brand(page.brand.slug) + (f"?before={before}" if before else "")
    context = {"listing": listing, "first": not before, "canonical": canonical}
    return _dated(show(page, "home", context), page)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


@public
def post(request: HttpRequest, page: Page, post_id: int) -> HttpResponse:
    """One post; 410 once it was taken down."""
    found = selectors.post(page, post_id) if _is_id(str(post_id)) else None
    if found is None:
        return missing(page)
    if found.removed_at is not None:
        return show(page, "removed", status=410)
    canonical = addresses.of_post(page.brand.slug, found.pk)
    context = {"post": found, "near": selectors.neighbours(found), "canonical": canonical}
    return show(page, "post", context)


@public
def feed(request: HttpRequest, page: Page) -> HttpResponse:
    """The Atom feed."""
    return _dated(HttpResponse(atom(page, selectors.feed(page)), content_type=CONTENT_TYPE), page)


@public
def charter(request: HttpRequest, page: Page) -> HttpResponse:
    """The rules of conversation, if the brand has written them."""
    if selectors.charter(page.brand) is None:
        return missing(page)
    return show(page, "charter", {"canonical": addresses.of_brand(page.brand.slug, "charter")})


@public
def legal(request: HttpRequest, page: Page) -> HttpResponse:
    """Who publishes this page, and what becomes of an address."""
    return show(page, "legal", {"canonical": addresses.of_brand(page.brand.slug, "legal")})


def _dated(response: HttpResponse, page: Page) -> HttpResponse:
    """Say when the newsroom last gained or lost a post."""
    changed = selectors.changed_at(page) or page.created_at
    response.headers["Last-Modified"] = http_date(changed.timestamp())
    return response
