"""What a Page has Meta tell this application of at once.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps/: a Page shows each application
its own fields alone; a new list may take the place of the old one, and Facebook and Instagram share the Page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pages.networks.errors import Code
from pages.networks.graph import Graph, path_of
from pages.networks.graph_answers import inner

_LACKING: Final = Code.NOT_ALLOWED_HERE


def subscribe(graph: Graph, page: str, fields: Iterable[str]) -> None:
    """Have these fields told, beside those that are told already; a second time changes nothing."""
    edge = path_of(page, "subscribed_apps")
    told: set[str] = set()
    answer = graph.get(edge, {"fields": "id,subscribed_fields"}, lacking=_LACKING)
    for application in inner({"found": answer}, "found"):
        known = application.get("subscribed_fields")
        told |= {each for each in known if isinstance(each, str)} if isinstance(known, list) else set()
    wanted = ",".join(sorted(told | set(fields)))
    graph.post(edge, {"subscribed_fields": wanted}, lacking=_LACKING)
