"""A reason at hand is read in the reader's language, whoever chose it in whichever."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from moderation.messages.acts import KEEPING, REMOVING
from moderation.messages.reasons import AGREED, TAKEN_BACK, UNDONE, reason_words
from moderation.models import Decision
from pages.models import Person
from tests.moderation.makers import decided, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn

SENTENCES = [*(each.reason for each in (*REMOVING, *KEEPING)), AGREED, UNDONE, TAKEN_BACK]
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def said(sentence: object, language: str) -> str:
    with translation.override(language):
        return str(sentence)


@pytest.mark.parametrize("reader", LANGUAGES)
@pytest.mark.parametrize("writer", LANGUAGES)
def test_each_sentence_of_the_house_is_read_in_the_reader_s_language(writer: str, reader: str) -> None:
    kept = [said(each, writer) for each in SENTENCES]
    with translation.override(reader):
        assert [reason_words(each) for each in kept] == [said(each, reader) for each in SENTENCES]


def test_what_was_typed_beside_it_stays() -> None:
    kept = f"{said(REMOVING[0].reason, 'en')} Encore lui: voir hier."
    with translation.override("fr"):
        assert reason_words(kept) == f"{said(REMOVING[0].reason, 'fr')} Encore lui: voir hier."


@pytest.mark.parametrize(
    "typed",
    ["", "Parce que.", "I agree. But look at the date.", "It insults or belittles somebody", "No: I agree."],
)
def test_a_person_s_own_words_are_nobody_s_to_change(typed: str) -> None:
    with translation.override("fr"):
        assert reason_words(typed) == typed


def test_templates_have_it_as_a_filter() -> None:
    template = Template("{% load legal %}{{ kept|reason_words }}")
    with translation.override("fr"):
        assert template.render(Context({"kept": "<b>"})) == "&lt;b&gt;"
        kept = said(UNDONE, "en")
        shown = template.render(Context({"kept": kept}))
    assert (shown == said(UNDONE, "fr"), shown == kept) == (True, False)


@pytest.mark.usefixtures("noon")
def test_the_history_tells_each_reader_in_their_language(
    cast: Cast, network: FakeNetwork, signed_in: SignIn
) -> None:
    Person.objects.filter(pk=cast.alice.pk).update(language="en")
    Person.objects.filter(pk=cast.mona.pk).update(language="fr")
    kept = f"{said(REMOVING[0].reason, 'en')} Again."
    decided(taken(cast.newsroom, network), cast.mona, reason=kept)
    page = reverse("moderation:history", args=[cast.brand.slug])
    seen = {}
    for person in (cast.alice, cast.mona):
        person.refresh_from_db()
        seen[person.language] = signed_in(person).get(page).content.decode()
    french = f"{said(REMOVING[0].reason, 'fr')} Again."
    assert (kept in seen["en"], french in seen["en"]) == (True, False)
    assert (kept in seen["fr"], french in seen["fr"]) == (False, True)
    assert Decision.objects.get().reason == kept
