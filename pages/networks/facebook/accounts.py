"""The Pages that a person may connect.

https://developers.facebook.com/docs/graph-api/reference/user/accounts/, for those of a Business Portfolio
https://developers.facebook.com/docs/graph-api/reference/business/owned_pages/ and …/client_pages/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cm_suite.core.errors import Never
from pages.networks.graph import Graph, NoMoreError, path_of
from pages.networks.graph_answers import UNREADABLE, identifier, one_line, text_of, web_address
from pages.networks.types import Candidate, Grant

SCOPES: Final = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_manage_engagement",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_metadata",
    "pages_messaging",
    "read_insights",
    "business_management",
)
TASKS: Final = ("CREATE_CONTENT", "MODERATE", "MESSAGING", "ANALYZE")
MOST_PAGES: Final = 10
_OF_PAGES: Final = {"fields": "id,name,username,link,access_token", "limit": 100}
_KINDS: Final = ("owned_pages", "client_pages")


def found_with(graph: Graph, grant: Grant) -> tuple[Candidate, ...]:
    """The person's own Pages, then those of their portfolios, each once, each with its own token."""
    found: dict[str, Candidate] = {}
    for row in _listed(graph, "me/accounts", _OF_PAGES | {"fields": f"{_OF_PAGES['fields']},tasks"}):
        _add(found, row, grant, "")
    for business, name in _businesses(graph):
        for kind in _KINDS:
            for row in _of_business(graph, path_of(business, kind)):
                _add(found, row, grant, name)
    return tuple(found.values())


def _listed(graph: Graph, path: str, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The rows of a list; a person with more Pages than we read chooses among the first."""
    try:
        for page in graph.pages(path, asked, most=MOST_PAGES):
            yield from page
    except NoMoreError:
        return


def _businesses(graph: Graph) -> Iterator[tuple[str, str]]:
    """Each portfolio and its name; none without the right to see them."""
    for row in _of_business(graph, "me/businesses", {"fields": "id,name", "limit": 50}):
        try:
            yield identifier(row["id"]), one_line(row.get("name"))
        except UNREADABLE:
            continue


def _of_business(
    graph: Graph, path: str, asked: Mapping[str, Any] | None = None
) -> Iterator[Mapping[str, Any]]:
    try:
        yield from _listed(graph, path, asked or _OF_PAGES)
    except Never:
        return


def _add(found: dict[str, Candidate], row: Mapping[str, Any], grant: Grant, via: str) -> None:
    """Keep a Page that a token came with; one without it is only seen, not held."""
    token = text_of(row.get("access_token"))
    try:
        remote_id, name = identifier(row["id"]), one_line(row["name"])
    except UNREADABLE:
        return
    if not token or not name or remote_id in found:
        return
    username = one_line(row.get("username"))
    found[remote_id] = Candidate(
        remote_id,
        name,
        Grant(token, expires_at=grant.refresh_expires_at, scopes=grant.scopes),
        handle=f"@{username}" if username else "",
        url=web_address(row.get("link")),
        via=via,
        lacks=_lacks(grant, row.get("tasks")),
    )


def _lacks(grant: Grant, tasks: object) -> tuple[str, ...]:
    """Scopes and tasks that are missing, where the network says which there are."""
    scopes = [each for each in SCOPES if grant.scopes and each not in grant.scopes]
    if not isinstance(tasks, list):
        return tuple(scopes)
    held = {str(each).removeprefix("PROFILE_PLUS_") for each in tasks}
    return (*scopes, *(each for each in TASKS if each not in held))
