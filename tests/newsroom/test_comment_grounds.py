"""What was notified against a comment: whoever decides reads why, and not by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from moderation.models import Comment
from moderation.services import evidence
from moderation.services.ingest import poll_page
from pages.models import Page
from pages.newsroom import services
from pages.newsroom.models import NewsroomComment, NewsroomPost
from pages.newsroom.selectors.comments import Grounds, grounds, is_number
from pages.newsroom.services import Notice
from tests.moderation.makers import decided
from tests.newsroom.helpers import NOON, make_post
from tests.newsroom.talk import say
from tests.people import Cast

REASONS = "Ces mots insultent une vendeuse nommée."
LATER = "Elle n'a rien fait de tout cela."


@pytest.fixture
def comment(post: NewsroomPost) -> NewsroomComment:
    return say(post, "Karim est un gros connard.")


def notified(comment: NewsroomComment, reasons: str = REASONS, nonce: str = "r1") -> None:
    services.report(comment, Notice(nonce, reasons, "Nora Petit", "nora@exemple.fr"))


def test_the_reasons_are_read_in_their_order_without_a_name(
    cast: Cast, comment: NewsroomComment, noon: time_machine.Traveller
) -> None:
    notified(comment)
    noon.shift(timedelta(minutes=5))
    notified(comment, LATER, "r2")
    found = grounds(cast.newsroom, str(comment.pk))
    assert found == (Grounds(NOON, REASONS), Grounds(NOON + timedelta(minutes=5), LATER))
    assert "Nora" not in repr(found)
    assert "exemple.fr" not in repr(found)


def test_what_was_answered_says_so(cast: Cast, comment: NewsroomComment) -> None:
    notified(comment)
    services.answer_reports(comment, removed=False)
    assert [each.answer for each in grounds(cast.newsroom, str(comment.pk))] == ["kept"]


@pytest.mark.parametrize("remote_id", ["", "0", "-1", "x", "1' OR 1=1", "9" * 30, "١", "sha256:00"])
def test_an_id_that_is_no_comments_has_none(cast: Cast, comment: NewsroomComment, remote_id: str) -> None:
    notified(comment)
    assert grounds(cast.newsroom, remote_id) == ()


def test_another_brand_reads_nothing_of_it(cast: Cast, comment: NewsroomComment) -> None:
    notified(comment)
    assert grounds(cast.other_newsroom, str(comment.pk)) == ()


def test_another_network_has_no_newsrooms_comments(cast: Cast, comment: NewsroomComment) -> None:
    notified(comment)
    account = Page.objects.create(brand=cast.brand, network="mastodon", host="https://m.example", name="M")
    assert grounds(account, str(comment.pk)) == ()


@pytest.mark.parametrize("count", [1, 3])
def test_one_query_however_many(
    cast: Cast, comment: NewsroomComment, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        notified(comment, REASONS, f"r{number}")
    with django_assert_num_queries(1):
        assert len(grounds(cast.newsroom, str(comment.pk))) == count


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", True), ("0", True), ("", False), ("1.0", False), ("٣", False), ("1" * 19, False)],
)
def test_what_names_a_row(text: str, number: bool) -> None:
    assert is_number(text) is number


def test_sealed_with_the_comment_they_show_since_when_the_page_knew(
    cast: Cast, comment: NewsroomComment
) -> None:
    notified(comment)
    poll_page(cast.newsroom.pk)
    result = decided(Comment.objects.select_related("page__brand").get(), cast.mona)
    assert result.evidence is not None
    record = evidence.open_record(result.evidence).data
    assert record["grounds"] == [{"at": "2026-08-12T10:00:00.000000+00:00", "reasons": REASONS}]
    assert record["comment"]["notified_at"] == "2026-08-12T10:00:00.000000+00:00"
    assert "Nora" not in repr(record)
    assert evidence.check_file(evidence.export(result.evidence)) == []


def test_erased_the_sealed_reasons_cannot_be_read_any_more(cast: Cast, comment: NewsroomComment) -> None:
    notified(comment)
    poll_page(cast.newsroom.pk)
    copy = Comment.objects.select_related("page__brand").get()
    result = decided(copy, cast.mona)
    assert result.evidence is not None
    evidence.erase(copy, cast.alice)
    result.evidence.refresh_from_db()
    with pytest.raises(evidence.EvidenceErased):
        evidence.open_record(result.evidence)


def test_two_posts_do_not_mix(cast: Cast, post: NewsroomPost) -> None:
    first, second = say(post), say(make_post(cast.newsroom, "Autre"))
    notified(first, REASONS, "a")
    notified(second, LATER, "b")
    assert [each.reasons for each in grounds(cast.newsroom, str(first.pk))] == [REASONS]
    assert [each.reasons for each in grounds(cast.newsroom, str(second.pk))] == [LATER]
