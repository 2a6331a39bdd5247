"""Counts of Meta's networks, each apart; what the network does not say is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cm_suite.core.errors import Never
from pages.networks.answers import count, mapping
from pages.networks.errors import Code
from pages.networks.graph import VERSION, Graph
from pages.networks.graph_answers import inner
from pages.networks.graph_wire import BARRED
from pages.networks.types import Figure, Metric


def several(
    graph: Graph, remote_ids: Sequence[str], fields: str, alone: frozenset[Code]
) -> dict[str, Mapping[str, Any]]:
    """Several objects in one call, by their ids; what is refused is not there.

    One that is refused refuses all: for the codes in `alone`, they are asked one by one.
    """
    if not remote_ids:
        return {}
    try:
        answer = graph.get("", {"ids": ",".join(remote_ids), "fields": fields}, lacking=BARRED)
    except Never as refusal:
        if refusal.code not in alone:
            raise
        if len(remote_ids) == 1:
            return {}
        parts = (several(graph, (each,), fields, alone) for each in remote_ids)
        return {name: post for part in parts for name, post in part.items()}
    return {each: mapping(answer[each]) for each in remote_ids if each in answer}


def insights(post: Mapping[str, Any], metrics: Mapping[str, Metric]) -> Iterator[Figure]:
    """The insights that came with a post, each once. `metrics`: what each of the network's names counts."""
    told: set[str] = set()
    for each in inner(post, "insights"):
        name, values = str(each.get("name")), each.get("values")
        first = values[0] if isinstance(values, list) and values else None
        value = count(mapping(first).get("value"))
        if name in metrics and value is not None and name not in told:
            told.add(name)
            yield figure(metrics[name], value, name)


def figure(metric: Metric, value: int, name: str) -> Figure:
    """A count under the network's own name, by the version of the API that is asked."""
    return Figure(metric, value, name, VERSION.name)
