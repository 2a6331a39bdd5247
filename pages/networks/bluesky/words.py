"""The words of a record, with the addresses that stand behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def words_of(record: Mapping[str, Any]) -> str:
    """All that a post says: its text with shortened addresses whole again, and the address of its card."""
    said = record.get("text")
    text = _whole(said, record.get("facets")) if isinstance(said, str) else ""
    link = part(part(record, "embed"), "external").get("uri")
    if isinstance(link, str) and link.startswith(("https://", "http://")) and link not in text.split():
        text = f"{text}\n\n{link}"
    return text.strip()


def part(holder: object, name: str) -> Mapping[str, Any]:
    """What a holder has under a name, when that holds something itself; else nothing."""
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _whole(text: str, marks: object) -> str:
    """The text with each link's own address where it is shown shortened."""
    raw = text.encode("utf-8", "replace")
    end = len(raw)
    for start, stop, uri in sorted(_links(marks, len(raw)), reverse=True):
        if stop <= end:
            shown = raw[start:stop].decode("utf-8", "replace")
            raw = raw[:start] + _spelled(shown, uri).encode() + raw[stop:]
            end = start
    return raw.decode("utf-8", "replace")


def _links(marks: object, size: int) -> Iterable[tuple[int, int, str]]:
    for mark in marks if isinstance(marks, list) else ():
        place = part(mark, "index")
        start, stop = place.get("byteStart"), place.get("byteEnd")
        features = mark.get("features") if isinstance(mark, Mapping) else None
        for feature in features if isinstance(features, list) else ():
            uri = feature.get("uri") if isinstance(feature, Mapping) else None
            if not isinstance(start, int) or not isinstance(stop, int) or not 0 <= start < stop <= size:
                continue
            if isinstance(uri, str) and uri.startswith(("https://", "http://")):
                yield start, stop, uri


def _spelled(shown: str, uri: str) -> str:
    """The address where it is only shortened; else the words, and the address that hides behind them."""
    if shown.rstrip("./…") in uri:
        return uri
    return f"{shown} ({uri})"
