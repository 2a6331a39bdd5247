"""Writing a comment as a visitor does: the form, what it refuses, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from pages.enums import PageState
from pages.newsroom import services
from pages.newsroom.models import CommentMode, NewsroomComment, NewsroomPost
from pages.newsroom.services import AnsweredGone, CommentsClosed
from pages.newsroom.views import limits
from pages.newsroom.views.limits import Counted, Limit
from pages.notices.models import Mail
from tests.newsroom.helpers import NOON, make_post
from tests.newsroom.talk import HOME, Visitor, form_of, say, set_mode, soup, texts, value, written
from tests.people import Cast

YOURS = f"{HOME}comment/?t="


def the_comment() -> NewsroomComment:
    return NewsroomComment.objects.get()


class TestSending:
    def test_reading_needs_no_cookie_and_the_form_sets_the_one_that_protects_it(
        self, post: NewsroomPost, client: Client
    ) -> None:
        say(post)
        read = client.get(f"{HOME}{post.pk}/")
        assert (list(read.cookies), "Cookie" in read.headers.get("Vary", "")) == ([], False)
        form = client.get(form_of(post))
        assert list(form.cookies) == ["csrftoken"]
        assert "no-store" in form.headers["Cache-Control"]
        assert soup(form).select("meta[name=robots]")[0]["content"] == "noindex"

    def test_a_form_from_elsewhere_is_refused(self, post: NewsroomPost, visitor: Visitor) -> None:
        fields = visitor.open(form_of(post))
        del fields["csrfmiddlewaretoken"]
        assert visitor.send(form_of(post), fields, text="x", name="Léa").status_code == 403
        assert NewsroomComment.objects.count() == 0

    def test_it_is_published_at_once_and_the_private_link_is_shown(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        response = visitor.comment(post)
        assert response.status_code == 302
        own = response.headers["Location"]
        assert own.startswith(YOURS)
        comment = the_comment()
        at = NOON + timedelta(seconds=20)
        assert (comment.text, comment.author_name, comment.state) == (
            "Quelle belle lampe !",
            "Léa",
            "visible",
        )
        assert (comment.written_at, comment.shown_at, comment.changed_at) == (at, at, at)
        assert (comment.email, comment.author_mark, comment.root, comment.by_brand) == ("", "", None, False)
        link = soup(visitor.client.get(own)).select(".keep-link")[0]["value"]
        assert link == "https://pages.exemple.fr" + own.removesuffix("&said=new")
        assert soup(visitor.client.get(own.removesuffix("&said=new"))).select(".keep-link") == []
        assert comment.token_hash not in own
        assert Mail.objects.count() == 0

    def test_an_address_gets_the_link_and_is_shown_nowhere(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        own = visitor.comment(post, email="lea@exemple.fr").headers["Location"]
        mail = Mail.objects.get()
        assert (mail.to, mail.language) == ("lea@exemple.fr", "fr")
        assert f"https://pages.exemple.fr{own.removesuffix('&said=new')}" in mail.text
        assert ("Quelle belle" in mail.text + mail.html, "Léa" in mail.text + mail.html) == (False, False)
        comment = the_comment()
        assert (comment.email, len(comment.author_mark)) == ("lea@exemple.fr", 64)
        for path in (own, f"{HOME}{post.pk}/", HOME, f"{HOME}feed.atom"):
            assert "lea@exemple" not in visitor.client.get(path).content.decode(), path

    def test_the_same_address_has_one_mark_on_a_page_and_another_elsewhere(
        self, cast: Cast, post: NewsroomPost
    ) -> None:
        mine = say(post, email="lea@exemple.fr").author_mark
        assert say(post, email="LEA@exemple.fr").author_mark == mine
        assert say(make_post(cast.other_newsroom), email="lea@exemple.fr").author_mark != mine

    def test_sent_twice_it_is_one_comment_with_one_link(self, post: NewsroomPost, visitor: Visitor) -> None:
        fields = visitor.open(form_of(post))
        answers = [visitor.send(form_of(post), fields, text="Bravo", name="Léa") for _ in range(2)]
        assert len({answer.headers["Location"] for answer in answers}) == 1
        assert NewsroomComment.objects.count() == 1

    def test_sent_again_with_other_words_neither_is_lost(self, post: NewsroomPost, visitor: Visitor) -> None:
        fields = visitor.open(form_of(post))
        own = visitor.send(form_of(post), fields, text="Bravo", name="Léa").headers["Location"]
        again = visitor.send(form_of(post), fields, text="Bravo à tous", name="Léa")
        assert (again.status_code, the_comment().text) == (409, "Bravo")
        page = soup(again)
        assert value(page, "text").strip() == "Bravo à tous"
        [form, _withdraw] = page.select("main form")
        assert form["action"] == own.removesuffix("&said=new")
        visitor.client.post(str(form["action"]), {"text": "Bravo à tous", "version": value(page, "version")})
        assert the_comment().text == "Bravo à tous"

    def test_a_machine_that_fills_everything_in_writes_nothing(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        response = visitor.comment(post, website="https://spam.example")
        assert (response.status_code, response.headers["Location"]) == (302, f"{HOME}{post.pk}/")
        assert NewsroomComment.objects.count() == 0

    def test_too_quick_is_said_and_the_same_form_goes_through_later(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        fields = visitor.open(form_of(post))
        visitor.clock.shift(timedelta(seconds=-19))
        early = visitor.send(form_of(post), fields, text="Bravo", name="Léa")
        page = soup(early)
        assert (early.status_code, len(page.select(".alert")), NewsroomComment.objects.count()) == (422, 1, 0)
        assert (value(page, "text").strip(), value(page, "name")) == ("Bravo", "Léa")
        assert value(page, "stamp") == fields["stamp"]
        visitor.clock.shift(timedelta(seconds=1))
        assert visitor.send(form_of(post), fields, text="Bravo", name="Léa").status_code == 302

    @pytest.mark.parametrize("stamp", ["", "forged", "old"])
    def test_an_old_or_forged_form_is_given_anew_with_what_was_typed(
        self, post: NewsroomPost, visitor: Visitor, stamp: str
    ) -> None:
        fields = visitor.open(form_of(post))
        if stamp == "old":
            visitor.clock.shift(timedelta(days=3))
        else:
            fields["stamp"] = stamp
        page = soup(visitor.send(form_of(post), fields, text="Bravo", name="Léa"))
        assert (value(page, "text").strip(), NewsroomComment.objects.count()) == ("Bravo", 0)
        fields["stamp"] = value(page, "stamp")
        assert visitor.send(form_of(post), fields, text="Bravo", name="Léa").status_code == 302

    def test_the_form_of_another_post_is_not_this_ones(
        self, cast: Cast, post: NewsroomPost, visitor: Visitor
    ) -> None:
        other = make_post(cast.newsroom, "Une autre")
        fields = visitor.open(form_of(other))
        assert visitor.send(form_of(post), fields, text="Bravo", name="Léa").status_code == 422


class TestWords:
    @pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u200d\ufeff", "\x00", "\u202e", "\ud800"])
    def test_what_shows_nothing_is_not_a_comment(
        self, post: NewsroomPost, visitor: Visitor, text: str
    ) -> None:
        response = visitor.comment(post, text=text.encode("utf-8", "surrogatepass").decode("utf-8", "ignore"))
        assert response.status_code == 422
        assert len(soup(response).select("#id_text_error")) == 1
        assert NewsroomComment.objects.count() == 0

    @pytest.mark.parametrize("length", [5001, 100_000])
    def test_too_long_is_said_with_both_lengths_and_kept(
        self, post: NewsroomPost, visitor: Visitor, length: int
    ) -> None:
        response = visitor.comment(post, text="a" * length)
        page = soup(response)
        [message] = texts(page, "#id_text_error")
        assert (response.status_code, value(page, "text").strip()) == (422, "a" * length)
        assert f"{length:_}".replace("_", "\xa0") in message
        assert NewsroomComment.objects.count() == 0

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("a" * 5000, "a" * 5000),
            ("مرحبا، هل تشحنون؟", "مرحبا، هل تشحنون؟"),
            ("😀👩‍👩‍👧‍👦", "😀👩‍👩‍👧‍👦"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
            ("avant\x00après\r\nfin", "avantaprès\nfin"),
            ("{{ brand }} {% debug %}", "{{ brand }} {% debug %}"),
        ],
    )
    def test_anything_else_is_kept_sign_for_sign_and_shown_as_text(
        self, post: NewsroomPost, visitor: Visitor, text: str, kept: str
    ) -> None:
        assert visitor.comment(post, text=text).status_code == 302
        assert the_comment().text == kept
        page = soup(visitor.client.get(f"{HOME}{post.pk}/"))
        shown = page.select(".said-words p")[-1]
        assert (shown["dir"], shown.get_text()) == ("auto", kept)
        assert page.select("script") == []

    def test_links_of_visitors_are_not_recommended(self, post: NewsroomPost, client: Client) -> None:
        say(post, "Voir https://exemple.fr/a?b=1&c=2 !")
        [link] = soup(client.get(f"{HOME}{post.pk}/")).select(".said-words a")
        assert (link["href"], link["rel"]) == (
            "https://exemple.fr/a?b=1&c=2",
            ["ugc", "nofollow", "noopener"],
        )

    @pytest.mark.parametrize("name", ["", "  ", "\u202e\u200b", "x" * 61])
    def test_a_name_is_asked_for(self, post: NewsroomPost, visitor: Visitor, name: str) -> None:
        response = visitor.comment(post, name=name)
        page = soup(response)
        assert (response.status_code, len(page.select("#id_name_error"))) == (422, 1)
        assert value(page, "text").strip() == "Quelle belle lampe !"

    @pytest.mark.parametrize("name", ["Maison Lumen", "maison  LUMEN", "Maïson-Lumen ✓", "MaisonLumen"])
    def test_nobody_signs_as_the_brand(self, post: NewsroomPost, visitor: Visitor, name: str) -> None:
        assert visitor.comment(post, name=name).status_code == 422
        assert NewsroomComment.objects.count() == 0

    def test_a_name_stays_on_its_line_and_turns_nothing_round(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        visitor.comment(post, name="  Zoé\n\u202e<i>de</i>  Lyon ")
        assert the_comment().author_name == "Zoé <i>de</i> Lyon"

    @pytest.mark.parametrize("email", ["lea", "a@b.fr\r\nBcc: c@d.fr"])
    def test_what_is_no_address_is_said(self, post: NewsroomPost, visitor: Visitor, email: str) -> None:
        response = visitor.comment(post, email=email)
        assert (response.status_code, len(soup(response).select("#id_email_error"))) == (422, 1)
        assert (NewsroomComment.objects.count(), Mail.objects.count()) == (0, 0)


class TestAnswering:
    def test_an_answer_stands_below_and_remembers_whom_it_speaks_to(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        first = say(post, name="Paul")
        second = say(post, name="Inès", answers=first.pk)
        page = soup(visitor.client.get(f"{form_of(post)}?to={second.pk}"))
        assert texts(page, ".quoted") == ["Bonjour"]
        assert "Inès" in texts(page, "h1")[0]
        visitor.comment(post, f"?to={second.pk}", text="D’accord")
        third = NewsroomComment.objects.get(text="D’accord")
        assert (third.parent_id, third.root_id) == (second.pk, first.pk)
        assert (second.parent_id, second.root_id) == (first.pk, first.pk)

    def test_only_a_visible_comment_of_the_same_post_is_answered(
        self, cast: Cast, post: NewsroomPost
    ) -> None:
        elsewhere, hidden = say(make_post(cast.newsroom, "Une autre")), say(post)
        services.hide(hidden, "hors sujet")
        for answered in (elsewhere.pk, hidden.pk, 999_999):
            with pytest.raises(AnsweredGone):
                say(post, answers=answered)
        assert NewsroomComment.objects.count() == 2

    def test_one_that_was_hidden_meanwhile_is_said_and_the_words_stay(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        first = say(post)
        fields = visitor.open(f"{form_of(post)}?to={first.pk}")
        services.hide(first, "hors sujet")
        late = visitor.send(form_of(post), fields, text="D’accord", name="Zoé")
        page = soup(late)
        assert (late.status_code, len(page.select(".alert")), value(page, "to")) == (422, 1, "")
        assert (value(page, "text").strip(), NewsroomComment.objects.count()) == ("D’accord", 1)
        again = visitor.send(form_of(post), {**fields, "to": ""}, text="D’accord", name="Zoé")
        assert again.status_code == 302
        assert NewsroomComment.objects.get(text="D’accord").parent is None

    @pytest.mark.parametrize("to", ["x", "-1", "9" * 30, "²", "999999"])
    def test_a_comment_that_was_never_there_changes_nothing(
        self, post: NewsroomPost, client: Client, to: str
    ) -> None:
        page = soup(client.get(form_of(post), {"to": to}))
        assert (value(page, "to"), page.select(".quoted")) == ("", [])


class TestModes:
    def test_read_first_it_waits_unseen_and_the_form_says_so(
        self, cast: Cast, post: NewsroomPost, visitor: Visitor
    ) -> None:
        published = texts(soup(visitor.client.get(form_of(post))), ".lede")
        set_mode(cast.newsroom, CommentMode.MODERATE_FIRST)
        assert texts(soup(visitor.client.get(form_of(post))), ".lede") != published
        visitor.comment(post)
        comment = the_comment()
        assert (comment.state, comment.shown_at) == ("pending", None)
        page = soup(visitor.client.get(f"{HOME}{post.pk}/"))
        assert (page.select(".said"), len(page.select(".talk-write"))) == ([], 1)

    def test_closed_there_is_no_form_and_what_was_typed_can_be_copied(
        self, cast: Cast, post: NewsroomPost, visitor: Visitor
    ) -> None:
        say(post)
        fields = visitor.open(form_of(post))
        set_mode(cast.newsroom, CommentMode.CLOSED)
        late = visitor.send(form_of(post), fields, text="Trop tard", name="Léa")
        assert late.status_code == 403
        assert texts(soup(late), "textarea[readonly]") == ["Trop tard"]
        assert visitor.client.get(form_of(post)).status_code == 403
        page = soup(visitor.client.get(f"{HOME}{post.pk}/"))
        assert (len(page.select(".said")), page.select(".talk-write")) == (1, [])
        assert NewsroomComment.objects.count() == 1

    def test_nobody_writes_where_nobody_can_read_it(self, cast: Cast, post: NewsroomPost) -> None:
        cast.newsroom.state = PageState.DISCONNECTED
        cast.newsroom.save()
        with pytest.raises(CommentsClosed):
            say(post)

    def test_under_a_post_taken_down_nobody_writes(self, post: NewsroomPost, visitor: Visitor) -> None:
        fields = visitor.open(form_of(post))
        NewsroomPost.objects.update(removed_at=NOON)
        late = visitor.send(form_of(post), fields, text="Trop tard", name="Léa")
        assert (late.status_code, NewsroomComment.objects.count()) == (410, 0)
        with pytest.raises(CommentsClosed):
            say(post)

    def test_a_post_of_another_brand_is_not_found(self, cast: Cast, client: Client) -> None:
        assert client.get(form_of(make_post(cast.other_newsroom))).status_code == 404
        assert client.get(f"{HOME}999999/comment/").status_code == 404


class TestTooMany:
    @pytest.fixture(autouse=True)
    def few(self, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(limits.PER_VISITOR, Counted.COMMENT, Limit(2, 600.0))
        monkeypatch.setitem(limits.PER_NEWSROOM, Counted.COMMENT, Limit(3, 600.0))

    def refused(self, response: Any) -> bool:
        page = soup(response)
        kept = response.status_code == 429 and value(page, "text").strip() == "Quelle belle lampe !"
        return kept and len(page.select(".alert")) == 1

    def test_a_visitor_who_writes_too_often_waits_and_loses_nothing(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        assert [visitor.comment(post).status_code for _ in range(2)] == [302, 302]
        assert self.refused(visitor.comment(post))
        assert NewsroomComment.objects.count() == 2

    def test_a_newsroom_takes_so_many_from_everybody(
        self, post: NewsroomPost, noon: time_machine.Traveller
    ) -> None:
        crowd = [Visitor(noon, REMOTE_ADDR=f"192.0.2.{n}") for n in range(4)]
        responses = [visitor.comment(post) for visitor in crowd]
        assert [response.status_code for response in responses[:3]] == [302, 302, 302]
        assert self.refused(responses[3])

    def test_an_address_gets_so_many_mails_from_strangers(
        self, post: NewsroomPost, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pages.newsroom.views.limits.MAILS_PER_ADDRESS", Limit(1, 600.0))
        assert visitor.comment(post, email="lea@exemple.fr").status_code == 302
        assert self.refused(visitor.comment(post, email="Lea@exemple.fr"))
        assert (Mail.objects.count(), NewsroomComment.objects.count()) == (1, 1)

    def test_the_double_click_of_the_last_one_is_no_refusal(
        self, post: NewsroomPost, visitor: Visitor
    ) -> None:
        visitor.comment(post)
        fields = visitor.open(form_of(post))
        answers = [visitor.send(form_of(post), fields, text="Bravo", name="Léa") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [302, 302, 302]


def test_two_that_arrive_at_once_are_one_comment(post: NewsroomPost, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(post, "Bravo", nonce="same")
    looks: list[str] = []

    def too_early(of: NewsroomPost, key: str) -> NewsroomComment | None:
        looks.append(key)
        return None if len(looks) == 1 else NewsroomComment.objects.get(key=key)

    monkeypatch.setattr("pages.newsroom.services.comments.comment_by_key", too_early)
    second = written(post, "Bravo", nonce="same")
    assert (second.comment.pk, second.token, second.new) == (first.comment.pk, first.token, False)
    assert (len(looks), NewsroomComment.objects.count()) == (2, 1)
