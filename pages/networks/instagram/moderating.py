"""What an account does about what others wrote below its posts.

https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-comment
"""

from __future__ import annotations

from pages.networks.graph_moderating import GraphModerating


class Moderating(GraphModerating):
    """Hides, shows, deletes. Keeping somebody away has no call."""

    _hiding = "hide"
