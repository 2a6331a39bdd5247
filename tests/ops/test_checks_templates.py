"""What the content security policy refuses, and what escapes escaping, is found in templates."""

from pathlib import Path

import pytest

from cm_suite.ops.checks import templates


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A template of a page, in order."""
    file = tmp_path / "templates" / "plan" / "day.html"
    file.parent.mkdir(parents=True)
    file.write_text(
        '{% load i18n static %}<script src="{% static "js/a.js" %}" defer></script>\n'
        '<p class="style" data-on="x" x-on:click="open" @click="shut" hx-get="/">{{ text }}</p>\n'
        "{{ count|floatformat }} once\n"
    )
    return file


def test_a_page_in_order_has_no_finding(tmp_path: Path, page: Path) -> None:
    assert templates.forbidden(tmp_path) == []
    assert templates.compiled(tmp_path) == []


@pytest.mark.parametrize(
    ("markup", "word"),
    [
        ("<script>alert(1)</script>", "inline script"),
        ('<script type="module">go()</script>', "inline script"),
        ("<style>a{}</style>", "inline style sheet"),
        ('<p style="color:red">', "style attribute"),
        ("<p STYLE='color:red'>", "style attribute"),
        ('<button onclick="go()">', "event attribute"),
        ('<body class="a" onload=go>', "event attribute"),
        ('<a hx-on:click="go()">', "event attribute"),
        ('<a hx-on::after-request="go()">', "event attribute"),
        ('<a href="javascript:go()">', "javascript: address"),
        ("{{ text|safe }}", "safe filter"),
        ("{{ texts | safeseq }}", "safe filter"),
        ("{% autoescape off %}{% endautoescape %}", "escaping turned off"),
    ],
)
def test_forbidden_markup_is_found(markup: str, word: str, tmp_path: Path, page: Path) -> None:
    page.write_text(f"<p>first</p>\n{markup}\n")
    assert templates.forbidden(tmp_path) == [f"templates/plan/day.html:2: {word}"]


@pytest.mark.parametrize(
    "comment", ["{# <p style='x'> #}", "{% comment %}\n<p onclick='x'>\n{% endcomment %}", "<!-- <style> -->"]
)
def test_comments_are_not_markup(comment: str, tmp_path: Path, page: Path) -> None:
    page.write_text(comment)
    assert templates.forbidden(tmp_path) == []


def test_a_comment_does_not_move_the_lines(tmp_path: Path, page: Path) -> None:
    page.write_text("{% comment %}\n\n{% endcomment %}\n<p style='x'>")
    assert templates.forbidden(tmp_path) == ["templates/plan/day.html:4: style attribute"]


def test_mail_may_carry_its_style_but_no_script(tmp_path: Path) -> None:
    file = tmp_path / "templates" / "email" / "base.html"
    file.parent.mkdir(parents=True)
    file.write_text('<style>a{}</style><p style="x">\n<script>x</script>\n')
    assert templates.forbidden(tmp_path) == ["templates/email/base.html:2: inline script"]


def test_plain_text_is_not_markup(tmp_path: Path, page: Path) -> None:
    (page.parent / "mail.txt").write_text("{% autoescape off %}{{ text }}{% endautoescape %}")
    assert templates.forbidden(tmp_path) == []


@pytest.mark.parametrize(
    "broken", ["{% if a %}", "{% load no_such_library %}", "{% no_such_tag %}", "{{ a|no_such_filter }}"]
)
def test_a_template_that_does_not_compile_is_named(broken: str, tmp_path: Path, page: Path) -> None:
    page.write_text(broken)
    (line,) = templates.compiled(tmp_path)
    assert line.startswith("templates/plan/day.html: ")


def test_text_templates_are_compiled_too(tmp_path: Path, page: Path) -> None:
    (page.parent / "mail.txt").write_text("{% endif %}")
    assert len(templates.compiled(tmp_path)) == 1
