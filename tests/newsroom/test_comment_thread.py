"""The comments as everybody reads them: order, what is out of sight, counts, caches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from bs4 import Tag
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pages.models import Charter
from pages.newsroom import services
from pages.newsroom.models import CommentMode, NewsroomPost
from pages.newsroom.selectors.comments import conversation
from tests.newsroom.helpers import NOON, make_post
from tests.newsroom.talk import HOME, say, set_mode, soup, texts
from tests.people import Cast

ATOM = "{http://www.w3.org/2005/Atom}"
COUNT = "{http://purl.org/syndication/thread/1.0}count"


@pytest.fixture
def page_of(client: Client, post: NewsroomPost) -> Any:
    """The post's page, read now."""
    return lambda query="": soup(client.get(f"{HOME}{post.pk}/{query}"))


def outline(page: Tag) -> list[list[str]]:
    """The threads as their words, the first one first."""
    return [texts(thread, ".said-words, .is-away") for thread in page.select(".thread")]


def test_two_levels_in_the_order_of_time(
    post: NewsroomPost, page_of: Any, noon: time_machine.Traveller
) -> None:
    first = say(post, "1", "Paul")
    other = say(post, "2")
    noon.shift(timedelta(minutes=1))
    below = say(post, "1.1", "Inès", answers=first.pk)
    noon.shift(timedelta(minutes=1))
    say(post, "2.1", answers=other.pk)
    deep = say(post, "1.2", answers=below.pk)
    page = page_of()
    assert outline(page) == [["1", "1.1", "1.2"], ["2", "2.1"]]
    assert texts(page, f"#c{deep.pk} .said-to bdi") == ["Inès"]
    assert page.select(f"#c{below.pk} .said-to") == []
    assert page.select(f"#c{first.pk} time")[0]["datetime"] == "2026-08-12T12:00:00+02:00"
    assert [str(act["href"]) for act in page.select(f"#c{below.pk} .said-acts a")] == [
        f"{HOME}{post.pk}/comment/?to={below.pk}",
        f"{HOME}{post.pk}/report/{below.pk}/",
    ]
    assert [h["id"] for h in page.select("h2")] == ["talk"]


def test_the_pages_own_answer_is_marked_and_cannot_be_reported(
    cast: Cast, post: NewsroomPost, page_of: Any
) -> None:
    first = say(post)
    own = services.answer(cast.newsroom, key="k", to=first.pk, text="Merci", language="fr")
    page = page_of()
    [answer] = page.select(".said.is-brand")
    assert (answer["id"], texts(answer, "h3"), len(answer.select(".said-mark"))) == (
        f"c{own.pk}",
        ["Maison Lumen"],
        1,
    )
    assert answer.select(".said-words")[0]["lang"] == "fr"
    assert ["report" in str(act["href"]) for act in answer.select(".said-acts a")] == [False]


@pytest.mark.parametrize("gone", ["hide", "take_away", "withdraw"])
def test_what_is_out_of_sight_leaves_no_word_nor_name_but_its_place_if_answered(
    post: NewsroomPost, page_of: Any, client: Client, gone: str
) -> None:
    alone, answered = say(post, "Insulte", "Nom caché"), say(post, "Injure", "Nom tu")
    below = say(post, "Réponse", answers=answered.pk)
    say(post, "Seconde réponse", "Zoé", answers=below.pk)
    for comment in (alone, answered):
        services.withdraw(comment) if gone == "withdraw" else getattr(services, gone)(comment, "insultes")
    page = page_of()
    [[place, *rest]] = outline(page)
    assert rest == ["Réponse", "Seconde réponse"]
    assert place not in {"Injure", ""}
    read = "".join(client.get(path).content.decode() for path in (HOME, f"{HOME}{post.pk}/"))
    assert [word for word in ("Insulte", "Injure", "Nom caché", "Nom tu", "insultes") if word in read] == []
    services.withdraw(below)
    assert outline(page_of()) == [[place, "Seconde réponse"]]
    assert page_of().select(".said-to") == []


def test_what_waits_is_seen_once_it_is_let_through(cast: Cast, post: NewsroomPost, page_of: Any) -> None:
    set_mode(cast.newsroom, CommentMode.MODERATE_FIRST)
    comment = say(post, "J’attends")
    assert outline(page_of()) == []
    assert services.show(comment)
    assert outline(page_of()) == [["J’attends"]]


def test_the_mode_is_said_with_the_charter(cast: Cast, post: NewsroomPost, page_of: Any) -> None:
    at_once = texts(page_of(), ".talk-head p")
    Charter.objects.create(brand=cast.brand, text="Soyez aimables.")
    assert [link["href"] for link in page_of().select(".talk-head a")] == [f"{HOME}charter/"]
    Charter.objects.all().delete()
    set_mode(cast.newsroom, CommentMode.MODERATE_FIRST)
    read_first = texts(page_of(), ".talk-head p")
    set_mode(cast.newsroom, CommentMode.CLOSED)
    assert len({*at_once, *read_first}) == 2
    assert texts(page_of(), ".talk-head p") == []


def test_a_long_one_is_folded_and_whole(post: NewsroomPost, page_of: Any) -> None:
    say(post, "mot " * 300 + "fin")
    say(post, "court")
    page = page_of()
    [fold] = page.select("details.said-long")
    assert fold.select("p")[-1].get_text().endswith(" fin")
    assert len(fold.select("summary p")[0].get_text()) <= 500


