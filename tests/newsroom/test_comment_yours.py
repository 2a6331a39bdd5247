"""The author's own page: where a comment stands and why, editing it, taking it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from pages.newsroom import services
from pages.newsroom.models import CommentMode, NewsroomComment, NewsroomPost
from pages.newsroom.services import Edited, Written
from pages.newsroom.views import limits
from pages.newsroom.views.limits import Counted, Limit
from pages.notices.models import Mail
from pages.signals import comment_arrived
from tests.newsroom.helpers import NOON, make_post
from tests.newsroom.talk import HOME, say, set_mode, soup, texts, value, written
from tests.people import Cast


@pytest.fixture
def mine(post: NewsroomPost, noon: time_machine.Traveller) -> Written:
    """A comment of somebody who left an address, a minute old."""
    made = written(post, "Quelle lampe !", email="lea@exemple.fr")
    noon.shift(timedelta(minutes=1))
    return made


@pytest.fixture
def author() -> Client:
    return Client(enforce_csrf_checks=True)


def link(mine: Written, brand: str = "maison-lumen") -> str:
    return f"/p/{brand}/comment/?t={mine.token}"


def edit(author: Client, mine: Written, text: str, version: int = 1) -> Any:
    return author.post(link(mine), {"act": "edit", "text": text, "version": version})


def now_is(mine: Written) -> NewsroomComment:
    return NewsroomComment.objects.get(pk=mine.comment.pk)


class TestReading:
    def test_no_cookie_no_cache_and_its_address_goes_nowhere(self, mine: Written, author: Client) -> None:
        response = author.get(link(mine))
        assert (response.status_code, list(response.cookies)) == (200, [])
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert "no-store" in response.headers["Cache-Control"]
        assert (value(soup(response), "text").strip(), value(soup(response), "version")) == (
            "Quelle lampe !",
            "1",
        )

    @pytest.mark.parametrize("token", ["", "forged", "é" * 64])
    def test_a_cut_or_forged_link_opens_nothing(self, mine: Written, author: Client, token: str) -> None:
        response = author.get(f"{HOME}comment/", {"t": token})
        assert (response.status_code, soup(response).select("form")) == (200, [])
        assert author.post(f"{HOME}comment/?t={token}", {"act": "withdraw"}).status_code == 200
        assert now_is(mine).state == "visible"

    def test_a_link_opens_its_own_newsroom_only(self, mine: Written, author: Client) -> None:
        assert soup(author.get(link(mine, "atelier-roche"))).select("form") == []

    def test_what_is_kept_of_a_link_does_not_open_it(self, mine: Written, author: Client) -> None:
        kept = now_is(mine)
        for secret in (kept.token_hash, kept.key):
            assert soup(author.get(f"{HOME}comment/", {"t": secret})).select("form") == []

    @pytest.mark.parametrize("act", [services.hide, services.take_away])
    def test_why_it_was_taken_away_and_how_to_contest(
        self, cast: Cast, mine: Written, author: Client, act: Any
    ) -> None:
        cast.brand.contact_email = "bonjour@lumen.example"
        cast.brand.save()
        act(mine.comment, "Insulte une <vendeuse>.")
        page = soup(author.get(link(mine)))
        assert texts(page, ".facts dd")[0] == "Insulte une <vendeuse>."
        assert [str(a["href"]) for a in page.select("main a[href^=mailto]")] == [
            "mailto:bonjour@lumen.example"
        ]
        assert texts(page, ".quoted") == ["Quelle lampe !"]
        assert page.select("textarea") == []
        assert len(page.select("details.back")) == (1 if act is services.hide else 0)

    def test_every_state_has_its_own_heading(self, cast: Cast, mine: Written, author: Client) -> None:
        seen = [texts(soup(author.get(link(mine))), "h1")[0]]
        services.hide(mine.comment, "x")
        seen += texts(soup(author.get(link(mine))), "h1")
        services.withdraw(mine.comment)
        seen += texts(soup(author.get(link(mine))), "h1")
        NewsroomComment.objects.update(state="removed")
        seen += texts(soup(author.get(link(mine))), "h1")
        NewsroomComment.objects.update(state="pending")
        seen += texts(soup(author.get(link(mine))), "h1")
        assert len(set(seen)) == 5

    def test_the_author_is_told_by_mail_with_the_reason(self, mine: Written) -> None:
        for _ in range(2):
            services.hide(mine.comment, "Insulte une vendeuse.")
        services.show(mine.comment)
        services.take_away(mine.comment, "Insulte une vendeuse, encore.")
        mails = Mail.objects.filter(key__startswith="newsroom.comment_state").order_by("pk")
        assert [mail.to for mail in mails] == ["lea@exemple.fr"] * 3
        assert ["Insulte une vendeuse." in mail.text for mail in mails] == [True, False, False]
        assert "Insulte une vendeuse, encore." in mails[2].html
        assert [mail.text.count(mine.token) for mail in mails] == [0, 0, 0]

    def test_without_an_address_nobody_is_written_to(self, post: NewsroomPost) -> None:
        services.take_away(say(post), "hors sujet")
        assert Mail.objects.count() == 0


class TestEditing:
    def test_new_words_are_a_new_version_at_once_visible(self, mine: Written, author: Client) -> None:
        response = edit(author, mine, " Quelle belle lampe !\r\n")
        assert response.headers["Location"] == f"{link(mine)}&said=saved"
        comment = now_is(mine)
        at = NOON + timedelta(minutes=1)
        assert (comment.text, comment.version, comment.state) == ("Quelle belle lampe !", 2, "visible")
        assert (comment.edited_at, comment.changed_at, comment.shown_at) == (at, at, NOON)
        page = soup(author.get(f"{HOME}{comment.post_id}/"))
        assert len(page.select(f"#c{comment.pk} .said-edited")) == 1

    def test_where_comments_are_read_first_new_words_wait_again(
        self, cast: Cast, mine: Written, author: Client
    ) -> None:
        set_mode(cast.newsroom, CommentMode.MODERATE_FIRST)
        edit(author, mine, "Autre chose")
        assert (now_is(mine).state, now_is(mine).shown_at) == ("pending", NOON)
        edit(author, mine, "Encore autre chose", version=2)
        assert (now_is(mine).text, now_is(mine).version, now_is(mine).state) == (
            "Encore autre chose",
            3,
            "pending",
        )
        set_mode(cast.newsroom, CommentMode.PUBLISH_FIRST)
        edit(author, mine, "Et encore", version=3)  # nobody has let it through yet
        assert now_is(mine).state == "pending"

    def test_the_same_words_change_nothing(self, mine: Written, author: Client) -> None:
        edit(author, mine, "Quelle lampe !")
        assert (now_is(mine).version, now_is(mine).changed_at) == (1, NOON)

    def test_two_windows_do_not_undo_each_other_unseen(self, mine: Written, author: Client) -> None:
        edit(author, mine, "La première fenêtre")
        late = edit(author, mine, "La seconde fenêtre")
        assert (late.status_code, now_is(mine).text) == (409, "La première fenêtre")
        page = soup(late)
        assert (value(page, "text").strip(), value(page, "version")) == ("La seconde fenêtre", "2")
        edit(author, mine, "La seconde fenêtre", version=2)
        assert now_is(mine).text == "La seconde fenêtre"

    @pytest.mark.parametrize("text", ["", "x" * 5001])
    def test_words_that_cannot_stand_are_said_and_kept(
        self, mine: Written, author: Client, text: str
    ) -> None:
        response = edit(author, mine, text)
        assert (response.status_code, value(soup(response), "text").strip()) == (422, text)
        assert now_is(mine).version == 1

    @pytest.mark.parametrize("gone", ["hide", "take_away", "closed"])
    def test_out_of_sight_or_closed_it_cannot_be_changed_any_more(
        self, cast: Cast, mine: Written, author: Client, gone: str
    ) -> None:
        if gone == "closed":
            set_mode(cast.newsroom, CommentMode.CLOSED)
        else:
            getattr(services, gone)(mine.comment, "x")
        response = edit(author, mine, "Trop tard")
        assert (response.status_code, now_is(mine).text) == (409, "Quelle lampe !")
        assert texts(soup(response), "textarea[readonly]") == ["Trop tard"]

    def test_too_many_changes_wait_and_lose_nothing(
        self, mine: Written, author: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(limits.PER_VISITOR, Counted.EDIT, Limit(1, 600.0))
        edit(author, mine, "Une fois")
        late = edit(author, mine, "Deux fois", version=2)
        assert (late.status_code, value(soup(late), "text").strip()) == (429, "Deux fois")
        assert now_is(mine).text == "Une fois"


class TestWithdrawing:
    def test_it_disappears_with_the_address_and_stays_away(self, mine: Written, author: Client) -> None:
        response = author.post(link(mine), {"act": "withdraw"})
        assert response.headers["Location"] == link(mine)
        comment = now_is(mine)
        assert (comment.state, comment.email, comment.changed_at) == (
            "withdrawn",
            "",
            NOON + timedelta(minutes=1),
        )
        assert Mail.objects.count() == 0  # the one that had not left yet
        assert soup(author.get(link(mine))).select("form") == []
        assert services.show(mine.comment) is False
        assert services.edit(mine.comment, "Si", 1) is Edited.CLOSED
        assert services.withdraw(mine.comment) is False
        assert now_is(mine).state == "withdrawn"

    def test_opening_the_link_withdraws_nothing(self, mine: Written, author: Client) -> None:
        author.get(f"{link(mine)}&act=withdraw")
        author.head(link(mine))
        assert now_is(mine).state == "visible"


def test_the_page_is_told_after_the_commit_of_each_change(
    cast: Cast, post: NewsroomPost, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[int] = []

    def hear(page_id: int, **_: object) -> None:
        heard.append(page_id)

    comment_arrived.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            made = written(post)
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            services.edit(made.comment, "Autre chose", 1)
            services.edit(made.comment, "Autre chose", 2)  # the same words
        with django_capture_on_commit_callbacks(execute=True):
            services.withdraw(made.comment)
            services.withdraw(made.comment)
        with django_capture_on_commit_callbacks(execute=True):
            services.write(post, services.Draft("one", "Léa", "Bonjour"))
            services.write(post, services.Draft("one", "Léa", "Bonjour"))
    finally:
        comment_arrived.disconnect(hear)
    assert heard == [cast.newsroom.pk] * 4


def test_a_change_is_always_after_the_one_before(post: NewsroomPost, noon: time_machine.Traveller) -> None:
    comment = say(make_post(post.page, "Une autre"))
    noon.shift(timedelta(hours=-1))  # a clock that was set back
    services.edit(comment, "Autre chose", 1)
    first = NewsroomComment.objects.get(pk=comment.pk).changed_at
    services.hide(comment, "x")
    second = NewsroomComment.objects.get(pk=comment.pk).changed_at
    assert NOON < first < second
