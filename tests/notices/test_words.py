"""Every mail of the house in both languages: text and HTML say the same, and every link is whole."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.utils import translation
from pytest_django import Settings

from pages.models import Brand
from pages.newsroom.models import NewsroomPost
from pages.notices.enums import NoticeKind
from pages.notices.messages import notice_words
from pages.notices.render import Words, render

PUBLIC: Final = "https://desk.example"
HOME: Final = f"{PUBLIC}/p/maison-lumen/"
ELSEWHERE: Final = "https://www.exemple.fr/lampe?a=1&b=2"
AT: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
LANGUAGES: Final = ["fr", "en"]
BRAND: Final = Brand(name="L'Atelier <Lumen> & Fils", slug="maison-lumen", zone="Europe/Paris")
POSTS: Final = [
    NewsroomPost(
        pk=1, text="Moins 20 % <b>", link=ELSEWHERE, content_type="promotion", language="en", published_at=AT
    ),
    NewsroomPost(
        pk=2, text='Dit "oui"\n\nEt reste', content_type="information", language="en", published_at=AT
    ),
]

MAILS: Final[dict[str, dict[str, Any]]] = {
    "invitation": {
        "brand": BRAND.name,
        "inviter": "Alice <A> & co",
        "role": "author",
        "url": f"{PUBLIC}/invitation/abc/",
        "days": 7,
    },
    "password_reset": {"name": "Bob <B>", "url": f"{PUBLIC}/password/abc/", "hours": 1},
    "newsroom_confirm": {"brand": BRAND, "home": HOME, "days": 3, "link": f"{HOME}confirm/?t=a:b-c"},
    "newsroom_already": {"brand": BRAND, "home": HOME, "days": 3, "leave_link": f"{HOME}leave/?t=a:b-c"},
    "newsroom_digest": {
        "brand": BRAND,
        "home": HOME,
        "legal_link": f"{HOME}legal/",
        "posts": [(post, f"{HOME}{post.pk}/") for post in POSTS],
        "count": 5,
        "more": 3,
        "leave_link": f"{HOME}leave/?t=a:b-c",
    },
    "newsroom_digest short": {
        "brand": BRAND,
        "home": HOME,
        "legal_link": f"{HOME}legal/",
        "posts": [(POSTS[0], f"{HOME}1/")],
        "count": 1,
        "more": 0,
        "leave_link": f"{HOME}leave/?t=a:b-c",
    },
    **{
        f"notice {kind}": {
            "person": "Bob",
            "brand": BRAND.name,
            "subject": "Les soldes <b> & l'été",
            "words": notice_words(kind),
            "link": f"{PUBLIC}/b/maison-lumen/posts/7/",
        }
        for kind in NoticeKind
    },
}


@pytest.fixture(autouse=True)
def public_url(settings: Settings) -> None:
    settings.PUBLIC_URL = PUBLIC


def mail(name: str, language: str) -> Words:
    return render(name.split()[0], MAILS[name], language)


def seen(html: str) -> BeautifulSoup:
    """The HTML as its reader sees it."""
    page = BeautifulSoup(html, "lxml")
    for hidden in page.select("head, style, .preview"):
        hidden.decompose()
    return page


def links(words: Words) -> tuple[set[str], set[str]]:
    """The links of the text and those of the HTML."""
    in_text = set(re.findall(r"https?://\S+", words.text))
    return in_text, {str(link["href"]) for link in BeautifulSoup(words.html, "lxml").select("a")}


def facts(name: str) -> list[str]:
    """What must be read in both parts: everything that was handed in and is no link."""
    context = MAILS[name]
    said = [context[key] for key in ("inviter", "role", "name", "subject") if key in context]
    brand = context.get("brand")
    said += [brand.name if isinstance(brand, Brand) else brand] if brand else []
    said += [
        str(context[key])
        for key in ("days", "hours", "more")
        if name != "newsroom_already" and key in context
    ]
    return said + [line for post, _link in context.get("posts", []) for line in post.text.split("\n\n")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_both_parts_lead_to_the_same_places(name: str, language: str) -> None:
    in_text, in_html = links(mail(name, language))
    assert in_text == in_html
    ours = {link for link in in_html if link != ELSEWHERE}
    assert {urlsplit(link)._replace(path="", query="").geturl() for link in ours} == {PUBLIC}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_both_parts_say_what_was_handed_in(name: str, language: str) -> None:
    words = mail(name, language)
    text, html = " ".join(words.text.split()), " ".join(seen(words.html).get_text().split())
    assert [fact for fact in facts(name) if fact not in text] == []
    assert [fact for fact in facts(name) if fact not in html] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_nothing_is_loaded_and_no_words_become_markup(name: str, language: str) -> None:
    words = mail(name, language)
    page = BeautifulSoup(words.html, "lxml")
    assert page.select("img, script, link, iframe, b, [src], [background]") == []
    assert "url(" not in words.html
    assert "&lt;" not in words.text
    assert "&amp;" not in words.text
    assert words.subject == words.subject.strip() != ""
    assert "\n" not in words.subject


@pytest.mark.parametrize("name", MAILS)
def test_the_two_languages_differ_in_every_part(name: str) -> None:
    french, english = (mail(name, language) for language in LANGUAGES)
    assert french.subject != english.subject
    assert french.text != english.text
    assert [BeautifulSoup(each.html, "lxml").select("html")[0]["lang"] for each in (french, english)] == [
        "fr",
        "en",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_says_what_happened_what_is_safe_and_what_to_do(kind: NoticeKind, language: str) -> None:
    words, wanted = mail(f"notice {kind}", language), notice_words(kind)
    with translation.override(language):
        title, advice, act = str(wanted.title), str(wanted.advice), str(wanted.act)
    assert words.subject == f"{title} · Les soldes <b> & l'été"
    lines = words.text.splitlines()
    assert lines[0] == f"{title} · {BRAND.name}"
    assert lines.index(advice) < lines.index(f"{PUBLIC}/b/maison-lumen/posts/7/")
    page = seen(words.html)
    assert [heading.get_text() for heading in page.select("h1")] == [title]
    [button] = page.select("a.button")
    assert (button.get_text(), button["href"]) == (act, f"{PUBLIC}/b/maison-lumen/posts/7/")


@pytest.mark.parametrize(
    ("count", "content_type", "french", "english"),
    [
        (1, "information", f"{BRAND.name} : Une lampe", f"{BRAND.name}: Une lampe"),
        (1, "promotion", f"{BRAND.name} : [Publicité] Une lampe", f"{BRAND.name}: [Advertisement] Une lampe"),
        (2, "promotion", f"{BRAND.name} : 2 nouvelles publications", f"{BRAND.name}: 2 new posts"),
    ],
)
def test_the_subject_of_a_digest(count: int, content_type: str, french: str, english: str) -> None:
    post = NewsroomPost(pk=3, text="Une lampe\n\nRouge", content_type=content_type, published_at=AT)
    context = MAILS["newsroom_digest"] | {"posts": [(post, HOME)] * count, "count": count, "more": 0}
    subjects = [render("newsroom_digest", context, language).subject for language in LANGUAGES]
    assert [" ".join(subject.split()) for subject in subjects] == [french, english]


@pytest.mark.parametrize(("n", "french", "english"), [(1, "1 jour", "1 day."), (3, "3 jours", "3 days.")])
def test_days_are_counted_as_the_language_does(n: int, french: str, english: str) -> None:
    for language, wanted in (("fr", french), ("en", english)):
        words = render("newsroom_confirm", MAILS["newsroom_confirm"] | {"days": n}, language)
        for part in (words.text, seen(words.html).get_text()):
            assert wanted in " ".join(part.split())
