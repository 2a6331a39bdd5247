"""The demo's audit: what the small web says of the first brand, asked by the engine itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction

from cm_suite.core import clock
from cm_suite.demo import small_web
from cm_suite.demo.people import FIRST, LEAD
from pages.enums import Role
from pages.models import Brand, Person
from reputation.enums import PublicKind, SourceKind
from reputation.models import Audit, Source, SourceAddress
from reputation.services.drafts import AuditDraft, PublicDraft, Saved, SourceDraft
from reputation.services.request import create_audit
from reputation.sources.addresses import url_hash

SLUG: Final = "ambrelune-sur-le-web"
NAME: Final = "Ambrelune sur le web"
MONDAYS: Final = "0 8 * * 1"
GONE: Final = "2025/un-billet-disparu"
PUBLICS: Final = (
    PublicDraft(PublicKind.CLIENT, "Clients", ("avis", "livraison", "consigne", "recharge")),
    PublicDraft(PublicKind.CANDIDATE, "Candidats", ("poste", "salaire", "saison")),
    PublicDraft(PublicKind.NEIGHBOUR, "Riverains", ("odeurs", "riverains", "maux de tête")),
    PublicDraft(PublicKind.JOURNALIST, "Journalistes", ("rappel", "chiffre d’affaires", "directrice")),
)


def prepare(brand: Brand, first_port: int) -> None:
    """Make the audit of the first brand, where its web is served and it has none.

    Its first run is due at once: the engine does it for real.
    """
    if not first_port or brand.slug != FIRST or Audit.objects.filter(brand=brand, slug=SLUG).exists():
        return
    by_role = dict(brand.memberships.order_by("-pk").values_list("role", "person_id"))
    draft = AuditDraft(
        name=NAME,
        subject=("Maison Ambrelune", "Ambrelune"),
        publics=PUBLICS,
        sources=_sources(first_port),
        cron=MONDAYS,
        recipients=tuple(
            by_role[role] for role in (Role.LEAD, Role.APPROVER, Role.VIEWER) if role in by_role
        ),
    )
    saved = create_audit(brand, Person.objects.get(pk=by_role[Role.LEAD]), draft)
    if not isinstance(saved, Saved):
        raise TypeError(f"the demo's audit was refused: {saved.code}")
    Audit.objects.filter(pk=saved.audit.pk).update(next_run_at=clock.now())


@transaction.atomic
def settle(first_port: int) -> int:
    """Bring the audit's addresses to the ports where the small web is served now; how many moved.

    Makes the audit when the demo has none yet. One that somebody changed keeps every other address.
    """
    brand = Brand.objects.filter(slug=FIRST, memberships__person__email=LEAD).first()
    if brand is not None:
        prepare(brand, first_port)
    addresses = SourceAddress.objects.filter(source__audit__slug=SLUG, source__audit__brand__slug=FIRST)
    feeds = Source.objects.filter(audit__slug=SLUG, audit__brand__slug=FIRST, kind=SourceKind.FEED)
    places = {site.name: place for place, site in enumerate(small_web.sites())}
    moved = 0
    for address in addresses.select_related("source"):
        url = _moved(address.url, address.source.name, places, first_port)
        if url != address.url:
            moved += SourceAddress.objects.filter(pk=address.pk).update(url=url, url_hash=url_hash(url))
    for feed in feeds:
        url = _moved(feed.feed, feed.name, places, first_port)
        if url != feed.feed:
            moved += Source.objects.filter(pk=feed.pk).update(feed=url, etag="", modified="")
    return moved


def _sources(first_port: int) -> tuple[SourceDraft, ...]:
    """The press by its feed, the shop's empty feed, and the pages of the others one by one."""
    found = []
    for place, site in enumerate(small_web.sites()):
        root = small_web.origin(first_port, place)
        paths = [each.path for each in site.articles]
        if site.kind == "press":
            found.append(SourceDraft(SourceKind.FEED, site.name, feed=f"{root}/feed.atom"))
            continue
        if site.kind == "blog":
            paths.append(GONE)
        found.append(SourceDraft(SourceKind.URLS, site.name, urls=_addresses(root, paths)))
        if site.kind == "shop":
            name = f"{site.name}, nouveautés"
            found.append(SourceDraft(SourceKind.FEED, name, feed=f"{root}/nouveautes.rss"))
    return tuple(found)


def _addresses(root: str, paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{root}/{path}" for path in paths)


def _moved(url: str, source: str, places: dict[str, int], first_port: int) -> str:
    """The address at the present port of its site; any other address as it is."""
    parts = urlsplit(url)
    place = next((at for name, at in places.items() if source.startswith(name)), None)
    if place is None or not (parts.hostname or "").endswith(".localhost"):
        return url
    return f"{small_web.origin(first_port, place)}{parts.path}"
