"""What the newsroom shows, and who waits for a digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from pages.enums import PageState
from pages.models import Brand, Charter, Departure, Page, Pause
from pages.newsroom.models import NewsroomImage, NewsroomPost, Subscriber, SubscriberState
from pages.newsroom.rules import LEGAL_FIELDS, NETWORK, POSTS_A_FEED, POSTS_A_PAGE
from pages.newsroom.rules import missing_legal as _missing_legal
from pages.newsroom.selectors.comments import comments_changed_at, with_counts


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of posts, newest first; `older` is the cursor of the next page, or None."""

    posts: list[NewsroomPost]
    older: int | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The posts right before and right after one."""

    newer: NewsroomPost | None
    older: NewsroomPost | None


def newsroom(slug: str) -> Page | None:
    """The newsroom page of the brand at this address, with brand and charter; None when there is none."""
    pages = Page.objects.filter(network=NETWORK, brand__slug=slug)
    return pages.select_related("brand", "brand__charter", "comment_rules").order_by("pk").first()


def takes_subscribers(page: Page) -> bool:
    """Whether the newsroom may be followed: not once it is disconnected."""
    return page.state != PageState.DISCONNECTED


def charter(brand: Brand) -> Charter | None:
    """The brand's charter, if it has written one."""
    found: Charter | None = getattr(brand, "charter", None)
    return found if found and found.text.strip() else None


def missing_legal(brand: Brand) -> list[str]:
    """The names of the brand's fields that its legal notice lacks."""
    return _missing_legal({field: getattr(brand, field) for field in LEGAL_FIELDS})


def standing(page: Page) -> QuerySet[NewsroomPost]:
    """The posts that stand on the public page, newest first."""
    return NewsroomPost.objects.filter(page=page, removed_at=None).order_by("-published_at", "-pk")


def image(page: Page, post_id: int, place: int) -> NewsroomImage | None:
    """An image of a post that stands on the public page, with its bytes."""
    images = NewsroomImage.objects.filter(post__page=page, post__removed_at=None)
    return images.filter(post_id=post_id, place=place).first()


def _with_images(posts: QuerySet[NewsroomPost]) -> QuerySet[NewsroomPost]:
    """The posts with their images, in order, without the bytes. One query more."""
    images = NewsroomImage.objects.defer("content", "small").order_by("place", "pk")
    return posts.prefetch_related(Prefetch("images", images))


def listing(page: Page, before: int | None = None) -> Listing | None:
    """A page of posts, those older than the post `before`; None when that post is not one of this page's.

    The cursor may have been taken down since: its place in time remains.
    """
    posts = _with_images(with_counts(standing(page)))
    if before is not None:
        cursor = NewsroomPost.objects.filter(page=page, pk=before).only("published_at").first()
        if cursor is None:
            return None
        posts = posts.filter(_older_than(cursor))
    rows = list(posts[: POSTS_A_PAGE + 1])
    shown = rows[:POSTS_A_PAGE]
    return Listing(shown, shown[-1].pk if len(rows) > POSTS_A_PAGE else None)


def post(page: Page, post_id: int) -> NewsroomPost | None:
    """A post of this page, taken down or not."""
    return _with_images(NewsroomPost.objects.filter(page=page, pk=post_id)).first()


def neighbours(of: NewsroomPost) -> Neighbours:
    """The posts that stand next to this one in time."""
    others = NewsroomPost.objects.filter(page_id=of.page_id, removed_at=None)
    newer = Q(published_at__gt=of.published_at) | Q(published_at=of.published_at, pk__gt=of.pk)
    return Neighbours(
        newer=others.filter(newer).order_by("published_at", "pk").first(),
        older=others.filter(_older_than(of)).order_by("-published_at", "-pk").first(),
    )


def _older_than(other: NewsroomPost) -> Q:
    return Q(published_at__lt=other.published_at) | Q(published_at=other.published_at, pk__lt=other.pk)


def feed(page: Page) -> list[NewsroomPost]:
    """The newest posts, as many as a feed carries."""
    return list(_with_images(with_counts(standing(page)))[:POSTS_A_FEED])


def changed_at(page: Page) -> datetime | None:
    """When the public page last gained or lost a post or a comment; None while it never had one."""
    last = NewsroomPost.objects.filter(page=page).aggregate(Max("published_at"), Max("removed_at"))
    moments = [*last.values(), comments_changed_at(page)]
    return max((at for at in moments if at), default=None)


def subscriber(page: Page, subscriber_id: int | None) -> Subscriber | None:
    """A subscriber of this page."""
    return Subscriber.objects.filter(page=page, pk=subscriber_id).first() if subscriber_id else None


def departure(page: Page, departure_id: int | None) -> Departure | None:
    """A departure from this page."""
    return Departure.objects.filter(page=page, pk=departure_id).first() if departure_id else None


def digest_pages(brand: Brand | None = None) -> QuerySet[Page]:
    """The newsrooms whose digests may leave: connected, and not paused."""
    paused = Pause.objects.filter(ended_at=None, brand=OuterRef("brand")).filter(
        Q(page=None) | Q(page=OuterRef("pk"))
    )
    pages = Page.objects.filter(~Exists(paused), network=NETWORK, state=PageState.CONNECTED)
    if brand is not None:
        pages = pages.filter(brand=brand)
    return pages.select_related("brand").order_by("pk")


def waiting_for_digest(page: Page, until: datetime) -> QuerySet[Subscriber]:
    """The subscribers with posts they were not told of yet, published up to `until`."""
    untold = NewsroomPost.objects.filter(
        page=page, removed_at=None, published_at__gt=OuterRef("told_until"), published_at__lte=until
    )
    return Subscriber.objects.filter(Exists(untold), page=page, state=SubscriberState.ACTIVE).order_by("pk")


def untold(who: Subscriber, until: datetime) -> QuerySet[NewsroomPost]:
    """The posts of a subscriber's next digest, newest first."""
    posts = NewsroomPost.objects.filter(page_id=who.page_id, removed_at=None)
    return posts.filter(published_at__gt=who.told_until, published_at__lte=until).order_by(
        "-published_at", "-pk"
    )
