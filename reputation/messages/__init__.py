"""The codes of reputation in words: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.messages import Reason, Words
from reputation.cadence import Every, Weekday, read
from reputation.enums import Refusal, RunState, Sentiment, SourceStatus
from reputation.messages.sentences import sentence as sentence

_AGAIN: Final = gettext_lazy("It is asked again at the next run.")
_BY_HAND: Final = gettext_lazy("Open it by hand, and take it off the list if it has gone for good.")
_SITE: Final = gettext_lazy("Only those who run that site can mend this. It is asked again at the next run.")
_ADDRESS: Final = gettext_lazy("Check the address in the audit’s list.")
_LEAVE: Final = gettext_lazy("Take it off the list, or ask those who run the site.")
_ADDRESS_AGAIN: Final = gettext_lazy("Check the address of the site in the audit’s list.")

FAULTS: Final[Mapping[str, Reason]] = {
    "dns": Reason(gettext_lazy("No site has this name."), _ADDRESS_AGAIN),
    "refused": Reason(gettext_lazy("The site’s server turned the connection away."), _AGAIN),
    "connect_timeout": Reason(gettext_lazy("The site did not pick up."), _AGAIN),
    "deadline": Reason(gettext_lazy("The page took more than 8 seconds to come."), _AGAIN),
    "too_large": Reason(
        gettext_lazy("The page is larger than 5 MB."), gettext_lazy("List a lighter page of the same site.")
    ),
    "redirect_loop": Reason(gettext_lazy("The page sends back to itself without end."), _BY_HAND),
    "too_many_redirects": Reason(
        gettext_lazy("The page sends on to another more than five times."),
        gettext_lazy("Open it by hand and list the address where it ends."),
    ),
    "private_address": Reason(
        gettext_lazy("The address is inside a private network, where this site does not go."),
        gettext_lazy("List a page that the public can open."),
    ),
    "robots_forbidden": Reason(
        gettext_lazy("The site asks robots not to read this page, and we comply."), _LEAVE
    ),
    "robots_unreachable": Reason(
        gettext_lazy("The site’s rules for robots could not be read, so nothing of it was."), _AGAIN
    ),
    "rate_limited": Reason(gettext_lazy("The site asked us to slow down."), _AGAIN),
    "server_error": Reason(gettext_lazy("The site has a problem of its own."), _AGAIN),
    "not_found": Reason(gettext_lazy("There is no such page on the site."), _BY_HAND),
    "gone": Reason(
        gettext_lazy("The site says that the page was removed for good."),
        gettext_lazy("Take it off the list."),
    ),
    "forbidden": Reason(gettext_lazy("The site does not let us read this page."), _LEAVE),
    "not_html": Reason(
        gettext_lazy("This is not a web page: a document, an image or something else."),
        gettext_lazy("List the page that leads to it."),
    ),
    "truncated": Reason(gettext_lazy("The page broke off in the middle."), _AGAIN),
    "reset": Reason(gettext_lazy("The site cut the connection."), _AGAIN),
    "bad_header": Reason(gettext_lazy("The site’s answer could not be understood."), _SITE),
    "tls_expired": Reason(gettext_lazy("The site’s security certificate has expired."), _SITE),
    "tls_wrong_host": Reason(
        gettext_lazy("The site’s security certificate is made out to another name."), _ADDRESS_AGAIN
    ),
    "tls_untrusted": Reason(
        gettext_lazy("The site’s security certificate was not issued by anyone we can trust."), _SITE
    ),
    "tls_failed": Reason(gettext_lazy("No secure connection could be made with the site."), _SITE),
    "bad_address": Reason(gettext_lazy("This is not the address of a web page."), _ADDRESS),
    "host_busy": Reason(
        gettext_lazy("Its turn did not come: one page at a time is asked of each site."), _AGAIN
    ),
    "http_error": Reason(gettext_lazy("The site answered with an error."), _BY_HAND),
    "worker_lost": Reason(gettext_lazy("The program was stopped each time it read this page."), _AGAIN),
    "unreadable": Reason(gettext_lazy("The page came, but it could not be taken apart."), _BY_HAND),
}

_UNNAMED: Final = Reason(gettext_lazy("The page could not be read."), _AGAIN)


def fault(code: str) -> Reason:
    """Why a page could not be read, and what next; a general sentence for a code without words."""
    return FAULTS.get(code, _UNNAMED)


_SOURCES: Final[Mapping[str, Reason]] = {
    SourceStatus.WAITING: Reason(gettext_lazy("Not asked yet."), ""),
    SourceStatus.ANSWERED: Reason(gettext_lazy("It answered."), ""),
    SourceStatus.SILENT: Reason(
        gettext_lazy("It answered, but with nothing in it: silence, not the absence of mentions."),
        gettext_lazy("Open it by hand; if it stays empty, look for another address of the site."),
    ),
    SourceStatus.REFUSED: Reason(
        gettext_lazy("It does not let us in."), gettext_lazy("Ask those who run the site, or take it off.")
    ),
    SourceStatus.FAULT: Reason(gettext_lazy("It could not be reached."), _AGAIN),
}

SOURCE_REASONS: Final[Mapping[str, Reason]] = {
    "not_feed": Reason(
        gettext_lazy("There is something at this address, but it is not a feed."),
        gettext_lazy("Look for the site’s RSS or Atom address; it often ends in /feed or /rss.xml."),
    ),
    "empty_feed": Reason(
        gettext_lazy("Its feed is empty: silence, not the absence of mentions."),
        gettext_lazy("Open it by hand; if it stays empty, look for another address of the site."),
    ),
    "no_text": Reason(
        gettext_lazy("Its pages came, but without a word in them: silence, not the absence of mentions."),
        gettext_lazy("Open one by hand: some pages are made of images, or need a sign-in."),
    ),
}

LINES: Final[Mapping[str, Words]] = {
    "address_malformed": gettext_lazy("this is not the address of a web page."),
    "address_scheme": gettext_lazy("only addresses in https:// or http:// can be read."),
    "address_userinfo": gettext_lazy("it holds a name or a password. Take them out."),
    "address_port": gettext_lazy("only the usual ports of the web are read."),
    "address_private": gettext_lazy("it is inside a private network, where this site does not go."),
    "address_too_long": gettext_lazy("it is too long to be an address."),
    "too_many_addresses": gettext_lazy("the list is full. Put the rest in another source."),
}

RUN_CODES: Final[Mapping[str, Reason]] = {
    "no_sources": Reason(
        gettext_lazy("The audit has nowhere to look."),
        gettext_lazy("A lead adds a source, then run it again."),
    ),
    "unexpected": Reason(
        gettext_lazy("Something unexpected happened on our side."),
        gettext_lazy("Run it again; if it lasts, tell whoever runs this installation."),
    ),
}

_RUN_UNNAMED: Final = RUN_CODES["unexpected"]

REFUSALS: Final[Mapping[str, Words]] = {
    Refusal.NO_NAME: gettext_lazy("Give the audit a name."),
    Refusal.TOO_LONG: gettext_lazy("“%(name)s” is longer than %(most)s characters. Shorten it."),
    Refusal.NO_SUBJECT: gettext_lazy("Write at least one name to look for."),
    Refusal.NO_SOURCE: gettext_lazy("Add at least one source: where to look."),
    Refusal.NO_ADDRESSES: gettext_lazy("The source “%(name)s” has no address. Add one, or remove it."),
    Refusal.BAD_ADDRESS: gettext_lazy("In “%(name)s”, this is not the address of a web page: %(url)s"),
    Refusal.TOO_MANY: gettext_lazy("“%(name)s” has too many lines: at most %(most)s. Keep the main ones."),
    Refusal.NO_PUBLIC: gettext_lazy("Add at least one public, and what it asks."),
    Refusal.NO_QUERY: gettext_lazy("The public “%(name)s” asks nothing. Write a query, or remove it."),
    Refusal.TWICE: gettext_lazy("Two have the name “%(name)s”. Give one of them another."),
    Refusal.CRON_INVALID: gettext_lazy("This schedule cannot be read. Write five fields, such as 0 8 * * 1."),
    Refusal.CRON_TOO_OFTEN: gettext_lazy("An audit runs once an hour at most. Space it out."),
    Refusal.CRON_NEVER: gettext_lazy("This day never comes. Choose one that does."),
    Refusal.NOT_A_MEMBER: gettext_lazy(
        "Only people of this brand get its reports. Choose the recipients again."
    ),
    Refusal.ARCHIVED: gettext_lazy("This audit was put away: its reports stay, it runs no more."),
    Refusal.NOT_RUNNING: gettext_lazy("This run has ended already."),
}

# The icon of each mark, and its tone: colour never stands alone.
_RUN_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    RunState.PLANNED: ("state-planned", ""),
    RunState.LISTING: ("state-processing", "accent"),
    RunState.COLLECTING: ("state-processing", "accent"),
    RunState.SCORING: ("state-processing", "accent"),
    RunState.DONE: ("state-published", "ok"),
    RunState.FAILED: ("state-rejected", "risk"),
    RunState.CANCELLED: ("state-cancelled", ""),
}
_SOURCE_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    SourceStatus.WAITING: ("state-planned", ""),
    SourceStatus.ANSWERED: ("state-published", "ok"),
    SourceStatus.SILENT: ("state-unknown", "warn"),
    SourceStatus.REFUSED: ("lock", "risk"),
    SourceStatus.FAULT: ("state-rejected", "risk"),
}
_SENTIMENT_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    Sentiment.POSITIVE: ("opinion-positive", "ok"),
    Sentiment.NEGATIVE: ("opinion-negative", "risk"),
    Sentiment.NEUTRAL: ("opinion-neutral", ""),
    Sentiment.UNCERTAIN: ("opinion-uncertain", "warn"),
}


def source(status: str, reason: str) -> Reason:
    """How a source answered and what to do; the reason's own words where it has some."""
    named = SOURCE_REASONS.get(reason) or FAULTS.get(reason)
    return named if named and status != SourceStatus.ANSWERED else _SOURCES[status]


