"""Images of a post: each uploaded unseen with its alternative text, then attached.

https://developers.facebook.com/docs/graph-api/reference/page/photos/ and …/photo/: `alt_text_custom`,
`published=false`, less than 10 MB.
"""

from __future__ import annotations

from typing import Final

from pages.networks.graph import Graph, path_of
from pages.networks.spec import ImageRules
from pages.networks.types import Image

RULES: Final = ImageRules(
    most=10,
    alt=1000,
    types=frozenset({"image/jpeg", "image/png", "image/gif"}),
    most_bytes=9_999_999,
)


def upload(graph: Graph, page_id: str, images: tuple[Image, ...]) -> list[dict[str, str]]:
    """Upload the images where nobody sees them; what attaches them to a post. Raises Later or Never."""
    return [{"media_fbid": _photo(graph, page_id, image)} for image in images]


def _photo(graph: Graph, page_id: str, image: Image) -> str:
    said = {"published": "false"}
    if image.alt:
        said["alt_text_custom"] = image.alt
    suffix = image.media_type.rpartition("/")[2]
    files = {"source": (f"image.{suffix}", image.content, image.media_type)}
    return graph.prepared(path_of(page_id, "photos"), said, files=files)
