"""Posts of others in which the account is tagged, and words of theirs that name it.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/mentions:
there is a list of tags alone. Words in a caption or a comment come by webhook, each with the only number
under which it can be read (…/reference/ig-user/mentioned_comment and mentioned_media); nothing can be written
under a tag.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cm_suite.core.errors import Never, NextStep
from pages.networks.answers import mapping as object_of
from pages.networks.errors import Code
from pages.networks.graph import NoMoreError, path_of
from pages.networks.graph_mentions import GraphMentions
from pages.networks.graph_wire import DEAF
from pages.networks.instagram import mapping
from pages.networks.meta_hooks import NAMED
from pages.networks.types import IncomingComment

_SAID: Final = "id,text,timestamp,username,media{id,permalink}"
_LITTLE_SAID: Final = "id,text,timestamp"
_POSTED: Final = "id,caption,timestamp,username,permalink"
_LITTLE_POSTED: Final = "id,caption,timestamp"


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

    def _words(self, remote_id: str) -> IncomingComment:
        """Words that name the account, as they are now.

        Raises Never (`not_found`) when they are gone, and one of UNREADABLE for an answer without them.
        """
        media, _sep, comment = remote_id.removeprefix(NAMED).partition("_")
        if not (media.isdigit() and (comment.isdigit() or not comment)):
            raise Never(Code.NOT_FOUND, step=NextStep.CONTACT)
        edge = f"mentioned_comment.comment_id({comment})" if comment else f"mentioned_media.media_id({media})"
        whole, little = (_SAID, _LITTLE_SAID) if comment else (_POSTED, _LITTLE_POSTED)
        try:
            found = self._asked(f"{edge}{{{whole}}}")
        except Never as refusal:
            if refusal.code != Code.CONTENT_REFUSED:
                raise
            found = self._asked(f"{edge}{{{little}}}")  # who may be asked for less is not told which
        return mapping.named(remote_id, object_of(found.get(edge.partition(".")[0])))

    def _asked(self, field: str) -> Mapping[str, Any]:
        return self._graph.get(path_of(self._account), {"fields": field}, lacking=DEAF)
