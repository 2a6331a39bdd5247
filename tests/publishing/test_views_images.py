"""Images in the composer and on posts: without a script, fragment by fragment, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from bs4 import Tag
from django.test import Client
from pytest_django import Settings

from cm_suite.core.images import PNG
from pages.enums import PageState
from pages.models import Page, Person
from pages.networks.spec import ImageRules
from pages.networks.types import Capability
from publishing.enums import DeliveryState
from publishing.models import Delivery, Post, PostImage, StoredImage
from publishing.rules import ALT_MOST
from publishing.services.pictures import Placed, placed_of
from tests.core.drawings import image, moving, opened, png_bomb, told
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import delivery_of, post_of, published
from tests.publishing.pictures import CODE, file, give, offered, stored
from tests.publishing.rooms import (
    Answer,
    Rooms,
    card_of,
    draft_form,
    edit_form,
    labels,
    plan_form,
    questions,
    soup,
    value_of,
    wall,
    words,
)

S = DeliveryState
SAT = wall("2026-03-07", "10:00")
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def still(noon: time_machine.Traveller, settings: Settings, cast: Cast) -> None:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    Person.objects.update(language="en")


@pytest.fixture
def bob(cast: Cast, signed_in: SignIn) -> Rooms:
    return Rooms(signed_in(cast.bob))


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    return Rooms(signed_in(cast.vera))


@pytest.fixture
def charlie(cast: Cast, signed_in: SignIn) -> Rooms:
    return Rooms(signed_in(cast.charlie), "atelier-roche")


def held(answer: Answer) -> list[tuple[int, str]]:
    """The images of the form, in order, with their texts."""
    return [
        (int(value_of(item, "input[name=picture]")), value_of(item, "textarea"))
        for item in soup(answer).select(".picture")
    ]


def errors(answer: Answer) -> str:
    found = soup(answer).select_one("#pictures-errors")
    return words(found) if isinstance(found, Tag) else ""


def with_images(*kept: StoredImage, **alts: str) -> dict[str, Any]:
    """What a form holds of images."""
    numbered = {f"alt-{name.removeprefix('alt')}": value for name, value in alts.items()}
    return {"picture": [each.pk for each in kept], **numbered}


class TestWithoutAScript:
    def test_chosen_and_sent_at_once(self, cast: Cast, bob: Rooms) -> None:
        form = plan_form([cast.newsroom], SAT, pictures=[file(), file("two.png", image("PNG", color="blue"))])
        assert bob.post("compose", **form).status_code == 302
        row = Delivery.objects.get()
        assert (row.state, len(placed_of(row.post)), StoredImage.objects.count()) == (S.PLANNED, 2, 2)

    def test_shown_first_so_that_one_can_say_what_they_show(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("compose", **draft_form(text="", pictures=[file()], picture_act="add"))
        kept = StoredImage.objects.get()
        assert (answer.status_code, held(answer)) == (200, [(kept.pk, "")])
        assert soup(answer).select(".field .errorlist") == []  # nobody said that the post is finished
        assert Post.objects.count() == 0

    def test_and_then_planned_with_its_text(self, cast: Cast, bob: Rooms) -> None:
        kept = stored(cast.brand)
        alts = {f"alt-{kept.pk}": "  Une lampe\r\nverte "}
        bob.post("compose", **plan_form([cast.newsroom], SAT, picture=[kept.pk], **alts))
        assert placed_of(Post.objects.get()) == (Placed(kept.pk, "Une lampe verte"),)

    def test_an_error_elsewhere_loses_no_image(self, cast: Cast, bob: Rooms) -> None:
        kept = stored(cast.brand)
        form = draft_form(text="", pictures=[file("b.png", image("PNG", color="blue"))], picture=[kept.pk])
        answer = bob.post("compose", **form, **{f"alt-{kept.pk}": "Une lampe"})
        assert answer.status_code == 422
        assert held(answer) == [(kept.pk, "Une lampe"), (StoredImage.objects.latest("pk").pk, "")]

    @pytest.mark.parametrize(
        ("act", "order"),
        [("up:1", [1, 0, 2]), ("down:1", [0, 2, 1]), ("up:0", [0, 1, 2]), ("down:2", [0, 1, 2])],
    )
    def test_moved(self, cast: Cast, bob: Rooms, act: str, order: list[int]) -> None:
        kept = [stored(cast.brand, n) for n in range(3)]
        what, _colon, n = act.partition(":")
        form = draft_form(**with_images(*kept), picture_act=f"{what}:{kept[int(n)].pk}")
        assert held(bob.post("compose", **form)) == [(kept[at].pk, "") for at in order]

    def test_taken_out(self, cast: Cast, bob: Rooms) -> None:
        one, two = stored(cast.brand), stored(cast.brand, 1)
        form = draft_form(**with_images(one, two), picture_act=f"drop:{one.pk}")
        assert held(bob.post("compose", **form)) == [(two.pk, "")]

    def test_the_keyboard_goes_on_where_an_image_was_taken_out(self, cast: Cast, bob: Rooms) -> None:
        one, two = stored(cast.brand), stored(cast.brand, 1)
        taken = bob.post("pictures", **with_images(one, two), picture_act=f"drop:{one.pk}")
        assert [each["id"] for each in soup(taken).select("[autofocus]")] == ["pictures-add"]
        moved = bob.post("pictures", **with_images(one, two), picture_act=f"up:{two.pk}")
        assert soup(moved).select("[autofocus]") == []

    @pytest.mark.parametrize("act", ["up:", "drop:x", "down:999999999999999999999", "sideways:1", "add"])
    def test_a_button_that_means_nothing_changes_nothing(self, cast: Cast, bob: Rooms, act: str) -> None:
        kept = stored(cast.brand)
        assert held(bob.post("compose", **draft_form(**with_images(kept), picture_act=act))) == [
            (kept.pk, "")
        ]


class TestRefused:
    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "lamp.png is no JPEG, PNG, WebP or GIF image."),
            (png_bomb(30_000, 30_000), "lamp.png has too many pixels: 50 million at most."),
            (image("PNG", size=(400, 300))[:200], "lamp.png is damaged or incomplete and cannot be drawn."),
            (moving(), "lamp.png moves, and only one frame of it would leave."),
        ],
    )
    def test_in_words_and_nothing_is_kept(self, bob: Rooms, raw: bytes, said: str) -> None:
        answer = bob.post("compose", **draft_form(pictures=[file("lamp.png", raw)], act="draft"))
        assert answer.status_code == 422
        assert errors(answer).startswith(said)
        assert (Post.objects.count(), StoredImage.objects.count()) == (0, 0)

    def test_the_name_of_a_file_is_text(self, bob: Rooms) -> None:
        answer = bob.post("pictures", pictures=[file("a<b>&.png", b"no")])
        assert errors(answer).startswith("a<b>&.png is no JPEG")

    def test_too_heavy_before_it_is_read(self, bob: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("publishing.views.pictures.MOST_BYTES_IN", 10)
        monkeypatch.setattr("publishing.services.pictures.keep", None)
        assert "weighs too much" in errors(bob.post("pictures", pictures=[file()]))

    def test_good_ones_beside_a_bad_one_are_kept(self, bob: Rooms) -> None:
        answer = bob.post("pictures", pictures=[file("no.jpg", b"no"), file("yes.jpg")])
        assert (len(held(answer)), errors(answer).startswith("no.jpg")) == (1, True)

    def test_the_same_picture_twice(self, bob: Rooms) -> None:
        answer = bob.post("pictures", pictures=[file("one.jpg"), file("two.jpg")])
        assert (len(held(answer)), errors(answer)) == (1, "two.jpg is here already.")

    def test_one_too_many(self, cast: Cast, bob: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("publishing.views.pictures.MOST", 1)
        answer = bob.post("pictures", **with_images(stored(cast.brand)), pictures=[file()])
        assert (len(held(answer)), errors(answer)) == (1, "lamp.jpg: a post has 1 images at most.")
        assert soup(answer).select("input[type=file]") == []

    def test_a_text_that_is_too_long_is_kept_whole_and_said(self, cast: Cast, bob: Rooms) -> None:
        kept, long = stored(cast.brand), "a" * (ALT_MOST + 1)
        answer = bob.post("compose", **draft_form(picture=[kept.pk], act="draft"), **{f"alt-{kept.pk}": long})
        assert (answer.status_code, held(answer)) == (422, [(kept.pk, long)])
        assert "1500 characters at most" in errors(answer)
        assert Post.objects.count() == 0

    @pytest.mark.parametrize("pk", ["999999", "0", "-1", "x", "9" * 40])
    def test_an_image_that_is_not_here(self, bob: Rooms, pk: str) -> None:
        answer = bob.post("compose", **draft_form(picture=[pk], act="draft"))
        assert (answer.status_code, held(answer)) == (422, [])
        assert errors(answer) == "An image is no longer here. Choose its file again."

    def test_another_brands_image_is_not_here(self, cast: Cast, bob: Rooms) -> None:
        answer = bob.post("compose", **draft_form(picture=[stored(cast.other_brand).pk], act="draft"))
        assert (answer.status_code, held(answer), PostImage.objects.count()) == (422, [], 0)


class TestFragment:
    def test_the_images_alone_and_the_checks_are_asked_again(self, cast: Cast, bob: Rooms) -> None:
        answer: Any = bob.post("pictures", pictures=[file()])
        assert answer.headers["HX-Trigger-After-Settle"] == "pictures"
        assert [tag.name for tag in soup(answer).select("html > body > *")] == ["fieldset"]
        assert Post.objects.count() == 0

    def test_each_has_its_picture_its_counter_and_its_acts(self, cast: Cast, bob: Rooms) -> None:
        kept = stored(cast.brand)
        answer = bob.post("pictures", picture=[kept.pk], **{f"alt-{kept.pk}": "Une lampe"})
        (item,) = soup(answer).select(".picture")
        drawn, counter = item.select_one("img"), item.select_one("output")
        assert drawn is not None
        assert counter is not None
        assert (drawn["alt"], drawn["width"], drawn["height"]) == ("Une lampe", "64", "48")
        assert drawn["src"] == f"/b/maison-lumen/images/{kept.pk}/small/"
        assert (counter["for"], counter.get_text()) == ([f"alt-{kept.pk}"], str(ALT_MOST - 9))
        assert [str(button["value"]).partition(":")[0] for button in item.select("button")] == [
            "up",
            "down",
            "drop",
        ]
        assert words(soup(answer).select("legend")[0]) == "Images 1 of 20"

    def test_enter_in_a_field_presses_no_button_of_an_image(self, cast: Cast, bob: Rooms) -> None:
        kept = give(post_of(cast.brand), "a")
        for answer in (
            bob.post("compose", **draft_form(picture=[kept[0].pk], picture_act="add")),
            bob.get("post", Post.objects.get().pk),
        ):
            first = soup(answer).select("form:has(.pictures) button[type=submit]")[0]
            assert (first.get("name"), first.get("value"), first["tabindex"]) == (None, None, "-1")

    def test_as_many_questions_for_three_as_for_one(self, cast: Cast, bob: Rooms) -> None:
        kept, post = [stored(cast.brand, n) for n in range(3)], post_of(cast.brand)
        found = []
        for count in (1, 3):
            give(post, *"abc"[:count])
            form = plan_form([cast.newsroom], SAT, picture=[each.pk for each in kept[:count]])
            asks = (
                lambda form=form: bob.post("pictures", **form),
                lambda form=form: bob.post("checks", **form),
                lambda: bob.get("post", post.pk),
            )
            asks[2]()
            found.append([questions(ask) for ask in asks])
        assert found[0] == found[1]

    def test_words_of_a_person_are_text(self, cast: Cast, bob: Rooms) -> None:
        kept = stored(cast.brand)
        answer = bob.post("pictures", picture=[kept.pk], **{f"alt-{kept.pk}": '"><script>x</script>\x00'})
        assert held(answer) == [(kept.pk, '"><script>x</script>')]
        assert soup(answer).select("script") == []

    def test_checks_show_them_and_warn_where_words_are_missing(self, cast: Cast, bob: Rooms) -> None:
        one, two = stored(cast.brand), stored(cast.brand, 1)
        form = plan_form([cast.newsroom], SAT, picture=[one.pk, two.pk], **{f"alt-{one.pk}": "Une lampe"})
        answer = bob.post("checks", **form)
        assert [tag["alt"] for tag in soup(answer).select(".preview-post img")] == [
            "Une lampe",
            "Image without alternative text",
        ]
        assert "Without an alternative text" in words(answer)
        form[f"alt-{two.pk}"] = "Un abat-jour"
        assert "Without an alternative text" not in words(bob.post("checks", **form))


class TestNetworks:
    @pytest.fixture
    def page(self, cast: Cast) -> Page:
        return Page.objects.create(brand=cast.brand, network=CODE, remote_id="1", name="Vitrine Lumen")

    @pytest.mark.parametrize(
        ("rules", "count", "said"),
        [
            (None, 1, "Vitrine takes no images from here. Leave Vitrine Lumen out"),
            (
                ImageRules(most=1, alt=9),
                2,
                "takes no more images in a post than 1, and there are 2.",
            ),
            (ImageRules(most=1, alt=9, required=True), 0, "Vitrine Lumen takes no post without an image."),
        ],
    )
    def test_each_page_says_so_before_one_plans(
        self, cast: Cast, bob: Rooms, page: Page, rules: ImageRules | None, count: int, said: str
    ) -> None:
        kept = [stored(cast.brand, n) for n in range(count)]
        form = plan_form([page, cast.newsroom], SAT, picture=[each.pk for each in kept])
        with offered(rules=rules):
            theirs, ours = (words(each) for each in soup(bob.post("checks", **form)).select(".preview"))
            bob.post("compose", **form)
        assert said in theirs
        assert said not in ours
        assert [row.page for row in Delivery.objects.all()] == [cast.newsroom]

    def test_no_public_address(self, bob: Rooms, page: Page, settings: Settings) -> None:
        settings.PUBLIC_URL = "http://localhost:8000"
        with offered(rules=ImageRules(most=1, alt=9, required=True, fetched=True)):
            answer = bob.post("checks", **plan_form([page], SAT))
        assert "PUBLIC_URL" in words(answer)

    def test_a_page_that_is_only_read_is_not_offered_and_says_why(
        self, cast: Cast, bob: Rooms, page: Page
    ) -> None:
        with offered(without=frozenset({Capability.PUBLISH})):
            answer = bob.get("compose")
            refused = bob.post("compose", **plan_form([page], SAT))
        assert [tag["value"] for tag in soup(answer).select("input[name=pages]")] == [str(cast.newsroom.pk)]
        assert "Vitrine Lumen Vitrine : We only read there." in words(answer)
        assert (refused.status_code, Delivery.objects.count()) == (422, 0)

    def test_nor_on_a_posts_own_page(self, cast: Cast, bob: Rooms, page: Page) -> None:
        post = post_of(cast.brand)
        with offered(without=frozenset({Capability.PUBLISH})):
            assert "Vitrine Lumen" not in words(bob.get("post", post.pk))
        with offered():
            assert "Vitrine Lumen" in words(bob.get("post", post.pk))

    def test_a_disconnected_one_is_not_even_named(self, bob: Rooms, page: Page) -> None:
        Page.objects.filter(pk=page.pk).update(state=PageState.DISCONNECTED)
        with offered(without=frozenset({Capability.PUBLISH})):
            assert "Vitrine Lumen" not in words(bob.get("compose"))

    def test_where_nobody_can_take_it_down_there_is_no_button(self, bob: Rooms, page: Page) -> None:
        row = published(page, NOON, remote_id="r1", remote_url="https://vitrine.example/1")
        with offered(without=frozenset({Capability.DELETE})):
            card = card_of(bob.get("post", row.post_id), row.pk)
            assert "Take down" not in labels(card)
            assert "Vitrine lets no other program take a post down: do it there." in words(card)
            assert words(card.select("a.btn")[0]) == "Open on Vitrine"
            assert bob.get("post", row.post_id).content.count(b"<dialog") == 1  # the help alone
        with offered():
            assert "Take down" in labels(card_of(bob.get("post", row.post_id), row.pk))


class TestPost:
    def test_shown_with_their_words_to_who_only_reads(self, cast: Cast, vera: Rooms) -> None:
        post = post_of(cast.brand)
        give(post, "Une lampe", "")
        shown = soup(vera.get("post", post.pk)).select(".gallery li")
        assert [words(each) for each in shown] == ["Une lampe", "No alternative text"]

    def test_changed(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand)
        one, two = give(post, "a", "b")
        assert held(bob.get("post", post.pk)) == [(one.pk, "a"), (two.pk, "b")]
        form: dict[str, Any] = edit_form(1, "Une lampe", **{f"alt-{two.pk}": "Un abat-jour"})
        assert bob.post("post", post.pk, **form, picture=[two.pk]).status_code == 302
        assert placed_of(post) == (Placed(two.pk, "Un abat-jour"),)

    def test_a_button_keeps_nothing_yet(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand)
        one, two = give(post, "a", "b")
        form: dict[str, Any] = edit_form(1, "Pas encore", picture_act=f"up:{two.pk}")
        answer = bob.post(
            "post", post.pk, **form, picture=[one.pk, two.pk], pictures=[file("c.gif", image("GIF"))]
        )
        assert answer.status_code == 200
        assert [pk for pk, _alt in held(answer)][:2] == [two.pk, one.pk]
        assert len(held(answer)) == 3
        assert value_of(answer, "textarea[name=text]") == "Pas encore"
        post.refresh_from_db()
        assert (post.text, post.version, len(placed_of(post))) == ("Opening on Saturday", 1, 2)

    def test_two_versions_stand_side_by_side_with_their_images(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand)
        (theirs,) = give(post, "La leur")
        mine = stored(cast.brand, 1)
        Post.objects.filter(pk=post.pk).update(version=2)
        form: dict[str, Any] = edit_form(1, post.text, **{f"alt-{mine.pk}": "La mienne"})
        answer = bob.post("post", post.pk, **form, picture=[mine.pk])
        assert answer.status_code == 409
        assert (held(answer), words(soup(answer).select(".gallery")[0])) == (
            [(mine.pk, "La mienne")],
            "La leur",
        )
        assert placed_of(post) == (Placed(theirs.pk, "La leur"),)

    def test_the_same_click_twice_is_no_conflict(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand)
        (kept,) = give(post, "a")
        for _click in range(2):
            form: dict[str, Any] = edit_form(1, "Une lampe", **{f"alt-{kept.pk}": "b"})
            assert bob.post("post", post.pk, **form, picture=[kept.pk]).status_code == 302
        assert Post.objects.get().version == 2

    def test_the_same_form_with_other_images_is_not_lost(self, cast: Cast, bob: Rooms) -> None:
        form = draft_form(act="draft")
        bob.post("compose", **form)
        answer = bob.post("compose", **form, pictures=[file()])
        assert (answer.status_code, len(held(answer)), PostImage.objects.count()) == (409, 1, 0)


class TestLists:
    def test_the_plan_shows_the_first_and_how_many_more(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON.replace(hour=15), "Avec")
        give(row.post, "Une lampe", "b", "c")
        delivery_of(cast.newsroom, NOON.replace(hour=16), "Sans")
        (thumb,) = soup(bob.get("plan")).select(".thumb")
        drawn = thumb.select_one("img")
        assert drawn is not None
        assert (drawn["alt"], words(thumb)) == ("Une lampe", "+2 and 2 other images")

    def test_drafts_too(self, cast: Cast, bob: Rooms) -> None:
        give(post_of(cast.brand), "")
        (drawn,) = soup(bob.get("drafts")).select(".thumb img")
        assert drawn["alt"] == "Image without alternative text"

    @pytest.mark.parametrize("name", ["plan", "drafts", "attention"])
    def test_as_many_questions_for_three_as_for_one(self, cast: Cast, bob: Rooms, name: str) -> None:
        found = []
        for n in range(3):
            if name == "drafts":
                post = post_of(cast.brand, text=f"n° {n}")
            else:
                post = delivery_of(cast.newsroom, NOON.replace(hour=15 + n), state=S.REJECTED).post
            give(post, "a", "b")
            bob.get(name)
            found.append(questions(lambda: bob.get(name)))
        assert found[0] == found[2]


class TestServed:
    @pytest.mark.parametrize(("name", "size"), [("picture", (900, 600)), ("picture_small", (480, 320))])
    def test_to_the_brands_people_as_what_it_is(self, cast: Cast, vera: Rooms, name: str, size: Any) -> None:
        kept = stored(cast.brand, size=(900, 600))
        answer: Any = vera.get(name, kept.pk)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, PNG)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"].startswith("private")
        assert opened(answer.content).size == size

    @pytest.mark.parametrize("name", ["picture", "picture_small"])
    def test_to_nobody_else(self, cast: Cast, charlie: Rooms, name: str) -> None:
        kept = stored(cast.brand)
        assert charlie.get(name, kept.pk).status_code == 404  # through their own brand
        assert charlie.client.get(f"/b/maison-lumen/images/{kept.pk}/").status_code == 404
        assert Client().get(f"/b/maison-lumen/images/{kept.pk}/").status_code == 302

    def test_whoever_may_not_write_uploads_nothing(self, cast: Cast, vera: Rooms) -> None:
        assert vera.post("pictures", pictures=[file()]).status_code == 403
        assert StoredImage.objects.count() == 0

    def test_where_it_was_taken_stays_with_who_took_it(self, cast: Cast, bob: Rooms) -> None:
        raw = image(exif=told(6)) + b"<?php phone home ?>"
        assert b"Telephone of Nadia" in raw
        bob.post("pictures", pictures=[file("IMG_0001.jpg", raw)])
        kept = StoredImage.objects.get()
        for content in (bytes(kept.content), bytes(kept.small)):
            assert dict(opened(content).getexif()) == {}
            assert not any(left in content for left in (b"Telephone", b"Exif", b"php"))
        assert (kept.width, kept.height) == (48, 64)
