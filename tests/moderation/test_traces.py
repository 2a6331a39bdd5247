"""Nothing a visitor wrote or is called is left where it does not belong: logs, ledger, jobs' arguments.

The whole thread runs on the brand's own page, with everything that can go wrong on the way.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import django_rq
import pytest
import redis
import time_machine
from django.db import IntegrityError, connection
from django.test import Client

from cm_suite.core import ledger
from cm_suite.core.errors import Later, Never, Unknown
from cm_suite.core.models import LedgerEntry
from moderation import jobs
from moderation.enums import ActionState, Decided, Presence, ReviewState
from moderation.models import Action, Comment, Evidence, Review
from moderation.services import act, assign, evidence, reporters
from moderation.services import fresh as newcomers
from moderation.services.decide import second
from moderation.services.ingest import poll_page
from pages.newsroom import services
from pages.newsroom.models import CommentReport, CommentState, NewsroomComment, NewsroomPost
from pages.newsroom.store import DjangoNewsroomStore
from tests.moderation.makers import INSULT, decided, fresh, review_of
from tests.newsroom.helpers import make_post
from tests.newsroom.talk import Visitor
from tests.people import Cast

D = Decided
WHO = "Zénobie Quatrepoint"
MAIL = "zenobie.quatrepoint@visiteuse.example"
WORDS = "Ce Karim du magasin est un gros connard, foi de zibeline."
REPORTER = "Théodule Hurlevent"
REPORTER_MAIL = "theodule@plaignant.example"
REASONS = "Ces mots insultent Karim, vendeur rue des Tanneurs."
WHY = "Injure envers un salarié : relire la charte, article sept."
INSIDE = "Vu avec la direction, dossier coquelicot."
ANSWER = "Nous regrettons ce ton, parlons-en au comptoir."
SECRETS = (
    *("Zénobie", "Quatrepoint", "zenobie", "visiteuse.example", "zibeline", "connard", "Karim"),
    *("Théodule", "theodule", "plaignant.example", "Tanneurs", "coquelicot", "article sept", "comptoir"),
)


def leaks(text: str) -> list[str]:
    return [word for word in SECRETS if word in text]


@pytest.fixture
def post(cast: Cast, noon: time_machine.Traveller) -> NewsroomPost:
    return make_post(cast.newsroom, "Notre atelier ouvre samedi.")


@pytest.fixture
def bell(redis_url: str) -> redis.Redis:
    """The real Valkey behind the queues."""
    return redis.Redis.from_url(redis_url)


def wrote(post: NewsroomPost, noon: time_machine.Traveller) -> tuple[NewsroomComment, str]:
    """A visitor's comment sent through the form, and the token of its private link."""
    answer = Visitor(noon).comment(post, text=WORDS, name=WHO, email=MAIL)
    assert answer.status_code == 302
    return NewsroomComment.objects.get(), answer.headers["Location"].partition("t=")[2].partition("&")[0]


def reported(comment: NewsroomComment, noon: time_machine.Traveller) -> None:
    answer = Visitor(noon).report(comment, reasons=REASONS, name=REPORTER, email=REPORTER_MAIL)
    assert answer.status_code == 302


def everything(cast: Cast, post: NewsroomPost, noon: time_machine.Traveller) -> str:
    """The thread from the form to the answered report, with faults on the way; the private token."""
    comment, token = wrote(post, noon)
    assert poll_page(post.page_id).stored == 1
    reported(comment, noon)
    poll_page(post.page_id)
    copy = Comment.objects.select_related("page__brand").get()
    review = review_of(copy)
    assert decided(copy, cast.mona, D.REPLY, reason=INSIDE, text=ANSWER).done
    assert second(review, cast.ada, agree=True, reason=INSIDE, revision=1).done
    jobs.carry_out()
    assert assign.ask_review(fresh(copy), cast.mona) is not None
    hide = decided(fresh(copy), cast.mona, D.HIDE, reason=INSIDE, told=WHY).action
    assert hide is not None
    with pytest.MonkeyPatch.context() as patch:
        for error in (Later("not_sent"), Unknown("reset"), Never("content_refused"), RuntimeError(WORDS)):
            patch.setattr(DjangoNewsroomStore, "hide", raising(error))
            jobs.carry_out()
            noon.shift(timedelta(hours=1))
            jobs.sweep()
            Action.objects.filter(pk=hide.pk).update(state=ActionState.PLANNED, next_attempt_at=None)
    jobs.carry_out()
    jobs.answer_due()
    Client().get(f"/p/maison-lumen/comment/?t={token}")
    Client().get(f"/p/maison-lumen/comment/?t={token}x")
    Client().post(f"/p/maison-lumen/{post.pk}/comment/", {"text": WORDS, "name": WHO, "email": MAIL})
    services.withdraw(NewsroomComment.objects.get(pk=comment.pk))
    poll_page(post.page_id)
    evidence.erase(fresh(copy), cast.alice)
    return token


def raising(error: Exception) -> Any:
    def faulty(*_more: Any) -> None:
        raise error

    return faulty


