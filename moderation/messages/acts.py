"""What may be decided, its true effect on each network, and what came of it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from moderation.enums import ActionState, CloseCode, Code, Decided, Presence, ResultKind
from pages import messages as pages_messages
from pages.networks.registry import NETWORKS, is_ours
from pages.networks.types import Capability

type Words = str | Promise
D = Decided
A = ActionState

ICONS: Final[Mapping[str, str]] = {
    D.KEEP: "check",
    D.APPROVE: "done",
    D.HIDE: "hide",
    D.UNHIDE: "eye",
    D.DELETE: "trash",
    D.REPLY: "reply",
    D.BLOCK: "lock",
    D.UNBLOCK: "undo",
}
KEYS: Final[Mapping[str, str]] = {
    D.KEEP: "e",
    D.APPROVE: "a",
    D.HIDE: "h",
    D.UNHIDE: "v",
    D.DELETE: "d",
    D.REPLY: "r",
    D.BLOCK: "b",
    D.UNBLOCK: "w",
}
DONE: Final[Mapping[str, Words]] = {
    D.KEEP: _("Kept"),
    D.APPROVE: _("Approved"),
    D.HIDE: _("Hidden"),
    D.UNHIDE: _("Shown again"),
    D.DELETE: _("Deleted"),
    D.REPLY: _("Answered"),
    D.BLOCK: _("Author blocked"),
    D.UNBLOCK: _("Author let in again"),
}
CONFIRM: Final[Mapping[str, Words]] = {
    D.KEEP: _("Keep the comment"),
    D.APPROVE: _("Approve the comment"),
    D.HIDE: _("Hide the comment"),
    D.UNHIDE: _("Show the comment again"),
    D.DELETE: _("Delete the comment"),
    D.REPLY: _("Send the reply"),
    D.BLOCK: _("Block the author"),
    D.UNBLOCK: _("Let the author in again"),
}

_EFFECTS: Final[Mapping[str, Words]] = {
    D.KEEP: _("Nothing changes on %(network)s. The comment leaves the queue."),
    D.APPROVE: _(
        "It appears on %(network)s. Whoever approves knows what it says: the page then answers for it."
    ),
    D.HIDE: _("Out of sight on %(network)s, perhaps not for its author. It can be shown again."),
    D.UNHIDE: _("Visible again on %(network)s: in law a new publication, made knowingly."),
    D.DELETE: _("Taken off %(network)s for good. A sealed copy is kept here first."),
    D.REPLY: _("Your words appear under it on %(network)s, in the page’s name. The comment stays."),
    D.BLOCK: _("On %(network)s this person can no longer write to the page. What they wrote before stays."),
    D.UNBLOCK: _("On %(network)s this person can write to the page again."),
}
_NEWSROOM: Final[Mapping[str, Words]] = {
    D.HIDE: _(
        "Visitors no longer see it; its author sees that it was hidden, and why. It can be shown again."
    ),
    D.DELETE: _(
        "Taken off the public page for good; its author can read why. A sealed copy is kept here first."
    ),
}
_STAYS_HIDDEN: Final = _("It stays hidden on %(network)s, and leaves the queue.")
MISSING: Final[Mapping[str, Words]] = {
    D.APPROVE: _("%(network)s knows no approval before publication."),
    D.HIDE: _("%(network)s does not let a page hide what others wrote."),
    D.UNHIDE: _("%(network)s does not let a page show a comment again."),
    D.DELETE: _(
        "%(network)s does not let a page delete what others wrote. Report it to the server that hosts it."
    ),
    D.REPLY: _("%(network)s does not let us answer from here."),
    D.BLOCK: _("%(network)s does not let us block anybody from here."),
    D.UNBLOCK: _("%(network)s does not let us block anybody from here."),
}

_NEEDS: Final[Mapping[str, Capability]] = {
    D.APPROVE: Capability.APPROVE,
    D.HIDE: Capability.HIDE,
    D.UNHIDE: Capability.HIDE,
    D.DELETE: Capability.DELETE_COMMENT,
    D.REPLY: Capability.REPLY,
    D.BLOCK: Capability.BLOCK,
    D.UNBLOCK: Capability.BLOCK,
}


@dataclass(frozen=True, slots=True)
class Quick:
    """A reason at hand: what is kept with the decision, and what the author may read of it."""

    code: str
    reason: Words
    told: Words = ""


REMOVING: Final[tuple[Quick, ...]] = (
    Quick("insult", _("It insults or belittles somebody."), _("Your comment insults or belittles somebody.")),
    Quick(
        "accuses",
        _("It accuses somebody of a precise fact, without proof."),
        _("Your comment accuses somebody of a precise fact."),
    ),
    Quick("threat", _("It threatens or frightens somebody."), _("Your comment may frighten somebody.")),
    Quick(
        "hate", _("It attacks people for who they are."), _("Your comment attacks people for who they are.")
    ),
    Quick(
        "private", _("It gives private details away."), _("Your comment gives somebody’s private details.")
    ),
    Quick(
        "spam", _("It is advertising or a trap."), _("Your comment advertises something foreign to the post.")
    ),
    Quick("charter", _("It breaks the page’s charter."), _("Your comment breaks the page’s charter.")),
)
KEEPING: Final[tuple[Quick, ...]] = (
    Quick("opinion", _("It is an opinion or a criticism: it is free.")),
    Quick("customer", _("It is a customer’s complaint: it deserves an answer.")),
    Quick("quoted", _("The words are quoted, or meant as a joke.")),
    Quick("nobody", _("Nobody can be recognised in it.")),
    Quick("mistaken", _("The rules were wrong about these words.")),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result in words: what happened, then what is safe and what to do. `tone`: of a toast."""

    what: Words
    advice: Words
    tone: str = "error"

    def __str__(self) -> str:
        return f"{self.what} {self.advice}".strip()


