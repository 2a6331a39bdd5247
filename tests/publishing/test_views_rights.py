"""Who may do what in the rooms of publishing, and that no row of another brand is reached from one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client

from cm_suite.core.models import LedgerEntry
from pages.models import Person
from publishing.enums import DeliveryState
from publishing.models import Cap, Delivery, Post
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import delivery_of
from tests.publishing.rooms import Rooms, SignIn, caps_form, draft_form, edit_form, when

S = DeliveryState
pytestmark = pytest.mark.usefixtures("noon")
AT: Final = NOON + timedelta(hours=5)
READERS: Final = ("viewer", "moderator")
WRITERS: Final = ("author", "approver", "lead")
PAGES: Final = ("plan", "attention", "drafts")
ACTS: Final = ("reschedule", "cancel", "restore", "found", "absent", "remove")


@pytest.fixture
def row(cast: Cast) -> Delivery:
    """Planned, of a post of the brand."""
    return delivery_of(cast.newsroom, NOON + timedelta(hours=3))


@pytest.fixture
def theirs(cast: Cast) -> Delivery:
    """The same in the other brand."""
    return delivery_of(cast.other_newsroom, NOON + timedelta(hours=3), "Secret")


def writings(cast: Cast, row: Delivery) -> list[tuple[str, tuple[int, ...], dict[str, Any]]]:
    """Everything that writes, with what it wants."""
    post = (row.post_id,)
    acts = [(act, (row.pk,), {**when(AT), "url": "https://a.example/1", "reason": "So"}) for act in ACTS]
    return [
        ("compose", (), draft_form(act="draft")),
        ("checks", (), draft_form(pages=[cast.newsroom.pk])),
        ("post", post, edit_form(1, "Other words")),
        ("place", post, {"page": cast.newsroom.pk, **when(AT)}),
        ("discard", post, {}),
        *acts,
    ]


def untouched(row: Delivery) -> bool:
    found = Delivery.objects.select_related("post").get(pk=row.pk)
    same = (found.state, found.due_at, found.post.version) == (S.PLANNED, row.due_at, 1)
    return same and found.post.discarded_at is None and LedgerEntry.objects.count() == 0


@pytest.mark.parametrize("role", READERS)
class TestReaders:
    def test_they_see(self, cast: Cast, signed_in: SignIn, row: Delivery, role: str) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        answers = [rooms.get(name).status_code for name in PAGES]
        answers.append(rooms.get("post", row.post_id).status_code)
        answers.append(rooms.get("rules", cast.newsroom.pk).status_code)
        assert answers == [200] * 5

    def test_they_change_nothing(self, cast: Cast, signed_in: SignIn, row: Delivery, role: str) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        asked = writings(cast, row)
        answers = {name: rooms.post(name, *parts, **data).status_code for name, parts, data in asked}
        assert answers == dict.fromkeys(answers, 403)
        assert rooms.get("compose").status_code == 403
        assert (untouched(row), Post.objects.count()) == (True, 1)


class TestRules:
    @pytest.mark.parametrize("role", [*READERS, "author", "approver"])
    def test_only_leads_set_them(self, cast: Cast, signed_in: SignIn, role: str) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        answer = rooms.post(
            "rules", cast.newsroom.pk, **caps_form([{"at_most": 1, "length": 24, "unit": "hours"}])
        )
        assert (answer.status_code, Cap.objects.count()) == (403, 0)

    def test_a_lead_does(self, cast: Cast, signed_in: SignIn) -> None:
        rooms = Rooms(signed_in(cast.alice))
        rooms.post("rules", cast.newsroom.pk, **caps_form([{"at_most": 1, "length": 24, "unit": "hours"}]))
        assert Cap.objects.count() == 1


@pytest.mark.parametrize("role", WRITERS)
def test_writers_write(cast: Cast, signed_in: SignIn, row: Delivery, role: str) -> None:
    rooms = Rooms(signed_in(cast.by_role()[role]))
    assert rooms.post("compose", **draft_form(act="draft")).status_code == 302
    assert rooms.post("reschedule", row.pk, **when(AT)).status_code == 302
    assert rooms.post("cancel", row.pk).status_code == 302
    assert (Post.objects.count(), Delivery.objects.get().state) == (2, S.CANCELLED)


class TestOutside:
    def test_outsiders_find_nothing(self, cast: Cast, signed_in: SignIn, row: Delivery) -> None:
        rooms = Rooms(signed_in(cast.charlie))
        seen = [rooms.get(name).status_code for name in (*PAGES, "compose")]
        seen.append(rooms.get("post", row.post_id).status_code)
        seen.append(rooms.get("rules", cast.newsroom.pk).status_code)
        seen += [rooms.post(name, *parts, **data).status_code for name, parts, data in writings(cast, row)]
        assert set(seen) == {404}
        assert (untouched(row), Post.objects.count()) == (True, 1)

    def test_nobody_is_asked_to_sign_in_first(self, cast: Cast, row: Delivery) -> None:
        rooms = Rooms(Client())
        for name, parts, data in writings(cast, row):
            answer = rooms.post(name, *parts, **data)
            assert (answer.status_code, answer.url.startswith("/sign-in/")) == (302, True), name
        assert untouched(row)

    def test_what_is_another_brand_s_is_not_found_under_one_s_own(
        self, cast: Cast, signed_in: SignIn, theirs: Delivery
    ) -> None:
        rooms = Rooms(signed_in(cast.alice))
        answers = {act: rooms.post(act, theirs.pk, **when(AT), reason="So").status_code for act in ACTS}
        answers["post"] = rooms.get("post", theirs.post_id).status_code
        answers["edit"] = rooms.post("post", theirs.post_id, **edit_form(1, "Ours now")).status_code
        answers["place"] = rooms.post("place", theirs.post_id, page=cast.newsroom.pk, **when(AT)).status_code
        answers["discard"] = rooms.post("discard", theirs.post_id).status_code
        answers["rules"] = rooms.get("rules", cast.other_newsroom.pk).status_code
        answers["set rules"] = rooms.post("rules", cast.other_newsroom.pk, **caps_form([])).status_code
        assert answers == dict.fromkeys(answers, 404)
        assert untouched(theirs)

    def test_one_s_own_post_does_not_go_on_another_brand_s_page(
        self, cast: Cast, signed_in: SignIn, row: Delivery
    ) -> None:
        rooms = Rooms(signed_in(cast.alice))
        answer = rooms.post("place", row.post_id, page=cast.other_newsroom.pk, **when(AT))
        assert (answer.status_code, Delivery.objects.count()) == (404, 1)

    def test_the_lead_of_both_brands_still_does_not_mix_them(
        self, cast: Cast, signed_in: SignIn, row: Delivery, theirs: Delivery
    ) -> None:
        both = Person.objects.get(pk=cast.alice.pk)
        both.memberships.create(brand=cast.other_brand, role="lead")
        rooms = Rooms(signed_in(both))
        assert rooms.post("cancel", theirs.pk).status_code == 404
        assert rooms.post("place", row.post_id, page=cast.other_newsroom.pk, **when(AT)).status_code == 404
        assert Rooms(rooms.client, "atelier-roche").post("cancel", row.pk).status_code == 404
        assert (untouched(row), untouched(theirs)) == (True, True)

    def test_no_word_of_another_brand_is_seen(self, cast: Cast, signed_in: SignIn, theirs: Delivery) -> None:
        Delivery.objects.filter(pk=theirs.pk).update(state=S.MISSED)
        rooms = Rooms(signed_in(cast.alice))
        assert not any(b"Secret" in rooms.get(name).content for name in PAGES)