def run_fault(code: str) -> Reason:
    """Why a run stopped, and what next."""
    return RUN_CODES.get(code) or FAULTS.get(code) or _RUN_UNNAMED


def bad_line(code: str) -> Words:
    """Why a pasted line is no address, as the end of a sentence."""
    return LINES.get(code, LINES["address_malformed"])


def run_mark(state: str) -> tuple[str, str]:
    """The icon and the tone of a run's state."""
    return _RUN_MARKS[state]


def source_mark(status: str) -> tuple[str, str]:
    """The icon and the tone of how a source answered."""
    return _SOURCE_MARKS[status]


def sentiment_mark(sentiment: str) -> tuple[str, str]:
    """The icon and the tone of an opinion."""
    return _SENTIMENT_MARKS[sentiment]


def schedule(cron: str) -> str:
    """When an audit runs, in words, on the brand's clocks: "every Monday at 08:00"."""
    cadence = read(cron)
    at = f"{cadence.at:%H:%M}"
    if cadence.every == Every.NEVER:
        return _("Only when somebody asks")
    if cadence.every == Every.DAY:
        return _("Every day at %(at)s") % {"at": at}
    if cadence.every == Every.WEEK:
        return _weekly(cadence.weekday) % {"at": at}
    if cadence.every == Every.MONTH and cadence.day == 1:
        return _("Every month on the 1st, at %(at)s") % {"at": at}
    if cadence.every == Every.MONTH:
        return _("Every month on day %(day)s, at %(at)s") % {"day": cadence.day, "at": at}
    return _("On its own schedule: %(cron)s") % {"cron": cadence.cron}


def _weekly(day: Weekday) -> str:
    """A sentence for each day, for languages that bend the word."""
    return {
        Weekday.MONDAY: _("Every Monday at %(at)s"),
        Weekday.TUESDAY: _("Every Tuesday at %(at)s"),
        Weekday.WEDNESDAY: _("Every Wednesday at %(at)s"),
        Weekday.THURSDAY: _("Every Thursday at %(at)s"),
        Weekday.FRIDAY: _("Every Friday at %(at)s"),
        Weekday.SATURDAY: _("Every Saturday at %(at)s"),
        Weekday.SUNDAY: _("Every Sunday at %(at)s"),
    }[day]


def refusal(code: str, params: Mapping[str, Any]) -> str:
    """Why an act was refused, and what to do instead."""
    return str(REFUSALS[code]) % dict(params)
