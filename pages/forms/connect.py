"""Forms that connect a page to its account."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from cm_suite.core.errors import Later, OutcomeError, Unknown
from pages.messages import reason
from pages.models import Consent, Offer
from pages.networks.errors import Code
from pages.networks.spec import NetworkSpec
from pages.networks.types import ConnectKind
from pages.services.connect import Given

HOST_CODES: Final = frozenset(
    {"not_sent", "answer_unreadable", "redirected", Code.NOT_THIS_NETWORK, Code.NOT_FOUND, Code.NOT_A_FEED}
)
TOKEN_CODES: Final = frozenset(
    {Code.ACCESS_REFUSED, Code.SCOPE_MISSING, Code.WRONG_ACCOUNT, "request_malformed"}
)
TRY_AGAIN: Final = _("Check the address, then try again in a few minutes.")
PLAIN: Final = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


def _token_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=2000,
        help_text=_("It is stored encrypted and never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def _host_field() -> forms.CharField:
    return forms.CharField(
        label=_("Server"),
        max_length=200,
        help_text=_("Where the account lives: mastodon.social, or the account’s full name."),
        widget=forms.TextInput(attrs=PLAIN),
    )


class RefusableForm(forms.Form):
    """A form whose refusal by a network is said under the field it is about."""

    def refuse(self, error: OutcomeError) -> None:
        """Say why the network, or the way to it, said no."""
        why = reason(error.code)
        words = f"{why.what} {TRY_AGAIN}" if isinstance(error, Later | Unknown) else str(why)
        self.add_error(self._field(error.code), words)

    def _field(self, code: str) -> str | None:
        if code in TOKEN_CODES and "token" in self.fields:
            return "token"
        at_host = code in HOST_CODES or code.startswith("address_")
        return "host" if at_host and "host" in self.fields else None

    def given(self) -> Given:
        """What was typed."""
        return Given(**{name: value for name, value in self.cleaned_data.items() if name in GIVEN})


GIVEN: Final = frozenset({"host", "token", "login"})


class ServerForm(RefusableForm):
    """The server of an account."""

    host = _host_field()


class TokenForm(ServerForm):
    """The server of an account, and a token that opens it."""

    token = _token_field(_("Access token"))


class LoginForm(ServerForm):
    """The server of an account, the name it has there, and a password made for this application alone."""

    login = forms.CharField(
        label=_("Name on the network"),
        max_length=200,
        widget=forms.TextInput(attrs=PLAIN),
    )
    token = _token_field(_("Application password"))
    field_order: Any = ("host", "login", "token")


class AddressForm(RefusableForm):
    """An address that anybody may read."""

    host = forms.CharField(
        label=_("Address of the feed"),
        max_length=200,
        help_text=_("It begins with https:// and often ends in /feed."),
        widget=forms.URLInput(attrs=PLAIN),
    )


class NothingForm(RefusableForm):
    """Nothing to type: the network asks on its own page."""


FORMS: Final[Mapping[ConnectKind, type[RefusableForm]]] = {
    ConnectKind.TOKEN: TokenForm,
    ConnectKind.LOGIN: LoginForm,
    ConnectKind.ADDRESS: AddressForm,
}


def connect_form(spec: NetworkSpec, data: Any = None, *, known: bool = False) -> RefusableForm:
    """What must be typed to open an account of the network; for a `known` page its server is known too."""
    form = FORMS.get(spec.connect, NothingForm)(data)
    if known and spec.connect is not ConnectKind.ADDRESS:
        form.fields.pop("host", None)
    elif spec.host and "host" in form.fields:
        form.fields["host"].initial = spec.host.partition("://")[2]
        form.fields["host"].help_text = _("Change it only for an account that lives elsewhere.")
    return form


def leave_form(spec: NetworkSpec, data: Any = None) -> RefusableForm:
    """What must be typed before leaving for the network's own page: its server, where there are many."""
    return NothingForm(data) if spec.host else ServerForm(data, prefix="leave")


class OffersForm(forms.Form):
    """Which of the accounts found are connected."""

    offers = forms.ModelMultipleChoiceField(
        queryset=Offer.objects.none(), error_messages={"required": _("Choose at least one account.")}
    )

    def __init__(self, data: Any, consent: Consent) -> None:
        super().__init__(data)
        self.fields["offers"].queryset = consent.offers.all()  # type: ignore[attr-defined]  # a model field


class BudgetForm(forms.Form):
    """What a month may cost on one network."""

    dollars = forms.DecimalField(
        label=_("At most a month, in US dollars"),
        min_value=Decimal(0),
        max_value=Decimal(1_000_000),
        decimal_places=2,
        help_text=_("Calendar months in UTC. Zero stops everything that costs money."),
    )
