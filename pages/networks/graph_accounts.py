"""The Pages of a person, which Meta's networks are reached through, each with its own token.

https://developers.facebook.com/docs/graph-api/reference/user/accounts/, for those of a Business Portfolio
https://developers.facebook.com/docs/graph-api/reference/business/owned_pages/ and …/client_pages/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from cm_suite.core.errors import Never
from pages.networks.answers import UNREADABLE, identifier, one_line, text_of
from pages.networks.graph import Graph, NoMoreError, path_of
from pages.networks.types import Candidate, Grant

TASKS: Final = ("CREATE_CONTENT", "MODERATE", "MESSAGING", "ANALYZE")
MOST_PAGES: Final = 10
_KINDS: Final = ("owned_pages", "client_pages")

type Row = Mapping[str, Any]


def candidates(graph: Graph, fields: str, read: Callable[[Row, str], Candidate]) -> tuple[Candidate, ...]:
    """What `read` makes of the person's own Pages, then of those of their portfolios, each account once.

    `read`: a Page with its `fields`, and the name of its portfolio; it raises one of UNREADABLE for a Page
    that leads to no account. A Page without a token is only seen, not held.
    """
    found: dict[str, Candidate] = {}
    for row, via in _pages(graph, f"{fields},access_token"):
        try:
            candidate = read(row, via)
        except UNREADABLE:
            continue
        if candidate.grant.token and candidate.name:
            found.setdefault(candidate.remote_id, candidate)
    return tuple(found.values())


def _pages(graph: Graph, fields: str) -> Iterator[tuple[Row, str]]:
    """Each Page, and the name of the portfolio that it is in; the person's own first."""
    for row in _listed(graph, "me/accounts", {"fields": f"{fields},tasks", "limit": 100}):
        yield row, ""
    for business in _of_business(graph, "me/businesses", {"fields": "id,name", "limit": 50}):
        try:
            path, name = identifier(business["id"]), one_line(business.get("name"))
        except UNREADABLE:
            continue
        for kind in _KINDS:
            for row in _of_business(graph, path_of(path, kind), {"fields": fields, "limit": 100}):
                yield row, name


def _listed(graph: Graph, path: str, asked: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of a list; a person with more Pages than we read chooses among the first."""
    try:
        for page in graph.pages(path, asked, most=MOST_PAGES):
            yield from page
    except NoMoreError:
        return


def _of_business(graph: Graph, path: str, asked: Mapping[str, Any]) -> Iterator[Row]:
    """As `_listed`; none without the right to see them."""
    try:
        yield from _listed(graph, path, asked)
    except Never:
        return


def page_grant(row: Row, grant: Grant) -> Grant:
    """The Page's own token, which lives as long as the person's consent; empty when none came."""
    return Grant(text_of(row.get("access_token")), expires_at=grant.refresh_expires_at, scopes=grant.scopes)


def lacks(row: Row, grant: Grant, scopes: Sequence[str]) -> tuple[str, ...]:
    """Those of `scopes`, and the tasks, that are missing, where the network says which there are."""
    missing = tuple(each for each in scopes if grant.scopes and each not in grant.scopes)
    tasks = row.get("tasks")
    if not isinstance(tasks, list):
        return missing
    held = {str(each).removeprefix("PROFILE_PLUS_") for each in tasks}
    return (*missing, *(each for each in TASKS if each not in held))
