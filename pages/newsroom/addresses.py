"""Public addresses of the newsroom, whole: they leave in feeds, cards and mails."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse


def absolute(path: str) -> str:
    """A path of this installation under PUBLIC_URL."""
    return f"{settings.PUBLIC_URL}{path}"


def of_brand(slug: str, name: str = "home") -> str:
    """The whole address of one of the brand's public pages, by URL name."""
    return absolute(reverse(f"newsroom:{name}", kwargs={"brand": slug}))


def of_post(slug: str, post_id: int) -> str:
    """The permalink of a post."""
    return absolute(reverse("newsroom:post", kwargs={"brand": slug, "post_id": post_id}))


def of_image(slug: str, post_id: int, place: int) -> str:
    """An image of a post, whole."""
    path = reverse("newsroom:image", kwargs={"brand": slug, "post_id": post_id, "place": place})
    return absolute(path)


def of_comment(slug: str, post_id: int, comment_id: int) -> str:
    """The place of a comment on its post's page."""
    return f"{of_post(slug, post_id)}#c{comment_id}"


def with_token(slug: str, name: str, token: str) -> str:
    """A page that a signed token opens. It is in the query, which is written to no log."""
    return f"{of_brand(slug, name)}?t={token}"


def public_host() -> str:
    """The host name this installation is known by."""
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
