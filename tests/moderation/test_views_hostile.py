"""Whatever visitors write stays words on every page of the desk, and is marked to the letter."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Final

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation.models import Comment, Span
from moderation.selectors.reading import marked, pieces
from moderation.selectors.review import Neighbour, Thread
from moderation.services import assign
from pages.models import Brand, Person
from pages.networks.types import Commenter
from tests.moderation.desk import Desk
from tests.moderation.makers import INSULT, decided, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, soup

WORDS: Final = re.compile(r'<div class="words" id="words" dir="auto">(.*?)</div>', re.DOTALL)
MARK: Final = re.compile(r"<mark [^>]*>(.*?)</mark>", re.DOTALL)
TAG: Final = re.compile(r"<[^>]*>")
ZALGO: Final = "Z" + "̸̡̢̛͖̪̟̗" * 40 + "algo"
HOSTILE: Final = {
    "script": "<script>alert(1)</script></div></article><img src=x onerror=alert(2)>",
    "attribute": "\" onmouseover=\"alert(1)\" ' onfocus='alert(2)' x=`",
    "entities": "&lt;b&gt; &amp;amp; &#60;script&#62; &copy",
    "template": "{{ request.user.password }}{% csrf_token %}{# no #}",
    "address": "javascript:alert(1) https://mal.example/?a=1&b=<2>",
    "right to left": "مرحبا يا غبي \u202e txet desrever \u2066 isolate",
    "emoji": "👩🏽‍🚀🏳️‍🌈👨‍👩‍👧‍👦" * 30,
    "combining": ZALGO,
    "long": "mot " * 5_000,
    "one word": "a" * 20_000,
    "nul": "avant\x00après",
    "surrogate": "avant\ud800après",
    "blank lines": "\n\n\n  un\n\n\n\tdeux\u00a0\u202f!\n",
    "invisible": "\u200b\u200c\u200d\ufeffco\u00adn\u2060",
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
SPANS = st.lists(
    st.tuples(st.integers(0, 70), st.integers(0, 70), st.sampled_from(["inj.grave", "men.mort", '"><b>'])),
    max_size=8,
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Source words, for what is drawn without a request."""
    with translation.override("en"):
        yield


def drawn(text: str, rows: list[tuple[int, int, str]], author: str = "Paul") -> str:
    """The thread as the pane and the comment's page draw it."""
    comment = Comment(text=text, author_name=author, author_handle="", url="")
    spans = [Span(start=start, end=end, source=source) for start, end, source in rows]
    beside = Neighbour(7, author, text[:100], by_page=False, gone=False)
    thread = Thread(text, "", beside, False, (beside,), 0)
    request = SimpleNamespace(brand=Brand(slug="maison-lumen"))
    context = {"comment": comment, "thread": thread, "pieces": pieces(text, spans), "request": request}
    return render_to_string("moderation/thread.html", context)


def inside(page: str) -> str:
    found = WORDS.search(page)
    assert found is not None
    return found[1]


def names(page: str) -> list[str]:
    """The names of the tags of a page, in order."""
    return [each.partition(" ")[0] for each in TAG.findall(page)]


def plain(markup: str) -> str:
    return html.unescape(TAG.sub("", markup))


class TestMarks:
    @given(TEXTS, SPANS)
    @example("<b>con</b> & \"co\" 'x'", [(3, 6, "inj.grave"), (4, 9, '"><b>')])
    @example("e\u0301e\u0301", [(1, 3, "inj.grave")])
    @example("", [(0, 4, "inj.grave")])
    @settings(max_examples=150)
    def test_without_its_tags_the_markup_is_the_text(
        self, text: str, rows: list[tuple[int, int, str]]
    ) -> None:
        assert plain(inside(drawn(text, rows))) == text

    @given(TEXTS, SPANS)
    @settings(max_examples=100)
    def test_what_is_marked_is_what_the_spans_cover_and_no_more(
        self, text: str, rows: list[tuple[int, int, str]]
    ) -> None:
        covered = {n for start, end, _ in rows for n in range(start, min(end, len(text)))}
        shown = "".join(plain(each) for each in MARK.findall(inside(drawn(text, rows))))
        assert shown == "".join(text[n] for n in sorted(covered))

    @given(TEXTS, TEXTS)
    @settings(max_examples=60)
    def test_no_text_or_name_adds_a_tag(self, text: str, author: str) -> None:
        assert names(drawn(text or "x", [], author or "x")) == names(drawn("a", [], "b"))

    @given(TEXTS, SPANS)
    @settings(max_examples=60)
    def test_the_words_told_are_words_of_the_text_each_once(
        self, text: str, rows: list[tuple[int, int, str]]
    ) -> None:
        spans = [Span(start=start, end=end, source=source) for start, end, source in rows if start < end]
        told = [each.text for each in marked(text, spans)]
        assert len(set(told)) == len(told)
        assert all(each and each in text for each in told)

    def test_overlapping_spans_name_all_their_rules_once(self) -> None:
        rows = [(10, 22, "inj.grave"), (15, 22, "inj.nette"), (0, 22, "men.a")]
        page = drawn("espèce de gros connard", rows)
        titles = re.findall(r'<mark title="([^"]*)"', page)
        assert [set(each.split(" · ")) for each in titles] == [
            {"threat (men.a)"},
            {"threat (men.a)", "outrageous word (inj.grave)"},
            {"threat (men.a)", "outrageous word (inj.grave, inj.nette)"},
        ]

    def test_a_rule_s_id_cannot_break_out_of_its_title(self) -> None:
        page = drawn("abc", [(0, 3, '"><script>x</script>')])
        assert "<script" not in page
        assert "&lt;script&gt;" in page

    def test_a_name_keeps_its_direction_to_itself(self) -> None:
        page = drawn("abc", [], "\u202egnorts")
        assert "<bdi>\u202egnorts</bdi>" in page


