"""Forms as templates/django/forms prints them: label, mark, help, control, error, each tied to the other."""

from bs4 import BeautifulSoup, Tag
from django import forms
from django.utils import translation


class Sample(forms.Form):
    """One field of each family."""

    text = forms.CharField(help_text="What readers will see.")
    link = forms.URLField(required=False, assume_scheme="https")
    kind = forms.ChoiceField(
        choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect(attrs={"cards": True})
    )
    digest = forms.BooleanField(required=False, help_text="Mondays.")
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        """Always something to say about the whole."""
        raise forms.ValidationError("Bob changed it.")


def printed(form: forms.Form) -> Tag:
    with translation.override("en"):
        return BeautifulSoup(str(form), "lxml")


def test_every_control_has_a_label_and_required_ones_say_so() -> None:
    soup = printed(Sample())
    assert [str(label["for"]) for label in soup.select(".field > label")] == [
        "id_text",
        "id_link",
        "id_digest",
    ]
    assert [legend.get_text() for legend in soup.select("legend")] == ["Kind*"]
    assert [mark.parent.get_text() for mark in soup.select(".field-required") if mark.parent] == [
        "Text*",
        "Kind*",
    ]


def test_help_and_errors_are_read_with_the_control() -> None:
    soup = printed(Sample({"link": "nope"}))
    text = soup.select_one("#id_text")
    assert text is not None
    ids = str(text["aria-describedby"]).split()
    assert ids == ["id_text_helptext", "id_text_error"]
    assert [soup.select(f"#{each}") != [] for each in ids] == [True, True]
    assert text["aria-invalid"] == "true"


def test_faulty_fields_are_marked_and_the_others_are_not() -> None:
    soup = printed(Sample({"text": "x", "kind": "a", "link": "nope"}))
    faulty = [box.select("input")[0]["name"] for box in soup.select(".field.has-error")]
    assert faulty == ["link"]


def test_what_is_wrong_with_the_whole_comes_first_and_is_announced() -> None:
    first = printed(Sample({"text": "x", "kind": "a"})).select_one("body > *")
    assert isinstance(first, Tag)
    assert (first["role"], first.get_text(strip=True)) == ("alert", "Bob changed it.")


def test_a_hidden_field_is_printed_without_a_box() -> None:
    soup = printed(Sample())
    assert len(soup.select("input[type=hidden][name=key]")) == 1
    assert soup.select(".field input[type=hidden]") == []


def test_a_check_box_stands_before_its_words() -> None:
    box = printed(Sample()).select_one(".field.is-check")
    assert box is not None
    assert [child.name for child in box.find_all(True, recursive=False)] == ["input", "label", "div"]


def test_choices_may_be_cards() -> None:
    assert len(printed(Sample()).select("fieldset.field-group.is-cards input[type=radio]")) == 2
