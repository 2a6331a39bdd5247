"""What networks answer, in words: what happened and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, WhyNot

type Words = str | Promise

NETWORK_NAMES: Final[Mapping[str, Words]] = {"newsroom": _("Public page")}
NETWORK_ICONS: Final[Mapping[str, str]] = {"newsroom": "newsroom"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something did not happen, and the next step."""

    what: Words
    advice: Words

    def __str__(self) -> str:
        return f"{self.what} {self.advice}"


@dataclass(frozen=True, slots=True)
class Ability:
    """A capability in words, for a network that has it and for one that has not."""

    yes: Words
    no: Words


ABILITIES: Final[Mapping[Capability, Ability]] = {
    Capability.PUBLISH: Ability(_("Publishes text with a link"), _("Cannot be published on from here")),
    Capability.FIND: Ability(
        _("Can be asked whether a post went out"),
        _("Cannot be asked whether a post went out: a person checks when an answer was lost"),
    ),
    Capability.DELETE: Ability(
        _("Lets posts be taken down"), _("Does not let posts be taken down from here")
    ),
    Capability.PROFILE: Ability(_("Says how many people follow"), _("Does not say how many people follow")),
    Capability.AUDIENCE: Ability(
        _("Says who came, who left and why"), _("Does not say who left, nor why: only the total is known")
    ),
    Capability.COMMENTS: Ability(
        _("Gives the comments under its posts"), _("Does not give the comments under its posts")
    ),
    Capability.REPLY: Ability(
        _("Lets comments be answered"), _("Does not let comments be answered from here")
    ),
    Capability.HIDE: Ability(_("Lets comments be hidden"), _("Does not let comments be hidden from here")),
    Capability.DELETE_COMMENT: Ability(
        _("Lets comments be deleted"), _("Does not let comments be deleted from here")
    ),
    Capability.APPROVE: Ability(
        _("Lets comments be approved before they show"), _("Shows comments without anybody’s approval")
    ),
    Capability.TELL: Ability(
        _("Hands formal notices over, and answers those who sent them"),
        _("Does not hand formal notices over to the page"),
    ),
}

WHY_NOT: Final[Mapping[WhyNot, Words]] = {
    WhyNot.TOTAL_ONLY: _("This network only says how many follow, and nothing of who left."),
    WhyNot.AUTHORS_OWN: _(
        "On this network an answer stays on its author’s own page. Only its author or those who run a server "
        "can take it away: report it to the server."
    ),
    WhyNot.SHOWN_AT_ONCE: _("On this network answers show at once: nothing waits for approval."),
    WhyNot.TOLD_TO_SERVERS: _("On this network notices go to those who run the servers, and never reach us."),
}

_LATER: Final = _("Nothing was lost. It is tried again by itself.")
_ASKED_AGAIN: Final = _("It is asked again by itself, and nothing is sent twice.")
_CHECK_ADDRESS: Final = _("Check the spelling: it looks like mastodon.social.")
_NEW_TOKEN: Final = _("Make a new token on the server and reconnect the page.")
_OPERATOR: Final = _("Tell whoever runs this installation.")

REASONS: Final[Mapping[str, Reason]] = {
    "not_sent": Reason(_("The server cannot be reached."), _LATER),
    "rate_limited": Reason(_("The network asked us to wait."), _LATER),
    "no_answer": Reason(_("The server gave no answer."), _ASKED_AGAIN),
    "answer_cut": Reason(_("The server’s answer broke off."), _ASKED_AGAIN),
    "answer_too_large": Reason(_("The server’s answer was far too long."), _LATER),
    "answer_unreadable": Reason(
        _("The server answered, but not in the language of this network."), _CHECK_ADDRESS
    ),
    "server_error": Reason(
        _("The server has a problem of its own."),
        _ASKED_AGAIN,
    ),
    "refused": Reason(_("The network refused."), _("Open the page to see what it said.")),
    "redirected": Reason(
        _("The server has moved to another address."), _("Connect the page again at its new address.")
    ),
    "too_many_redirects": Reason(
        _("The server sends us from one address to the next."), _("Connect the page at its own address.")
    ),
    "request_malformed": Reason(
        _("This cannot be sent as it is."), _("Check the address and the token for stray characters.")
    ),
    "address_malformed": Reason(_("This is not the address of a server."), _CHECK_ADDRESS),
    "address_scheme": Reason(
        _("Only secure addresses are accepted."), _("Use the address that begins with https://.")
    ),
    "address_userinfo": Reason(
        _("The address holds a name or a password."), _("Type the server’s address alone.")
    ),
    "address_port": Reason(
        _("Only the usual ports of the web are accepted."), _("Type the address without a port.")
    ),
    "address_private": Reason(
        _("This address is inside a private network, where this site does not go."),
        _("Type the public address of the server."),
    ),
    Code.ACCESS_REFUSED: Reason(_("The server does not accept the token."), _NEW_TOKEN),
    Code.SCOPE_MISSING: Reason(
        _("The token does not allow what is needed."),
        _("Make one that allows reading and writing statuses, and reconnect the page."),
    ),
    Code.LISTEN_SCOPE_MISSING: Reason(
        _("The token publishes, but does not allow reading what people answer."),
        _("Make one that also allows reading notifications and statuses, and reconnect the page."),
    ),
    Code.ACCOUNT_CLOSED: Reason(
        _("The server has closed this account to us."),
        _("Sign in on the server to see what it asks of you, then reconnect the page."),
    ),
    Code.CONTENT_REFUSED: Reason(
        _("The network refused this text."), _("Change the text, then plan the post again.")
    ),
    Code.NOT_FOUND: Reason(
        _("The server does not know what was asked of it."), _("Check that the account still exists there.")
    ),
    Code.BLOCKED: Reason(
        _("Something in front of the server turns us away."),
        _("Ask those who run that server to let this site in."),
    ),
    Code.NOT_THIS_NETWORK: Reason(_("There is no server of this network at this address."), _CHECK_ADDRESS),
    Code.WRONG_ACCOUNT: Reason(
        _("This token opens another account."),
        _("Make the token with this page’s account, or connect the other account as a new page."),
    ),
    Code.NEEDS_RECONNECT: Reason(
        _("The page has lost its connection."), _("A lead reconnects it; the plan waits meanwhile.")
    ),
    Code.CREDENTIAL_UNREADABLE: Reason(_("This installation cannot open the page’s saved token."), _OPERATOR),
    Code.NOT_OFFERED: Reason(_("This page cannot do that."), _OPERATOR),
    Code.FENCE_CLOSED: Reason(_("The send was stopped at the last moment."), _LATER),
}

_UNNAMED: Final = Reason(_("The network refused."), _("Open the page to see what it said."))


def reason(code: str) -> Reason:
    """Why, and what next, for a code of a network or of the way to it; a general sentence for others."""
    return REASONS.get(code, _UNNAMED)


def network_name(code: str) -> Words:
    """What the interface calls a network; the code itself for one this installation no longer has."""
    spec = NETWORKS.get(code)
    return NETWORK_NAMES.get(code) or (spec.name if spec else code)


def network_icon(code: str) -> str:
    """The name of the network's icon."""
    return NETWORK_ICONS.get(code, "connect")
