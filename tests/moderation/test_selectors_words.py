"""No code of moderation is without words, and a length of time reads as a person would say it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from moderation import law as the_law
from moderation.enums import ActionState, CloseCode, Code, Decided, Presence, ResultKind
from moderation.messages import acts, law, marks
from moderation.risk.catalogue import catalogue
from moderation.risk.labels import Ground, Label, Target
from publishing.enums import DeliveryState

ELEMENTS = sorted({code for offence in the_law.OFFENCES.values() for code in offence.elements})
ARTICLES = sorted(
    {offence.article for offence in the_law.OFFENCES.values() if offence.article}
    | set(the_law._PRIVATE.values())
    | set(the_law._BY_GROUND.values())
    | {"code pénal, art. 222-18", "code pénal, art. 322-12", "loi du 29 juillet 1881, art. 29 al. 1 et 31"}
)


@pytest.fixture(autouse=True)
def english() -> object:
    """Source words."""
    with translation.override("en"):
        yield


class TestEveryCodeHasWords:
    def test_labels(self) -> None:
        assert set(law.LABELS) == set(Label)
        names = [law.label_name(label) for label in Label]
        assert len(set(names)) == len(names)
        assert all(law.label_plain(label).endswith(".") for label in Label)

    def test_a_label_nobody_knows(self) -> None:
        assert (law.label_name(""), law.label_name("other")) == ("Not named yet", "Not named yet")

    def test_elements(self) -> None:
        assert sorted(law.ELEMENTS) == ELEMENTS

    def test_targets_and_grounds(self) -> None:
        assert (set(law.TARGETS), set(law.GROUNDS)) == (set(Target), set(Ground))

    def test_sources(self) -> None:
        families = {rule.partition(".")[0] for rule in catalogue().rules}
        assert families - set(law.SOURCES) == set()
        assert law.source_words("inj.grave") == "outrageous word"
        assert law.source_words("new.rule") == "expression of the rules"

    def test_unknown_dates_and_doubts(self) -> None:
        reasons = {"absent", "not_a_date", "no_zone", "too_early", "in_the_future"}
        assert set(law.UNKNOWN_DATES) == reasons
        assert set(law.DOUBTS) == {the_law.EDIT_UNKNOWN, the_law.EVENT_UNKNOWN, the_law.SHOWN_AGAIN}
        assert law.doubt_words("other") == ""

    def test_acts(self) -> None:
        every = set(Decided)
        assert (set(acts.ICONS), set(acts.KEYS), set(acts.DONE), set(acts.CONFIRM)) == (every,) * 4
        assert set(acts.MISSING) == every - {Decided.KEEP}
        for act in Decided:
            assert "%" not in acts.effect_words(act, "newsroom")
            assert "%" not in acts.effect_words(act, "mastodon")

    def test_keys_are_free_and_one_each(self) -> None:
        keys = list(acts.KEYS.values())
        assert len(set(keys)) == len(keys)
        assert set(keys) & set("gjkoclnyxu123456789") == set()

    def test_results(self) -> None:
        assert set(acts.RESULTS) == set(ResultKind)
        worded = [str(acts.RESULTS[kind]) for kind in ResultKind]
        assert len(set(worded)) == len(worded)
        bare = [kind for kind in ResultKind if not acts.RESULTS[kind].advice]
        assert bare == [ResultKind.DONE]

    def test_codes(self) -> None:
        assert set(acts.CODES) == set(Code)
        assert set(acts.CLOSED) == set(CloseCode)
        assert (acts.code_words(""), acts.closed_words("")) == ("", "")
        assert acts.code_words("rate_limited").startswith("The network asked us to wait.")

    def test_states_and_presences(self) -> None:
        assert set(acts.STATE_MARKS) == set(ActionState)
        assert set(acts.STATE_MARKS.values()) <= set(DeliveryState.values)
        assert set(acts.PRESENCE) == set(Presence)

    def test_quick_reasons_fit_the_number_keys(self) -> None:
        codes = [each.code for each in (*acts.REMOVING, *acts.KEEPING)]
        assert len(set(codes)) == len(codes)
        assert (len(acts.REMOVING) <= 9, len(acts.KEEPING) <= 9) == (True, True)
        assert all(each.told for each in acts.REMOVING)


class TestArticles:
    @pytest.mark.parametrize("article", ARTICLES)
    def test_in_the_reader_s_language(self, article: str) -> None:
        said = law.article_words(article)
        assert ("loi" in said, "code pénal" in said, " et " in said, " al. " in said) == (False,) * 4

    def test_as_it_reads(self) -> None:
        article = "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 3"
        assert (
            law.article_words(article) == "Law of 29 July 1881 on the press, art. 29 para. 2 and 33 para. 3"
        )
        assert (law.article_words(""), law.article_words("other text")) == ("", "other text")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "1 min"),
        (7, "7 min"),
        (59.9, "59 min"),
        (60, "1 h 00"),
        (192, "3 h 12"),
        (1440, "1 d 0 h"),
        (3100, "2 d 3 h"),
    ],
)
def test_lengths(minutes: float, words: str) -> None:
    assert marks.length_words(timedelta(minutes=minutes)) == words


def test_before_and_after_a_deadline() -> None:
    hour = timedelta(hours=1)
    assert [marks.left_words(left) for left in (hour, timedelta(), -hour, None)] == [
        "1 h 00 left",
        "1 min overdue",
        "1 h 00 overdue",
        "",
    ]


def test_risk_reads_without_colour() -> None:
    found = [marks.risk(severity) for severity in (-1, 0, 1, 2, 3, 9)]
    assert [each.icon for each in found] == ["risk-0", "risk-0", "risk-1", "risk-2", "risk-3", "risk-3"]
    assert len({str(each.word) for each in marks.RISKS}) == len(marks.RISKS)


def test_effects_say_what_the_network_truly_does() -> None:
    assert "its author sees that it was hidden" in acts.effect_words("hide", "newsroom")
    assert "Mastodon" in acts.effect_words("keep", "mastodon")
    assert acts.effect_words("hide", "newsroom", "hidden").startswith("It stays hidden on the public page")
    assert acts.missing_words("delete", "mastodon").startswith("On this network an answer stays")
    assert acts.missing_words("delete", "elsewhere").startswith("elsewhere does not let a page delete")
