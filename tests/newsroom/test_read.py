"""What visitors get: the pages, their headers, and what is not there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from pages.models import Charter
from pages.newsroom.models import NewsroomPost
from pages.newsroom.rules import POSTS_A_PAGE
from tests.newsroom.helpers import NOON, make_post
from tests.people import Cast

HOME = "/p/maison-lumen/"


@pytest.fixture(autouse=True)
def today(settings: Settings) -> object:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        yield


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def one(page: BeautifulSoup, selector: str) -> Tag:
    [found] = page.select(selector)
    return found


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [found.get_text(" ", strip=True) for found in page.select(selector)]


def meta(page: BeautifulSoup) -> dict[str, str]:
    named = {
        str(tag.get("property") or tag.get("name")): str(tag.get("content")) for tag in page.select("meta")
    }
    return {key: value for key, value in named.items() if ":" in key or key in {"description", "robots"}}


class TestHome:
    def test_posts_are_newest_first_and_only_this_brands(self, cast: Cast, client: Client) -> None:
        make_post(cast.newsroom, "Le premier", NOON - timedelta(days=1))
        make_post(cast.newsroom, "Le second", NOON)
        make_post(cast.other_newsroom, "Ailleurs")
        page = soup(client.get(HOME))
        assert texts(page, ".post-body") == ["Le second", "Le premier"]
        assert texts(page, "h1") == ["Maison Lumen"]

    def test_a_post_carries_its_permalink_time_kind_and_link(self, cast: Cast, client: Client) -> None:
        post = make_post(
            cast.newsroom, "Moins 20 %", link="https://www.exemple.fr/lampe?a=1", content_type="promotion"
        )
        page = soup(client.get(HOME))
        assert one(page, ".post-when a")["href"] == f"/p/maison-lumen/{post.pk}/"
        assert one(page, ".post time")["datetime"] == "2026-08-12T12:00:00+02:00"
        assert one(page, ".post time")["title"] == "Europe/Paris (CEST)"
        assert [str(mark["class"]) for mark in page.select(".post-mark")] == ["['post-mark', 'is-promotion']"]
        card = one(page, "a.post-link")
        assert (card["href"], card["rel"]) == ("https://www.exemple.fr/lampe?a=1", ["noopener"])
        assert texts(page, ".post-link-host") == ["exemple.fr"]

    def test_a_link_that_is_no_web_address_makes_no_card(self, cast: Cast, client: Client) -> None:
        make_post(cast.newsroom, link="javascript:alert(1)")
        response = client.get(HOME)
        assert soup(response).select(".post-link") == []
        assert b"javascript:" not in response.content

    def test_words_keep_their_language_and_direction_and_are_never_markup(
        self, cast: Cast, client: Client
    ) -> None:
        make_post(cast.newsroom, "<b>مرحبا</b>", language="ar")
        body = one(soup(client.get(HOME)), ".post-body")
        assert body["lang"] == "ar"
        assert str(body.p) == '<p dir="auto">&lt;b&gt;مرحبا&lt;/b&gt;</p>'

    def test_an_empty_newsroom_says_what_will_come(self, cast: Cast, client: Client) -> None:
        page = soup(client.get(HOME))
        assert len(page.select(".empty h2")) == 1
        assert one(page, ".empty a.button")["href"] == "/p/maison-lumen/subscribe/"

    def test_all_posts_are_reached_page_by_page_each_once(self, cast: Cast, client: Client) -> None:
        count = 2 * POSTS_A_PAGE + 3
        for n in range(count):  # several share one instant
            make_post(cast.newsroom, f"n{n}", NOON - timedelta(minutes=n // 3))
        seen: list[str] = []
        addresses = [HOME]
        for address in addresses:
            page = soup(client.get(address))
            seen += texts(page, ".post-body")
            addresses += [HOME + str(older["href"]) for older in page.select(".posts-more a")]
        assert (len(addresses), len(seen), set(seen)) == (3, count, {f"n{n}" for n in range(count)})

    @pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "²", "999999"])
    def test_a_cursor_that_was_never_given_out_is_not_found(
        self, cast: Cast, client: Client, before: str
    ) -> None:
        assert client.get(HOME, {"before": before}).status_code == 404

    def test_a_cursor_of_another_brand_is_not_found(self, cast: Cast, client: Client) -> None:
        post = make_post(cast.other_newsroom)
        assert client.get(HOME, {"before": post.pk}).status_code == 404

    def test_as_many_queries_for_three_posts_as_for_one(
        self, cast: Cast, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_post(cast.newsroom)
        with django_assert_num_queries(5):
            client.get(HOME)
        make_post(cast.newsroom)
        make_post(cast.newsroom)
        with django_assert_num_queries(5):
            client.get(HOME)

    def test_the_page_speaks_the_brands_language_not_the_visitors(self, cast: Cast, client: Client) -> None:
        cast.brand.language = "en"
        cast.brand.save()
        response = client.get(HOME, headers={"Accept-Language": "fr"})
        assert response.headers["Content-Language"] == "en"
        assert one(soup(response), "html")["lang"] == "en"

    def test_the_accent_is_a_class(self, cast: Cast, client: Client) -> None:
        cast.brand.accent = "plum"
        cast.brand.save()
        assert one(soup(client.get(HOME)), "html")["class"] == ["accent-plum"]


class TestPost:
    def test_the_card_of_a_post(self, cast: Cast, client: Client) -> None:
        post = make_post(cast.newsroom, 'La "lampe" Brume\n\nEn trois teintes.')
        page = soup(client.get(f"{HOME}{post.pk}/"))
        address = f"https://pages.exemple.fr/p/maison-lumen/{post.pk}/"
        assert meta(page) == {
            "og:type": "article",
            "og:site_name": "Maison Lumen",
            "og:title": 'La "lampe" Brume',
            "og:description": 'La "lampe" Brume En trois teintes.',
            "description": 'La "lampe" Brume En trois teintes.',
            "og:url": address,
            "og:locale": "fr_FR",
            "article:published_time": "2026-08-12T12:00:00+02:00",
            "twitter:card": "summary",
        }
        assert one(page, 'link[rel="canonical"]')["href"] == address
        assert one(page, "title").get_text() == 'La "lampe" Brume · Maison Lumen'

    def test_neighbours_in_time_without_those_taken_down(self, cast: Cast, client: Client) -> None:
        texts_ = ["a", "b", "c", "d"]
        a, b, c, d = (make_post(cast.newsroom, text, NOON) for text in texts_)  # one instant: by number
        NewsroomPost.objects.filter(pk=b.pk).update(removed_at=NOON)
        page = soup(client.get(f"{HOME}{c.pk}/"))
        assert [str(link["href"]) for link in page.select(".near a")] == [f"{HOME}{d.pk}/", f"{HOME}{a.pk}/"]

    def test_a_post_taken_down_is_gone_and_nowhere_else(self, cast: Cast, client: Client) -> None:
        post = make_post(cast.newsroom, "Retiré", removed_at=NOON)
        response = client.get(f"{HOME}{post.pk}/")
        assert response.status_code == 410
        assert meta(soup(response)) == {"robots": "noindex"}
        for path in (HOME, f"{HOME}{post.pk}/", f"{HOME}feed.atom"):
            assert "Retiré" not in client.get(path).content.decode()

    def test_a_post_of_another_brand_is_not_found_here(self, cast: Cast, client: Client) -> None:
        post = make_post(cast.other_newsroom, "Ailleurs")
        response = client.get(f"{HOME}{post.pk}/")
        assert response.status_code == 404
        assert texts(soup(response), ".masthead-name") == ["Maison Lumen"]

    @pytest.mark.parametrize(("days", "notes"), [(365, 0), (366, 1)])
    def test_an_old_post_says_that_it_may_be_out_of_date(
        self, cast: Cast, client: Client, days: int, notes: int
    ) -> None:
        post = make_post(cast.newsroom, at=NOON + timedelta(hours=2) - timedelta(days=days))
        assert len(soup(client.get(f"{HOME}{post.pk}/")).select(".post-dated")) == notes


class TestCharterAndLegal:
    def test_the_charter_is_shown_once_written(self, cast: Cast, client: Client) -> None:
        assert client.get(f"{HOME}charter/").status_code == 404
        assert soup(client.get(HOME)).select('a[href$="/charter/"]') == []
        Charter.objects.create(brand=cast.brand, text="Soyez aimables.\n\nPas d’insultes.")
        page = soup(client.get(f"{HOME}charter/"))
        assert texts(page, ".words p") == ["Soyez aimables.", "Pas d’insultes."]
        assert len(soup(client.get(HOME)).select(f'nav.masthead-nav a[href="{HOME}charter/"]')) == 1

    def test_the_legal_notice_gives_what_exists(self, cast: Cast, client: Client) -> None:
        page = soup(client.get(f"{HOME}legal/"))
        assert texts(page, ".facts dd") == ["Maison Lumen SAS"]
        cast.brand.contact_email = "bonjour@lumen.example"
        cast.brand.postal_address = "1 rue <Haute>\n75001 Paris"
        cast.brand.save()
        page = soup(client.get(f"{HOME}legal/"))
        assert texts(page, ".facts dd") == [
            "Maison Lumen SAS",
            "bonjour@lumen.example",
            "1 rue <Haute> 75001 Paris",
        ]
        assert one(page, ".facts a")["href"] == "mailto:bonjour@lumen.example"


class TestHeaders:
    def paths(self, cast: Cast) -> list[str]:
        return [*self.pages(cast), f"{HOME}feed.atom"]

    def pages(self, cast: Cast) -> list[str]:
        post = make_post(cast.newsroom)
        Charter.objects.create(brand=cast.brand, text="Soyez aimables.")
        pages = ["", f"{post.pk}/", "charter/", "legal/", "subscribe/asked/"]
        return [HOME + page for page in pages]

    def test_no_cookie_and_kept_for_a_minute_or_asked_each_time(self, cast: Cast, client: Client) -> None:
        for path in self.paths(cast):
            response = client.get(path)
            assert response.status_code == 200
            assert "Set-Cookie" not in response.headers, path
            assert not response.cookies, path
            assert "Cookie" not in response.headers.get("Vary", ""), path
            kept = "public, no-cache" if path.strip("/")[-1].isdigit() else "public, max-age=60"
            assert response.headers["Cache-Control"] == kept
            assert response.headers["ETag"]
            assert response.headers["X-Frame-Options"] == "DENY"
            assert "unsafe" not in response.headers["Content-Security-Policy"]

    def test_no_script_no_inline_style_and_nothing_from_elsewhere(self, cast: Cast, client: Client) -> None:
        for path in [*self.pages(cast), f"{HOME}subscribe/", f"{HOME}leave/", "/p/nobody/"]:
            page = soup(client.get(path))
            assert page.select("script, style, [style], iframe, img, [onclick]") == [], path
            loaded = page.select('link[rel="stylesheet"], link[rel="icon"], link[rel="preload"]')
            assert {str(link["href"]).startswith("/static/") for link in loaded} <= {True}, path

    def test_unchanged_pages_are_not_sent_again(self, cast: Cast, client: Client) -> None:
        for path in self.paths(cast):
            etag = client.get(path).headers["ETag"]
            response = client.get(path, headers={"If-None-Match": etag})
            assert (response.status_code, response.content) == (304, b""), path
        make_post(cast.newsroom, "Du neuf")
        assert client.get(HOME, headers={"If-None-Match": etag}).status_code == 200

    def test_last_modified_is_the_last_post_gained_or_lost(self, cast: Cast, client: Client) -> None:
        post = make_post(cast.newsroom, at=NOON - timedelta(days=1))
        for path in (HOME, f"{HOME}feed.atom"):
            stamp = client.get(path).headers["Last-Modified"]
            assert stamp == "Tue, 11 Aug 2026 10:00:00 GMT"
            assert client.get(path, headers={"If-Modified-Since": stamp}).status_code == 304
        NewsroomPost.objects.filter(pk=post.pk).update(removed_at=NOON)
        for path in (HOME, f"{HOME}feed.atom"):
            response = client.get(path, headers={"If-Modified-Since": stamp})
            assert (response.status_code, response.headers["Last-Modified"]) == (
                200,
                "Wed, 12 Aug 2026 10:00:00 GMT",
            )

    def test_head_answers_like_get_without_a_body(self, cast: Cast, client: Client) -> None:
        for path in self.paths(cast):
            response = client.head(path)
            assert (response.status_code, response.content) == (200, b""), path

    def test_reading_is_all_one_can_do(self, cast: Cast, client: Client) -> None:
        for path in self.paths(cast):
            assert client.post(path).status_code == 405, path


@pytest.mark.parametrize(
    "page", ["", "1/", "feed.atom", "charter/", "legal/", "subscribe/", "confirm/", "leave/"]
)
def test_an_unknown_brand_is_not_found_in_the_newsrooms_style(cast: Cast, client: Client, page: str) -> None:
    response = client.get(f"/p/personne/{page}")
    assert response.status_code == 404
    assert [link["href"] for link in soup(response).select('link[rel="stylesheet"]')] == [
        "/static/css/tokens.css",
        "/static/css/newsroom.css",
    ]
    assert "Set-Cookie" not in response.headers


def test_a_brand_without_a_newsroom_has_no_public_page(cast: Cast, client: Client) -> None:
    cast.newsroom.delete()
    assert client.get(HOME).status_code == 404


def test_a_signed_in_person_gets_the_same_page(cast: Cast, client: Client) -> None:
    make_post(cast.newsroom)
    anonymous = client.get(HOME).content
    client.force_login(cast.alice)
    assert client.get(HOME).content == anonymous