ON_ITS_WAY: Final = Outcome(
    _("It is being carried out at this very moment."),
    _("Nothing was taken back. Show it again from its own page once the network has answered."),
    "warning",
)
RESULTS: Final[Mapping[str, Outcome]] = {
    ResultKind.DONE: Outcome(_("Decided."), "", "success"),
    ResultKind.NEEDS_SECOND: Outcome(
        _("Noted. It takes a second person to leave this comment in sight."),
        _("Nothing changes until somebody else of the team agrees; they have been told."),
        "success",
    ),
    ResultKind.ALONE_MUST_CONFIRM: Outcome(
        _("Nothing was done yet: leaving this comment in sight takes two people, and you are alone here."),
        _("Read it once more. If you confirm, the record will say that one person confirmed twice."),
        "warning",
    ),
    ResultKind.NOT_HELD: Outcome(
        _("Nothing was done: this comment is not yours at the moment."),
        _("Your five minutes were over, or somebody else has it. Take it again, or go on with the next."),
    ),
    ResultKind.CHANGED: Outcome(
        _("Nothing was done: its author edited the comment while you were reading."),
        _("The new words are on show. Read them, then decide."),
        "warning",
    ),
    ResultKind.GONE: Outcome(
        _("The comment is gone: its author took it down, or its words were erased."),
        _("There is nothing left to do. What had to be kept as evidence is kept."),
        "info",
    ),
    ResultKind.NOT_ALLOWED: Outcome(
        _("Nothing was done: this is not yours to decide."),
        _("A second person must be another one than the first, and have the right to moderate."),
    ),
    ResultKind.NOT_POSSIBLE: Outcome(
        _("Nothing was done: the network has no such act, or it makes no sense where the comment stands."),
        _("Choose another act, or see to it on the network itself."),
    ),
    ResultKind.NEEDS_REASON: Outcome(
        _("Nothing was done: the reason is missing."), _("Choose one below, or write one: it is kept.")
    ),
    ResultKind.NEEDS_TEXT: Outcome(
        _("Nothing was sent: the reply is empty."), _("Write what the page should answer.")
    ),
    ResultKind.TOO_LONG: Outcome(
        _("Nothing was sent: the reply is longer than its network takes."), _("Shorten it, then send it.")
    ),
    ResultKind.ON_ITS_WAY: ON_ITS_WAY,
}

SHOWN_AGAIN: Final = Outcome(_("It is shown again: on its way to the network."), "", "success")
TAKEN_BACK: Final = Outcome(
    _("Taken back before it left: nothing changed on the network."),
    _("The comment is back in the queue."),
    "success",
)

