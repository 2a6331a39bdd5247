"""What stands behind a report's figures: lists of mentions, one mention, pages that were not read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.models import Person
from reputation.models import Audit, Document, Run
from reputation.views.evidence import paragraphs, pieces
from tests.people import Cast
from tests.reputation.makers import fed, listed, make
from tests.reputation.rooms import Rooms, SignIn, links, questions, soup, texts, words
from tests.reputation.shelf import comment, document, mention, run_of, unread


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer."""
    return Rooms(signed_in(cast.vera))


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a list and a feed."""
    return make(cast.brand, cast.alice, listed("https://journal.example/a"), fed("https://b.example/rss"))


@pytest.fixture
def run(audit: Audit) -> Run:
    """A finished run without anything in it."""
    return run_of(audit)


def titles(vera: Rooms, run: Run, **query: str) -> set[str]:
    """What a list of mentions holds."""
    return set(texts(vera.get("mentions", run.audit.slug, run.number, **query), ".mention-row .row-title"))


class TestMentions:
    @pytest.fixture(autouse=True)
    def shelf(self, run: Run) -> None:
        """Five mentions, one of them a copy."""
        feed = run.audit.sources.get(kind="feed")
        first = mention(run, "a", "negative", "prix lampe")
        mention(run, "b", "positive", "prix lampe", "salaire atelier")
        mention(run, "c", "uncertain", "livraison retard", source=feed)
        mention(run, "d", "neutral")
        mention(run, "e", "negative", "prix lampe", same_as=first)

    def test_a_feed_is_named_and_its_site_told_beside(self, vera: Rooms, run: Run) -> None:
        [row] = soup(vera.get("mentions", run.audit.slug, run.number, sentiment="uncertain")).select(
            ".mention-row"
        )
        found = run.mentions.get(sentiment="uncertain")
        site = row.select_one("[title]")
        assert site is not None
        assert (words(site), site["title"]) == (found.source.name, found.document.host)

    def test_an_excerpt_does_not_repeat_its_title(self, vera: Rooms, run: Run) -> None:
        run.mentions.filter(sentiment="positive").update(
            title="Lampes : l’avis", excerpt="Lampes : l’avis Maison Lumen tient parole."
        )
        page = vera.get("mentions", run.audit.slug, run.number, sentiment="positive")
        assert texts(page, ".mention-excerpt") == ["Maison Lumen tient parole."]

    def test_all_without_copies(self, vera: Rooms, run: Run) -> None:
        assert titles(vera, run) == {"Titre a", "Titre b", "Titre c", "Titre d"}

    def test_with_copies_and_copies_only(self, vera: Rooms, run: Run) -> None:
        assert titles(vera, run, which="all") >= {"Titre d", "Titre e"}
        assert titles(vera, run, which="copies") == {"Titre e"}

    @pytest.mark.parametrize(
        ("sentiment", "found"),
        [("negative", {"a"}), ("positive", {"b"}), ("uncertain", {"c"}), ("neutral", {"d"})],
    )
    def test_by_opinion(self, vera: Rooms, run: Run, sentiment: str, found: set[str]) -> None:
        assert titles(vera, run, sentiment=sentiment) == {f"Titre {path}" for path in found}

    def test_by_public(self, vera: Rooms, run: Run) -> None:
        clients = str(run.audit.publics.get(name="Clients").pk)
        assert titles(vera, run, public=clients) == {"Titre a", "Titre b", "Titre c"}
        assert titles(vera, run, public=clients, sentiment="positive") == {"Titre b"}
        assert titles(vera, run, public="none") == {"Titre d"}

    def test_by_query(self, vera: Rooms, run: Run) -> None:
        clients = str(run.audit.publics.get(name="Clients").pk)
        assert titles(vera, run, public=clients, words="prix lampe") == {"Titre a", "Titre b"}
        page = vera.get("mentions", run.audit.slug, run.number, words="prix lampe")
        assert "for “prix lampe”" in words(page)

    def test_by_source(self, vera: Rooms, run: Run) -> None:
        feed = str(run.audit.sources.get(kind="feed").pk)
        assert titles(vera, run, source=feed) == {"Titre c"}

    @pytest.mark.parametrize(
        "query",
        [
            {"public": "999999"},
            {"public": "'; drop"},
            {"sentiment": "angry"},
            {"source": "x"},
            {"which": "?"},
        ],
    )
    def test_a_choice_that_is_not_offered_is_none(self, vera: Rooms, run: Run, query: dict[str, str]) -> None:
        assert titles(vera, run, **query) == titles(vera, run)

    def test_nothing_fits(self, vera: Rooms, run: Run) -> None:
        page = vera.get("mentions", run.audit.slug, run.number, public="none", sentiment="positive")
        assert texts(page, ".empty-title") == ["No such page"]
        assert links(page, ".empty a") == [vera.at("mentions", run.audit.slug, run.number)]

    def test_uncertain_is_shown_as_uncertain(self, vera: Rooms, run: Run) -> None:
        page = vera.get("mentions", run.audit.slug, run.number, sentiment="uncertain")
        mark = soup(page).select_one(".mention-row .mark")
        assert mark is not None
        assert words(mark) == "Uncertain"
        assert "is-warn" in mark["class"]

    def test_another_run_s_are_not_there(self, vera: Rooms, run: Run) -> None:
        other = run_of(run.audit)
        mention(other, "z", "negative")
        assert "Titre z" not in titles(vera, run)
        assert titles(vera, other) == {"Titre z"}

    def test_as_many_questions_for_three_as_for_one(self, vera: Rooms, run: Run) -> None:
        slug, number = run.audit.slug, run.number
        alone = questions(lambda: vera.get("mentions", slug, number, sentiment="negative"))
        for path in "xy":
            mention(run, path, "negative", "prix lampe")
        assert questions(lambda: vera.get("mentions", slug, number, sentiment="negative")) == alone

    def test_many_are_paged(self, vera: Rooms, run: Run) -> None:
        for number in range(27):
            mention(run, f"n{number}", "positive")
        page = vera.get("mentions", run.audit.slug, run.number, sentiment="positive")
        assert len(texts(page, ".mention-row")) == 25
        assert texts(page, ".pager > span:first-child") == ["1 to 25 of 28"]
        assert "sentiment=positive" in links(page, ".pager a")[0]


class TestMention:
    def test_the_excerpt_stands_with_the_name_marked(self, vera: Rooms, run: Run) -> None:
        found = mention(run, "a", "negative", "prix lampe")
        page = vera.get("mention", run.audit.slug, run.number, found.pk)
        assert words(page).count("On parle de Maison Lumen dans a.") == 1
        assert texts(page, ".excerpt mark") == ["Maison Lumen"]
        assert "Answers Clients" in words(page)

    def test_the_page_the_comments_and_the_weights(self, vera: Rooms, run: Run) -> None:
        page = document(run, "a", "Un début.\n\n  Maison Lumen ouvre.  ")
        comment(page, 0, "Chez Maison Lumen, rien à dire.", "Zoé")
        comment(page, 1, "Bof")
        found = mention(run, "a", "negative", page=page)
        shown = vera.get("mention", run.audit.slug, run.number, found.pk)
        assert texts(shown, ".page-text p") == ["Un début.", "Maison Lumen ouvre."]
        assert texts(shown, "[aria-labelledby=comments] li") == [
            "Zoé Chez Maison Lumen , rien à dire.",
            "Somebody Bof",
        ]
        assert texts(shown, ".weights > div") == ["Negative 75%", "Neutral 15%", "Positive 10%"]

    def test_the_way_out_gives_nothing_away(self, vera: Rooms, run: Run) -> None:
        found = mention(run, "a")
        out = soup(vera.get("mention", run.audit.slug, run.number, found.pk)).select_one(".main-actions a")
        assert out is not None
        assert out["href"] == "https://journal.example/a"
        assert out["rel"] == ["noopener", "noreferrer", "nofollow"]

    def test_an_original_names_its_copies_and_a_copy_its_original(self, vera: Rooms, run: Run) -> None:
        first = mention(run, "a", "negative")
        second = mention(run, "b", "negative", same_as=first)
        original = vera.get("mention", run.audit.slug, run.number, first.pk)
        copied = vera.get("mention", run.audit.slug, run.number, second.pk)
        assert links(original, "[aria-labelledby=copies] a") == [
            vera.at("mention", run.audit.slug, run.number, second.pk)
        ]
        assert "This page repeats another, on journal.example." in words(copied)
        assert links(copied, ".banner a") == [vera.at("mention", run.audit.slug, run.number, first.pk)]

    def test_uncertain_says_that_a_person_judges(self, vera: Rooms, run: Run) -> None:
        found = mention(run, "a", "uncertain")
        assert "It is for you to judge." in words(vera.get("mention", run.audit.slug, run.number, found.pk))

    def test_a_page_that_was_read_again_since(self, vera: Rooms, run: Run) -> None:
        found = mention(run, "a", page=document(run, "a", "Un texte."))
        told = "This page was read again since this report"
        assert told not in words(vera.get("mention", run.audit.slug, run.number, found.pk))
        Document.objects.update(read_at=run.asked_at + timedelta(days=8))
        assert told in words(vera.get("mention", run.audit.slug, run.number, found.pk))

    def test_markup_of_the_web_stays_text(self, vera: Rooms, run: Run) -> None:
        page = document(run, "a", "<script>alert(1)</script> Maison Lumen", title="<b>Gras</b>")
        comment(page, 0, "<img src=x onerror=alert(1)>", "<i>moi</i>")
        found = mention(run, "a", page=page, excerpt="<script>x</script> Maison Lumen")
        shown = soup(vera.get("mention", run.audit.slug, run.number, found.pk))
        assert shown.select("script, img, b, i") == []
        assert "<b>Gras</b>" in words(shown)
        assert "<img src=x onerror=alert(1)>" in words(shown)

    def test_one_of_another_run_or_brand_is_not_there(
        self, cast: Cast, signed_in: SignIn, vera: Rooms, run: Run
    ) -> None:
        other = run_of(run.audit)
        found = mention(other, "a")
        assert vera.get("mention", run.audit.slug, run.number, found.pk).status_code == 404
        charlie = Rooms(signed_in(cast.charlie), brand="atelier-roche")
        assert charlie.get("mention", run.audit.slug, other.number, found.pk).status_code == 404

    def test_as_many_questions_for_three_as_for_one(self, vera: Rooms, run: Run) -> None:
        page = document(run, "a", "Un texte.")
        found = mention(run, "a", "negative", "prix lampe", page=page)
        comment(page, 0, "Un")
        mention(run, "b", same_as=found)
        slug, number = run.audit.slug, run.number
        alone = questions(lambda: vera.get("mention", slug, number, found.pk))
        for place, path in enumerate("cd", 1):
            comment(page, place, "Encore")
            mention(run, path, same_as=found)
        assert questions(lambda: vera.get("mention", slug, number, found.pk)) == alone


class TestPieces:
    def test_names_are_apart(self) -> None:
        found = pieces("Chez Maison Lumen, on rit.", ("Maison Lumen",))
        assert [(piece.text, piece.named) for piece in found] == [
            ("Chez ", False),
            ("Maison Lumen", True),
            (", on rit.", False),
        ]

    def test_no_name_is_one_piece(self) -> None:
        assert [piece.text for piece in pieces("Rien", ("Maison Lumen",))] == ["Rien"]
        assert pieces("", ("Maison Lumen",)) == ()

    @settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=120))
    def test_nothing_is_lost(self, text: str) -> None:
        whole = f"{text} Lumen {text}"
        assert "".join(piece.text for piece in pieces(whole, ("Lumen",))) == whole

    def test_paragraphs(self) -> None:
        assert paragraphs(" a \n\n\n b\n") == ["a", "b"]


class TestFaults:
    @pytest.fixture(autouse=True)
    def shelf(self, run: Run) -> None:
        """Three pages that were not read, for two reasons, of two sources."""
        unread(run, "a", "not_found", status=404)
        unread(run, "b", "not_found")
        unread(run, "c", "deadline", run.audit.sources.get(kind="feed"), tries=4)

    def test_each_with_its_reason_and_what_to_do(self, vera: Rooms, run: Run) -> None:
        page = vera.get("faults", run.audit.slug, run.number)
        rows = texts(page, ".rows > li")
        assert len(rows) == 3
        assert rows[0].startswith(
            "The page took more than 8 seconds to come. It is asked again at the next run."
        )
        assert "4 tries" in rows[0]
        assert "https://journal.example/a" in rows[1]
        assert "answer 404" in rows[1]

    def test_by_reason_and_source(self, vera: Rooms, run: Run) -> None:
        slug, number = run.audit.slug, run.number
        feed = str(run.audit.sources.get(kind="feed").pk)
        assert len(texts(vera.get("faults", slug, number, code="not_found"), ".rows > li")) == 2
        assert len(texts(vera.get("faults", slug, number, source=feed), ".rows > li")) == 1
        assert len(texts(vera.get("faults", slug, number, code="from_mars"), ".rows > li")) == 3

    def test_links_out_give_nothing_away(self, vera: Rooms, run: Run) -> None:
        page = vera.get("faults", run.audit.slug, run.number)
        assert [tag["rel"] for tag in soup(page).select(".fault-url a")] == [
            ["noopener", "noreferrer", "nofollow"]
        ] * 3

    def test_every_page_was_read(self, vera: Rooms, audit: Audit) -> None:
        clean = run_of(audit)
        page = vera.get("faults", audit.slug, clean.number)
        assert texts(page, ".empty-title") == ["Every page was read"]

    def test_as_many_questions_for_three_as_for_one(self, vera: Rooms, run: Run) -> None:
        few = questions(lambda: vera.get("faults", run.audit.slug, run.number))
        for path in "xyz":
            unread(run, path, "not_found")
        assert questions(lambda: vera.get("faults", run.audit.slug, run.number)) == few
