"""Everything there is to see of one brand: each address of the URLconf, filled with what the brand holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import QuerySet
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from cm_suite.core import clock
from moderation.models import Action, Comment, Decision, Evidence, Review
from pages.models import Brand, Departure, Invitation, Membership, Page, Person
from pages.networks.registry import NETWORKS
from pages.networks.types import ConnectKind
from pages.newsroom import tokens
from pages.newsroom.models import CommentState, NewsroomComment, NewsroomPost, Subscriber, SubscriberState
from publishing.models import Delivery
from publishing.selectors.lists import unplanned
from reputation.enums import RunState
from reputation.models import Audit, Run

OPEN: Final = frozenset(
    {
        "pages:sign_in",
        "pages:password_reset",
        "pages:password_reset_sent",
        "pages:password_reset_confirm",
        "pages:invitation",
    }
)

ELSEWHERE: Final = frozenset({"pages:reconnect", "pages:reconnect_leave"})
"""Rooms of a page that needs an account: a newsroom has none of them."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One address: its URL name (with what it shows, when there are several), and whether it is for all."""

    name: str
    path: str
    public: bool = False

    @property
    def file(self) -> str:
        """The name as part of a file's name."""
        return self.name.replace(":", "-").replace(" ", "-").replace("_", "-")


def sights(brand: Brand, lead: Person) -> list[Sight]:
    """Every named address that a lead of the brand could open, whatever it answers, and special cases."""
    values = _values(brand, lead)
    more = (_pages, _posts, _moderation, _reputation, _newsroom, _talk, _faults)
    return [*_walk(values), *(sight for each in more for sight in each(brand))]


def _walk(values: Mapping[str, object]) -> Iterator[Sight]:
    for name, wanted in sorted(_named(get_resolver())):
        namespace = name.rpartition(":")[0]
        found = {each: _value(values, name, namespace, each) for each in wanted}
        if None not in found.values() and name not in ELSEWHERE:
            public = namespace == "newsroom" or name in OPEN
            yield Sight(name, reverse(name, kwargs=found or None), public)


