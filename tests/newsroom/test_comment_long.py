"""A thread that everybody answers: its page stays short, and every answer can be reached."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pages.newsroom import services
from pages.newsroom.models import CommentState, NewsroomComment, NewsroomPost
from pages.newsroom.selectors.comments import Conversation, conversation, one_thread
from tests.newsroom.helpers import make_post
from tests.newsroom.talk import HOME, say, soup, texts
from tests.people import Cast


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three answers, threads of two."""
    monkeypatch.setattr("pages.newsroom.selectors.comments.ANSWERS_A_THREAD", 2)
    monkeypatch.setattr("pages.newsroom.selectors.comments.ANSWERS_A_PAGE", 3)


def talked(post: NewsroomPost, answers: int, text: str = "Bonjour") -> NewsroomComment:
    """A comment with so many answers, called by their numbers."""
    first = say(post, text)
    for number in range(answers):
        say(post, f"{text} {number}", answers=first.pk)
    return first


def found(conversation: Conversation | None) -> list[tuple[str, list[str], int]]:
    assert conversation is not None
    return [
        (each.first.text, [said.comment.text for said in each.answers], each.more)
        for each in conversation.threads
    ]


@pytest.mark.parametrize(
    ("answers", "shown", "more"), [(0, [], 0), (2, ["a 0", "a 1"], 0), (5, ["a 0", "a 1"], 3)]
)
def test_the_first_answers_are_shown_and_the_others_counted(
    post: NewsroomPost, answers: int, shown: list[str], more: int
) -> None:
    talked(post, answers, "a")
    seen = conversation(post)
    assert found(seen) == [("a", shown, more)]
    assert seen is not None
    assert (seen.count, seen.alone) == (answers + 1, 0)


def test_each_thread_has_its_own_first_answers(post: NewsroomPost) -> None:
    for text, answers in (("a", 3), ("b", 1), ("c", 4)):
        talked(post, answers, text)
    assert found(conversation(post)) == [
        ("a", ["a 0", "a 1"], 1),
        ("b", ["b 0"], 0),
        ("c", ["c 0", "c 1"], 2),
    ]


def test_a_threads_own_pages_give_all_of_it(post: NewsroomPost) -> None:
    first = talked(post, 7, "a")
    talked(post, 2, "b")
    pages = [one_thread(post, first.pk, number) for number in (1, 2, 3)]
    answers = [text for page in pages for _first, said, _more in found(page) for text in said]
    assert answers == [f"a {number}" for number in range(7)]
    last = pages[2]
    assert last is not None
    assert (last.pages, last.previous, last.following, last.alone, last.count) == (3, 2, 0, first.pk, 11)
    assert one_thread(post, first.pk, 4) is None


def test_what_is_out_of_sight_is_not_counted(post: NewsroomPost) -> None:
    first = talked(post, 5, "a")
    hidden = NewsroomComment.objects.get(text="a 0")
    services.hide(hidden, "insulte")
    assert found(conversation(post)) == [("a", ["a 1", "a 2"], 2)]
    assert "a 0" not in repr(found(one_thread(post, first.pk)))


def test_a_thread_whose_beginning_is_out_of_sight_keeps_its_answers(post: NewsroomPost) -> None:
    first = talked(post, 4, "a")
    services.hide(first, "insulte")
    page = one_thread(post, first.pk)
    assert page is not None
    assert (page.threads[0].shown, len(page.threads[0].answers)) == (False, 3)


def test_the_page_leads_to_the_others_and_back(post: NewsroomPost, client: Client) -> None:
    first = talked(post, 8, "a")
    path = f"{HOME}{post.pk}/"
    page = soup(client.get(path))
    [onward] = page.select(".talk-more a")
    assert onward["href"] == f"?thread={first.pk}#comments"
    assert "6" in onward.get_text()
    seen, links = [], []
    for number in ("1", "2", "3"):
        alone = soup(client.get(path, {"thread": first.pk, "comments": number}))
        seen += texts(alone, ".answers .said-words")
        links.append([str(each["href"]) for each in alone.select(".talk-more a")])
    on, back = f"?thread={first.pk}&comments=2#comments", f"?thread={first.pk}&comments=1#comments"
    assert links[0] == [f"{path}#comments", on]
    assert links[1] == [f"{path}#comments", back, f"?thread={first.pk}&comments=3#comments"]
    assert links[2] == [f"{path}#comments", on]
    assert seen == [f"a {number}" for number in range(8)]


@pytest.mark.parametrize(
    "query", ["thread=0", "thread=x", "thread=-1", "thread=1' OR 1=1", f"thread={'9' * 30}"]
)
def test_a_thread_that_is_not_there(post: NewsroomPost, client: Client, query: str) -> None:
    talked(post, 3)
    assert client.get(f"{HOME}{post.pk}/?{query}").status_code == 404


def test_an_answer_begins_no_thread(post: NewsroomPost, client: Client) -> None:
    talked(post, 3, "a")
    answer = NewsroomComment.objects.get(text="a 1")
    say(post, "below", answers=answer.pk)
    assert one_thread(post, answer.pk) is None


def test_another_posts_thread_is_not_shown_here(cast: Cast, post: NewsroomPost, client: Client) -> None:
    other = make_post(cast.newsroom, "Autre")
    first = talked(other, 4)
    assert one_thread(post, first.pk) is None
    foreign = make_post(cast.other_newsroom, "Ailleurs")
    assert one_thread(foreign, first.pk) is None
    assert client.get(f"{HOME}{post.pk}/?thread={first.pk}").status_code == 404


def test_a_thread_without_answers_has_no_page_of_its_own(post: NewsroomPost) -> None:
    assert one_thread(post, say(post).pk) is None


@pytest.mark.parametrize("answers", [3, 9])
def test_as_many_queries_however_long(
    post: NewsroomPost, client: Client, answers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = talked(post, answers)
    with django_assert_num_queries(9):
        client.get(f"{HOME}{post.pk}/")
    with django_assert_num_queries(9):
        client.get(f"{HOME}{post.pk}/?thread={first.pk}")


def test_five_thousand_answers_weigh_no_more_than_a_few(
    post: NewsroomPost, client: Client, settings: Any
) -> None:
    first = talked(post, 1)
    pattern = NewsroomComment.objects.get(root=first)
    rows = [
        NewsroomComment(
            post=post,
            parent=first,
            root=first,
            key=f"k{number}",
            token_hash=f"t{number}",
            author_name="Léa",
            text="Bonjour",
            state=CommentState.VISIBLE,
            written_at=pattern.written_at,
            shown_at=pattern.written_at,
            changed_at=pattern.written_at,
        )
        for number in range(5_000)
    ]
    NewsroomComment.objects.bulk_create(rows)
    page = client.get(f"{HOME}{post.pk}/").content
    assert len(page) < 30_000
    seen = conversation(post)
    assert seen is not None
    assert (seen.count, seen.threads[0].more) == (5_002, 4_999)
