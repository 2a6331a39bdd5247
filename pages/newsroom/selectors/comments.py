"""The comments under a post: who may write, what is shown of a thread, and what a reader of changes gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from pages.enums import PageState
from pages.models import Page
from pages.networks.registry import is_ours
from pages.newsroom.models import (
    CommentMode,
    CommentReport,
    CommentRules,
    CommentState,
    NewsroomComment,
    NewsroomPost,
)
from pages.newsroom.rules import ANSWERS_A_PAGE, ANSWERS_A_THREAD, THREADS_A_PAGE
from pages.newsroom.tokens import hash_of

GONE = (CommentState.REMOVED, CommentState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Said:
    """One comment of a thread. `to`: the name it answers, when that is not the first of the thread."""

    comment: NewsroomComment
    to: str = ""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a formal notice says against a comment. Who gave it is nobody's business here.

    `answer`: `removed` or `kept`, empty while its reporter waits.
    """

    at: datetime
    reasons: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """The first comment and what was answered below, oldest first. It may itself be out of sight.

    `more`: how many answers are not among these.
    """

    first: NewsroomComment
    shown: bool
    answers: tuple[Said, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """One page of the threads under a post, oldest first, and how many comments are visible in all.

    `alone`: the one thread whose answers these pages give, 0 where they give all threads.
    """

    threads: tuple[Thread, ...]
    count: int
    number: int
    pages: int
    alone: int = 0

    @property
    def previous(self) -> int:
        """The page before this one; 0 for the first."""
        return self.number - 1

    @property
    def following(self) -> int:
        """The page after this one; 0 for the last."""
        return self.number + 1 if self.number < self.pages else 0


def comment_mode(page: Page) -> CommentMode:
    """How this newsroom takes comments."""
    rules: CommentRules | None = getattr(page, "comment_rules", None)
    return CommentMode(rules.mode) if rules else CommentMode.PUBLISH_FIRST


def takes_comments(page: Page) -> bool:
    """Whether visitors may write: not when comments are closed, nor once the page is disconnected."""
    return page.state != PageState.DISCONNECTED and comment_mode(page) != CommentMode.CLOSED


def conversation(post: NewsroomPost, number: int = 1) -> Conversation | None:
    """The threads under a post; None for a page of them that does not exist.

    A first comment that is out of sight keeps its place while somebody's visible answer stands below.
    """
    visible = NewsroomComment.objects.filter(post=post, state=CommentState.VISIBLE)
    answered = Exists(visible.filter(root=OuterRef("pk")))
    firsts = NewsroomComment.objects.filter(Q(state=CommentState.VISIBLE) | answered, post=post, root=None)
    firsts = firsts.order_by("written_at", "pk")
    start = (number - 1) * THREADS_A_PAGE
    shown = list(firsts[start : start + THREADS_A_PAGE])
    if not shown and number > 1:
        return None
    full = len(shown) == THREADS_A_PAGE or number > 1
    pages = -(-firsts.count() // THREADS_A_PAGE) if full else 1
    answers, more = _answers(visible, shown) if shown else ([], {})
    below = _by_thread(answers)
    threads = tuple(
        Thread(
            first,
            first.state == CommentState.VISIBLE,
            tuple(below.get(first.pk, ())),
            more.get(first.pk, 0),
        )
        for first in shown
    )
    whole = not full and not more
    count = sum(thread.shown for thread in threads) + len(answers) if whole else visible.count()
    return Conversation(threads, count, number, pages)


def one_thread(post: NewsroomPost, first_id: int, number: int = 1) -> Conversation | None:
    """One thread under a post, its answers page by page; None for one that is not there, or no such page."""
    visible = NewsroomComment.objects.filter(post=post, state=CommentState.VISIBLE)
    first = NewsroomComment.objects.filter(post=post, root=None, pk=first_id).first()
    below = visible.filter(root=first_id).order_by("written_at", "pk")
    start = (number - 1) * ANSWERS_A_PAGE
    answers = list(below[start : start + ANSWERS_A_PAGE])
    if first is None or not answers:
        return None
    said = _by_thread(answers)[first.pk]
    thread = Thread(first, first.state == CommentState.VISIBLE, tuple(said))
    pages = -(-below.count() // ANSWERS_A_PAGE)
    return Conversation((thread,), visible.count(), number, pages, alone=first.pk)


def _answers(
    visible: QuerySet[NewsroomComment], firsts: Iterable[NewsroomComment]
) -> tuple[list[NewsroomComment], dict[int, int]]:
    """The first answers of each thread, and how many more there are in those that have more."""
    below = visible.filter(root__in=[first.pk for first in firsts])
    place = Window(RowNumber(), partition_by="root", order_by=("written_at", "pk"))
    placed: QuerySet[Any] = below.annotate(place=place)
    shown = list(placed.filter(place__lte=ANSWERS_A_THREAD).order_by("written_at", "pk"))
    numbers = Counter(answer.root_id for answer in shown)
    long = [root for root, number in numbers.items() if number == ANSWERS_A_THREAD]
    if not long:
        return shown, {}
    counted = below.filter(root__in=long).order_by().values_list("root").annotate(n=Count("*"))
    return shown, {root: n - ANSWERS_A_THREAD for root, n in counted if root and n > ANSWERS_A_THREAD}


def _by_thread(answers: Iterable[NewsroomComment]) -> dict[int, list[Said]]:
    """Answers by the first comment of their thread, each with the name it speaks to."""
    below: dict[int, list[Said]] = {}
    names = {answer.pk: answer.author_name for answer in answers}
    for answer in answers:
        if answer.root_id is not None:
            to = names.get(answer.parent_id or 0, "")
            below.setdefault(answer.root_id, []).append(Said(answer, to))
    return below


def with_counts(posts: QuerySet[NewsroomPost]) -> QuerySet[NewsroomPost]:
    """The posts, each with `comment_count`: how many visible comments are under it."""
    visible = NewsroomComment.objects.filter(post=OuterRef("pk"), state=CommentState.VISIBLE)
    counted = visible.order_by().values("post").annotate(n=Count("*")).values("n")
    counting: QuerySet[NewsroomPost] = posts.annotate(comment_count=Coalesce(Subquery(counted), 0))
    return counting


def comments_changed_at(page: Page) -> datetime | None:
    """When something last changed among the comments that were public at any time."""
    public = NewsroomComment.objects.filter(post__page=page, shown_at__isnull=False)
    last: datetime | None = public.aggregate(last=Max("changed_at"))["last"]
    return last


def comment_of(page: Page, comment_id: int) -> NewsroomComment | None:
    """A comment under a post of this newsroom, in any state, with its post."""
    comments = NewsroomComment.objects.select_related("post__page__brand")
    return comments.filter(post__page=page, pk=comment_id).first()


def visible_under(post: NewsroomPost, comment_id: int) -> NewsroomComment | None:
    """A visible comment of this post: what may be answered."""
    return NewsroomComment.objects.filter(post=post, pk=comment_id, state=CommentState.VISIBLE).first()


def comment_by_token(page: Page, token: str) -> NewsroomComment | None:
    """The comment whose author holds this private link; None when it is forged or cut."""
    comments = NewsroomComment.objects.select_related("post__page__brand").filter(post__page=page)
    return comments.filter(by_brand=False, token_hash=hash_of(token)).first() if token else None


def comment_by_key(post: NewsroomPost, key: str) -> NewsroomComment | None:
    """The comment that a form has already made."""
    return NewsroomComment.objects.filter(post=post, key=key).first()


def grounds(page: Page, remote_id: str) -> tuple[Grounds, ...]:
    """What was notified against a comment of this newsroom, the first first; one query.

    Nothing for a page of another network, and for an id that is no comment's.
    """
    number = int(remote_id) if is_number(remote_id) else 0
    rows = CommentReport.objects.filter(comment__post__page=page, comment=number).order_by("at", "pk")
    known = rows if is_ours(page.network) and number else ()
    return tuple(Grounds(each.at, each.reasons, each.answer) for each in known)


def is_number(text: str) -> bool:
    """Whether a text names a row: figures only, and no more of them than a row's number has."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def changed_since(page: Page, at: datetime | None, pk: int) -> QuerySet[NewsroomComment]:
    """What visitors wrote that is new or changed after this place, in the order of changes.

    Each comes with `noticed_at`, its first report, and `notice_count`.
    """
    comments = NewsroomComment.objects.filter(post__page=page, by_brand=False)
    if at is not None:
        comments = comments.filter(Q(changed_at__gt=at) | Q(changed_at=at, pk__gt=pk))
    return with_notices(comments).order_by("changed_at", "pk")


def with_notices(comments: QuerySet[NewsroomComment]) -> QuerySet[NewsroomComment]:
    """The comments with their post, and with how many reports there are and the first one's instant."""
    reports = CommentReport.objects.filter(comment=OuterRef("pk")).order_by().values("comment")
    first = Subquery(reports.annotate(first=Min("at")).values("first"))
    number = Subquery(reports.annotate(n=Count("*")).values("n"))
    noticed: QuerySet[NewsroomComment] = comments.annotate(noticed_at=first, notice_count=Coalesce(number, 0))
    return noticed.select_related("post")
