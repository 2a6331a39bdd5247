"""The newsroom as a network sees it: where its posts and their comments are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from cm_suite.core import clock
from pages.models import Page
from pages.networks.types import (
    CommentBatch,
    Commenter,
    CommentPresence,
    Image,
    IncomingComment,
    Profile,
    Published,
    Reply,
    ThreadPost,
)
from pages.newsroom import addresses, services
from pages.newsroom.images import drawn_for_screens
from pages.newsroom.marks import Mark, settled
from pages.newsroom.models import (
    CommentState,
    NewsroomComment,
    NewsroomImage,
    NewsroomPost,
    Subscriber,
    SubscriberState,
)
from pages.newsroom.rules import BATCH
from pages.newsroom.selectors.comments import changed_since, comment_of, is_number, with_notices

_PRESENCE: Final = {
    CommentState.PENDING: CommentPresence.PENDING,
    CommentState.VISIBLE: CommentPresence.VISIBLE,
    CommentState.HIDDEN: CommentPresence.HIDDEN,
    CommentState.REMOVED: CommentPresence.GONE,
    CommentState.WITHDRAWN: CommentPresence.GONE,
}


class DjangoNewsroomStore:
    """`pages.networks.base.NewsroomStore` on the database, for one newsroom page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def publish(
        self, key: str, text: str, link: str, content_type: str, language: str, images: Sequence[Image] = ()
    ) -> Published:
        """Put a post on the public page now; a second call with the same key gives the first one's post.

        Of two calls at once the database lets one in, and both get that post.
        """
        drawn = [drawn_for_screens(place, image) for place, image in enumerate(images)]
        said = {"text": text, "link": link, "content_type": content_type, "language": language}
        with transaction.atomic():
            post, created = NewsroomPost.objects.get_or_create(
                page=self._page, key=key, defaults={**said, "published_at": clock.now()}
            )
            if created:
                for image in drawn:
                    image.post = post
                NewsroomImage.objects.bulk_create(drawn)
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

    def comments(self, mark: str) -> CommentBatch:
        """What visitors wrote that is new or changed since `mark`, oldest change first.

        What changed in the last seconds comes again next time, so that a late commit is not passed over.
        """
        now, before = clock.now(), Mark.read(mark)
        changed = changed_since(self._page, before.at if before else None, before.pk if before else 0)
        rows = list(changed[: BATCH + 1])
        read = [Mark(row.changed_at, row.pk) for row in rows[:BATCH]]
        reached = settled(before, read, now)
        return CommentBatch(
            comments=tuple(self._incoming(row) for row in rows[:BATCH]),
            mark=str(reached) if reached else "",
            more=len(rows) > BATCH and reached != before,
        )

    def comment(self, remote_id: str) -> IncomingComment | None:
        """One visitor's comment as it is now, or None."""
        pk = _number(remote_id)
        comments = NewsroomComment.objects.filter(post__page=self._page, by_brand=False, pk=pk)
        found = with_notices(comments).first() if pk else None
        return self._incoming(found) if found else None

    def reply(self, reply: Reply) -> Published:
        """Write the brand's answer, once per key. Raises KeyError when there is no such comment any more."""
        made = services.answer(
            self._page, key=reply.key, to=_number(reply.to), text=reply.text, language=reply.language
        )
        return self._answered(made)

    def find_reply(self, key: str) -> Published | None:
        """The brand's answer with this key, or None."""
        known = services.own_answer(self._page, key)
        return self._answered(known) if known else None

    def hide(self, remote_id: str, reason: str) -> None:
        """Out of sight; its author may read why. What is not there is done."""
        comment = comment_of(self._page, _number(remote_id))
        if comment:
            services.hide(comment, reason)

    def show(self, remote_id: str, version: str = "") -> bool:
        """Show it, whether it waited or was hidden. False when it is gone.

        `version`: the one that somebody read. Raises LookupError when it is another by now.
        """
        comment = comment_of(self._page, _number(remote_id))
        if comment is None:
            return False
        try:
            return services.show(comment, int(version) if version else None)
        except services.EditedSince as error:
            raise LookupError(remote_id) from error

    def take_away(self, remote_id: str, reason: str) -> None:
        """Take it away for good; its author may read why. What is not there is done."""
        comment = comment_of(self._page, _number(remote_id))
        if comment:
            services.take_away(comment, reason)

    def tell_reporters(self, remote_id: str, *, removed: bool) -> None:
        """Answer those who reported it, once each."""
        comment = comment_of(self._page, _number(remote_id))
        if comment:
            services.answer_reports(comment, removed=removed)

    def _published(self, post: NewsroomPost) -> Published:
        return Published(
            remote_id=str(post.pk),
            url=addresses.of_post(self._page.brand.slug, post.pk),
            at=post.published_at,
        )

    def _answered(self, made: NewsroomComment) -> Published:
        return Published(str(made.pk), self._address(made), made.written_at)

    def _address(self, comment: NewsroomComment) -> str:
        return addresses.of_comment(self._page.brand.slug, comment.post_id, comment.pk)

    def _incoming(self, row: NewsroomComment) -> IncomingComment:
        """A comment in the words of the networks. One that was never shown has no instant."""
        post = row.post
        return IncomingComment(
            remote_id=str(row.pk),
            text=row.text,
            author=Commenter(remote_id=row.author_mark, name=row.author_name),
            post=ThreadPost(
                remote_id=str(post.pk),
                url=addresses.of_post(self._page.brand.slug, post.pk),
                text=post.text,
                at=post.published_at,
            ),
            parent_id=str(row.parent_id or ""),
            url=self._address(row),
            language=row.language,
            at=row.shown_at,
            edited_at=row.edited_at,
            presence=_PRESENCE[CommentState(row.state)],
            notified_at=getattr(row, "noticed_at", None),
            notices=getattr(row, "notice_count", 0),
            version=str(row.version),
        )


def _number(remote_id: str) -> int:
    """The row that an id names; 0, which no row has, for anything else."""
    return int(remote_id) if is_number(remote_id) else 0
