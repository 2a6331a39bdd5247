"""Every address of the house, walked by everybody: who gets in is what the table of rights says, no more.

Nothing is listed by hand but the pages open to all, and one example for each kind of id in an address. An
address that has no rule, or an id nobody knows an example of, fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cm_suite.core import clock
from moderation.enums import Decided
from moderation.models import Action, Comment, Decision, Evidence, Review
from moderation.services.evidence import seal
from pages.enums import Act, Role
from pages.models import Brand, Consent, Invitation, Membership, Page, Pause, Person
from pages.notices.enums import MailKind, NoticeKind
from pages.notices.models import Mail, Notice
from pages.rules import may
from publishing.models import Delivery, Post, StoredImage
from reputation.models import Audit, Document, Mention, Run, Source
from tests.people import Cast
from tests.publishing.pictures import stored

pytestmark = pytest.mark.slow  # the whole house, walked or run

PUBLIC: Final = {
    "admin:login",
    "admin:logout",
    "admin:password_change",
    "meta_hooks",
    "newsroom:asked",
    "newsroom:charter",
    "newsroom:comment",
    "newsroom:confirm",
    "newsroom:feed",
    "newsroom:home",
    "newsroom:image",
    "newsroom:image_small",
    "newsroom:leave",
    "newsroom:legal",
    "newsroom:post",
    "newsroom:report",
    "newsroom:reported",
    "newsroom:subscribe",
    "newsroom:why",
    "newsroom:yours",
    "ops:health",
    "pages:invitation",
    "pages:password_reset",
    "pages:password_reset_confirm",
    "pages:password_reset_sent",
    "pages:sign_in",
    "pages:sign_out",
    "publishing:shared_image",
    "set_language",
}
METHODS: Final = ("get", "post")
SPECIAL: Final = {"pages:reconnect": "account", "pages:reconnect_leave": "account", "pages:budget": "paid"}
"""Rooms of one kind of page only."""


@dataclass(frozen=True)
class Side:
    """One brand with one row of everything an address can name."""

    brand: Brand
    page: Page
    account: Page  # on a network that wants a token
    paid: Page  # on a network where calls cost money
    post: Post
    delivery: Delivery
    membership: Membership
    invitation: Invitation
    pause: Pause
    mail: Mail
    evidence: Evidence
    mention: Mention
    stored: StoredImage

    @property
    def decision(self) -> Decision:
        """What the evidence was sealed for."""
        assert self.evidence.decision is not None
        return self.evidence.decision


@dataclass(frozen=True)
class Address:
    """One pattern of the address plan."""

    name: str
    callback: Callable[..., Any]
    parameters: tuple[str, ...]
    route: str

    def __str__(self) -> str:
        return self.name

    def path(self, values: dict[str, Any]) -> str:
        """The address with these ids in it; patterns without a name are filled in as they are written."""
        if "unnamed" not in self.name:
            return reverse(self.name, kwargs=values)
        holes = r"<\w+:(\w+)>|\(\?P<(\w+)>[^)]*\)"
        filled = re.sub(holes, lambda hole: str(values[hole[1] or hole[2]]), self.route)
        return "/" + filled.replace("^", "").replace("$", "")


EXAMPLES: Final[Mapping[str, Callable[[Side, Person], object]]] = {
    "brand": lambda side, person: side.brand.slug,
    "page_id": lambda side, person: side.page.pk,
    "post_id": lambda side, person: side.post.pk,
    "delivery_id": lambda side, person: side.delivery.pk,
    "membership_id": lambda side, person: side.membership.pk,
    "invitation_id": lambda side, person: side.invitation.pk,
    "pause_id": lambda side, person: side.pause.pk,
    "mail_id": lambda side, person: side.mail.pk,
    "evidence_id": lambda side, person: side.evidence.pk,
    "decision_id": lambda side, person: side.decision.pk,
    "action_id": lambda side, person: side.decision.action.pk,
    "review_id": lambda side, person: side.decision.review_id,
    "comment_id": lambda side, person: side.evidence.comment_id,
    "mention_id": lambda side, person: side.mention.pk,
    "number": lambda side, person: side.mention.run.number,
    "audit": lambda side, person: side.mention.run.audit.slug,
    "network": lambda side, person: side.account.network,
    "consent_id": lambda side, person: consent_of(side, person).pk,
    "stored_id": lambda side, person: side.stored.pk,
    "notice_id": lambda side, person: notice_of(side, person).pk,
    "object_id": lambda side, person: "1",
    "app_label": lambda side, person: "pages",
    "url": lambda side, person: "nowhere/",
}


def addresses() -> Iterator[Address]:
    """The whole address plan, namespaces resolved."""

    def walk(
        entries: list[Any], spaces: tuple[str, ...], above: tuple[str, ...], route: str
    ) -> Iterator[Address]:
        for entry in entries:
            named = (*above, *entry.pattern.regex.groupindex)
            here = route + str(entry.pattern)
            if isinstance(entry, URLResolver):
                inside = (*spaces, entry.namespace) if entry.namespace else spaces
                yield from walk(entry.url_patterns, inside, named, here)
            elif isinstance(entry, URLPattern):
                name = ":".join((*spaces, entry.name or f"unnamed {here}"))
                yield Address(name, entry.callback, named, here)

    yield from walk(get_resolver().url_patterns, (), (), "")


ALL: Final = list(addresses())
ROOMS: Final = [each for each in ALL if hasattr(each.callback, "act")]
DESKS: Final = [each for each in ALL if hasattr(each.callback, "for_person")]
OFFICE: Final = [each for each in ALL if each.name.startswith("admin:") and each.name not in PUBLIC]


def test_every_address_has_a_rule() -> None:
    known = {each.name for each in (*ROOMS, *DESKS, *OFFICE)}
    assert sorted({each.name for each in ALL} - known - PUBLIC) == []
    assert sorted(PUBLIC - {each.name for each in ALL}) == []
    assert sorted(known & PUBLIC) == []


def test_every_room_lies_in_a_brand_and_every_id_has_an_example() -> None:
    assert [each.name for each in ROOMS if "brand" not in each.parameters] == []
    asked = {name for each in (*ROOMS, *DESKS, *OFFICE) for name in each.parameters}
    assert sorted(asked - set(EXAMPLES)) == []
    assert [each.name for each in DESKS if set(each.parameters) - {"network"}] == []


def notice_of(side: Side, person: Person) -> Notice:
    return Notice.objects.get_or_create(
        person=person,
        key=f"example {side.brand.pk}",
        defaults={
            "brand": side.brand,
            "kind": NoticeKind.HELD,
            "subject": "…",
            "link": f"/b/{side.brand.slug}/",
            "at": clock.now(),
        },
    )[0]


def consent_of(side: Side, person: Person) -> Consent:
    """The person's own way back from a network, with nothing chosen yet."""
    now = clock.now()
    return Consent.objects.get_or_create(
        brand=side.brand,
        person=person,
        state_hash=f"{side.brand.pk} {person.pk}",
        defaults={
            "network": side.account.network,
            "host": side.account.host,
            "verifier": "…",
            "expires_at": now + timedelta(minutes=9),
            "used_at": now,
        },
    )[0]


