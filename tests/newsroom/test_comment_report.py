"""Reporting a comment: the four parts, the receipt, the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from pages.newsroom import services
from pages.newsroom.models import CommentReport, NewsroomComment, NewsroomPost
from pages.newsroom.services import NotShown
from pages.newsroom.views import limits
from pages.newsroom.views.limits import Counted, Limit
from pages.notices.models import Mail
from pages.signals import comment_arrived
from tests.newsroom.helpers import NOON, make_post
from tests.newsroom.talk import HOME, NOTICE, Visitor, notify, report_of, say, soup, texts, value
from tests.people import Cast

SENT = f"{HOME}report/sent/"


@pytest.fixture
def comment(post: NewsroomPost) -> NewsroomComment:
    return say(post, "Insulte", "Paul")


class TestSending:
    def test_the_form_quotes_the_comment_and_gives_its_exact_address(
        self, comment: NewsroomComment, client: Client
    ) -> None:
        response = client.get(report_of(comment))
        page = soup(response)
        assert page.select("#id_address")[0]["value"] == (
            f"https://pages.exemple.fr{HOME}{comment.post_id}/#c{comment.pk}"
        )
        assert texts(page, ".quoted blockquote") == ["Insulte"]
        assert list(response.cookies) == ["csrftoken"]
        assert "no-store" in response.headers["Cache-Control"]

    def test_it_is_kept_acknowledged_once_and_brings_the_comment_up(
        self, cast: Cast, comment: NewsroomComment, visitor: Visitor
    ) -> None:
        fields = visitor.open(report_of(comment))
        for _ in range(2):
            response = visitor.send(report_of(comment), fields, **NOTICE)
            assert (response.status_code, response.headers["Location"]) == (302, SENT)
        report = CommentReport.objects.get()
        at = NOON + timedelta(seconds=20)
        assert (report.reasons, report.name, report.email, report.good_faith, report.at) == (
            "Ces mots insultent une vendeuse nommée.",
            "Nora Petit",
            "nora@exemple.fr",
            True,
            at,
        )
        assert report.address == f"https://pages.exemple.fr{HOME}{comment.post_id}/#c{comment.pk}"
        comment.refresh_from_db()
        assert (comment.changed_at, comment.state, comment.version) == (at, "visible", 1)
        mail = Mail.objects.get()
        assert (mail.to, mail.brand, mail.text.count(report.address)) == ("nora@exemple.fr", cast.brand, 1)
        said = mail.subject + mail.text + mail.html
        assert [word for word in ("Nora", "vendeuse", "Insulte", "Paul") if word in said] == []
        assert len(soup(visitor.client.get(SENT)).select("h1")) == 1

    @pytest.mark.parametrize("part", ["reasons", "name", "email", "good_faith"])
    def test_each_of_the_four_parts_is_needed_and_nothing_is_lost(
        self, comment: NewsroomComment, visitor: Visitor, part: str
    ) -> None:
        response = visitor.report(comment, **{part: ""})
        page = soup(response)
        assert response.status_code == 422
        assert [str(error["id"]) for error in page.select(".field-error")] == [f"id_{part}_error"]
        kept = {name: value(page, name).strip() for name in ("reasons", "name", "email")}
        assert kept == {name: "" if name == part else NOTICE[name] for name in kept}
        assert (CommentReport.objects.count(), Mail.objects.count()) == (0, 0)

    def test_the_sexual_abuse_of_a_child_is_reported_without_a_name_and_no_mail_leaves(
        self, comment: NewsroomComment, visitor: Visitor
    ) -> None:
        fields = visitor.open(report_of(comment))
        said = NOTICE | {"name": "", "email": "", "child_abuse": "on"}
        for _ in range(2):
            response = visitor.send(report_of(comment), fields, **said)
            assert (response.status_code, response.headers["Location"]) == (302, f"{SENT}?no-mail")
        report = CommentReport.objects.get()
        assert (report.name, report.email, report.reasons) == ("", "", NOTICE["reasons"])
        comment.refresh_from_db()
        assert comment.changed_at == report.at
        assert services.answer_reports(comment, removed=True) == 1
        assert Mail.objects.count() == 0
        silent, mailed = (soup(visitor.client.get(path)) for path in (f"{SENT}?no-mail", SENT))
        assert len(silent.select("main p")) == len(mailed.select("main p")) - 1
        assert texts(silent, ".lede") != texts(mailed, ".lede")

    def test_with_that_tick_an_address_that_is_given_must_be_one_and_is_written_to(
        self, comment: NewsroomComment, visitor: Visitor
    ) -> None:
        refused = visitor.report(comment, child_abuse="on", email="nora")
        assert refused.status_code == 422
        assert soup(refused).select("#id_child_abuse")[0].has_attr("checked")
        answer = visitor.report(comment, child_abuse="on", name="")
        assert answer.headers["Location"] == SENT
        assert [mail.to for mail in Mail.objects.all()] == ["nora@exemple.fr"]

    @pytest.mark.parametrize("part", ["reasons", "good_faith"])
    def test_with_that_tick_the_other_parts_are_still_needed(
        self, comment: NewsroomComment, visitor: Visitor, part: str
    ) -> None:
        assert visitor.report(comment, child_abuse="on", **{part: ""}).status_code == 422
        assert CommentReport.objects.count() == 0

    @pytest.mark.parametrize("reasons", ["illégal", "\u200b" * 30, "x" * 5001])
    def test_reasons_must_explain_something(
        self, comment: NewsroomComment, visitor: Visitor, reasons: str
    ) -> None:
        assert visitor.report(comment, reasons=reasons).status_code == 422
        assert CommentReport.objects.count() == 0

    def test_from_elsewhere_it_is_refused_and_a_machine_is_thanked_in_vain(
        self, comment: NewsroomComment, visitor: Visitor
    ) -> None:
        fields = visitor.open(report_of(comment))
        bare = {name: field for name, field in fields.items() if name != "csrfmiddlewaretoken"}
        assert visitor.send(report_of(comment), bare, **NOTICE).status_code == 403
        bait = visitor.send(report_of(comment), fields, **NOTICE, website="https://spam.example")
        assert (bait.status_code, CommentReport.objects.count(), Mail.objects.count()) == (302, 0, 0)

    def test_what_is_no_longer_shown_is_not_reported(
        self, comment: NewsroomComment, visitor: Visitor
    ) -> None:
        fields = visitor.open(report_of(comment))
        services.hide(comment, "insultes")
        late = visitor.send(report_of(comment), fields, **NOTICE)
        assert (late.status_code, b"Insulte" in late.content) == (410, False)
        assert visitor.client.get(report_of(comment)).status_code == 410
        with pytest.raises(NotShown):
            notify(comment)
        assert CommentReport.objects.count() == 0

    def test_only_a_visitors_comment_at_its_own_place_is_reported(
        self, cast: Cast, comment: NewsroomComment, client: Client
    ) -> None:
        own = services.answer(cast.newsroom, key="k", to=comment.pk, text="Merci", language="fr")
        other, abroad = make_post(cast.newsroom, "Autre"), say(make_post(cast.other_newsroom))
        for path in (
            report_of(own),
            f"{HOME}{other.pk}/report/{comment.pk}/",
            f"{HOME}{abroad.post_id}/report/{abroad.pk}/",
            f"{HOME}{comment.post_id}/report/999999/",
        ):
            assert client.get(path).status_code == 404, path

    def test_too_many_are_told_and_lose_nothing(
        self,
        comment: NewsroomComment,
        visitor: Visitor,
        redis_url: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(limits.PER_VISITOR, Counted.REPORT, Limit(1, 600.0))
        assert visitor.report(comment).status_code == 302
        late = visitor.report(comment, email="zoe@exemple.fr")
        assert (late.status_code, value(soup(late), "reasons").strip()) == (429, NOTICE["reasons"])
        assert (CommentReport.objects.count(), Mail.objects.count()) == (1, 1)

    def test_the_addresses_of_one_network_are_one_visitor(
        self,
        comment: NewsroomComment,
        noon: time_machine.Traveller,
        redis_url: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(limits.PER_VISITOR, Counted.REPORT, Limit(2, 600.0))
        crowd = [Visitor(noon, REMOTE_ADDR=f"2001:db8:0:1::{n}") for n in range(1, 5)]
        assert [one.report(comment).status_code for one in crowd] == [302, 302, 429, 429]
        assert Visitor(noon, REMOTE_ADDR="2001:db8:0:2::1").report(comment).status_code == 302

    def test_whoever_floods_a_newsroom_shuts_nobody_else_out(
        self,
        comment: NewsroomComment,
        noon: time_machine.Traveller,
        redis_url: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(limits.PER_NEWSROOM, Counted.REPORT, Limit(3, 600.0))
        flood = [Visitor(noon, REMOTE_ADDR=f"2001:db8:0:{n}::1") for n in range(1, 8)]
        assert [one.report(comment).status_code for one in flood] == [302] * 5 + [429] * 2
        others = [Visitor(noon, REMOTE_ADDR=peer) for peer in ("192.0.2.9", "2001:db8:9:1::1")]
        assert [one.report(comment).status_code for one in others] == [302, 302]
        assert CommentReport.objects.count() == 7


class TestAnswering:
    @pytest.mark.parametrize("removed", [True, False])
    def test_everybody_who_reported_it_is_told_once(
        self, cast: Cast, comment: NewsroomComment, noon: time_machine.Traveller, removed: bool
    ) -> None:
        notify(comment)
        notify(comment, "zoe@exemple.fr")
        notify(say(comment.post), "ines@exemple.fr")
        Mail.objects.all().delete()
        noon.shift(timedelta(hours=1))
        assert [services.answer_reports(comment, removed=removed) for _ in range(2)] == [2, 0]
        mails = Mail.objects.order_by("pk")
        assert [mail.to for mail in mails] == ["nora@exemple.fr", "zoe@exemple.fr"]
        first = CommentReport.objects.earliest("pk")
        assert (first.answer, first.answered_at) == (
            "removed" if removed else "kept",
            NOON + timedelta(hours=1),
        )
        assert CommentReport.objects.filter(answered_at=None).count() == 1

    def test_both_answers_are_different_words(self, comment: NewsroomComment) -> None:
        for removed in (True, False):
            notify(comment)
            services.answer_reports(comment, removed=removed)
        answers = Mail.objects.filter(key__startswith="newsroom.report_answer").order_by("pk")
        assert len({soup_of(mail.html) for mail in answers}) == 2

    def test_a_report_that_comes_later_gets_its_own_answer(self, comment: NewsroomComment) -> None:
        notify(comment)
        assert services.answer_reports(comment, removed=False) == 1
        notify(comment, "zoe@exemple.fr")
        assert services.answer_reports(comment, removed=True) == 1
        answers = CommentReport.objects.order_by("pk").values_list("answer", flat=True)
        assert list(answers) == ["kept", "removed"]

    def test_a_forgotten_address_is_not_written_to(self, comment: NewsroomComment) -> None:
        made = notify(comment)
        made.email = ""
        made.save()
        Mail.objects.all().delete()
        assert services.answer_reports(comment, removed=True) == 1
        assert Mail.objects.count() == 0


def soup_of(html: str) -> str:
    return html[html.index("<h1") : html.index("</h1>")]


def test_the_ledger_notes_both_and_holds(cast: Cast, comment: NewsroomComment) -> None:
    made = notify(comment)
    services.answer_reports(comment, removed=True)
    rows = LedgerEntry.objects.order_by("seq").values_list("kind", "subject_kind", "subject_id", "actor_id")
    assert list(rows) == [
        ("report.received", "comment_report", made.pk, None),
        ("report.answered", "comment_report", made.pk, None),
    ]
    assert ledger.verify(cast.brand.pk) is None


def test_two_that_arrive_at_once_are_one_report(
    comment: NewsroomComment, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = notify(comment, nonce="same")
    looks: list[str] = []

    def too_early(nonce: str) -> CommentReport | None:
        looks.append(nonce)
        return None if len(looks) == 1 else first

    monkeypatch.setattr("pages.newsroom.services.reports.already_reported", too_early)
    assert notify(comment, nonce="same") is first
    assert (CommentReport.objects.count(), Mail.objects.count(), len(looks)) == (1, 1, 2)


def test_the_page_is_told_after_the_commit(
    cast: Cast, comment: NewsroomComment, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[int] = []

    def hear(page_id: int, **_: object) -> None:
        heard.append(page_id)

    comment_arrived.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            notify(comment)
            assert heard == []
    finally:
        comment_arrived.disconnect(hear)
    assert heard == [cast.newsroom.pk]
