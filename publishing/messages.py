"""The codes of publishing in words, with the next step; the networks' own are worded by `pages.messages`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cm_suite.core.images import MOST_BYTES_IN, ImageProblem
from pages import messages as pages_messages
from pages.messages import Reason, Words
from publishing.enums import DeliveryState, EngineCode, HoldReason, PlanNote, Refusal
from publishing.policy.caps import Cap, Rule
from publishing.rules import DeliveryAct

S = DeliveryState

_PLAN_AGAIN: Final = gettext_lazy("Choose another time for it.")

REFUSALS: Final[Mapping[str, Words]] = {
    Refusal.IN_THE_PAST: gettext_lazy("This time is past. Choose one ahead."),
    Refusal.TOO_FAR: gettext_lazy("This is more than %(days)s days ahead. Choose a nearer time."),
    Refusal.EMPTY: gettext_lazy("There is nothing to publish yet. Write a text."),
    Refusal.TOO_LONG: gettext_lazy(
        "The text is too long for %(page)s: %(length)s characters, at most %(limit)s. Shorten it."
    ),
    Refusal.IMAGE_REQUIRED: gettext_lazy("%(page)s takes no post without an image. Add one."),
    Refusal.NO_IMAGES: gettext_lazy(
        "%(network)s takes no images from here. Leave %(page)s out, or write it a post without images."
    ),
    Refusal.TOO_MANY_IMAGES: gettext_lazy(
        "%(page)s takes no more images in a post than %(limit)s, and there are %(count)s. Take some out."
    ),
    Refusal.ALT_TOO_LONG: gettext_lazy(
        "An alternative text is too long for %(page)s: %(length)s characters, at most %(limit)s. Shorten it."
    ),
    Refusal.PUBLIC_URL_NEEDED: gettext_lazy(
        "%(network)s fetches images itself, and this site has no public address. Whoever runs this "
        "installation sets PUBLIC_URL to its public https address; until then, leave %(page)s out."
    ),
    Refusal.READ_ONLY: gettext_lazy("%(page)s is only read: nothing can be published there."),
    Refusal.IMAGE_GONE: gettext_lazy("An image is no longer here. Choose its file again."),
    Refusal.POLICY: gettext_lazy("This slot is not free."),
    Refusal.NO_FREE_SLOT: gettext_lazy("The page’s rules leave no free slot in the next two months."),
    Refusal.OVERRIDE_NOT_ALLOWED: gettext_lazy(
        "Only approvers and leads pass over a cap. Take the next free slot, or ask one of them."
    ),
    Refusal.ALREADY_SENT: gettext_lazy(
        "This post has already left for this page. To publish it again, write a new one."
    ),
    Refusal.ON_ITS_WAY: gettext_lazy(
        "This post is on its way, or being checked: nothing changes until that is settled."
    ),
    Refusal.DISCARDED: gettext_lazy("This post was discarded."),
    Refusal.PAGE_DISCONNECTED: gettext_lazy("%(page)s is disconnected. Connect it again first."),
    Refusal.STATE_CHANGED: gettext_lazy("Somebody was faster: look at how it stands now."),
    Refusal.NO_REMOTE_ID: gettext_lazy(
        "The network’s reference of this post is not known. Take it down on the network itself."
    ),
    Refusal.NOT_AN_ADDRESS: gettext_lazy("Paste the whole address of the post; it begins with https://."),
    Refusal.REASON_MISSING: gettext_lazy("Say why: the reason is kept."),
}

IMAGE_PROBLEMS: Final[Mapping[ImageProblem, Words]] = {
    ImageProblem.NOT_AN_IMAGE: gettext_lazy(
        "%(name)s is no JPEG, PNG, WebP or GIF image. Save it as one of these, then choose it again."
    ),
    ImageProblem.TOO_HEAVY: gettext_lazy(
        "%(name)s weighs too much: %(megabytes)s MB at most. Save a smaller copy, then choose it."
    ),
    ImageProblem.TOO_MANY_PIXELS: gettext_lazy(
        "%(name)s has too many pixels: 50 million at most. Save a smaller copy, then choose it."
    ),
    ImageProblem.BROKEN: gettext_lazy(
        "%(name)s is damaged or incomplete and cannot be drawn. Take the file again from where it came."
    ),
    ImageProblem.MOVES: gettext_lazy(
        "%(name)s moves, and only one frame of it would leave. Save the frame you want as an image."
    ),
}

NOTES: Final[Mapping[str, Words]] = {
    PlanNote.HOUR_SKIPPED: gettext_lazy(
        "The clocks go forward that night: this hour does not exist, so the post leaves an hour later."
    ),
    PlanNote.HOUR_DOUBLED: gettext_lazy(
        "The clocks go back that night: this hour happens twice. The post leaves once, the first time."
    ),
    PlanNote.ALREADY_PLANNED: gettext_lazy(
        "This post was already planned on this page. To change its time, move it."
    ),
    PlanNote.OVERRIDDEN: gettext_lazy("A cap was passed over; the reason is in the ledger."),
    PlanNote.PAUSED: gettext_lazy("Publishing is paused on this page: the post waits until it starts again."),
    PlanNote.TO_RECONNECT: gettext_lazy("This page must be reconnected before the post can leave."),
    PlanNote.AFTER_THE_END: gettext_lazy(
        "The access to this page ends before that time. A lead reconnects it first, or the post waits."
    ),
    PlanNote.ALT_MISSING: gettext_lazy(
        "Without an alternative text, an image tells nothing to who cannot see it."
    ),
}

_HELD: Final[Mapping[str, Reason]] = {
    HoldReason.POLICY: Reason(
        gettext_lazy("Held: leaving now would break one of the page’s rules."), _PLAN_AGAIN
    ),
    HoldReason.PAUSED: Reason(
        gettext_lazy("Held: publishing is paused."),
        gettext_lazy("It leaves when the pause ends, if that is within half an hour of its time."),
    ),
    HoldReason.RECONNECT: Reason(
        gettext_lazy("Held: the page has lost its connection."),
        gettext_lazy("A lead reconnects the page; what is still on time then leaves by itself."),
    ),
}

_ENGINE: Final[Mapping[str, Reason]] = {
    EngineCode.LATE: Reason(
        gettext_lazy("It could not leave within half an hour of its time, so it did not leave at all."),
        _PLAN_AGAIN,
    ),
    EngineCode.TOO_LONG: Reason(
        gettext_lazy("The text is longer than this page takes."),
        gettext_lazy("Shorten it, then plan it again."),
    ),
    EngineCode.IMAGES: Reason(
        gettext_lazy("Its images do not fit what this page takes."),
        gettext_lazy("Change the images, then plan it again."),
    ),
    EngineCode.WORKER_LOST: Reason(
        gettext_lazy("The program was stopped while it was sending."),
        gettext_lazy("The network is being asked whether the post arrived; nothing is sent twice."),
    ),
    EngineCode.UNEXPECTED: Reason(
        gettext_lazy("Something unexpected happened on our side."),
        gettext_lazy("It is looked at again by itself; if it lasts, tell whoever runs this installation."),
    ),
    EngineCode.ABSENT: Reason(gettext_lazy("Somebody looked: the post is not there."), _PLAN_AGAIN),
    EngineCode.CANNOT_TELL: Reason(
        gettext_lazy("The network cannot say whether the post arrived."),
        gettext_lazy("Look at the page and say whether it is there."),
    ),
}

_BY_STATE: Final[Mapping[str, Reason]] = {
    S.UNKNOWN: Reason(
        gettext_lazy("The answer was lost on the way."),
        gettext_lazy("The network is being asked whether the post arrived; nothing is sent twice."),
    ),
    S.NEEDS_PERSON: _ENGINE[EngineCode.CANNOT_TELL],
    S.MISSED: _ENGINE[EngineCode.LATE],
}

ACTS: Final[Mapping[DeliveryAct, Words]] = {
    DeliveryAct.RESCHEDULE: gettext_lazy("Move to another time"),
    DeliveryAct.CANCEL: gettext_lazy("Take off the plan"),
    DeliveryAct.UNDO_CANCEL: gettext_lazy("Put back on the plan"),
    DeliveryAct.SETTLE: gettext_lazy("Say whether it is there"),
    DeliveryAct.REMOVE: gettext_lazy("Take down"),
}


def refusal_words(code: Refusal, params: Mapping[str, str | int]) -> str:
    """Why an act was refused and what to do instead; a network's own no is worded by its `code` parameter."""
    if code == Refusal.NETWORK:
        return str(pages_messages.reason(str(params.get("code", ""))))
    return str(REFUSALS[code]) % dict(params)


