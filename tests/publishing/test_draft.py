"""Writing together: nobody's words are lost, nothing changes on its way."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from cm_suite.core import clock
from cm_suite.core.models import LedgerEntry
from pages.models import Page
from publishing.enums import ContentType, DeliveryState, Refusal
from publishing.models import Post
from publishing.services import draft
from publishing.services.draft import Content
from publishing.services.results import Conflict, Refused, Saved
from tests.people import Cast
from tests.publishing.makers import delivery_of, post_of, state_of

S = DeliveryState
HOUR = timedelta(hours=1)


class TestCreate:
    def test_a_draft_is_kept(self, cast: Cast) -> None:
        content = Content("Opening", "https://lumen.example/", ContentType.SERVICE)
        done = draft.create(cast.brand, cast.bob, content)
        post = Post.objects.get()
        assert done == Saved(post)
        assert (post.text, post.link, post.content_type, post.author, post.brand, post.version) == (
            "Opening",
            "https://lumen.example/",
            "service",
            cast.bob,
            cast.brand,
            1,
        )

    @pytest.mark.parametrize("text", [" \n ", "\u200b\u2060", "\ufeff"])
    def test_no_text_is_refused(self, cast: Cast, text: str) -> None:
        assert draft.create(cast.brand, cast.bob, Content(text)) == Refused(Refusal.EMPTY)
        assert Post.objects.count() == 0

    def test_a_form_sent_twice_keeps_one(self, cast: Cast) -> None:
        key = uuid4()
        first = draft.create(cast.brand, cast.bob, Content("Opening"), key=key)
        assert draft.create(cast.brand, cast.bob, Content("Opening"), key=key) == first
        assert Post.objects.count() == 1

    def test_a_key_of_another_brand_opens_nothing(self, cast: Cast) -> None:
        key = uuid4()
        draft.create(cast.other_brand, cast.charlie, Content("Secret"), key=key)
        done = draft.create(cast.brand, cast.bob, Content("Opening"), key=key)
        assert done == Refused(Refusal.STATE_CHANGED)


class TestEdit:
    def test_a_saved_edit_is_the_next_version(self, cast: Cast) -> None:
        post = post_of(cast.brand, cast.bob)
        done = draft.edit(post, 1, Content("New words"), cast.ada)
        post.refresh_from_db()
        assert done == Saved(post)
        assert (post.text, post.version, post.author) == ("New words", 2, cast.bob)
        entry = LedgerEntry.objects.get()
        assert (entry.kind, entry.actor_id, entry.subject_id) == ("post.edited", cast.ada.pk, post.pk)

    def test_two_people_editing_lose_nothing(self, cast: Cast) -> None:
        post = post_of(cast.brand)
        draft.edit(post, 1, Content("Ada's words"), cast.ada)
        done = draft.edit(post, 1, Content("Bob's words"), cast.bob)
        assert isinstance(done, Conflict)
        assert (done.current.text, done.current.version) == ("Ada's words", 2)
        post.refresh_from_db()
        assert post.text == "Ada's words"
        again = draft.edit(post, done.current.version, Content("Both words"), cast.bob)
        assert isinstance(again, Saved)

    def test_words_that_a_waiting_page_cannot_take_are_refused(self, cast: Cast) -> None:
        Page.objects.filter(pk=cast.newsroom.pk).update(text_limit=10)
        row = delivery_of(cast.newsroom, clock.now() + HOUR, "Short")
        done = draft.edit(row.post, 1, Content("x" * 11), cast.bob)
        assert done == Refused(Refusal.TOO_LONG, {"page": "Maison Lumen", "length": 11, "limit": 10})
        row.post.refresh_from_db()
        assert row.post.text == "Short"

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            (S.CLAIMED, Refusal.ON_ITS_WAY),
            (S.SENDING, Refusal.ON_ITS_WAY),
            (S.UNKNOWN, Refusal.ON_ITS_WAY),
            (S.PUBLISHED, Refusal.ALREADY_SENT),
        ],
    )
    def test_what_has_left_is_not_edited(self, cast: Cast, state: S, code: Refusal) -> None:
        row = delivery_of(cast.newsroom, clock.now(), state=state)
        assert draft.edit(row.post, 1, Content("New words"), cast.bob) == Refused(code)
        row.post.refresh_from_db()
        assert (row.post.text, LedgerEntry.objects.count()) == ("Opening on Saturday", 0)

    @pytest.mark.parametrize("state", [S.PLANNED, S.HELD, S.REJECTED, S.MISSED, S.CANCELLED])
    def test_what_waits_is(self, cast: Cast, state: S) -> None:
        row = delivery_of(cast.newsroom, clock.now() + HOUR, state=state)
        assert isinstance(draft.edit(row.post, 1, Content("New words"), cast.bob), Saved)

    def test_an_empty_text_is_refused(self, cast: Cast) -> None:
        assert draft.edit(post_of(cast.brand), 1, Content(""), cast.bob) == Refused(Refusal.EMPTY)


class TestDiscard:
    def test_the_plan_goes_with_it(self, cast: Cast) -> None:
        row = delivery_of(cast.newsroom, clock.now() + HOUR)
        done = draft.discard(row.post, cast.bob)
        assert isinstance(done, Saved)
        assert done.post.discarded_at is not None
        assert state_of(row) == S.CANCELLED
        kinds = list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))
        assert kinds == ["delivery.cancelled", "post.discarded"]

    @pytest.mark.parametrize("state", [S.SENDING, S.UNKNOWN, S.PUBLISHED])
    def test_what_has_left_stays(self, cast: Cast, state: S) -> None:
        row = delivery_of(cast.newsroom, clock.now(), state=state)
        assert isinstance(draft.discard(row.post, cast.bob), Refused)
        row.post.refresh_from_db()
        assert (row.post.discarded_at, state_of(row)) == (None, state)

    def test_twice_is_refused(self, cast: Cast) -> None:
        post = post_of(cast.brand)
        draft.discard(post, cast.bob)
        assert draft.discard(post, cast.bob) == Refused(Refusal.DISCARDED)
        assert draft.edit(post, 1, Content("Back"), cast.bob) == Refused(Refusal.DISCARDED)