LET_IN_AGAIN: Final = Outcome(_("The author is let in again: on its way to the network."), "", "success")
NOT_BLOCKED: Final = Outcome(_("Taken back before it left: nobody was blocked."), "", "success")
BLOCKED: Final = Outcome(_("The author is blocked: on its way to the network."), "", "success")
ANSWERED: Final = Outcome(_("Your answer is on its way to the network."), "", "success")
NOT_OURS: Final = _(
    "It stands on somebody else’s page: it can be hidden or deleted there, by them or by the network."
)
_NO_MESSAGES: Final = _("%(network)s gives us no private messages.")

CLOSED: Final[Mapping[str, Words]] = {
    CloseCode.AUTHOR_REMOVED: _("Its author took it down."),
    CloseCode.EDITED_HARMLESS: _("Its author changed it, and nothing is left to decide."),
    CloseCode.ERASED: _("Its words and its author were erased at their request."),
    CloseCode.ABOUT_AUTHOR: _("Decided at once: it is about the author, not the comment."),
    CloseCode.IN_PRIVATE: _("Answered in the conversation."),
}

CODES: Final[Mapping[str, Words]] = {
    Code.LEASE_LOST: _("The work on it took too long and is taken up again by itself."),
    Code.WORKER_LOST: _("The program was stopped in the middle: the network is asked whether it was done."),
    Code.UNEXPECTED: _("Something unexpected happened on our side. If it lasts, tell whoever runs this."),
    Code.PAUSED: _("The page is paused: the reply waits until it starts again."),
    Code.NOT_POSSIBLE: _("The network has no such act. See to it on the network itself."),
    Code.ABSENT: _("The network was asked: it was not done. It is tried again."),
    Code.CANNOT_TELL: _("The network cannot say whether it was done. Look, and say so here."),
    Code.SETTLED: _("A person looked and said so."),
    Code.SUPERSEDED: _("A later decision took its place."),
    Code.EDITED: _("Its author changed it since: the new words are in the queue, nobody had read them."),
    Code.CANCELLED: _("Given up by a person."),
    Code.MARK_STUCK: _("The network says there is more and does not give it. It is asked again by itself."),
}

PRESENCE: Final[Mapping[str, tuple[str, str]]] = {  # icon and tone
    Presence.VISIBLE: ("eye", ""),
    Presence.PENDING: ("clock", "warn"),
    Presence.HIDDEN: ("hide", ""),
    Presence.GONE: ("trash", ""),
}
STATE_MARKS: Final[Mapping[str, str]] = {  # the marks of deliveries that say the same
    A.PLANNED: "planned",
    A.CLAIMED: "sending",
    A.SENDING: "sending",
    A.DONE: "published",
    A.REJECTED: "rejected",
    A.UNKNOWN: "unknown",
    A.NEEDS_PERSON: "needs_person",
    A.CANCELLED: "cancelled",
}


_PUBLIC_PAGE: Final = _("the public page")


def place_words(network: str) -> str:
    """Where a comment stands, inside a sentence: "the public page", "Mastodon"."""
    return str(_PUBLIC_PAGE if is_ours(network) else pages_messages.network_name(network))


def effect_words(act: str, network: str, presence: str = "") -> str:
    """What an act truly does on a network, for a comment that stands so there."""
    words = _EFFECTS[act]
    if act == D.HIDE and presence == Presence.HIDDEN:
        words = _STAYS_HIDDEN
    elif is_ours(network) and act in _NEWSROOM:
        words = _NEWSROOM[act]
    return str(words) % {"network": place_words(network)}


def missing_words(act: str, network: str) -> str:
    """Why there is no button for an act: the network's own reason where it has one."""
    spec = NETWORKS.get(network)
    why = spec.why_not.get(_NEEDS[act]) if spec else None
    return str(pages_messages.WHY_NOT[why]) if why else str(MISSING[act]) % {"network": place_words(network)}


def no_messages_words(network: str) -> str:
    """Why a network gives no private messages."""
    spec = NETWORKS.get(network)
    why = spec.why_not.get(Capability.MESSAGES) if spec else None
    return str(pages_messages.WHY_NOT[why] if why else _NO_MESSAGES % {"network": place_words(network)})


def code_words(code: str) -> str:
    """Why an action stands where it stands; a network's own codes are worded by `pages`. "" stays empty."""
    if not code:
        return ""
    return str(CODES.get(code) or pages_messages.reason(code))


def closed_words(code: str) -> str:
    """Why a review was closed without a decision; empty when it was not."""
    return str(CLOSED.get(code, ""))
