"""The Pages that a person may connect."""

from __future__ import annotations

from typing import Final

from pages.networks.answers import identifier, one_line, web_address
from pages.networks.graph import Graph
from pages.networks.graph_accounts import Row, candidates, lacks, page_grant
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


def found_with(graph: Graph, grant: Grant) -> tuple[Candidate, ...]:
    """The person's own Pages, then those of their portfolios, each once, each with its own token."""

    def read(row: Row, via: str) -> Candidate:
        username = one_line(row.get("username"))
        return Candidate(
            identifier(row["id"]),
            one_line(row["name"]),
            page_grant(row, grant),
            handle=f"@{username}" if username else "",
            url=web_address(row.get("link")),
            via=via,
            lacks=lacks(row, grant, SCOPES),
        )

    return candidates(graph, "id,name,username,link", read)
