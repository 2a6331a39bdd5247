"""Posts of others that name the Page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages.networks.facebook import mapping
from pages.networks.graph_mentions import GraphMentions
from pages.networks.types import IncomingComment


class Named(GraphMentions):
    """Reads where the Page is named. https://developers.facebook.com/docs/graph-api/reference/page/tagged/"""

    _tagged_in = "tagged"
    _tagged_fields = mapping.MENTION_FIELDS

    def _read_mention(self, row: Mapping[str, Any]) -> IncomingComment:
        return mapping.mention(row)