@pytest.mark.usefixtures("noon")
class TestEveryPage:
    @pytest.fixture
    def mona(self, cast: Cast, signed_in: SignIn) -> Desk:
        """The moderator at her desk."""
        Person.objects.update(language="en")
        return Desk(signed_in(cast.mona))

    def written(self, cast: Cast, network: FakeNetwork, text: str) -> Comment:
        """A comment whose text and author are hostile, put into the queue, with one beside it."""
        taken(cast.newsroom, network, text, "beside")
        author = Commenter("v9", text[:80], text[:60], "javascript:alert(1)")
        network.write("c1", text, author=author, url="javascript:alert(1)", parent_id="beside")
        network.write("c2", text, author=author, parent_id="beside")
        taken(cast.newsroom, network, text, "last")
        comment = Comment.objects.select_related("page__brand").get(remote_id="c1")
        assign.ask_review(comment, cast.mona)
        return comment

    def quiet(self, answer: Answer) -> None:
        """Nothing a visitor wrote became a tag, an attribute or an address."""
        assert answer.status_code == 200
        found = soup(answer)
        assert found.select("script, img, iframe, [onerror], [onmouseover], [onfocus], [style], b") == []
        assert [a["href"] for a in found.select("a[href^=javascript]")] == []

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_it_stays_words(self, cast: Cast, mona: Desk, network: FakeNetwork, kind: str) -> None:
        comment = self.written(cast, network, HOSTILE[kind])
        review = review_of(comment)
        for answer in (
            mona.get("queue"),
            mona.get("review", review.pk),
            mona.get("comments"),
            mona.get("comment", comment.pk),
        ):
            self.quiet(answer)
        shown = inside(mona.get("review", review.pk).content.decode())
        assert plain(shown) == comment.text
        assert "\x00" not in comment.text
        decided(comment, cast.mona, reason=HOSTILE[kind].replace("\ud800", "")[:200], told="<b>x</b>")
        self.quiet(mona.get("history"))
        self.quiet(mona.get("comment", comment.pk))

    def test_every_letter_of_twenty_thousand_is_there(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        text = f"{INSULT} " + "mot " * 4_980
        comment = taken(cast.newsroom, network, text[:20_000])
        page = mona.get("review", review_of(comment).pk).content.decode()
        assert len(plain(inside(page))) == len(comment.text)
        assert "connard" in "".join(MARK.findall(inside(page)))

    def test_what_a_person_typed_comes_back_as_words(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        review = mona.take(review_of(taken(cast.newsroom, network)))
        nasty = HOSTILE["script"]
        answer = mona.post("decide", review.pk, act="", reason=nasty, told=nasty, text=nasty, revision=1)
        page = soup(answer)
        kept = [page.select_one(f"#decide-{name}") for name in ("reason", "told", "text")]
        assert [each.get_text().strip() for each in kept if each] == [nasty] * 3
        assert page.select("img, [onerror]") == []

    def test_a_search_is_shown_as_it_was_typed(self, mona: Desk) -> None:
        nasty = '"><script>alert(1)</script>'
        page = soup(mona.get("comments", q=nasty))
        field = page.select_one("input[name=q]")
        assert field is not None
        assert (field["value"], page.select("script")) == (nasty, [])
