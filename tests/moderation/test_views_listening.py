"""The rooms of what is new in listening: conversations, mentions among comments, authors kept away."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from moderation.enums import ActionState
from moderation.models import Action, Comment, Decision, Review
from moderation.services import act
from moderation.services.ingest import poll_page
from pages.models import Page, Person
from pages.networks.types import Commenter
from tests.moderation.desk import Desk
from tests.moderation.makers import HARMLESS, INSULT
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn, said, soup

WORDS = "Bonjour Paul, votre commande part demain."


@pytest.fixture
def mona(cast: Cast, signed_in: SignIn) -> Desk:
    """The moderator, at the desk, in English."""
    Person.objects.update(language="en")
    return Desk(signed_in(cast.mona))


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Desk:
    """The viewer, in English."""
    Person.objects.update(language="en")
    return Desk(signed_in(cast.vera))


@pytest.fixture
def message(account: Page, social: FakeNetwork) -> Comment:
    social.tell("p1", "Où en est ma commande ?")
    poll_page(account.pk)
    return Comment.objects.select_related("page__brand").get(remote_id="p1")


@pytest.fixture
def comment(account: Page, social: FakeNetwork) -> Comment:
    social.write("c1", HARMLESS)
    poll_page(account.pk)
    return Comment.objects.select_related("page__brand").get(remote_id="c1")


class TestMessages:
    def test_the_list_names_who_writes_and_what_waits(
        self, mona: Desk, account: Page, social: FakeNetwork, message: Comment
    ) -> None:
        social.tell("p2", "Demain.", author=Commenter(account.remote_id, "Maison Lumen"))
        poll_page(account.pk)
        page = soup(mona.get("messages"))
        [row] = page.select(".rows > li")
        assert row.select_one("a.row-title").get_text() == "Paul Martel"  # type: ignore[union-attr]
        assert "Demain." in row.get_text()
        assert "To answer" not in row.get_text()
        assert "2 messages" in row.get_text()

    def test_what_waits_is_counted_on_the_tab_and_today(
        self, mona: Desk, account: Page, social: FakeNetwork, message: Comment
    ) -> None:
        assert soup(mona.get("queue")).select(".tabs a")[3].get_text() == "Private messages 1"
        today = BeautifulSoup(
            mona.client.get(reverse("dashboard:today", args=["maison-lumen"])).content, "lxml"
        )
        foot = today.select_one(f'main a[href="{reverse("moderation:messages", args=["maison-lumen"])}"]')
        assert foot is not None
        assert foot.get_text() == "1 private conversation waits for an answer"
        assert "Nothing needs you" not in today.get_text()
        social.tell("p2", "Demain.", author=Commenter(account.remote_id, "Maison Lumen"))
        poll_page(account.pk)
        assert soup(mona.get("queue")).select(".tabs a")[3].get_text() == "Private messages"
        again = mona.client.get(reverse("dashboard:today", args=["maison-lumen"]))
        quiet = again.content.decode()
        assert "waits for an answer" not in quiet
        assert "Nothing needs you" in quiet

    def test_an_empty_list_says_what_comes_there(self, vera: Desk, account: Page) -> None:
        page = soup(vera.get("messages"))
        assert page.select(".rows > li") == []
        assert "No private message yet" in page.get_text()
        assert "1 page gives no private messages" in page.get_text()  # the newsroom

    def test_a_conversation_reads_in_order_and_is_answered(
        self, mona: Desk, message: Comment, social: FakeNetwork
    ) -> None:
        answer = mona.press(mona.get("conversation", message.pk), "Send the answer", text=WORDS)
        assert answer.url.endswith(f"/messages/{message.pk}/#answer")
        act.carry_out_due(5)
        page = soup(mona.get("conversation", message.pk))
        assert [each.get_text(strip=True) for each in page.select(".talk-text")] == [message.text, WORDS]
        assert len(page.select(".talk-said.is-ours")) == 1
        assert [each.text for each in social.answers] == [WORDS]

    def test_an_empty_answer_is_asked_for_again(self, mona: Desk, message: Comment) -> None:
        answer = mona.post("answer", message.pk, text="  ")
        assert answer.status_code == 422
        assert "Write what the page should answer." in soup(answer).get_text()
        assert Decision.objects.count() == 0

    def test_a_window_that_is_closed_is_explained(
        self, mona: Desk, message: Comment, social: FakeNetwork
    ) -> None:
        mona.post("answer", message.pk, text=WORDS)
        Action.objects.update(state=ActionState.REJECTED, code="window_closed")
        page = soup(mona.get("conversation", message.pk))
        assert "The time in which the network lets a private message be answered is over." in page.get_text()
        assert WORDS in page.get_text()
        mona.press(mona.get("conversation", message.pk), "Give it up")
        assert Action.objects.get().state == ActionState.CANCELLED
        assert Review.objects.filter(state="waiting").count() == 0

    def test_a_gone_message_cannot_be_answered(self, mona: Desk, message: Comment) -> None:
        Comment.objects.update(presence="gone")
        assert mona.post("answer", message.pk, text=WORDS).status_code == 409
        assert soup(mona.get("conversation", message.pk)).select("#answer") == []

    def test_each_kind_is_shown_in_its_own_room(self, mona: Desk, message: Comment, comment: Comment) -> None:
        there = mona.get("comment", message.pk)
        assert there.url == mona.at("conversation", message.pk)
        back = mona.get("conversation", comment.pk)
        assert back.url == mona.at("comment", comment.pk)
        assert mona.post("answer", comment.pk, text=WORDS).status_code == 302
        assert Action.objects.count() == 0

    def test_those_who_only_see_have_no_form(self, vera: Desk, message: Comment) -> None:
        assert soup(vera.get("conversation", message.pk)).select("form[action*=answer]") == []
        assert vera.post("answer", message.pk, text=WORDS).status_code == 403

    def test_hostile_words_stay_words(self, mona: Desk, account: Page, social: FakeNetwork) -> None:
        social.tell("p9", "<script>alert(1)</script>", author=Commenter("x", "<b>x</b>"))
        poll_page(account.pk)
        for page in (mona.get("messages"), mona.get("conversation", Comment.objects.get().pk)):
            assert "<script>alert" not in page.content.decode()
            assert "<b>x</b>" not in page.content.decode()

    def test_the_rooms_cost_the_same_however_many_there_are(
        self,
        mona: Desk,
        account: Page,
        social: FakeNetwork,
        message: Comment,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        mona.get("messages")
        with django_assert_num_queries(14) as once:
            mona.get("messages")
        for number in range(2, 4):
            social.tell(
                f"p{number}", HARMLESS, conversation=f"k{number}", author=Commenter(f"v{number}", "Anne")
            )
            social.tell(f"q{number}", HARMLESS, conversation="k1")
        poll_page(account.pk)
        with django_assert_num_queries(len(once)):
            assert len(soup(mona.get("messages")).select(".rows > li")) == 3
        mona.get("conversation", message.pk)
        with django_assert_num_queries(14) as talk:
            mona.get("conversation", message.pk)
        social.tell("q9", HARMLESS, conversation="k1")
        poll_page(account.pk)
        with django_assert_num_queries(len(talk)):
            assert len(soup(mona.get("conversation", message.pk)).select(".talk-said")) == 4


class TestMentions:
    def test_the_list_is_filtered_by_kind(
        self, mona: Desk, account: Page, social: FakeNetwork, comment: Comment
    ) -> None:
        social.name("m1", "Jolie vitrine")
        poll_page(account.pk)
        everything = soup(mona.get("comments")).select("tbody tr")
        assert len(everything) == 2
        [row] = soup(mona.get("comments", kind="mention")).select("tbody tr")
        assert "not under a post of ours" in row.get_text()
        [other] = soup(mona.get("comments", kind="comment")).select("tbody tr")
        assert "not under a post of ours" not in other.get_text()
        assert len(soup(mona.get("comments", kind="message")).select("tbody tr")) == 2

    def test_at_the_desk_it_says_where_it_stands_and_why_it_cannot_be_hidden(
        self, mona: Desk, account: Page, social: FakeNetwork
    ) -> None:
        social.name("m1", INSULT)
        poll_page(account.pk)
        review = mona.take(Review.objects.get())
        page = soup(mona.get("review", review.pk))
        assert "Elsewhere, naming the page: not under a post of ours." in page.get_text()
        assert [each["value"] for each in page.select("input[name=act]")] == ["keep", "reply"]
        assert "It stands on somebody else’s page" in page.select_one(".qmissing").get_text()  # type: ignore[union-attr]
        assert "it is not ours to remove" in page.select_one("#clocks").get_text()  # type: ignore[union-attr]
        assert mona.decide(review, "hide").status_code == 422
        assert Action.objects.count() == 0


class TestBlock:
    def test_from_the_comments_page(self, mona: Desk, comment: Comment, social: FakeNetwork) -> None:
        answer = mona.press(mona.get("comment", comment.pk), "Block the author", reason="Il insulte.")
        assert answer.url == mona.at("comment", comment.pk) + f"#author-{comment.pk}"
        assert said(answer) == ["The author is blocked: on its way to the network."]
        act.carry_out_due(5)
        assert social.kept_away == {"v1"}
        page = soup(mona.get("comment", comment.pk))
        assert "Author blocked" in page.select_one(f"#author-{comment.pk}").get_text()  # type: ignore[union-attr]
        mona.press(mona.get("comment", comment.pk), "Let the author in again", reason="Excuses reçues.")
        act.carry_out_due(5)
        assert social.kept_away == set()

    def test_at_the_desk_without_leaving_it(self, mona: Desk, comment: Comment) -> None:
        target = f"author-{comment.pk}"
        page = soup(mona.send("block", comment.pk, target=target, reason="Il insulte."))
        assert page.select_one("section.clock")["id"] == target  # type: ignore[index]
        assert page.select("[data-q=u]") != []
        decision = Decision.objects.get()
        undone = soup(mona.send("undo", decision.pk, at_once="on"))
        assert "Taken back before it left: nobody was blocked." in undone.get_text()
        assert undone.select_one(f"#{target}")["hx-swap-oob"] == "true"  # type: ignore[index]
        assert Action.objects.get().state == ActionState.CANCELLED

    def test_a_key_is_offered_where_the_keyboard_presses_it_alone(self, mona: Desk, comment: Comment) -> None:
        block = f"#author-{comment.pk} details.qblock"
        assert soup(mona.get("comment", comment.pk)).select(f"{block} kbd, {block} [data-q]") == []
        mona.send("ask_review", comment.pk)
        pane = soup(mona.get("review", Review.objects.get().pk))
        assert [each.get_text() for each in pane.select(f"{block} kbd")] == ["B"]
        assert len(pane.select(f"{block} [data-q=b]")) == 1
        here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{mona.at('comment', comment.pk)}"}
        answer = mona.client.post(mona.at("block", comment.pk), {"reason": "Il insulte."}, headers=here)
        assert "Let the author in again" in answer.content.decode()
        assert BeautifulSoup(answer.content, "lxml").select("section.clock :is(kbd, [data-q])") == []

    def test_undone_after_it_left_it_is_lifted(
        self, mona: Desk, comment: Comment, social: FakeNetwork
    ) -> None:
        mona.send("block", comment.pk, reason="Il insulte.")
        act.carry_out_due(5)
        mona.send("undo", Decision.objects.get().pk, at_once="on")
        act.carry_out_due(5)
        assert social.calls == [("block", "v1"), ("unblock", "v1")]

    def test_without_a_reason_nothing_is_done(self, mona: Desk, comment: Comment) -> None:
        page = soup(mona.send("block", comment.pk, reason=""))
        assert page.select_one("details[open]") is not None
        assert "the reason is missing" in page.get_text()
        assert mona.post("block", comment.pk).status_code == 302
        assert Decision.objects.count() == 0

    def test_where_the_network_cannot_it_says_so(self, mona: Desk, cast: Cast, network: FakeNetwork) -> None:
        network.write("n1", HARMLESS)
        poll_page(cast.newsroom.pk)
        found = Comment.objects.get(remote_id="n1")
        author = soup(mona.get("comment", found.pk)).select_one(f"#author-{found.pk}")
        assert author is not None
        assert (author.select("form"), len(author.select(".qmissing"))) == ([], 1)

    def test_those_who_only_see_have_no_button(self, vera: Desk, comment: Comment) -> None:
        assert soup(vera.get("comment", comment.pk)).select("details.qblock") == []
        assert vera.post("block", comment.pk, reason="Il insulte.").status_code == 403
        assert vera.post("unblock", comment.pk, reason="Il insulte.").status_code == 403
