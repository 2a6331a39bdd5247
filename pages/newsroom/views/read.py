"""What visitors read."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from cm_suite.core import clock
from pages.models import Page
from pages.newsroom import addresses, selectors
from pages.newsroom.feed import CONTENT_TYPE, atom
from pages.newsroom.models import CommentMode, NewsroomImage, NewsroomPost
from pages.newsroom.selectors import comments
from pages.newsroom.selectors.comments import Conversation
from pages.newsroom.views.shared import asked_each_time, missing, public, show

MOST_PLACES: Final = 1000


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


@asked_each_time
def post(request: HttpRequest, page: Page, post_id: int) -> HttpResponse:
    """One post and its comments, `?comments=<page>`, or one `?thread=`'s; 410 once it was taken down."""
    found = selectors.post(page, post_id) if _is_id(str(post_id)) else None
    if found is None:
        return missing(page)
    if found.removed_at is not None:
        return show(page, "removed", status=410)
    conversation = _conversation(request, found)
    if conversation is None:
        return missing(page)
    context = {
        "post": found,
        "near": selectors.neighbours(found),
        "canonical": addresses.of_post(page.brand.slug, found.pk),
        "conversation": conversation,
        "takes_comments": comments.takes_comments(page),
        "read_first": comments.comment_mode(page) == CommentMode.MODERATE_FIRST,
    }
    return show(page, "post", context)


def _conversation(request: HttpRequest, post: NewsroomPost) -> Conversation | None:
    """What was asked for of what is said under a post; None for what is not there."""
    number, thread = request.GET.get("comments", "1"), request.GET.get("thread", "")
    if not _is_id(number) or not int(number):
        return None
    if thread:
        return comments.one_thread(post, int(thread), int(number)) if _is_id(thread) else None
    return comments.conversation(post, int(number))


@public
def feed(request: HttpRequest, page: Page) -> HttpResponse:
    """The Atom feed."""
    return _dated(HttpResponse(atom(page, selectors.feed(page)), content_type=CONTENT_TYPE), page)


@public
def image(request: HttpRequest, page: Page, post_id: int, place: int) -> HttpResponse:
    """An image of a post; gone with it."""
    found = _image(page, post_id, place)
    return _drawn(found.content, found.media_type) if found else missing(page)


@public
def image_small(request: HttpRequest, page: Page, post_id: int, place: int) -> HttpResponse:
    """The same for narrow screens."""
    found = _image(page, post_id, place)
    return _drawn(found.small, found.small_type) if found else missing(page)


def _image(page: Page, post_id: int, place: int) -> NewsroomImage | None:
    known = _is_id(str(post_id)) and place <= MOST_PLACES
    return selectors.image(page, post_id, place) if known else None


def _drawn(content: bytes | memoryview, media_type: str) -> HttpResponse:
    headers = {"X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(content), content_type=media_type, headers=headers)


@public
def charter(request: HttpRequest, page: Page) -> HttpResponse:
    """The rules of conversation, if the brand has written them."""
    if selectors.charter(page.brand) is None:
        return missing(page)
    return show(page, "charter", {"canonical": addresses.of_brand(page.brand.slug, "charter")})


@public
def legal(request: HttpRequest, page: Page) -> HttpResponse:
    """Who publishes this page, and what becomes of an address."""
    context = {
        "canonical": addresses.of_brand(page.brand.slug, "legal"),
        "read_first": comments.comment_mode(page) == CommentMode.MODERATE_FIRST,
    }
    return show(page, "legal", context)


def _dated(response: HttpResponse, page: Page) -> HttpResponse:
    """Say when the newsroom last gained or lost a post or a comment.

    Not while that second lasts: something else may still change in it, and the date would be the same.
    """
    changed = selectors.changed_at(page) or page.created_at
    if clock.now().timestamp() >= int(changed.timestamp()) + 1:
        response.headers["Last-Modified"] = http_date(changed.timestamp())
    return response
