"""Forms that connect a page to its account."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from cm_suite.core.errors import Later, OutcomeError
from pages.messages import reason
from pages.networks.errors import Code

HOST_CODES: Final = frozenset(
    {"not_sent", "answer_unreadable", "redirected", Code.NOT_THIS_NETWORK, Code.NOT_FOUND}
)
TOKEN_CODES: Final = frozenset(
    {Code.ACCESS_REFUSED, Code.SCOPE_MISSING, Code.WRONG_ACCOUNT, "request_malformed"}
)
TRY_AGAIN: Final = _("Check the address, then try again in a few minutes.")


def _token_field() -> forms.CharField:
    return forms.CharField(
        label=_("Access token"),
        max_length=500,
        help_text=_("It is stored encrypted and never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ReconnectForm(forms.Form):
    """A new token for an account that is known."""

    token = _token_field()

    def refuse(self, error: OutcomeError) -> None:
        """Say under the right field why the network, or the way to it, said no."""
        why = reason(error.code)
        words = f"{why.what} {TRY_AGAIN}" if isinstance(error, Later) else str(why)
        self.add_error(self._field(error.code), words)

    def _field(self, code: str) -> str | None:
        if code in TOKEN_CODES:
            return "token"
        at_host = code in HOST_CODES or code.startswith("address_")
        return "host" if at_host and "host" in self.fields else None


class ConnectForm(ReconnectForm):
    """The server of an account, and a token that opens it."""

    host = forms.CharField(
        label=_("Server"),
        max_length=200,
        help_text=_("Where the account lives: mastodon.social, or the account’s full name."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    field_order: Any = ("host", "token")
