"""What is not kept for ever of those who commented or reported."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pages.newsroom import services
from pages.newsroom.jobs import forget_commenters
from pages.newsroom.models import CommentReport, NewsroomComment, NewsroomPost
from pages.newsroom.rules import ADDRESSES_KEPT, WORDS_KEPT
from pages.notices.enums import MailState
from pages.notices.models import Mail
from tests.newsroom.talk import notify, say


@pytest.fixture
def comment(post: NewsroomPost) -> NewsroomComment:
    """A comment with an address, reported by somebody else; its mails are away."""
    made = say(post, "Bonjour", email="lea@exemple.fr")
    notify(made)
    Mail.objects.update(state=MailState.SENT)
    return made


def test_addresses_are_forgotten_after_twelve_months_also_in_the_outbox(
    comment: NewsroomComment, noon: time_machine.Traveller
) -> None:
    noon.shift(ADDRESSES_KEPT)
    assert forget_commenters() == 0
    assert sorted(mail.to for mail in Mail.objects.all()) == ["lea@exemple.fr", "nora@exemple.fr"]
    noon.shift(timedelta(seconds=1))
    young = say(comment.post, email="zoe@exemple.fr")
    assert [forget_commenters() for _ in range(2)] == [2, 0]
    comment.refresh_from_db()
    report = CommentReport.objects.get()
    assert (comment.email, comment.author_mark, comment.text, comment.author_name) == (
        "",
        "",
        "Bonjour",
        "Léa",
    )
    assert (report.name, report.email) == ("", "")
    assert report.reasons != ""
    assert sorted(mail.to for mail in Mail.objects.all()) == ["", "", "zoe@exemple.fr"]
    young.refresh_from_db()
    assert young.email == "zoe@exemple.fr"


def test_forgetting_changes_nothing_that_is_public(
    comment: NewsroomComment, noon: time_machine.Traveller
) -> None:
    comment.refresh_from_db()
    before = comment.changed_at
    noon.shift(ADDRESSES_KEPT + timedelta(seconds=1))
    forget_commenters()
    comment.refresh_from_db()
    assert (comment.changed_at, comment.state, comment.version) == (before, "visible", 1)


def test_withdrawn_words_are_erased_after_thirty_days(
    comment: NewsroomComment, noon: time_machine.Traveller
) -> None:
    stays = say(comment.post, "Je reste")
    services.withdraw(comment)
    noon.shift(WORDS_KEPT)
    assert forget_commenters() == 0
    assert NewsroomComment.objects.get(pk=comment.pk).text == "Bonjour"
    noon.shift(timedelta(seconds=1))
    assert forget_commenters() == 1
    gone = NewsroomComment.objects.get(pk=comment.pk)
    assert (gone.text, gone.author_name, gone.state) == ("", "", "withdrawn")
    stays.refresh_from_db()
    assert stays.text == "Je reste"


def test_one_comments_number_is_not_the_beginning_of_anothers(comment: NewsroomComment) -> None:
    Mail.objects.filter(to__isnull=False, key__startswith="newsroom.comment_link").update(
        key=f"newsroom.comment_link:{comment.pk}0:"
    )
    services.withdraw(comment)
    assert "lea@exemple.fr" in {mail.to for mail in Mail.objects.all()}