def test_no_word_and_no_name_stands_in_any_log(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = everything(cast, post, noon)
    said = caplog.text + "".join(repr(vars(each)) for each in caplog.records)
    assert "perform of Action" in said
    assert leaks(said) == []
    assert token not in said
    assert not any(person.email in said for person in cast.by_role().values())


def test_the_ledger_holds_ids_and_hashes_alone(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller
) -> None:
    token = everything(cast, post, noon)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM core_ledgerentry")
        rows = cursor.fetchall()
    assert len(rows) >= 10
    assert leaks(repr(rows)) == []
    assert token not in repr(rows)
    assert ledger.verify(cast.brand.pk) is None
    kinds = {each.kind for each in LedgerEntry.objects.filter(brand_id=cast.brand.pk)}
    assert {"report.received", "evidence.sealed", "action.done", "report.answered", "comment.erased"} <= kinds


def test_jobs_are_given_numbers_alone(
    cast: Cast,
    post: NewsroomPost,
    noon: time_machine.Traveller,
    bell: redis.Redis,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        token = everything(cast, post, noon)
    queue = django_rq.get_queue("moderation", connection=bell)
    rung = [(job.func_name, job.args, job.kwargs) for job in queue.jobs]
    assert {name for name, _args, _more in rung} >= {
        "moderation.jobs.poll_page",
        "moderation.jobs.carry_out_one",
        "moderation.jobs.tell_reporters",
    }
    assert all(type(each) is int for _name, args, _more in rung for each in args)
    assert all(more == {} for _name, _args, more in rung)
    held = [repr((job.data, job.description, job.meta)) for job in queue.jobs] + [repr(bell.keys("*"))]
    assert leaks("".join(held)) == []
    assert token not in "".join(held)


def test_the_mail_outbox_names_nobody_in_its_keys(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller
) -> None:
    everything(cast, post, noon)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notices_mail")
        rows = repr(cursor.fetchall())
    assert leaks(rows) == []


def test_no_table_holds_an_address_in_clear(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller
) -> None:
    comment, _token = wrote(post, noon)
    reported(comment, noon)
    poll_page(post.page_id)
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- names the database gave
            rows = repr(cursor.fetchall())
            found += [(table, each) for each in (MAIL, REPORTER_MAIL, REPORTER, REASONS) if each in rows]
    assert found == []


# --- Redis is only the doorbell


def test_flushed_in_the_middle_nothing_is_lost(
    cast: Cast,
    post: NewsroomPost,
    noon: time_machine.Traveller,
    bell: redis.Redis,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        comment, _token = wrote(post, noon)
    assert len(django_rq.get_queue("moderation", connection=bell).jobs) == 1
    bell.flushall()
    assert Comment.objects.count() == 0
    assert jobs.poll_comments() == 1
    copy = Comment.objects.select_related("page__brand").get()
    with django_capture_on_commit_callbacks(execute=True):
        assert decided(copy, cast.mona).done
    bell.flushall()
    assert fresh(copy).presence == Presence.VISIBLE
    assert jobs.carry_out() == 1
    comment.refresh_from_db()
    assert (comment.state, fresh(copy).presence) == (CommentState.HIDDEN, Presence.HIDDEN)


def test_down_all_the_way_everything_still_happens(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller, settings: Any
) -> None:
    dead = "redis://127.0.0.1:1/0"
    settings.RQ_QUEUES = {name: {**queue, "URL": dead} for name, queue in settings.RQ_QUEUES.items()}
    comment, _token = wrote(post, noon)
    reported(comment, noon)
    assert jobs.poll_comments() == 1
    copy = Comment.objects.select_related("page__brand").get()
    assert review_of(copy).notified is True
    assert decided(copy, cast.mona, told=WHY).done
    assert (jobs.carry_out(), jobs.sweep()) == (1, 1)
    comment.refresh_from_db()
    assert (comment.state, comment.reason) == (CommentState.HIDDEN, WHY)
    assert (Action.objects.get().state, Evidence.objects.count()) == (ActionState.DONE, 1)
    assert CommentReport.objects.get().answer == "removed"


def test_a_job_that_rings_twice_does_nothing_more(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller
) -> None:
    wrote(post, noon)
    assert [jobs.poll_page(post.page_id) for _time in range(2)] == [1, 0]
    copy = Comment.objects.select_related("page__brand").get()
    action = decided(copy, cast.mona).action
    assert action is not None
    assert [jobs.carry_out_one(action.pk) for _time in range(2)] == [True, False]
    assert [jobs.tell_reporters(copy.pk) for _time in range(2)] == [False, False]
    assert action.attempts.count() == 1
    assert Review.objects.get().state == ReviewState.DECIDED
    assert act.carry_out_due(10) == 0


def test_a_fault_of_the_database_quotes_no_row(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    wrote(post, noon)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(newcomers, "store", raising(IntegrityError(f"Failing row contains ({WORDS})")))
        assert jobs.poll_page(post.page_id) == 0
        assert jobs.poll_comments() == 0
        patch.setattr(reporters, "answer_one", raising(IntegrityError(WORDS)))
        assert jobs.tell_reporters(1) is False
    assert leaks(caplog.text) == []
    assert "IntegrityError" in caplog.text
    noon.shift(timedelta(hours=1))
    assert jobs.poll_comments() == 1


def test_evidence_names_the_author_and_never_the_address_they_gave(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller
) -> None:
    wrote(post, noon)
    poll_page(post.page_id)
    result = decided(Comment.objects.select_related("page__brand").get(), cast.mona)
    assert result.evidence is not None
    said = json.dumps(dict(evidence.open_record(result.evidence).data), ensure_ascii=False)
    assert (WHO in said, MAIL in said, WORDS in said) == (True, False, True)
    assert INSULT.split(",")[0][:10] in said
