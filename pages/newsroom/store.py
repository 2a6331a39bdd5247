"""The newsroom as a network sees it: where its posts are kept."""

from __future__ import annotations

from cm_suite.core import clock
from pages.models import Page
from pages.networks.types import Profile, Published
from pages.newsroom import addresses
from pages.newsroom.models import NewsroomPost, Subscriber, SubscriberState


class DjangoNewsroomStore:
    """`pages.networks.base.NewsroomStore` on the database, for one newsroom page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def publish(self, key: str, text: str, link: str, content_type: str, language: str) -> Published:
        """Put a post on the public page now; a second call with the same key gives the first one's post.

        Of two calls at once the database lets one in, and both get that post.
        """
        post, _created = NewsroomPost.objects.get_or_create(
            page=self._page,
            key=key,
            defaults={
                "text": text,
                "link": link,
                "content_type": content_type,
                "language": language,
                "published_at": clock.now(),
            },
        )
        return self._published(post)

    def find(self, key: str) -> Published | None:
        """The post with this key, or None. One that was taken down since did go out: it is found."""
        post = NewsroomPost.objects.filter(page=self._page, key=key).first()
        return self._published(post) if post else None

    def remove(self, remote_id: str) -> None:
        """Take the post off the public page; what is already gone is done."""
        if remote_id.isdecimal():
            posts = NewsroomPost.objects.filter(page=self._page, pk=int(remote_id), removed_at=None)
            posts.update(removed_at=clock.now())

    def profile(self) -> Profile:
        """The newsroom itself; its followers are the confirmed subscribers."""
        brand = self._page.brand
        active = Subscriber.objects.filter(page=self._page, state=SubscriberState.ACTIVE)
        return Profile(
            remote_id=self._page.remote_id,
            handle=brand.slug,
            name=brand.name,
            url=addresses.of_brand(brand.slug),
            followers=active.count(),
        )

    def _published(self, post: NewsroomPost) -> Published:
        return Published(
            remote_id=str(post.pk),
            url=addresses.of_post(self._page.brand.slug, post.pk),
            at=post.published_at,
        )
