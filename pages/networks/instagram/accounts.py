"""The Instagram accounts that a person may connect: those tied to a Page of theirs.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/get-started
(`/me/accounts?fields=instagram_business_account`); for the Pages of a Business Portfolio
https://developers.facebook.com/docs/graph-api/reference/business/owned_pages/ and …/client_pages/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cm_suite.core.errors import Never
from pages.networks.graph import Graph, NoMoreError, path_of
from pages.networks.graph_answers import UNREADABLE, identifier, mapping, one_line, text_of
from pages.networks.instagram.mapping import address_of
from pages.networks.types import Candidate, Grant

SCOPES: Final = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_contents",
    "instagram_manage_insights",
    "instagram_manage_messages",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "business_management",
)
TASKS: Final = ("CREATE_CONTENT", "MODERATE", "MESSAGING", "ANALYZE")
MOST_PAGES: Final = 10
_ACCOUNT: Final = "instagram_business_account"
_OF_PAGES: Final = {"fields": f"id,name,access_token,{_ACCOUNT}{{id,username,name}}", "limit": 100}
_KINDS: Final = ("owned_pages", "client_pages")


def found_with(graph: Graph, grant: Grant) -> tuple[Candidate, ...]:
    """The accounts of the person's own Pages, then of their portfolios', each once, with its Page's token."""
    found: dict[str, Candidate] = {}
    for row in _listed(graph, "me/accounts", _OF_PAGES | {"fields": f"{_OF_PAGES['fields']},tasks"}):
        _add(found, row, grant, "")
    for business, name in _businesses(graph):
        for kind in _KINDS:
            for row in _of_business(graph, path_of(business, kind), _OF_PAGES):
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


def _of_business(graph: Graph, path: str, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    try:
        yield from _listed(graph, path, asked)
    except Never:
        return


def _add(found: dict[str, Candidate], row: Mapping[str, Any], grant: Grant, via: str) -> None:
    """Keep the account of a Page that a token came with; a Page without an account is none of ours."""
    token, account = text_of(row.get("access_token")), mapping(row.get(_ACCOUNT))
    try:
        remote_id = identifier(account["id"])
    except UNREADABLE:
        return
    username = one_line(account.get("username"))
    name = one_line(account.get("name")) or username or one_line(row.get("name"))
    if not token or not name or remote_id in found:
        return
    found[remote_id] = Candidate(
        remote_id,
        name,
        Grant(token, expires_at=grant.refresh_expires_at, scopes=grant.scopes),
        handle=f"@{username}" if username else "",
        url=address_of(username),
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