def image_words(problem: ImageProblem, name: str) -> str:
    """Why an uploaded file is not taken, and what to do instead; `name` is the file's."""
    return str(IMAGE_PROBLEMS[problem]) % {"name": name, "megabytes": MOST_BYTES_IN // 1_000_000}


def note_words(note: PlanNote) -> str:
    """What is worth knowing about a time that was accepted."""
    return str(NOTES[note])


def rule_words(rule: Rule) -> str:
    """A rule of a page in one sentence."""
    if isinstance(rule, Cap):
        posts = ngettext("%(count)s post", "%(count)s posts", rule.at_most) % {"count": rule.at_most}
        return _("At most %(posts)s in any %(window)s.") % {
            "posts": posts,
            "window": length_words(rule.window),
        }
    return _("At least %(length)s between two posts.") % {"length": length_words(rule.least)}


def length_words(length: timedelta) -> str:
    """A length of time in its largest whole unit: days from two on, hours, or minutes."""
    minutes = int(length.total_seconds() // 60)
    if minutes % 1440 == 0 and minutes > 1440:
        days = minutes // 1440
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def standing(state: str, hold_reason: str, code: str) -> Reason | None:
    """Why a delivery stands where it stands, and what to do; None when there is nothing to say."""
    if state == S.HELD:
        return _HELD.get(hold_reason)
    if state in {S.PUBLISHED, S.PARTIAL, S.CANCELLED, S.REMOVED}:
        return None
    if state in _BY_STATE:
        return _ENGINE.get(code) or _BY_STATE[state]
    return (_ENGINE.get(code) or pages_messages.reason(code)) if code else None
