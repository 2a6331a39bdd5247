"""Images on the public page: shown with what they mean, to everybody, for as long as their post stands."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client

from cm_suite.core.images import cleaned
from pages.models import Brand
from pages.networks.newsroom import SPEC
from pages.networks.newsroom.client import NewsroomClient
from pages.networks.types import Capability, Image, Outgoing, Published
from pages.newsroom import selectors
from pages.newsroom.models import NewsroomImage, NewsroomPost
from pages.newsroom.store import DjangoNewsroomStore
from tests.core.drawings import image, noise, opened
from tests.newsroom.helpers import make_post
from tests.people import Cast

ALT = "Une lampe <allumée> & verte"


def picture(alt: str = ALT, size: tuple[int, int] = (1600, 800), form: str = "PNG") -> Image:
    found = cleaned(image(form, size=size))
    return Image(found.content, found.media_type, found.width, found.height, alt)


def publish(cast: Cast, *images: Image, key: str = "k1") -> Published:
    client = NewsroomClient(DjangoNewsroomStore(cast.newsroom))
    post = Outgoing(key, "Une lampe", "", "information", "fr", images)
    return client.publish(post, lambda: None)


def page(cast: Cast, path: str = "") -> Tag:
    answer = Client().get(f"/p/{cast.brand.slug}/{path}")
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "lxml")


def test_the_network_says_so(cast: Cast) -> None:
    assert Capability.IMAGES in SPEC.capabilities
    assert Capability.IMAGES not in SPEC.why_not
    assert SPEC.images is not None
    assert (SPEC.images.required, SPEC.images.fetched) == (False, False)


@pytest.mark.usefixtures("noon")
class TestKept:
    def test_two_copies_in_order_with_their_texts(self, cast: Cast) -> None:
        publish(cast, picture("Première", (2400, 1200)), picture("", (300, 200), "JPEG"))
        first, second = NewsroomImage.objects.order_by("place")
        assert (first.alt, first.width, first.height, first.small_width) == ("Première", 1920, 960, 720)
        assert opened(bytes(first.content)).size == (1920, 960)
        assert opened(bytes(first.small)).size == (720, 360)
        assert (second.alt, second.width, second.small_width, second.media_type) == (
            "",
            300,
            300,
            "image/jpeg",
        )

    def test_the_same_key_keeps_the_first_ones(self, cast: Cast) -> None:
        assert publish(cast, picture("Première")) == publish(cast, picture("Autre"), picture("Encore"))
        assert [each.alt for each in NewsroomImage.objects.all()] == ["Première"]

    def test_a_heavy_one_is_made_lighter(self, cast: Cast) -> None:
        found = cleaned(noise((1900, 1400)))
        publish(cast, Image(found.content, found.media_type, found.width, found.height, "Grain"))
        kept = NewsroomImage.objects.get()
        assert len(found.content) > 1_500_000
        assert len(kept.content) <= 1_500_000
        assert len(kept.small) <= 300_000

    def test_what_cannot_be_drawn_leaves_no_post(self, cast: Cast) -> None:
        broken = Image(b"\x89PNG", "image/png", 5000, 5000, "")
        with pytest.raises(OSError, match="cannot identify"):
            publish(cast, broken)
        assert NewsroomPost.objects.count() == 0


@pytest.mark.usefixtures("noon")
class TestShown:
    @pytest.mark.parametrize("path", ["", "{pk}/"])
    def test_responsive_and_with_its_text(self, cast: Cast, path: str) -> None:
        pk = publish(cast, picture()).remote_id
        drawn = page(cast, path.format(pk=pk)).select_one("figure img")
        assert drawn is not None
        whole = f"/p/maison-lumen/{pk}/image/0/"
        assert (drawn["src"], drawn["alt"], drawn["width"], drawn["height"]) == (whole, ALT, "1600", "800")
        assert drawn["srcset"] == f"{whole}small/ 720w, {whole} 1600w"

    def test_one_without_a_text_says_so_to_who_cannot_see_it(self, cast: Cast) -> None:
        Brand.objects.update(language="en")
        pk = publish(cast, picture("", (60, 40))).remote_id
        figure = page(cast, f"{pk}/").select_one("figure")
        assert figure is not None
        assert figure.get_text(strip=True) == "Image 1, without a description"
        assert figure.select_one("img[srcset]") is None  # there is nothing smaller

    def test_a_post_without_images_has_no_figure(self, cast: Cast) -> None:
        pk = publish(cast).remote_id
        assert page(cast, f"{pk}/").select("figure") == []
        assert page(cast, f"{pk}/").select("meta[property='og:image']") == []

    def test_the_card_shows_the_first(self, cast: Cast) -> None:
        pk = publish(cast, picture(), picture("Autre")).remote_id
        head = page(cast, f"{pk}/")
        metas = {
            str(tag.get("property") or tag.get("name")): tag["content"]
            for tag in head.select("meta[content]")
        }
        assert metas["og:image"] == f"https://pages.exemple.fr/p/maison-lumen/{pk}/image/0/"
        assert (metas["og:image:alt"], metas["og:image:type"]) == (ALT, "image/png")
        assert (metas["og:image:width"], metas["og:image:height"]) == ("1600", "800")
        assert metas["twitter:card"] == "summary_large_image"

    def test_the_feed_carries_them_whole(self, cast: Cast) -> None:
        pk = publish(cast, picture()).remote_id
        feed = BeautifulSoup(Client().get("/p/maison-lumen/feed.atom").content, "xml")
        content = feed.select_one("entry > content")
        assert content is not None
        drawn = BeautifulSoup(content.get_text(), "lxml").select_one("figure img")
        assert drawn is not None
        assert (drawn["src"], drawn["alt"]) == (f"https://pages.exemple.fr/p/maison-lumen/{pk}/image/0/", ALT)

    def test_as_many_queries_for_three_posts_with_images_as_for_one(
        self, cast: Cast, django_assert_num_queries: Any
    ) -> None:
        for number in range(3):
            publish(cast, picture(size=(60, 40)), picture("Autre", (60, 40)), key=f"k{number}")
            for path in ("", "feed.atom"):
                with django_assert_num_queries(5):
                    Client().get(f"/p/maison-lumen/{path}")

    def test_lists_do_not_read_the_bytes(self, cast: Cast) -> None:
        publish(cast, picture(size=(60, 40)))
        (post,) = selectors.feed(cast.newsroom)
        (drawn,) = post.images.all()
        assert {"content", "small"} <= drawn.get_deferred_fields()


@pytest.mark.usefixtures("noon")
class TestServed:
    @pytest.mark.parametrize(("path", "width"), [("image/0/", 1600), ("image/0/small/", 720)])
    def test_to_everybody_as_what_it_is(self, cast: Cast, path: str, width: int) -> None:
        pk = publish(cast, picture()).remote_id
        answer = Client().get(f"/p/maison-lumen/{pk}/{path}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "public" in answer.headers["Cache-Control"]
        assert not answer.cookies
        assert opened(answer.content).width == width

    def test_asked_again_it_is_not_sent_again(self, cast: Cast) -> None:
        pk = publish(cast, picture()).remote_id
        path = f"/p/maison-lumen/{pk}/image/0/"
        tag = Client().get(path).headers["ETag"]
        again = Client().get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")

    def test_gone_with_its_post(self, cast: Cast) -> None:
        pk = publish(cast, picture()).remote_id
        NewsroomClient(DjangoNewsroomStore(cast.newsroom)).delete(pk)
        answers = [Client().get(f"/p/maison-lumen/{pk}/{path}") for path in ("image/0/", "image/0/small/")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert Client().get(f"/p/maison-lumen/{pk}/").status_code == 410
        assert Client().get("/p/maison-lumen/feed.atom").content.count(b"figure") == 0

    @pytest.mark.parametrize(
        "path", ["image/1/", "image/9999999999999999999999/", "image/0/large/", "image/../0/"]
    )
    def test_what_is_not_there(self, cast: Cast, path: str) -> None:
        pk = publish(cast, picture()).remote_id
        assert Client().get(f"/p/maison-lumen/{pk}/{path}").status_code == 404

    def test_not_through_another_brand(self, cast: Cast) -> None:
        pk = publish(cast, picture()).remote_id
        assert Client().get(f"/p/atelier-roche/{pk}/image/0/").status_code == 404

    def test_not_of_another_post(self, cast: Cast) -> None:
        publish(cast, picture())
        other = make_post(cast.newsroom, "Sans image", key="other")
        assert Client().get(f"/p/maison-lumen/{other.pk}/image/0/").status_code == 404

    def test_nobody_posts_to_it(self, cast: Cast) -> None:
        pk = publish(cast, picture()).remote_id
        assert Client().post(f"/p/maison-lumen/{pk}/image/0/").status_code == 405
