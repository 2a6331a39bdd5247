"""Writing: create, edit without losing anybody's words, discard. Who may write is asked at the door."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction

from cm_suite.core import clock, ledger
from cm_suite.core.states import move
from cm_suite.core.text import is_blank
from pages.models import Brand, Person
from publishing import rules
from publishing.enums import ContentType, DeliveryState, Refusal
from publishing.models import Delivery, Post, StoredImage
from publishing.services.pictures import Placed, arrange, placed_of
from publishing.services.results import Conflict, Editing, Refused, Saved
from publishing.services.slots import Load, misfit, write

S = DeliveryState


@dataclass(frozen=True, slots=True)
class Content:
    """What a person writes."""

    text: str
    link: str = ""
    content_type: str = ContentType.INFORMATION
    images: tuple[Placed, ...] = ()

    @property
    def load(self) -> Load:
        """What would leave of it."""
        return Load(self.text, self.link, tuple(each.alt for each in self.images))


def content_of(post: Post) -> Content:
    """A post as it stands, as somebody would write it. One query."""
    return Content(post.text, post.link, post.content_type, placed_of(post))


def create(brand: Brand, author: Person, content: Content, *, key: UUID | None = None) -> Saved | Refused:
    """Keep a new draft. Refused when there is no text. `key` is the form's: sent twice, kept once."""
    refused = _unkept(brand, content)
    if refused:
        return refused
    made = {"brand": brand, "author": author, **_fields(content)}
    with transaction.atomic():
        post, created = Post.objects.get_or_create(key=key or uuid4(), defaults=made)
        if created:
            arrange(post, content.images)
    if post.brand_id != brand.pk:
        return Refused(Refusal.STATE_CHANGED)
    return Saved(post)


def edit(post: Post, version: int, content: Content, by: Person) -> Editing:
    """Save what a person made of `version` of the post.

    Conflict when somebody saved first: nothing is written, the post as it stands is given back. Refused
    while a delivery is on its way or being checked, once it is out, and when the text no longer fits a
    page that waits for it.
    """
    with transaction.atomic():
        current = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
        refused = _unchangeable(current) or _misfit(current, content)
        if refused:
            return refused
        if current.version != version:
            return Conflict(current)
        for name, value in _fields(content).items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        if placed_of(current) != content.images:
            arrange(current, content.images)
        _write(current, "post.edited", by)
    return Saved(current)


def discard(post: Post, by: Person) -> Saved | Refused:
    """Put a post away with what is planned of it. Refused while it is on its way, and once it is out."""
    with transaction.atomic():
        current = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
        refused = _unchangeable(current)
        if refused:
            return refused
        for delivery in _deliveries(current):
            if delivery.state in rules.CANCELLED_FROM and move(delivery, delivery.state, S.CANCELLED):
                write(delivery, "delivery.cancelled", by)
        current.discarded_at = clock.now()
        current.save(update_fields=["discarded_at", "updated_at"])
        _write(current, "post.discarded", by)
    return Saved(current)


def _fields(content: Content) -> dict[str, str]:
    return {"text": content.text, "link": content.link, "content_type": content.content_type}


def _deliveries(post: Post) -> list[Delivery]:
    """The post's deliveries, locked until the transaction ends: none is claimed while words change."""
    rows = Delivery.objects.filter(post=post).select_for_update(of=("self",))
    return list(rows.select_related("page").order_by("pk"))


def _unchangeable(post: Post) -> Refused | None:
    """Why the words may not change now: they are put away, on their way, being checked, or out."""
    if post.discarded_at is not None:
        return Refused(Refusal.DISCARDED)
    states = {delivery.state for delivery in _deliveries(post)}
    if states & rules.FROZEN:
        return Refused(Refusal.ON_ITS_WAY)
    return Refused(Refusal.ALREADY_SENT) if states & rules.OUT else None


def _misfit(post: Post, content: Content) -> Refused | None:
    """Why the new words do not fit, on the pages that wait for them or anywhere."""
    refused = _unkept(post.brand, content)
    if refused:
        return refused
    waiting = [delivery.page for delivery in _deliveries(post) if delivery.state in rules.WAITING]
    found = (misfit(content.load, page) for page in waiting)
    return next((refused for refused in found if refused), None)


def _unkept(brand: Brand, content: Content) -> Refused | None:
    """Why this cannot even be kept: no words, or an image that the brand does not have (any more)."""
    if is_blank(content.text):
        return Refused(Refusal.EMPTY)
    ids = {each.stored_id for each in content.images}
    held = StoredImage.objects.filter(brand=brand, pk__in=ids).count() if ids else 0
    return Refused(Refusal.IMAGE_GONE) if held != len(content.images) else None


def _write(post: Post, kind: str, by: Person) -> None:
    ledger.append(
        post.brand_id,
        kind,
        actor_id=by.pk,
        subject_kind="post",
        subject_id=post.pk,
        content=f"{post.text}\n{post.link}",
    )