def _named(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names of the URLconf, each with the values it wants."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _named(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)
        elif isinstance(each, URLPattern) and each.name:
            yield f"{namespace}{each.name}", tuple(each.pattern.regex.groupindex)


def _value(values: Mapping[str, object], name: str, namespace: str, wanted: str) -> object | None:
    if wanted == "object_id":
        app, _sep, rest = name.removeprefix("admin:").partition("_")
        return _first(app, rest.rpartition("_")[0])
    return values.get(f"{namespace}:{wanted}") or values.get(wanted)


def _first(app: str, model: str) -> object | None:
    """The first row of a model of the back office."""
    row = apps.get_model(app, model)._base_manager.order_by("pk").first()
    return row.pk if row else None


def _values(brand: Brand, lead: Person) -> dict[str, Any]:
    """What fills the addresses: of each kind the brand's first."""
    deliveries = Delivery.objects.filter(page__brand=brand).order_by("pk")
    found = {
        "brand": brand.slug,
        "page_id": Page.objects.filter(brand=brand, network="newsroom").first(),
        "delivery_id": deliveries.first(),
        "membership_id": Membership.objects.filter(brand=brand).first(),
        "invitation_id": Invitation.objects.filter(brand=brand).first(),
        "newsroom:post_id": NewsroomPost.objects.filter(page__brand=brand).first(),
        "uidb64": urlsafe_base64_encode(force_bytes(lead.pk)),
        "pages:token": "unknown",
    }
    found |= _moderation_values(brand) | _reputation_values(brand) | _talk_values(brand)
    values = {key: getattr(value, "pk", value) for key, value in found.items()}
    values["post_id"] = deliveries.values_list("post_id", flat=True).first()
    return values


def _moderation_values(brand: Brand) -> dict[str, Any]:
    comments = Comment.objects.filter(page__brand=brand).order_by("pk")
    return {
        "review_id": _reviews(brand).first(),
        "moderation:comment_id": comments.first(),
        "decision_id": Decision.objects.filter(review__comment__page__brand=brand).first(),
        "action_id": _actions(brand).first(),
        "evidence_id": Evidence.objects.filter(comment__page__brand=brand, erased_at=None).first(),
    }


def _reputation_values(brand: Brand) -> dict[str, Any]:
    """The latest report that has a page to show, or any run, or an audit that never ran."""
    runs = Run.objects.filter(audit__brand=brand).select_related("audit").order_by("-pk")
    run = runs.filter(state=RunState.DONE).exclude(mentions=None).first() or runs.first()
    audit = run.audit if run else Audit.objects.filter(brand=brand).first()
    return {
        "audit": audit and audit.slug,
        "number": run and run.number,
        "mention_id": run and run.mentions.order_by("pk").first(),
    }


def _talk_values(brand: Brand) -> dict[str, Any]:
    """A post that visitors speak under, and one of their comments; nothing where nobody does."""
    said = NewsroomComment.objects.filter(post__page__brand=brand, post__removed_at=None, by_brand=False)
    first = said.filter(state=CommentState.VISIBLE).order_by("pk").first()
    return {"newsroom:comment_id": first, "newsroom:post_id": first.post_id} if first else {}


def _reviews(brand: Brand) -> QuerySet[Review]:
    return Review.objects.filter(comment__page__brand=brand).order_by("pk")


def _actions(brand: Brand) -> QuerySet[Action]:
    return Action.objects.filter(decision__review__comment__page__brand=brand).order_by("pk")


def _pages(brand: Brand) -> Iterator[Sight]:
    """Where each network is connected; a page that needs an account, if the brand has one."""
    for spec in NETWORKS.values():
        if spec.connect is not ConnectKind.NONE:
            path = reverse("pages:connect_network", args=[brand.slug, spec.code])
            yield Sight(f"pages:connect_network {spec.code}", path)
    page = Page.objects.filter(brand=brand).exclude(network="newsroom").first()
    if page is not None:
        for name in ("pages:page", "pages:audience", "pages:reconnect", "publishing:rules"):
            yield Sight(f"{name} {page.network}", reverse(name, args=[brand.slug, page.pk]))


def _posts(brand: Brand) -> Iterator[Sight]:
    """A post in each state its deliveries are in, a draft, and a draft whose wished time is refused."""
    rows = Delivery.objects.filter(page__brand=brand).order_by("-pk")
    for state, post_id in sorted(dict(rows.values_list("state", "post_id")).items()):
        yield Sight(f"publishing:post {state}", reverse("publishing:post", args=[brand.slug, post_id]))
    draft = unplanned(brand).first()
    if draft is None:
        return
    path = reverse("publishing:post", args=[brand.slug, draft.pk])
    yield Sight("publishing:post draft", path)
    planned = rows.filter(state="planned", page__network="newsroom").order_by("due_at").last()
    if planned is not None:
        at = (planned.due_at + timedelta(minutes=1)).astimezone(clock.zone(brand.zone))
        wish = {"on": planned.page_id, "at": f"{at:%Y-%m-%dT%H:%M}"}
        yield Sight("publishing:post refused", f"{path}?{urlencode(wish)}")


def _moderation(brand: Brand) -> Iterator[Sight]:
    """A review in each state, a comment in each presence and for each fate of an action, a vain search."""
    comments = Comment.objects.filter(page__brand=brand).order_by("-pk")
    reviews = {f"moderation:review {state}": pk for state, pk in _reviews(brand).values_list("state", "pk")}
    said = {f"moderation:comment {presence}": pk for presence, pk in comments.values_list("presence", "pk")}
    acted = _actions(brand).values_list("state", "decision__review__comment")
    said |= {f"moderation:comment action {state}": pk for state, pk in acted}
    for name, pk in sorted((reviews | said).items()):
        yield Sight(name, reverse(name.partition(" ")[0], args=[brand.slug, pk]))
    path = reverse("moderation:comments", args=[brand.slug])
    yield Sight("moderation:comments none", f"{path}?q=zzzz")


def _reputation(brand: Brand) -> Iterator[Sight]:
    """A run in each state, and its audit; an audit that never ran; a choice that nothing fits."""
    runs = Run.objects.filter(audit__brand=brand).order_by("pk")
    rows = runs.values_list("state", "audit__slug", "number")
    for state, (slug, number) in sorted({state: place for state, *place in rows}.items()):
        yield Sight(
            f"reputation:report {state}", reverse("reputation:report", args=[brand.slug, slug, number])
        )
        yield Sight(f"reputation:audit {state}", reverse("reputation:audit", args=[brand.slug, slug]))
    waiting = Audit.objects.filter(brand=brand, runs=None).first()
    if waiting is not None:
        yield Sight("reputation:audit new", reverse("reputation:audit", args=[brand.slug, waiting.slug]))
    done = runs.filter(state=RunState.DONE).exclude(mentions=None).select_related("audit").last()
    if done is not None:
        path = reverse("reputation:mentions", args=[brand.slug, done.audit.slug, done.number])
        yield Sight("reputation:mentions none", f"{path}?words=zzzz")


def _talk(brand: Brand) -> Iterator[Sight]:
    """The form that answers a comment."""
    found = _talk_values(brand)
    if found:
        said = found["newsroom:comment_id"]
        path = reverse("newsroom:comment", args=[brand.slug, said.post_id])
        yield Sight("newsroom:comment answer", f"{path}?{urlencode({'to': said.pk})}", public=True)


def _newsroom(brand: Brand) -> Iterator[Sight]:
    """The public pages that a link in a mail opens, and the one with older posts."""
    followers = Subscriber.objects.filter(page__brand=brand)
    pending = followers.filter(state=SubscriberState.PENDING).first()
    active = followers.filter(state=SubscriberState.ACTIVE).first()
    departure = Departure.objects.filter(page__brand=brand).first()
    links = (
        ("confirm", pending and tokens.for_confirming(pending.pk)),
        ("leave", active and tokens.for_leaving(active.pk)),
        ("why", departure and tokens.for_why(departure.pk)),
    )
    for name, token in links:
        if token:
            path = reverse(f"newsroom:{name}", args=[brand.slug])
            yield Sight(f"newsroom:{name} link", f"{path}?{urlencode({'t': token})}", public=True)
    newest = NewsroomPost.objects.filter(page__brand=brand).first()
    if newest is not None:
        path = reverse("newsroom:home", args=[brand.slug])
        yield Sight("newsroom:home older", f"{path}?before={newest.pk}", public=True)


def _faults(brand: Brand) -> Iterator[Sight]:
    """Pages that are not there."""
    yield Sight("fault:404", "/nowhere/")
    yield Sight("fault:404 newsroom", reverse("newsroom:home", args=[brand.slug]) + "999999999/", public=True)
