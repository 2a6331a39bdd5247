"""The words of a mail from its three templates: subject, plain text, HTML with the CSS inlined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import css_inline
from django.conf import settings
from django.template import Context, Engine
from django.utils import translation

_BLANK_LINES = re.compile(r"\n{3,}")
# Nothing is ever loaded: the style sheet stands in the template, and mail has no pictures from outside.
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, base_url=None)


@dataclass(frozen=True, slots=True)
class Words:
    """A rendered mail."""

    subject: str
    text: str
    html: str


def render(template: str, context: Mapping[str, Any], language: str) -> Words:
    """Render `templates/email/<template>.{subject.txt,txt,html}` in a language.

    Besides `context`, templates see `language` and `public_url` (no slash at the end). Texts are not
    escaped, HTML is. Raises TemplateDoesNotExist when one of the three is missing.
    """
    values = {"language": language, "public_url": settings.PUBLIC_URL, **context}
    with translation.override(language):
        subject = _plain(f"email/{template}.subject.txt", values)
        text = _plain(f"email/{template}.txt", values)
        html = _template(f"email/{template}.html").render(Context(dict(values)))
    return Words(subject.strip(), _BLANK_LINES.sub("\n\n", text).strip() + "\n", _INLINER.inline(html))


def _plain(name: str, values: dict[str, Any]) -> str:
    return str(_template(name).render(Context(dict(values), autoescape=False)))


def _template(name: str) -> Any:
    return Engine.get_default().get_template(name)
