"""Where networks ring. It answers anybody, at once, and the same whether or not it knows the page."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cm_suite.core import pace
from moderation.services import hooks
from pages.networks import meta_hooks
from pages.visitors import client_address

REFUSALS: Final = 30
WINDOW_SECONDS: Final = 60.0


@csrf_exempt
@require_http_methods(["GET", "POST"])
def meta(request: HttpRequest) -> HttpResponse:
    """Meta's doorbell: its question on GET, what stirred on POST, signed with the application's secret."""
    if request.method == "GET":
        wanted = meta_hooks.challenge(request.GET.dict(), settings.CM_META_VERIFY_TOKEN)
        return _plain(wanted) if wanted is not None else _refused(request)
    body = _body(request)
    if body is None:
        return _plain("", 413)
    signature = request.headers.get("X-Hub-Signature-256", "")
    if not meta_hooks.signed(body, signature, settings.CM_META_APP_SECRET):
        return _refused(request)
    hooks.hear(body)
    return _plain("")


def _body(request: HttpRequest) -> bytes | None:
    """What was sent, as it was sent; None when it is longer than a call of Meta's, or breaks off."""
    try:
        body: bytes = request.read(meta_hooks.LARGEST + 1)
    except (UnreadablePostError, OSError):
        return None
    return body if len(body) <= meta_hooks.LARGEST else None


def _refused(request: HttpRequest) -> HttpResponse:
    """Not one of ours to answer; somebody who tries again and again is asked to wait. Touches no table."""
    often = pace.hit(f"hooks:{client_address(request)}", REFUSALS, WINDOW_SECONDS)
    return _plain("", 403 if often else 429)


def _plain(text: str, status: int = 200) -> HttpResponse:
    answer = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