def make_evidence(page: Page, by: Person) -> Evidence:
    """A comment that was decided, acted on and sealed."""
    now = clock.now()
    comment = Comment.objects.create(page=page, remote_id="1", text="Words", seen_at=now)
    review = Review.objects.create(comment=comment, known_at=now, opened_at=now)
    decision = Decision.objects.create(
        review=review, act=Decided.HIDE, reason="a reason", revision=1, by=by, at=now, final=True
    )
    Action.objects.create(decision=decision, key=f"{page.pk}", created_at=now)
    return seal(comment, decision)


def make_mention(brand: Brand, by: Person) -> Mention:
    """A run of an audit that found one page."""
    now = clock.now()
    audit = Audit.objects.create(brand=brand, name="Web", slug=f"web-of-{brand.slug}", subject=brand.name)
    source = Source.objects.create(audit=audit, kind="urls", name="Pages")
    run = Run.objects.create(audit=audit, number=1, cause="person", state="done", asked_by=by, asked_at=now)
    url = "https://press.example/1"
    document = Document.objects.create(
        brand=brand, url=url, url_hash="0" * 64, host="press.example", read_at=now
    )
    return Mention.objects.create(
        run=run,
        document=document,
        source=source,
        excerpt=brand.name,
        kind="press",
        sentiment="neutral",
        positive=0,
        negative=0,
        neutral=1,
        model_version="1",
    )


def make_side(brand: Brand, page: Page, member: Person, by: Person) -> Side:
    now = clock.now()
    post = Post.objects.create(brand=brand, author=by, text="A text")
    return Side(
        brand=brand,
        page=page,
        account=Page.objects.create(
            brand=brand, network="mastodon", host="https://social.example", remote_id="1", name="Account"
        ),
        paid=Page.objects.create(brand=brand, network="x", remote_id="1", name="Paid"),
        post=post,
        delivery=Delivery.objects.create(post=post, page=page, due_at=now + timedelta(days=1), planned_by=by),
        membership=Membership.objects.get(brand=brand, person=member),
        invitation=Invitation.objects.create(
            brand=brand,
            email="noe@agence.example",
            role=Role.AUTHOR,
            token_hash=brand.slug,
            expires_at=now + timedelta(days=1),
        ),
        pause=Pause.objects.create(brand=brand, page=page, reason="a recall", started_by=by),
        mail=Mail.objects.create(
            brand=brand,
            kind=MailKind.NOTICE,
            key=brand.slug,
            message_id=brand.slug,
            to="bob@agence.example",
            subject="…",
        ),
        evidence=make_evidence(page, by),
        mention=make_mention(brand, by),
        stored=stored(brand),
    )


