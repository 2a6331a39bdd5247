"""Where a post of a page is read today."""

from __future__ import annotations

from pages.models import Page
from pages.networks.registry import NETWORKS, ConnectKind
from pages.newsroom import addresses


def post_url(page: Page, remote_id: str, told: str) -> str:
    """The address of the post `remote_id`; `told` is the one its network gave when it went out.

    A network's addresses are the network's. A page that needs no account is our own: its posts stand under
    the PUBLIC_URL of today, wherever this installation was when they were published. Asks `page.brand`.
    """
    spec = NETWORKS.get(page.network)
    own = spec is not None and spec.connect is ConnectKind.NONE
    if not own or not told or not (remote_id.isascii() and remote_id.isdecimal()):
        return told
    return addresses.of_post(page.brand.slug, int(remote_id))
