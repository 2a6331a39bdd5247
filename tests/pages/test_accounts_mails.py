"""The mails of accounts: what they say, in both languages, and that names cannot write HTML."""

from __future__ import annotations

import pytest
from django.contrib.auth.tokens import default_token_generator

from pages.enums import Role
from pages.models import Brand, Person
from pages.notices.models import Mail
from pages.services import accounts, invitations
from tests.people import Cast


def last() -> Mail:
    return Mail.objects.latest("pk")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_invitation_says_who_where_what_and_for_how_long(cast: Cast, language: str) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(language=language)
    cast.brand.refresh_from_db()
    invitations.invite(cast.brand, "noe@agence.example", Role.APPROVER, cast.alice)
    mail = last()
    assert mail.language == language
    for words in (mail.subject, mail.text, mail.html):
        assert "Maison Lumen" in words
        assert "Alice" in words
    for words in (mail.text, mail.html):
        assert "http://localhost:8000/invitation/" in words
        assert "7" in words
    assert "{{" not in mail.text + mail.html
    assert "{%" not in mail.text + mail.html


def test_an_invitation_in_english(cast: Cast) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(language="en")
    cast.brand.refresh_from_db()
    invitations.invite(cast.brand, "noe@agence.example", Role.APPROVER, cast.alice)
    mail = last()
    assert mail.subject == "Alice invites you to work on Maison Lumen"
    assert "Your role there: Approver." in mail.text
    assert "works for 7 days" in mail.text
    assert '<html lang="en">' in mail.html


def test_a_name_writes_no_html_and_no_header(cast: Cast) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(name="<b>Lumen</b> & Fils", language="en")
    cast.brand.refresh_from_db()
    invitations.invite(cast.brand, "noe@agence.example", Role.AUTHOR, cast.alice)
    mail = last()
    assert mail.subject == "Alice invites you to work on <b>Lumen</b> & Fils"
    assert "<b>Lumen</b> & Fils" in mail.text
    assert "<b>Lumen" not in mail.html
    assert "&lt;b&gt;Lumen&lt;/b&gt; &amp; Fils" in mail.html


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_lost_password_s_mail(cast: Cast, language: str) -> None:
    Person.objects.filter(pk=cast.bob.pk).update(language=language)
    accounts.send_password_reset("bob@agence.example", "127.0.0.1")
    mail = last()
    assert mail.language == language
    for words in (mail.text, mail.html):
        assert "http://localhost:8000/password/" in words
        assert "Bob" in words
        assert "{{" not in words
    assert "md5$" not in mail.text + mail.html


def test_asked_twice_in_the_same_second_one_mail_leaves(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(default_token_generator, "make_token", lambda _person: "abc-def")
    for _ in range(2):
        accounts.send_password_reset("bob@agence.example", "127.0.0.1")
    assert Mail.objects.count() == 1
