"""The sentences of a report, for somebody who was not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from reputation.rules import Said, Sentence

type Params = Mapping[str, Any]


def sentence(said: Sentence) -> str:
    """One sentence of a report, for somebody who was not there."""
    return _SENTENCES[said.code](said.params)


def _pages(count: int) -> str:
    return ngettext("%(count)s page", "%(count)s pages", count) % {"count": count}


def _nothing_read(params: Params) -> str:
    if not params["asked"]:
        return _("The sources named no page to read, so this run says nothing of the brand.")
    return ngettext(
        "The page that was asked for could not be read, so this run says nothing of the brand.",
        "None of the %(asked)s pages could be read, so this run says nothing of the brand.",
        params["asked"],
    ) % dict(params)


def _not_named(params: Params) -> str:
    return ngettext(
        "The page that was read does not name the brand.",
        "None of the %(read)s pages that were read names the brand.",
        params["read"],
    ) % dict(params)


def _named(params: Params, compared: str = "") -> str:
    pages = {**params, "pages": _pages(params["read"])}
    if params["hosts"] == 1:
        found = ngettext(
            "%(originals)s of the %(pages)s read speaks of the brand, on %(first)s.",
            "%(originals)s of the %(pages)s read speak of the brand, all on %(first)s.",
            params["originals"],
        )
    else:
        found = npgettext(
            "several sites",
            "%(originals)s of the %(pages)s read speaks of the brand, on %(first)s.",
            "%(originals)s of the %(pages)s read speak of the brand, on %(hosts)s sites, "
            "most of all on %(first)s.",
            params["originals"],
        )
    repeats = ngettext(
        "%(copies)s more repeats one of them.", "%(copies)s more repeat them.", params["copies"]
    )
    said = [found % pages, compared, repeats % pages if params["copies"] else ""]
    return " ".join(each for each in said if each)


def _named_more(params: Params) -> str:
    return _named(params, _("That is more than the time before (%(before)s).") % dict(params))


def _named_less(params: Params) -> str:
    return _named(params, _("That is less than the time before (%(before)s).") % dict(params))


def _worst_public(params: Params) -> str:
    return ngettext(
        "“%(name)s” see the worst of it: the only page on what they ask is negative.",
        "“%(name)s” see the worst of it: %(negative)s of the %(total)s pages on what they ask are negative "
        "(%(percent)s%%).",
        params["total"],
    ) % dict(params)


def _no_negative(params: Params) -> str:
    if not params["positive"]:
        return _("None of it is clearly negative, and none clearly positive.")
    return ngettext(
        "None of it is clearly negative; %(positive)s of %(total)s is positive.",
        "None of it is clearly negative; %(positive)s of %(total)s are positive.",
        params["positive"],
    ) % dict(params)


def _negative_beyond(params: Params) -> str:
    return ngettext(
        "%(negative)s of %(total)s is negative, but on nothing that the publics of this audit ask.",
        "%(negative)s of %(total)s are negative, but on nothing that the publics of this audit ask.",
        params["negative"],
    ) % dict(params)


def _no_public(params: Params) -> str:
    return _("None of it is about what the publics of this audit ask.")


def _no_opinion(params: Params) -> str:
    return _("There is no opinion to weigh.")


def _all_certain(params: Params) -> str:
    return ngettext(
        "The source answered, and all that it named could be read and weighed.",
        "All %(sources)s sources answered, and all that they named could be read and weighed.",
        params["sources"],
    ) % dict(params)


def _uncertain(params: Params) -> str:
    return ngettext(
        "%(uncertain)s of %(total)s is too unclear to call: read it before you conclude.",
        "%(uncertain)s of %(total)s are too unclear to call: read them before you conclude.",
        params["uncertain"],
    ) % dict(params)


def _gaps(params: Params) -> str:
    values = {**params, "pages": _pages(params["asked"])}
    unread = ngettext(
        "%(unread)s of the %(pages)s could not be read.",
        "%(unread)s of the %(pages)s could not be read.",
        params["unread"],
    )
    if not params["silent"]:
        return _("Not everything was seen:") + " " + unread % values
    values["names"] = ", ".join(params["names"])
    silent = ngettext(
        "Not everything was seen: %(silent)s source gave no answer (%(names)s).",
        "Not everything was seen: %(silent)s sources gave no answer (%(names)s).",
        params["silent"],
    )
    return " ".join([silent % values, *([unread % values] if params["unread"] else [])])


def _gaps_uncertain(params: Params) -> str:
    return f"{_gaps(params)} {_uncertain(params)}"


_SENTENCES: Final[Mapping[Said, Callable[[Params], str]]] = {
    Said.NOTHING_READ: _nothing_read,
    Said.NOT_NAMED: _not_named,
    Said.NAMED: _named,
    Said.NAMED_MORE: _named_more,
    Said.NAMED_LESS: _named_less,
    Said.WORST_PUBLIC: _worst_public,
    Said.NO_NEGATIVE: _no_negative,
    Said.NEGATIVE_BEYOND: _negative_beyond,
    Said.NO_PUBLIC: _no_public,
    Said.NO_OPINION: _no_opinion,
    Said.ALL_CERTAIN: _all_certain,
    Said.UNCERTAIN: _uncertain,
    Said.GAPS: _gaps,
    Said.GAPS_UNCERTAIN: _gaps_uncertain,
}
