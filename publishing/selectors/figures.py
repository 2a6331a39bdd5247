"""What networks say became of a post, each count apart, under words of ours and the network's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pages.enums import Counted, PageState
from pages.messages import Reason, Words, network_name, reason, why_not
from pages.models import Brand, Measuring, Page
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, Metric
from publishing import rules
from publishing.enums import DeliveryState
from publishing.models import Delivery, PostFigure

WORDS: Final[Mapping[Metric, Promise]] = {
    Metric.REACTIONS: _("Reactions"),
    Metric.COMMENTS: _("Comments"),
    Metric.RESHARES: _("Shares"),
    Metric.QUOTES: _("Quotes"),
    Metric.SAVES: _("Saves"),
    Metric.CLICKS: _("Clicks"),
    Metric.VIEWS: _("Views"),
    Metric.REACH: _("People reached"),
    Metric.PLUGIN_COMMENTS: _("Comments in the network’s box on the page itself"),
}
OF_POSTS: Final = tuple(each for each in WORDS if each is not Metric.PLUGIN_COMMENTS)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One count under the network's `name` and API `version`; `older`: not told at the last look."""

    label: Words
    value: int
    name: str
    version: str
    at: datetime
    older: bool


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """All that is known of one delivery. `untold` is what its network does not say, which is not zero.

    `why` says that the network counts no posts; `trouble`, why the last look failed; `counter_url` leads to
    where the share counter of the post's address is taken apart, empty where nobody does that.
    """

    network: Words
    rows: tuple[FigureRow, ...]
    untold: tuple[Words, ...]
    read_at: datetime | None
    why: Words
    trouble: Reason | None
    counter_url: str


def figures_of(deliveries: Sequence[Delivery]) -> dict[int, DeliveryFigures]:
    """What became of those that are out, or were; by delivery. Two queries, or none."""
    out = [each for each in deliveries if each.state in {*rules.OUT, DeliveryState.REMOVED}]
    if not out:
        return {}
    kept: dict[int, list[PostFigure]] = {}
    for figure in PostFigure.objects.filter(delivery__in=out).order_by("at", "pk"):
        kept.setdefault(figure.delivery_id, []).append(figure)
    turns = Measuring.objects.filter(page__in={each.page_id for each in out}, kind=Counted.POSTS)
    codes = dict(turns.values_list("page_id", "code"))
    return {
        each.pk: _of(each, kept.get(each.pk, []), codes.get(each.page_id, ""))
        for each in out
        if each.state in rules.OUT or each.pk in kept
    }


def counting_pages(brand: Brand) -> list[Page]:
    """The brand's connected pages whose network takes share counters apart."""
    codes = [code for code, spec in NETWORKS.items() if Capability.URL_FIGURES in spec.capabilities]
    rows = Page.objects.filter(brand=brand, state=PageState.CONNECTED, network__in=codes)
    return list(rows.select_related("brand").order_by("network", "name", "pk"))


def counting_networks() -> list[Words]:
    """The names of the networks that take share counters apart."""
    able = (spec for spec in NETWORKS.values() if Capability.URL_FIGURES in spec.capabilities)
    return [network_name(spec.code) for spec in able]


def last_of_each(figures: Iterable[PostFigure]) -> list[PostFigure]:
    """The last count under each name, of counts by time; in the order of WORDS."""
    last = {(figure.metric, figure.name): figure for figure in figures}
    order = {metric: place for place, metric in enumerate(WORDS)}
    return sorted(last.values(), key=lambda each: (order.get(Metric(each.metric), len(order)), each.name))


def _of(delivery: Delivery, kept: Sequence[PostFigure], code: str) -> DeliveryFigures:
    network = delivery.page.network
    read_at = max((each.at for each in kept), default=None)
    rows = tuple(_row(each, read_at) for each in last_of_each(kept))
    known = {each.metric for each in kept}
    spec = NETWORKS.get(network)
    counts = spec is not None and Capability.POST_FIGURES in spec.capabilities
    return DeliveryFigures(
        network=network_name(network),
        rows=rows,
        untold=tuple(WORDS[each] for each in OF_POSTS if each not in known) if rows else (),
        read_at=read_at,
        why="" if counts or rows else why_not(network, Capability.POST_FIGURES),
        trouble=reason(code) if code else None,
        counter_url=_counter_url(delivery),
    )


def _row(figure: PostFigure, read_at: datetime | None) -> FigureRow:
    label = WORDS.get(Metric(figure.metric), figure.metric)
    return FigureRow(label, figure.value, figure.name, figure.version, figure.at, figure.at != read_at)


def _counter_url(delivery: Delivery) -> str:
    page, link = delivery.page, delivery.post.link or delivery.remote_url
    spec = NETWORKS.get(page.network)
    able = spec is not None and Capability.URL_FIGURES in spec.capabilities
    if not able or not link or page.state != PageState.CONNECTED:
        return ""
    asked = urlencode({"url": link, "page": page.pk})
    return f"{reverse('publishing:counter', args=[page.brand.slug])}?{asked}"
