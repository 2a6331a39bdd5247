"""What networks answer, in words: what happened and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, ConnectKind, WhyNot

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
    Capability.IMAGES: Ability(
        _("Takes images with their alternative texts"), _("Takes no images from here")
    ),
    Capability.PROFILE: Ability(
        _("Says who the account is, and how many follow where it counts them"),
        _("Does not say who the account is, nor how many follow"),
    ),
    Capability.AUDIENCE: Ability(
        _("Counts who comes and who leaves, day by day, as far as it tells"),
        _("Does not say who left, nor why: only the total is known"),
    ),
    Capability.POST_FIGURES: Ability(
        _("Counts reactions, comments and reshares of a post, each apart"),
        _("Does not count what became of a post"),
    ),
    Capability.URL_FIGURES: Ability(
        _("Takes the share counter of any address apart"), _("Has no share counter for addresses")
    ),
    Capability.COMMENTS: Ability(
        _("Gives the comments under its posts"), _("Does not give the comments under its posts")
    ),
    Capability.MENTIONS: Ability(
        _("Gives what people write about the account elsewhere"),
        _("Does not give what people write about the account elsewhere"),
    ),
    Capability.MESSAGES: Ability(
        _("Gives private messages, and lets them be answered"), _("Does not give private messages")
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
    Capability.BLOCK: Ability(
        _("Lets people be kept away from the page"), _("Does not let people be kept away from here")
    ),
    Capability.TELL: Ability(
        _("Hands formal notices over, and answers those who sent them"),
        _("Does not hand formal notices over to the page"),
    ),
    Capability.REFRESH: Ability(
        _("Renews its own access before it ends"), _("Does not renew its access by itself")
    ),
}

WHY_NOT: Final[Mapping[WhyNot, Words]] = {
    WhyNot.TOTAL_ONLY: _("This network only says how many follow, and nothing of who left."),
    WhyNot.AUTHORS_OWN: _(
        "On this network an answer stays on its author’s own page. Only its author or those who run the "
        "network can take it away: report it there."
    ),
    WhyNot.SHOWN_AT_ONCE: _("On this network answers show at once: nothing waits for approval."),
    WhyNot.TOLD_TO_SERVERS: _("On this network notices go to those who run the servers, and never reach us."),
    WhyNot.READ_ONLY: _("We only read there."),
    WhyNot.NO_CALL: _("This network offers other programs no way to do it."),
    WhyNot.NOT_OPEN: _("This network keeps it for partners that it chose."),
    WhyNot.NEVER_ENDS: _("Its access has no end, so there is nothing to renew."),
    WhyNot.NO_COUNT: _("This network counts nothing of the kind."),
    WhyNot.IN_COMMENTS: _("It comes among the comments."),
    WhyNot.SITE_ALONE: _(
        "Only the site itself can do it, under Settings, Discussion: its list of refused words, names and "
        "addresses. It gives other programs no way to that list."
    ),
}

NEEDS: Final[Mapping[ConnectKind, Words]] = {
    ConnectKind.NONE: _("Nothing: it belongs to the brand and needs no account."),
    ConnectKind.TOKEN: _("An account on any server of this network."),
    ConnectKind.LOGIN: _("A name, and a password made for this application alone."),
    ConnectKind.ADDRESS: _("An address that anybody may read."),
    ConnectKind.OAUTH: _("Somebody who may run the page says yes on the network’s own site."),
}

USES: Final[Mapping[str, Words]] = {
    "create": _("Posts"),
    "create_with_url": _("Posts with a link"),
    "delete": _("Posts taken down"),
    "post_read": _("Posts and comments read"),
    "user_read": _("Accounts looked up"),
    "post_look": _("Posts looked for, after a lost answer"),
    "message_look": _("Private messages looked for, after a lost answer"),
    "media_metadata": _("Alternative texts of images"),
    "hide": _("Comments hidden or shown"),
    "message_read": _("Private messages read"),
    "message": _("Private messages sent"),
}

_LATER: Final = _("Nothing was lost. It is tried again by itself.")
_ASKED_AGAIN: Final = _("It is asked again by itself, and nothing is sent twice.")
_CHECK_ADDRESS: Final = _("Check the spelling: it looks like mastodon.social.")
_NEW_TOKEN: Final = _("Make a new token on the server and reconnect the page.")
_RECONNECT: Final = _("A lead reconnects the page; the plan waits meanwhile.")
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
    Code.MEDIA_PROCESSING: Reason(_("The network is still working on the images."), _LATER),
    Code.MEDIA_REFUSED: Reason(
        _("The network refused an image."), _("Choose another image, then plan the post again.")
    ),
    Code.IMAGE_REQUIRED: Reason(
        _("This network takes no post without an image."), _("Add an image, then plan the post again.")
    ),
    Code.PUBLIC_URL_NEEDED: Reason(
        _("This network fetches images itself, and this site has no public address."),
        _("Whoever runs this installation sets PUBLIC_URL to its public https address."),
    ),
    Code.DUPLICATE: Reason(
        _("The network has this very text already and takes it only once."),
        _("Look at the page; to say it again, change the text."),
    ),
    Code.QUOTA_SPENT: Reason(_("The page has had as many posts as the network takes in a day."), _LATER),
    Code.BUDGET_SPENT: Reason(
        _("The brand’s money for this network is spent for this month, or no budget is set."),
        _("A lead sets the monthly budget on the page’s own page; nothing was sent."),
    ),
    Code.EDITED_MEANWHILE: Reason(
        _("The comment was edited at this very moment."), _("Its new words are read first.")
    ),
    Code.RESERVE_KEPT: Reason(
        _("What the month’s budget holds for reading is spent; the rest is kept for publishing."),
        _("A lead can raise the monthly budget on the page’s own page."),
    ),
    Code.WINDOW_CLOSED: Reason(
        _("The time in which the network lets a private message be answered is over."),
        _("Answer on the network itself, or wait until the person writes again."),
    ),
    Code.NOT_ALLOWED_HERE: Reason(
        _("The account, or the role it has there, may not do this."),
        _("Ask those who run the page on the network for a role that may."),
    ),
    Code.REVIEW_MISSING: Reason(
        _("The network has not yet given the agency’s application this right."),
        _("Whoever runs this installation asks the network for a review of its application."),
    ),
    Code.CHECKPOINT: Reason(
        _("The network wants a person to prove who they are."),
        _("Sign in on the network itself, do what it asks, then check the page again."),
    ),
    Code.VERSION_GONE: Reason(
        _("The network no longer answers this version of the application."),
        _("Whoever runs this installation brings it up to date."),
    ),
    Code.KEYS_MISSING: Reason(
        _("The agency’s own application for this network is not set up here."), _OPERATOR
    ),
    Code.GRANT_REFUSED: Reason(
        _("The network did not give access."), _("Begin again, and say yes on the network’s page.")
    ),
    Code.GRANT_EXPIRED: Reason(
        _("This way to the network and back took too long, or was used already."), _("Begin again.")
    ),
    Code.NO_ACCOUNT: Reason(
        _("The network names no page that this person may connect."),
        _("Sign in there as somebody who runs the page, and tick it when the network asks which pages."),
    ),
    Code.EXPIRED: Reason(_("The access to this page has ended."), _RECONNECT),
    Code.NOT_A_FEED: Reason(
        _("There is no feed at this address."),
        _("Type the address of the RSS or Atom feed itself; it often ends in /feed."),
    ),
    Code.REPLY_TOO_DEEP: Reason(
        _("This network lets only comments of the first level be answered."),
        _("Answer the comment above it instead."),
    ),
    Code.RENEWING: Reason(_("The page’s access is being renewed right now."), _LATER),
}

_UNNAMED: Final = Reason(_("The network refused."), _("Open the page to see what it said."))


def reason(code: str) -> Reason:
    """Why, and what next, for a code of a network or of the way to it; a general sentence for others."""
    return REASONS.get(code, _UNNAMED)


def network_name(code: str) -> Words:
    """What the interface calls a network; the code itself for one this installation no longer has."""
    spec = NETWORKS.get(code)
    return NETWORK_NAMES.get(code) or (spec.name if spec else code)


def why_not(network: str, capability: Capability) -> Words:
    """Why a network lacks a capability; an empty text when it has it, or gives no reason."""
    spec = NETWORKS.get(network)
    found = spec.why_not.get(capability) if spec else None
    return WHY_NOT[found] if found else ""


def use_name(what: str) -> Words:
    """What money was spent on, in words; the network's own word for a use nobody worded."""
    return USES.get(what, what.replace("_", " "))


def network_icon(code: str) -> str:
    """The name of the network's icon."""
    return NETWORK_ICONS.get(code, "connect")
