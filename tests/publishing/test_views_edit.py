"""Changing the words of a post: two people at once, too late, and nothing that was typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cm_suite.core.models import LedgerEntry
from pages.models import Person
from publishing.enums import DeliveryState
from publishing.models import Delivery, Post
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import delivery_of, post_of
from tests.publishing.rooms import Rooms, SignIn, edit_form, said, soup, value_of, words

S = DeliveryState
pytestmark = pytest.mark.usefixtures("noon")
LATER = NOON + timedelta(hours=3)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def bob(cast: Cast, signed_in: SignIn) -> Rooms:
    """The author, in the brand's rooms."""
    return Rooms(signed_in(cast.bob))


@pytest.fixture
def ada(cast: Cast, signed_in: SignIn) -> Rooms:
    """The approver."""
    return Rooms(signed_in(cast.ada))


@pytest.fixture
def post(cast: Cast) -> Post:
    """A draft."""
    return post_of(cast.brand, cast.bob)


def kept(post: Post) -> tuple[str, str, str, int]:
    found = Post.objects.get(pk=post.pk)
    return found.text, found.link, found.content_type, found.version


def kinds() -> list[str]:
    return list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))


class TestSaved:
    def test_words_link_and_type_are_saved(self, bob: Rooms, post: Post) -> None:
        data = edit_form(1, "Opening on Sunday", link="https://example.org/a", content_type="service")
        answer = bob.post("post", post.pk, **data)
        assert kept(post) == ("Opening on Sunday", "https://example.org/a", "service", 2)
        assert (answer.status_code, answer.url, said(answer)) == (302, bob.at("post", post.pk), ["Saved."])
        assert kinds() == ["post.edited"]

    def test_what_is_planned_changes_with_it(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, LATER)
        bob.post("post", row.post_id, **edit_form(1, "Opening on Sunday"))
        assert list(Delivery.objects.values_list("post__text", "state", "due_at")) == [
            ("Opening on Sunday", S.PLANNED, LATER)
        ]

    def test_saved_twice_it_is_saved_once(self, bob: Rooms, post: Post) -> None:
        data = edit_form(1, "Opening on Sunday")
        answers = [bob.post("post", post.pk, **data) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert kept(post) == ("Opening on Sunday", "", "information", 2)
        assert kinds() == ["post.edited"]


class TestConflict:
    def test_both_versions_stand_side_by_side_and_nothing_is_written(
        self, bob: Rooms, ada: Rooms, post: Post
    ) -> None:
        ada.post("post", post.pk, **edit_form(1, "Ada’s words"))
        answer = bob.post("post", post.pk, **edit_form(1, "Bob’s words", content_type="service"))
        page = soup(answer)
        assert answer.status_code == 409
        assert "Somebody saved before you" in words(page)
        assert "Ada’s words" in words(page)
        assert (value_of(page, "#id_text"), value_of(page, "[name=version]")) == ("Bob’s words", "2")
        assert value_of(page, "[name=content_type][checked]") == "service"
        assert kept(post) == ("Ada’s words", "", "information", 2)

    def test_saving_again_takes_its_place_knowingly(self, bob: Rooms, ada: Rooms, post: Post) -> None:
        ada.post("post", post.pk, **edit_form(1, "Ada’s words"))
        answer = bob.post("post", post.pk, **edit_form(1, "Bob’s words"))
        version = int(value_of(answer, "[name=version]"))
        bob.post("post", post.pk, **edit_form(version, "Bob’s and Ada’s words"))
        assert kept(post) == ("Bob’s and Ada’s words", "", "information", 3)
        assert kinds() == ["post.edited", "post.edited"]

    def test_a_third_person_meanwhile_is_a_conflict_again(self, bob: Rooms, ada: Rooms, post: Post) -> None:
        ada.post("post", post.pk, **edit_form(1, "Ada’s words"))
        bob.post("post", post.pk, **edit_form(1, "Bob’s words"))
        ada.post("post", post.pk, **edit_form(2, "Ada’s second thoughts"))
        answer = bob.post("post", post.pk, **edit_form(2, "Bob’s words"))
        assert (answer.status_code, "Ada’s second thoughts" in words(answer)) == (409, True)
        assert kept(post) == ("Ada’s second thoughts", "", "information", 3)


class TestRefused:
    @pytest.mark.parametrize("state", [S.CLAIMED, S.SENDING, S.PROCESSING, S.UNKNOWN, S.NEEDS_PERSON])
    def test_on_its_way_the_words_stay_and_yours_are_shown(self, cast: Cast, bob: Rooms, state: S) -> None:
        row = delivery_of(cast.newsroom, NOON, state=state)
        answer = bob.post(
            "post", row.post_id, **edit_form(1, "Too late a thought", link="https://example.org")
        )
        seen = words(answer)
        assert answer.status_code == 409
        assert "This post is on its way, or being checked: nothing changes until that is settled." in seen
        assert ("Yours, not saved" in seen, "Too late a thought" in seen) == (True, True)
        assert "https://example.org" in seen
        assert kept(row.post) == ("Opening on Saturday", "", "information", 1)
        assert kinds() == []

    @pytest.mark.parametrize("state", [S.PUBLISHED, S.PARTIAL])
    def test_once_it_is_out_the_words_stay_and_yours_are_shown(
        self, cast: Cast, bob: Rooms, state: S
    ) -> None:
        row = delivery_of(cast.newsroom, NOON, state=state)
        answer = bob.post("post", row.post_id, **edit_form(1, "Too late a thought"))
        page = soup(answer)
        assert answer.status_code == 409
        assert "This post has already left for this page." in words(page)
        assert [button["data-copy"] for button in page.select("[data-copy]")] == ["Too late a thought"]
        assert kept(row.post) == ("Opening on Saturday", "", "information", 1)

    def test_a_discarded_post_is_not_changed(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand, discarded_at=NOON)
        answer = bob.post("post", post.pk, **edit_form(1, "Another thought"))
        assert (answer.status_code, "Another thought" in words(answer)) == (409, True)
        assert kept(post) == ("Opening on Saturday", "", "information", 1)

    def test_longer_than_the_page_that_waits_takes(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, LATER)
        answer = bob.post("post", row.post_id, **edit_form(1, "a" * 5001))
        assert (answer.status_code, value_of(answer, "#id_text")) == (409, "a" * 5001)
        assert "The text is too long for Maison Lumen" in words(answer)
        assert kept(row.post) == ("Opening on Saturday", "", "information", 1)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("text", "   "),
            ("link", "not an address"),
            ("content_type", "poetry"),
            ("version", "0"),
            ("version", "x"),
        ],
    )
    def test_what_cannot_be_read_is_shown_again(self, bob: Rooms, post: Post, field: str, value: str) -> None:
        answer = bob.post("post", post.pk, **{**edit_form(1, "Opening on Sunday"), field: value})
        assert answer.status_code == 422
        assert kept(post) == ("Opening on Saturday", "", "information", 1)
        assert soup(answer).select("#id_text") != []

    def test_a_form_that_cannot_be_read_after_the_post_has_left_keeps_its_words(
        self, cast: Cast, bob: Rooms
    ) -> None:
        row = delivery_of(cast.newsroom, NOON, state=S.PUBLISHED)
        answer = bob.post("post", row.post_id, **edit_form(1, "A late thought", link="not an address"))
        assert (answer.status_code, "A late thought" in words(answer)) == (422, True)


class TestDiscard:
    def test_it_goes_with_what_is_planned_of_it(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, LATER)
        answer = bob.post("discard", row.post_id)
        post = Post.objects.get()
        assert (post.discarded_at, post.text) == (NOON, "Opening on Saturday")
        assert list(Delivery.objects.values_list("state", flat=True)) == [S.CANCELLED]
        assert (answer.url, said(answer)) == (
            bob.at("drafts"),
            ["Discarded, with everything that was planned of it."],
        )

    @pytest.mark.parametrize("state", [S.SENDING, S.PUBLISHED])
    def test_not_once_it_has_left(self, cast: Cast, bob: Rooms, state: S) -> None:
        row = delivery_of(cast.newsroom, NOON, state=state)
        answer = bob.post("discard", row.post_id)
        assert (Post.objects.get().discarded_at, Delivery.objects.get().state) == (None, state)
        assert (answer.url, len(said(answer))) == (bob.at("post", row.post_id), 1)

    def test_looking_does_not_discard(self, bob: Rooms, post: Post) -> None:
        assert bob.get("discard", post.pk).status_code == 405
        assert Post.objects.get().discarded_at is None
