"""Notices and the fate of mails in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pages.notices.enums import MailState, NoticeKind

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What happened, what is safe and what to do, and the name of the act."""

    title: Words
    advice: Words
    act: Words
    tone: str  # ok · warn · risk: how the interface colours it


NOTICES: Final[Mapping[str, NoticeWords]] = {
    NoticeKind.PUBLISHED: NoticeWords(
        _("A post went out"), _("It is on the page now."), _("See the post"), "ok"
    ),
    NoticeKind.HELD: NoticeWords(
        _("A post is held"),
        _("It was not sent. Its page says which rule holds it and when the next slot is free."),
        _("Choose what happens"),
        "warn",
    ),
    NoticeKind.REJECTED: NoticeWords(
        _("A network refused a post"),
        _("Nothing was published. The post is safe; its page says what the network answered."),
        _("See why"),
        "risk",
    ),
    NoticeKind.NEEDS_PERSON: NoticeWords(
        _("Did this post go out?"),
        _("The network's answer was lost, so we do not send again. Look at the page, then say what you see."),
        _("Check and decide"),
        "risk",
    ),
    NoticeKind.MISSED: NoticeWords(
        _("A post missed its time"),
        _("It was not sent late without you. It keeps its text; choose a new time or let it go."),
        _("Choose a new time"),
        "warn",
    ),
    NoticeKind.RECONNECT: NoticeWords(
        _("A page must be reconnected"),
        _("The network no longer accepts our access. What is planned on this page waits until then."),
        _("Reconnect the page"),
        "risk",
    ),
    NoticeKind.EXPIRING: NoticeWords(
        _("A page’s access ends soon"),
        _("Nothing is lost. Reconnect it before that day, and what is planned after it leaves as planned."),
        _("Reconnect the page"),
        "warn",
    ),
    NoticeKind.BUDGET: NoticeWords(
        _("A month’s money for a network runs out"),
        _("Once it is spent nothing that costs money is asked there until next month, or a higher budget."),
        _("See what was spent"),
        "warn",
    ),
    NoticeKind.PAUSED: NoticeWords(
        _("Publishing was paused"),
        _("Nothing leaves while the pause lasts. What is planned is kept."),
        _("See the pause"),
        "warn",
    ),
    NoticeKind.RESUMED: NoticeWords(
        _("Publishing started again"),
        _("What is planned leaves at its time again."),
        _("See what is planned"),
        "ok",
    ),
    NoticeKind.REVIEW_SOON: NoticeWords(
        _("A comment must be decided soon"),
        _("The rules see a risk in it, or somebody reported it. Our target is near; a person decides."),
        _("Read and decide"),
        "warn",
    ),
    NoticeKind.REVIEW_OVERDUE: NoticeWords(
        _("A comment should have been decided"),
        _("Our own target has passed and the comment still stands. The law asks to act promptly once known."),
        _("Read and decide"),
        "risk",
    ),
    NoticeKind.LAST_DAY: NoticeWords(
        _("A victim’s last prudent day comes nearer"),
        _(
            "Past that day, whoever the comment harms may no longer be able to sue over it. See where it "
            "stands, and tell them or their counsel while there is time."
        ),
        _("See the comment"),
        "warn",
    ),
    NoticeKind.SECOND_WANTED: NoticeWords(
        _("A comment waits for a second person"),
        _("Somebody would leave a comment in sight that the rules qualify. It takes two: agree, or say no."),
        _("Read and answer"),
        "warn",
    ),
    NoticeKind.ACTION_TROUBLE: NoticeWords(
        _("What was decided of a comment is not done"),
        _("The network refused it, cannot be reached or cannot tell. The comment may still stand as it did."),
        _("Check and decide"),
        "risk",
    ),
    NoticeKind.AUDIT_DONE: NoticeWords(
        _("An audit has its report"),
        _("What the web says of the brand has been read and weighed."),
        _("Read the report"),
        "ok",
    ),
    NoticeKind.AUDIT_FAILED: NoticeWords(
        _("An audit stopped before its report"),
        _("What was read until then is kept. Run it again; nothing else waits for it."),
        _("See why"),
        "risk",
    ),
}

# how the interface shows the state of a mail: tone, icon
MAIL_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    MailState.PLANNED: ("", "state-planned"),
    MailState.CLAIMED: ("accent", "state-claimed"),
    MailState.SENDING: ("accent", "state-sending"),
    MailState.SENT: ("ok", "state-published"),
    MailState.REFUSED: ("risk", "state-rejected"),
    MailState.UNKNOWN: ("warn", "state-unknown"),
}

MAIL_CODES: Final[Mapping[str, Words]] = {
    "mail_server_unreachable": _("The mail server could not be reached."),
    "mail_server_untrusted": _("The mail server's certificate or encryption was not accepted."),
    "mail_sign_in_refused": _("The mail server refused our sign-in: check EMAIL_URL."),
    "mail_server_gone": _("The mail server closed the connection before it took the mail."),
    "mail_sender_refused": _("The mail server refuses our sender address: check CM_MAIL_FROM."),
    "mail_sender_deferred": _("The mail server asked to try later."),
    "mail_recipient_refused": _("The mail server says that this address does not exist or takes no mail."),
    "mail_recipient_deferred": _("The recipient's server asked to try later."),
    "mail_message_refused": _("The mail server refused the message."),
    "mail_message_deferred": _("The mail server asked to try later."),
    "mail_answer_lost": _("The mail was handed over, then the answer was lost. It may have arrived."),
    "mail_address_unsupported": _("Mail cannot be sent to an address with accents before the @."),
    "mail_malformed": _("The mail could not be written in a valid form."),
    "mail_folder_closed": _("The folder for mail files cannot be written."),
    "sender_lost": _("The service stopped while it was sending. The mail may have arrived."),
    "sender_stopped": _("The service stopped before the mail left. It is sent again by itself."),
    "lease_lost": _("The sending took too long and was stopped before the mail left."),
}


def notice_words(kind: str) -> NoticeWords:
    """The words of a kind of notice."""
    return NOTICES[kind]


def mail_code(code: str) -> Words:
    """Why a mail stands where it stands; an empty text when there is nothing to say."""
    return MAIL_CODES.get(code, code)