def test_counts_on_the_home_page_the_post_and_in_the_feed(
    cast: Cast, post: NewsroomPost, client: Client, page_of: Any
) -> None:
    make_post(cast.newsroom, "Sans commentaire", NOON - timedelta(days=1))
    first = say(post)
    say(post, answers=first.pk)
    services.hide(say(post), "hors sujet")
    home = soup(client.get(HOME))
    assert [str(link["href"]) for link in home.select(".post-talk a")] == [f"{HOME}{post.pk}/#comments"]
    assert texts(home, ".post-talk")[0].startswith("2 ")
    assert texts(page_of(), "#talk")[0].startswith("2 ")
    feed = ElementTree.fromstring(client.get(f"{HOME}feed.atom").content)  # noqa: S314  # our own feed
    replies = [
        (link.get("href"), link.get(COUNT))
        for link in feed.iter(f"{ATOM}link")
        if link.get("rel") == "replies"
    ]
    assert replies == [(f"https://pages.exemple.fr{HOME}{post.pk}/#comments", "2")]


def test_all_threads_are_reached_page_by_page(
    post: NewsroomPost, page_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.newsroom.selectors.comments.THREADS_A_PAGE", 2)
    for n in range(5):
        say(post, str(n))
    seen, query = [], ""
    for _ in range(3):
        page = page_of(query)
        assert texts(page, "#talk")[0].startswith("5 ")
        seen += [words for [words] in outline(page)]
        query = str(page.select(".talk-more a")[-1]["href"]).partition("#")[0]
    assert seen == ["0", "1", "2", "3", "4"]
    assert query == "?comments=2"  # the last page leads back only
    found = conversation(post, 3)
    assert found is not None
    assert (found.pages, found.previous, found.following, found.count) == (3, 2, 0, 5)


@pytest.mark.parametrize("number", ["0", "2", "x", "-1", "9" * 30])
def test_a_page_of_comments_that_is_not_there(post: NewsroomPost, client: Client, number: str) -> None:
    say(post)
    assert client.get(f"{HOME}{post.pk}/", {"comments": number}).status_code == 404


def test_as_many_queries_for_three_threads_as_for_one(
    post: NewsroomPost, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def thread() -> None:
        say(post, answers=say(post).pk)

    thread()
    with django_assert_num_queries(7):
        client.get(f"{HOME}{post.pk}/")
    thread()
    thread()
    with django_assert_num_queries(7):
        client.get(f"{HOME}{post.pk}/")


class TestCaches:
    def test_a_hidden_comment_is_never_not_modified(self, post: NewsroomPost, client: Client) -> None:
        comment = say(post, "Insulte")
        path = f"{HOME}{post.pk}/"
        seen = client.get(path)
        assert seen.headers["Cache-Control"] == "public, no-cache"
        asks = {"If-None-Match": seen.headers["ETag"]}
        assert client.get(path, headers=asks).status_code == 304
        services.hide(comment, "insultes")
        dated = {"If-Modified-Since": "Wed, 12 Aug 2026 23:00:00 GMT"}
        for headers in (asks, dated):
            response = client.get(path, headers=headers)
            assert (response.status_code, b"Insulte" in response.content) == (200, False)

    @pytest.mark.parametrize("path", [HOME, f"{HOME}feed.atom"])
    def test_pages_that_count_comments_change_with_them(
        self, post: NewsroomPost, client: Client, noon: time_machine.Traveller, path: str
    ) -> None:
        noon.shift(timedelta(minutes=1))
        before = client.get(path)
        comment = say(post)
        noon.shift(timedelta(minutes=1))
        for hidden in (False, True):
            if hidden:
                services.hide(comment, "insultes")
            noon.shift(timedelta(minutes=1))
            asks = {
                "If-None-Match": before.headers["ETag"],
                "If-Modified-Since": before.headers["Last-Modified"],
            }
            after = client.get(path, headers=asks)
            dated = client.get(path, headers={"If-Modified-Since": before.headers["Last-Modified"]})
            assert (after.status_code, dated.status_code) == (200, 200)
            before = after

    def test_in_the_second_of_a_change_no_date_is_given(
        self, post: NewsroomPost, client: Client, noon: time_machine.Traveller
    ) -> None:
        noon.shift(timedelta(milliseconds=300))
        comment = say(post)
        assert "Last-Modified" not in client.get(HOME).headers
        noon.shift(timedelta(milliseconds=300))
        services.hide(comment, "insultes")
        noon.shift(timedelta(seconds=1))
        assert client.get(HOME).headers["Last-Modified"] == "Wed, 12 Aug 2026 10:00:00 GMT"

    def test_what_waits_unseen_changes_no_date(
        self, cast: Cast, post: NewsroomPost, client: Client, noon: time_machine.Traveller
    ) -> None:
        set_mode(cast.newsroom, CommentMode.MODERATE_FIRST)
        noon.shift(timedelta(minutes=1))
        before = client.get(HOME).headers["Last-Modified"]
        say(post)
        noon.shift(timedelta(minutes=1))
        assert client.get(HOME).headers["Last-Modified"] == before
