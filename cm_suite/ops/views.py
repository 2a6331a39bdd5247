"""What a monitor may ask without an account."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cm_suite.ops.health import State, examine


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """States only, no figures and no names. 503 when the pages themselves cannot be served."""
    report = examine()
    body = {"status": report.state, "checks": {check.name: check.state for check in report.checks}}
    return JsonResponse(body, status=503 if report.state is State.DOWN else 200)
