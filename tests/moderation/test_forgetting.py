"""What a network's terms do not let us keep is forgotten, and known again when it says something else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from cm_suite.core.errors import Never
from moderation import jobs
from moderation.enums import Decided, Presence, ReviewState
from moderation.models import Comment, Review, Revision
from moderation.services import act, assign
from moderation.services.ingest import poll_page
from pages.models import Page
from pages.networks.registry import NETWORKS
from pages.networks.types import Commenter
from pages.services import connect
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

D = Decided
DAY = timedelta(hours=24)
NOBODY = ("", "", "")


@pytest.fixture
def page(cast: Cast, network: FakeNetwork) -> Page:
    """A page on a network whose terms set a time."""
    return Page.objects.create(brand=cast.brand, network="linkedin", remote_id="7", name="Lumen")


@pytest.fixture
def linkedin(page: Page, noon: time_machine.Traveller) -> FakeNetwork:
    found: FakeNetwork = connect.client_for(page)  # type: ignore[assignment]  # see `network`
    return found


def names(comment: Comment) -> tuple[str, str, str]:
    row = fresh(comment)
    return row.author_name, row.author_handle, row.author_url


def words(comment: Comment) -> tuple[str, list[str]]:
    return fresh(comment).text, list(comment.revisions.values_list("text", flat=True))


def test_the_terms_of_linkedin_are_in_its_spec() -> None:
    spec = NETWORKS["linkedin"]
    assert (spec.keeps, spec.keeps_names) == (2 * DAY, DAY)
    assert [each.code for each in NETWORKS.values() if each.keeps] == ["linkedin"]


def test_names_after_a_day_and_words_after_two(
    page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = taken(page, linkedin, HARMLESS)
    noon.shift(DAY - timedelta(seconds=1))
    assert jobs.forget_words() == 0
    noon.shift(timedelta(seconds=2))
    assert jobs.forget_words() == 1
    assert (names(comment), words(comment)) == (NOBODY, (HARMLESS, [HARMLESS]))
    noon.shift(DAY)
    assert (jobs.forget_words(), jobs.forget_words()) == (1, 0)
    assert words(comment) == ("", [""])
    row = fresh(comment)
    assert (row.author_remote_id, row.remote_id, row.presence) == ("", "c1", Presence.VISIBLE)
    assert HARMLESS not in row.forgotten
    assert row.assessments.count() == 1


def test_elsewhere_nothing_is_forgotten(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    noon.shift(365 * DAY)
    assert jobs.forget_words() == 0
    assert words(comment) == (HARMLESS, [HARMLESS])


def forgotten(page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller) -> Comment:
    comment = taken(page, linkedin, HARMLESS)
    noon.shift(3 * DAY)
    jobs.forget_words()
    assert words(comment)[0] == ""
    return comment


def test_read_again_the_same_words_stay_forgotten(
    page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = forgotten(page, linkedin, noon)
    before = fresh(comment).checked_at
    linkedin.change("c1")
    poll_page(page.pk)
    row = fresh(comment)
    assert (words(comment), names(comment), row.revision) == (("", [""]), NOBODY, 1)
    assert row.checked_at is not None
    assert before is not None
    assert row.checked_at > before
    assert (Review.objects.count(), row.assessments.count()) == (0, 1)


def test_other_words_are_taken_in_with_their_author_and_read(
    page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = forgotten(page, linkedin, noon)
    linkedin.change("c1", text=INSULT)
    poll_page(page.pk)
    assert words(comment) == (INSULT, ["", INSULT])
    assert names(comment) == ("Paul Martel", "@paul", "https://reseau.example/@paul")
    row = fresh(comment)
    assert (row.forgotten, row.revision, row.author_remote_id) == ("", 2, "v1")
    assert Review.objects.get().state == ReviewState.WAITING
    noon.shift(30 * DAY)
    assert jobs.forget_words() == 0, "it waits to be decided"


def test_a_long_one_is_known_by_the_whole_of_it(
    page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    text = "Merci. " * 4000
    comment = taken(page, linkedin, text)
    Review.objects.all().delete()
    noon.shift(3 * DAY)
    jobs.forget_words()
    linkedin.change("c1")
    poll_page(page.pk)
    assert (words(comment), fresh(comment).revision) == (("", [""]), 1)
    linkedin.change("c1", text=text + "!")
    poll_page(page.pk)
    assert fresh(comment).revision == 2


def test_taken_down_it_is_gone(page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller) -> None:
    comment = forgotten(page, linkedin, noon)
    linkedin.take_down("c1")
    poll_page(page.pk)
    assert (fresh(comment).presence, words(comment)) == (Presence.GONE, ("", [""]))


# --- what is needed


def test_what_waits_for_a_decision_is_kept(
    page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = taken(page, linkedin, INSULT)
    noon.shift(30 * DAY)
    assert (jobs.forget_words(), words(comment)[0], names(comment)[0]) == (0, INSULT, "Paul Martel")


def test_what_was_sealed_and_what_was_qualified_is_kept(
    cast: Cast, page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    deleted = taken(page, linkedin, INSULT)
    action = decided(deleted, cast.mona, D.DELETE).action
    assert action is not None
    act.carry_out(action.pk)
    plain = taken(page, linkedin, HARMLESS, "c2")
    assign.ask_review(plain, cast.mona)
    assert decided(plain, cast.mona, D.DELETE).evidence is not None
    noon.shift(30 * DAY)
    assert jobs.forget_words() == 0
    assert (words(deleted)[0], words(plain)[0]) == (INSULT, HARMLESS)


def test_what_was_kept_for_no_reason_of_law_is_forgotten(
    cast: Cast, page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = taken(page, linkedin, HARMLESS)
    assign.ask_review(comment, cast.mona)
    decided(comment, cast.mona, D.KEEP)
    noon.shift(3 * DAY)
    assert jobs.forget_words() == 1
    assert words(comment) == ("", [""])


def test_what_an_answer_is_on_its_way_to_is_kept(
    cast: Cast, page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = taken(page, linkedin, HARMLESS)
    assign.ask_review(comment, cast.mona)
    action = decided(comment, cast.mona, D.REPLY, text="Merci !").action
    assert action is not None
    linkedin.fails("reply", Never("not_allowed_here"))
    act.carry_out(action.pk)
    noon.shift(30 * DAY)
    assert (jobs.forget_words(), words(comment)[0]) == (0, HARMLESS)


def test_the_page_s_own_words_are_its_own(
    page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    linkedin.write("c1", "Merci à vous.", author=Commenter("7", "Maison Lumen"))
    poll_page(page.pk)
    noon.shift(30 * DAY)
    assert (jobs.forget_words(), Comment.objects.get().text) == (0, "Merci à vous.")


def test_a_wording_of_yesterday_keeps_the_older_ones(
    page: Page, linkedin: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = taken(page, linkedin, HARMLESS)
    noon.shift(3 * DAY)
    linkedin.change("c1", text=HARMLESS + " Encore.")
    poll_page(page.pk)
    assert jobs.forget_words() == 0
    noon.shift(2 * DAY + timedelta(seconds=1))
    assert jobs.forget_words() == 1
    assert list(Revision.objects.values_list("text", flat=True)) == ["", ""]
    assert words(comment)[0] == ""
