"""Looking for words: what is typed is looked for as it stands, in any case, within the brand."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.forms import WORDS_MOST, FilterForm
from moderation.models import Comment
from moderation.selectors.comments import WORDINGS, Wanted, comment_detail, list_comments
from pages.models import Brand, Person
from tests.moderation.desk import Desk, refreshed
from tests.moderation.makers import INSULT, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn, soup, words

pytestmark = pytest.mark.usefixtures("noon")
TEXTS = {
    "percent": "Remise de 100% sur tout",
    "plain": "Remise de 1000 euros sur tout",
    "under": "mot_de_passe",
    "dash": "motXdeXpasse",
    "back": "un \\ et un autre",
    "accent": "ÉLOÏSE était là",
    "curly": "N’achetez pas l’été",
    "straight": "J'adore",
}


@pytest.fixture
def brand(cast: Cast, network: FakeNetwork) -> Brand:
    """A brand whose visitors wrote all that."""
    for number, (name, text) in enumerate(TEXTS.items()):
        network.write(name, text, at=None)
        assert number < 10
    taken(cast.newsroom, network, "Rien.", "other")
    return cast.brand


def found(brand: Brand, text: str) -> set[str]:
    rows = list_comments(brand, Wanted(words=text))
    return set(rows.values_list("remote_id", flat=True))


class TestWords:
    @pytest.mark.parametrize(
        ("asked", "names"),
        [
            ("100%", {"percent"}),
            ("%", {"percent"}),
            ("mot_de", {"under"}),
            ("_", {"under"}),
            ("\\", {"back"}),
            ("éloïse", {"accent"}),
            ("Éloïse", {"accent"}),
            ("ÉTAIT", {"accent"}),
            ("n'achetez", {"curly"}),
            ("L'ÉTÉ", {"curly"}),
            ("j’adore", {"straight"}),
            ("remise", {"percent", "plain"}),
            ("' OR 1=1 --", set()),
            (".*", set()),
        ],
    )
    def test_found(self, brand: Brand, asked: str, names: set[str]) -> None:
        assert found(brand, asked) == names

    def test_never_beyond_the_brand(self, cast: Cast, brand: Brand) -> None:
        assert found(cast.other_brand, "remise") == set()

    def test_by_the_author_s_name(self, brand: Brand) -> None:
        assert len(found(brand, "PAUL martel")) == len(TEXTS) + 1

    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20))
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_words_find_the_texts_that_hold_them(self, brand: Brand, asked: str) -> None:
        if not asked:
            return
        holding = {name for name, text in TEXTS.items() if asked in text}
        assert holding <= found(brand, asked)


class TestForm:
    def wanted(self, brand: Brand, **asked: str) -> Wanted:
        return FilterForm(asked, brand=brand).wanted

    def test_blanks_ask_nothing(self, cast: Cast) -> None:
        assert self.wanted(cast.brand, q="   ") == Wanted()

    def test_a_text_that_is_too_long_or_holds_a_nul_asks_nothing_and_says_so(
        self, cast: Cast, signed_in: SignIn, brand: Brand
    ) -> None:
        Person.objects.update(language="en")
        desk = Desk(signed_in(cast.mona))
        for odd in ("x" * (WORDS_MOST + 1), "a\x00b"):
            assert self.wanted(cast.brand, q=odd) == Wanted()
            answer = desk.get("comments", q=odd)
            assert (answer.status_code, len(soup(answer).select(".errorlist, .field-error")) > 0) == (
                200,
                True,
            )

    def test_a_page_of_another_brand_is_no_page(self, cast: Cast) -> None:
        assert self.wanted(cast.brand, on=str(cast.other_newsroom.pk)) == Wanted()
        assert self.wanted(cast.brand, on="9" * 40) == Wanted()
        assert self.wanted(cast.brand, on=str(cast.newsroom.pk)) == Wanted(page_id=cast.newsroom.pk)

    def test_filters_stay_while_one_turns_pages(
        self, cast: Cast, signed_in: SignIn, brand: Brand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("moderation.views.comments.A_PAGE", 1)
        desk = Desk(signed_in(cast.mona))
        first = desk.get("comments", q="remise")
        link = soup(first).select_one(".pager a[rel=next]")
        assert link is not None
        assert "q=remise" in str(link["href"])
        second = desk.client.get(desk.at("comments") + str(link["href"]))
        assert "100%" in words(soup(second)) or "1000 euros" in words(soup(second))  # type: ignore[arg-type]


def test_somebody_who_edits_without_end_fills_no_page(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, INSULT)
    for number in range(2, 30):
        Comment.objects.update(revision=number)
        comment.revisions.create(number=number, text=f"{INSULT} {number}", seen_at=comment.seen_at)
    shown = comment_detail(refreshed(comment)).wordings
    assert [each.revision.number for each in shown] == list(range(29, 29 - WORDINGS, -1))
