"""What a person types about a comment: a decision, an answer to one, a filter."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from moderation import rules
from moderation.enums import Decided, Kind, Presence
from moderation.messages.acts import KEEPING, REMOVING, Quick
from moderation.messages.law import LABELS
from moderation.risk.labels import Label
from moderation.selectors.comments import NEVER, Wanted
from moderation.selectors.room import MOST, Room
from pages.models import Brand, Page

TOLD_MOST: Final = 500
WORDS_MOST: Final = 100
QUICK: Final[dict[str, Quick]] = {each.code: each for each in (*REMOVING, *KEEPING)}

NEAREST: Final[dict[str, str]] = {
    Label.INSULT: "insult",
    Label.INSULT_AGGRAVATED: "insult",
    Label.DEFAMATION: "accuses",
    Label.DEFAMATION_AGGRAVATED: "accuses",
    Label.HATE: "hate",
    Label.THREAT: "threat",
    Label.HARASSMENT: "threat",
    Label.DOXXING: "private",
    Label.SPAM: "spam",
}
"""By label, the reason at hand that is nearest to it."""


def room_words(room: Room) -> str:
    """How long an answer may be."""
    said = gettext("At most %(limit)d characters, as %(network)s counts them.")
    return said % {"limit": room.limit, "network": room.network}


def label_choices() -> list[tuple[str, Any]]:
    """The labels a person may retain, in the order of the contract."""
    return [("", _("Not named")), *((label.value, LABELS[label].name) for label in Label)]


class DecideForm(forms.Form):
    """What is decided of a comment, why, and of which wording of it.

    The reason is one at hand (`quick`), typed words, or both. Left empty, `told` is the quick reason as its
    author may read it, in the brand's language.
    """

    act = forms.ChoiceField(
        label=_("Decision"), choices=Decided.choices, error_messages={"required": _("Choose what to do.")}
    )
    quick = forms.ChoiceField(required=False, choices=[(code, each.reason) for code, each in QUICK.items()])
    reason = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=rules.LONGEST_REASON - 100,
        widget=forms.Textarea(attrs={"rows": 1, "placeholder": _("Beside, or instead")}),
    )
    told = forms.CharField(
        label=_("What its author may read"),
        required=False,
        max_length=TOLD_MOST,
        widget=forms.Textarea(attrs={"rows": 1, "dir": "auto", "placeholder": _("Empty: the reason chosen")}),
    )
    label = forms.ChoiceField(label=_("Retained as"), required=False, choices=label_choices)
    text = forms.CharField(
        label=_("Reply"),
        required=False,
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "aria-describedby": "decide-room"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    alone_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        brand: Brand,
        acts: Collection[str] = Decided.values,
        room: Room | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(*args, **{"auto_id": "decide-%s", **kw})
        self.brand = brand
        self.acts = acts
        self.room = room

    def clean(self) -> dict[str, Any]:
        """A reply is as long as its network takes it, and a removal has a reason for its author."""
        data = super().clean() or {}
        act = data.get("act", "")
        if act == Decided.REPLY and self.room is not None and "text" in data:
            _measure(self, self.room)
        whole = {"quick", "reason", "told", "label"} <= data.keys()
        if act in rules.REMOVALS and whole and self.full_reason and not self.full_told:
            self._propose(data["label"])
        return data

    def _propose(self, label: str) -> None:
        """Nothing at hand was chosen and nothing written for the author: what the label says is proposed."""
        near = QUICK[NEAREST.get(label, "charter")]
        with translation.override(self.brand.language):
            words = str(near.told)
        self.data = {**self.data.dict(), "told": words} if isinstance(self.data, QueryDict) else self.data
        self.add_error("told", _("Its author reads why. Choose a reason, or send this one, changed or not."))

    @property
    def decided(self) -> Decided:
        """The act. Raises KeyError on a form that is not valid."""
        return Decided(self.cleaned_data["act"])

    @property
    def quick_reason(self) -> Quick | None:
        """The reason at hand, if it is one for such an act."""
        fitting = REMOVING if self.decided in rules.REMOVALS else KEEPING
        return next((each for each in fitting if each.code == self.cleaned_data["quick"]), None)

    @property
    def full_reason(self) -> str:
        """The reason at hand and the typed one, in one."""
        quick = self.quick_reason
        typed: str = self.cleaned_data["reason"].strip()
        return " ".join(filter(None, (str(quick.reason) if quick else "", typed)))

    @property
    def full_told(self) -> str:
        """What the author may read of a removal; empty for any other act."""
        if self.decided not in rules.REMOVALS:
            return ""
        typed: str = self.cleaned_data["told"].strip()
        quick = self.quick_reason
        if typed or quick is None:
            return typed
        with translation.override(self.brand.language):
            return str(quick.told)


def _measure(form: forms.Form, room: Room) -> None:
    """Say how much too long the text is, as its network counts."""
    length = room.length(form.cleaned_data["text"])
    if length > room.limit:
        said = _("%(length)d characters, as %(network)s counts them: it takes %(limit)d at most.")
        form.add_error("text", said % {"length": length, "network": room.network, "limit": room.limit})


class SecondForm(forms.Form):
    """The second person's answer to a first decision."""

    agree = forms.TypedChoiceField(
        choices=[("yes", _("Agree")), ("no", _("Do not agree"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Say whether you agree.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=rules.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    alone_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **{"auto_id": "second-%s", **kw})


class UndoForm(forms.Form):
    """Why a hidden comment is shown again."""

    reason = forms.CharField(max_length=rules.LONGEST_REASON, required=False)
    at_once = forms.BooleanField(required=False)
    alone_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def full_reason(self) -> str:
        """The typed one; for an undo from the message that said "hidden", that it was just that."""
        typed: str = self.cleaned_data["reason"].strip()
        return typed or (gettext("Undone right after deciding.") if self.cleaned_data["at_once"] else "")


class BlockForm(forms.Form):
    """Why somebody is kept away, or let in again."""

    reason = forms.CharField(
        max_length=rules.LONGEST_REASON,
        min_length=rules.SHORTEST_REASON,
        error_messages={"required": _("Say why: it is kept.")},
    )


class AnswerForm(forms.Form):
    """What the page answers in a conversation."""

    text = forms.CharField(
        label=_("Answer, in the page’s name"),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Write what the page should answer.")},
    )

    def __init__(self, *args: Any, room: Room, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.room = room
        self.fields["text"].help_text = room_words(room)

    def clean(self) -> dict[str, Any]:
        """An answer is as long as its network takes it."""
        data = super().clean() or {}
        if "text" in data:
            _measure(self, self.room)
        return data


class SettleForm(forms.Form):
    """What a person saw on the network, and how they know."""

    done = forms.TypedChoiceField(
        choices=[("yes", _("It was done")), ("no", _("It was not done"))], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(max_length=rules.LONGEST_REASON)


class FilterForm(forms.Form):
    """Which comments the list shows."""

    q = forms.CharField(label=_("Words"), required=False, max_length=WORDS_MOST)
    on = forms.ModelChoiceField(
        label=_("Page"), required=False, queryset=Page.objects.none(), empty_label=_("All pages")
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", _("Any")),
            (Kind.COMMENT, _("Under our posts")),
            (Kind.MENTION, _("Elsewhere")),
        ],
    )
    presence = forms.ChoiceField(
        label=_("Presence"), required=False, choices=[("", _("Any")), *Presence.choices]
    )
    label = forms.ChoiceField(
        label=_("Label"),
        required=False,
        choices=lambda: [("", _("Any")), *((label.value, LABELS[label].name) for label in Label)],
    )
    standing = forms.ChoiceField(
        label=_("Review"),
        required=False,
        choices=[
            ("", _("Any")),
            ("open", _("To decide")),
            ("decided", _("Decided")),
            ("closed", _("Closed without a decision")),
            (NEVER, _("Never reviewed")),
        ],
    )

    def __init__(self, *args: Any, brand: Brand, **kw: Any) -> None:
        super().__init__(*args, **kw)
        pages = self.fields["on"]
        assert isinstance(pages, forms.ModelChoiceField)  # noqa: S101 -- declared above
        pages.queryset = Page.objects.filter(brand=brand).order_by("-network", "name", "pk")

    @property
    def wanted(self) -> Wanted:
        """What is asked for; a field that cannot be read asks nothing."""
        self.is_valid()
        data = self.cleaned_data
        page = data.get("on")
        return Wanted(
            page_id=page.pk if page else None,
            kind=data.get("kind", ""),
            presence=data.get("presence", ""),
            label=data.get("label", ""),
            standing=data.get("standing", ""),
            words=data.get("q", "").strip(),
        )
