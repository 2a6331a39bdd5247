"""The ledger's events, and what they are about, in words: its lines hold codes only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from pages.messages import Words

EVENTS: Final[Mapping[str, Words]] = {
    "account.closed": _("Account closed"),
    "account.opened": _("Account opened again"),
    "action.cancelled": _("Act on a comment given up"),
    "action.done": _("Act on a comment carried out"),
    "action.edited": _("Act on a comment stopped: its author had changed it"),
    "action.needs_person": _("Act on a comment to be checked by a person"),
    "action.rejected": _("Act on a comment refused by the network"),
    "action.retried": _("Act on a comment tried again"),
    "action.settled": _("Act on a comment checked by a person"),
    "action.unknown": _("Act on a comment whose answer was lost"),
    "audit.archived": _("Audit put away"),
    "audit.changed": _("Audit changed"),
    "audit.created": _("Audit created"),
    "audit.restored": _("Audit taken up again"),
    "audit.run_asked": _("Run of an audit asked for"),
    "audit.run_cancelled": _("Run of an audit cancelled"),
    "audit.run_done": _("Run of an audit finished"),
    "audit.run_failed": _("Run of an audit stopped before its report"),
    "brand.created": _("Brand created"),
    "brand.settings": _("Brand’s settings changed"),
    "budget.set": _("Budget set"),
    "charter.written": _("Charter changed"),
    "comment.erased": _("Comment erased at the person’s request"),
    "comment.reporters_told": _("Those who reported a comment told"),
    "comments.mode": _("Rules of the public page’s comments changed"),
    "decision.approve": _("Decided: approve"),
    "decision.block": _("Decided: block the author"),
    "decision.declined": _("Second person did not agree"),
    "decision.delete": _("Decided: delete"),
    "decision.first": _("Decided by a first person"),
    "decision.hide": _("Decided: hide"),
    "decision.keep": _("Decided: keep"),
    "decision.reply": _("Decided: reply"),
    "decision.unblock": _("Decided: let the author in again"),
    "decision.unhide": _("Decided: show again"),
    "delivery.cancelled": _("Delivery cancelled"),
    "delivery.found": _("Delivery found on the page by a person"),
    "delivery.held": _("Delivery held"),
    "delivery.missed": _("Delivery missed its time"),
    "delivery.needs_person": _("Delivery to be checked by a person"),
    "delivery.not_found": _("Delivery not found on the page by a person"),
    "delivery.overridden": _("Cap overridden for a delivery"),
    "delivery.planned": _("Delivery planned"),
    "delivery.published": _("Delivery published"),
    "delivery.rejected": _("Delivery refused by the network"),
    "delivery.removed": _("Delivery taken down"),
    "delivery.rescheduled": _("Delivery moved to another time"),
    "delivery.restored": _("Delivery put back on the plan"),
    "delivery.unknown": _("Delivery whose answer was lost"),
    "evidence.sealed": _("Evidence sealed"),
    "invitation.accepted": _("Invitation accepted"),
    "invitation.resent": _("Invitation sent again"),
    "invitation.revoked": _("Invitation withdrawn"),
    "invitation.sent": _("Invitation sent"),
    "mail.marked_sent": _("Mail marked as sent by a person"),
    "mail.sent_again": _("Mail sent again"),
    "page.connected": _("Page connected"),
    "page.disconnected": _("Page disconnected"),
    "page.limits": _("Page’s caps changed"),
    "page.reconnected": _("Page reconnected"),
    "page.refused": _("Page refused by its network"),
    "pause.ended": _("Pause ended"),
    "pause.started": _("Pause started"),
    "person.appointed": _("Person appointed"),
    "person.left": _("Person left the team"),
    "person.removed": _("Person taken off the team"),
    "post.discarded": _("Post discarded"),
    "post.edited": _("Post edited"),
    "report.answered": _("Report of a comment answered"),
    "report.received": _("Report of a comment received"),
    "review.about_author": _("Review closed: it was about the author"),
    "review.asked": _("Review asked for by a person"),
    "review.author_removed": _("Review closed: the author took the comment down"),
    "review.edited_harmless": _("Review closed: the author made the comment harmless"),
    "review.erased": _("Review closed: the comment was erased"),
    "review.in_private": _("Review closed: answered in the conversation"),
    "role.changed": _("Role changed"),
    "subscriber.confirmed": _("Follower confirmed"),
    "subscriber.left": _("Follower left"),
}

SUBJECTS: Final[Mapping[str, Words]] = {
    "action": _("act on a comment"),
    "audit": _("audit"),
    "brand": _("brand"),
    "budget": _("budget"),
    "charter": _("charter"),
    "comment": _("comment"),
    "comment_report": _("report of a comment"),
    "decision": _("decision"),
    "delivery": _("delivery"),
    "evidence": _("evidence"),
    "invitation": _("invitation"),
    "mail": _("outgoing mail"),
    "page": _("page"),
    "pause": _("pause"),
    "person": _("person"),
    "post": _("post"),
    "review": _("review"),
    "run": _("run"),
    "subscriber": _("subscriber"),
}


def event_words(kind: str) -> Words:
    """An event of the ledger; the code itself for one that nobody worded, such as a later version’s."""
    return EVENTS.get(kind, kind)


def subject_words(kind: str) -> Words:
    """What kind of thing a line of the ledger is about; the code itself for one nobody worded."""
    return SUBJECTS.get(kind, kind)
