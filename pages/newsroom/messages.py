"""Words of the newsroom for codes that come from elsewhere."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PROMOTION: Final = "promotion"

_MARKS: Mapping[str, Promise] = {
    "information": _("News"),
    PROMOTION: _("Advertisement"),
    "conversation": _("Conversation"),
    "service": _("Service"),
    "backstage": pgettext_lazy("content type", "Behind the scenes"),
}


def mark(content_type: str) -> str:
    """What a public page calls a post of this content type; empty for one it does not know."""
    return str(_MARKS.get(content_type, ""))