@dataclass(frozen=True)
class World:
    """Both brands, and everybody by role; `None` is nobody signed in."""

    own: Side
    other: Side
    people: Mapping[str, Person]
    clients: Mapping[str, Client]

    def ask(self, name: str, address: Address, method: str, side: Side, brand: Brand | None = None) -> Any:
        """What this person gets; whatever the request changed is undone."""
        person = self.people.get(name, self.people["lead"])
        kwargs = {key: EXAMPLES[key](side, person) for key in address.parameters}
        if address.name in SPECIAL:
            kwargs["page_id"] = getattr(side, SPECIAL[address.name]).pk
        if brand is not None:
            kwargs["brand"] = brand.slug
        url = address.path(kwargs)
        with transaction.atomic():
            response = getattr(self.clients[name], method)(url, {"page": side.page.pk})
            transaction.set_rollback(True)
        return response


@pytest.fixture
def world(cast: Cast) -> World:
    root = Person.objects.create_superuser("root@agence.example", "Root", "x")
    people = {**cast.by_role(), "superuser": root}
    clients = {"anonymous": Client(raise_request_exception=False)}
    for name, person in people.items():
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(person)
    return World(
        own=make_side(cast.brand, cast.newsroom, cast.bob, cast.alice),
        other=make_side(cast.other_brand, cast.other_newsroom, cast.charlie, cast.charlie),
        people=people,
        clients=clients,
    )


def asks_to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and str(response.headers["Location"]).startswith("/sign-in/")


def needed(address: Address, method: str) -> Act:
    act: Act = getattr(address.callback, "act" if method == "get" else "post_act")
    return act


Answer = tuple[str, str, str, int]


def answers(
    world: World, addresses: Iterable[Address], names: Iterable[str], side: Side, brand: Brand | None = None
) -> Iterator[tuple[Address, Any, Answer]]:
    """Everybody named asks for every address in every way; the last part tells which in a failure."""
    who = list(names)
    for address in addresses:
        for method in METHODS:
            for name in who:
                response = world.ask(name, address, method, side, brand)
                yield address, response, (address.name, method, name, response.status_code)


def test_inside_a_brand_the_table_of_rights_decides(world: World) -> None:
    wrong = []
    for address, response, told in answers(world, ROOMS, Role.values, world.own):
        _name, method, role, status = told
        inside = status not in {403, 404, 500} and not asks_to_sign_in(response)
        if may(role, needed(address, method)) != inside or (not inside and status != 403):
            wrong.append(told)
    assert wrong == []


def test_outside_a_brand_it_does_not_exist(world: World) -> None:
    strangers = answers(world, ROOMS, ("outsider", "superuser"), world.own)
    abroad = answers(world, ROOMS, Role.values, world.other)
    assert [told for _, _, told in (*strangers, *abroad) if told[3] != 404] == []


def test_nobody_is_asked_to_sign_in(world: World) -> None:
    asked = answers(world, [*ROOMS, *DESKS], ("anonymous",), world.own)
    assert [told for _, response, told in asked if not asks_to_sign_in(response)] == []


def test_a_row_of_another_brand_is_not_found_under_one_s_own(world: World) -> None:
    rows = [each for each in ROOMS if set(each.parameters) - {"brand", "network"}]
    asked = answers(world, rows, ("lead",), world.other, world.own.brand)
    assert [told for _, _, told in asked if told[3] not in {404, 405}] == []


def test_a_person_s_own_pages_are_for_whoever_is_signed_in(world: World) -> None:
    asked = answers(world, DESKS, world.people, world.own)
    closed = {403, 404, 500}
    assert [told for _, r, told in asked if told[3] in closed or asks_to_sign_in(r)] == []


def test_nothing_is_changed_by_a_form_from_elsewhere(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.people["lead"])
    changed = []
    for address in (*ROOMS, *DESKS):
        kwargs = {key: EXAMPLES[key](world.own, world.people["lead"]) for key in address.parameters}
        if strict.post(address.path(kwargs), {"page": world.own.page.pk}).status_code != 403:
            changed.append(address.name)
    assert changed == []


def test_the_back_office_is_closed_to_those_who_lead_nothing(world: World) -> None:
    nobody = ("anonymous", "viewer", "author", "moderator", "approver")
    entered = []
    for _, response, told in answers(world, OFFICE, nobody, world.own):
        door = response.headers.get("Location", "").startswith("/admin/login/?next=")
        if response.status_code != 302 or not door:
            entered.append(told)
    assert entered == []
