"""How every public page is made: whose newsroom, in which language, kept by whom, and no cookie."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from pages.models import Page
from pages.newsroom import selectors


def of_newsroom[**P](
    view: Callable[Concatenate[HttpRequest, Page, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Give the view the newsroom instead of its address, and the brand's language; 404 without one."""

    @wraps(view)
    def inner(request: HttpRequest, brand: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        page = selectors.newsroom(brand)
        if page is None:
            return HttpResponse(
                render_to_string("newsroom/unknown.html", {"language": translation.get_language()}),
                status=404,
            )
        with translation.override(page.brand.language):
            response = view(request, page, *args, **kwargs)
        response.headers["Content-Language"] = page.brand.language
        return response

    return inner


def public[**P](
    view: Callable[Concatenate[HttpRequest, Page, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page for everybody: GET and HEAD, kept for a minute by anyone, 304 when nothing changed."""
    kept = cache_control(public=True, max_age=60)(of_newsroom(view))
    return require_safe(conditional_page(kept))


def asked_each_time[**P](
    view: Callable[Concatenate[HttpRequest, Page, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """`public` for what visitors' words are part of: kept by anyone, shown by nobody without asking us.

    A comment that was hidden is so at once, and who has just written finds their words.
    """
    kept = cache_control(public=True, no_cache=True)(of_newsroom(view))
    return require_safe(conditional_page(kept))


def by_link[**P](
    view: Callable[Concatenate[HttpRequest, Page, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page that the token in its own address opens: no cookie, kept by nobody, its address sent nowhere."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return quiet(of_newsroom(view)(request, *args, **kwargs))

    return csrf_exempt(never_cache(require_http_methods(["GET", "HEAD", "POST"])(inner)))


def form_page[**P](
    view: Callable[Concatenate[HttpRequest, Page, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A form for everybody, which sets the one cookie that protects it; kept by nobody."""
    return never_cache(require_http_methods(["GET", "HEAD", "POST"])(of_newsroom(view)))


def quiet(response: HttpResponse) -> HttpResponse:
    """Send no address of this page anywhere: its token would go along. Keep it out of search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def show(
    page: Page, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A newsroom page. No request is given to the template: nothing in it may open a session."""
    values = {
        "page": page,
        "brand": page.brand,
        "at": template,
        "charter": selectors.charter(page.brand),
        "open": selectors.takes_subscribers(page),
        **(context or {}),
    }
    return HttpResponse(render_to_string(f"newsroom/{template}.html", values), status=status)


def missing(page: Page) -> HttpResponse:
    """The newsroom's own "not found"."""
    return show(page, "missing", status=404)
