"""Posts of others in which the account is tagged.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/mentions:
there is a list of those alone. Words that name the account in a caption or a comment come by webhook, each
with the only number under which it can be read; nothing can be written under a tag.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages.networks.graph import NoMoreError
from pages.networks.graph_mentions import GraphMentions
from pages.networks.instagram import mapping
from pages.networks.types import IncomingComment


class Tagged(GraphMentions):
    """Reads where the account is tagged."""

    _tagged_in = "tags"
    _tagged_fields = mapping.MEDIA_FIELDS

    def _read_mention(self, row: Mapping[str, Any]) -> IncomingComment:
        return mapping.mention(row)

    def _mention(self, remote_id: str) -> IncomingComment | None:
        """One of them as it is now; None when it is listed no more. Raises NoMoreError when it may be."""
        listed, cursor = self._tagged(lambda page: any(each.remote_id == remote_id for each in page))
        found = next((each for each in listed if each.remote_id == remote_id), None)
        if found is None and cursor:
            raise NoMoreError
        return found
