"""The Instagram accounts that a person may connect: those tied to a Page of theirs.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/get-started
(`/me/accounts?fields=instagram_business_account`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pages.networks.answers import identifier, mapping, one_line
from pages.networks.graph import Graph
from pages.networks.graph_accounts import Row, candidates, lacks, page_grant
from pages.networks.instagram.mapping import address_of
from pages.networks.types import Candidate, Grant

SCOPES: Final = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "instagram_manage_messages",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "business_management",
)
_ACCOUNT: Final = "instagram_business_account"


def found_with(graph: Graph, grant: Grant, scopes: Sequence[str] = SCOPES) -> tuple[Candidate, ...]:
    """The accounts of the person's own Pages, then of their portfolios', each once, with its Page's token.

    `scopes`: what was asked for.
    """

    def read(row: Row, via: str) -> Candidate:
        account = mapping(row.get(_ACCOUNT))
        username = one_line(account.get("username"))
        return Candidate(
            identifier(account["id"]),
            one_line(account.get("name")) or username or one_line(row.get("name")),
            page_grant(row, grant),
            handle=f"@{username}" if username else "",
            url=address_of(username),
            via=via,
            lacks=lacks(row, grant, scopes),
        )

    return candidates(graph, f"id,name,{_ACCOUNT}{{id,username,name}}", read)
