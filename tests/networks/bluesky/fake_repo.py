"""What a server checks of a record before it keeps it (lexicons `com.atproto.repo`, `app.bsky.feed.post`)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import regex  # type: ignore[import-untyped]

TID: Final = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
EMBEDS: Final = {"app.bsky.embed.images", "app.bsky.embed.external", "app.bsky.embed.record"}
MOST_BYTES: Final = 2_000_000
_CHARACTER: Final = regex.compile(r"\X")


class InvalidError(Exception):
    """The record does not fit its lexicon."""


def version(record: Mapping[str, Any]) -> str:
    """A version of this very record."""
    return _named(json.dumps(record, sort_keys=True).encode())


def blob_of(content: bytes, media_type: str) -> dict[str, Any]:
    """A blob as `uploadBlob` answers it."""
    ref = {"$link": _named(content)}
    return {"$type": "blob", "ref": ref, "mimeType": media_type, "size": len(content)}


def check(
    collection: str, rkey: str, record: Mapping[str, Any], blobs: Mapping[str, Mapping[str, Any]]
) -> None:
    """Raise InvalidError for a record that the server would not keep."""
    need(TID.fullmatch(rkey) is not None, f'Invalid TID string (got "{rkey}")')
    need(record.get("$type") == collection, "Invalid $type")
    need(DATE.fullmatch(str(record.get("createdAt"))) is not None, "Invalid datetime at createdAt")
    datetime.fromisoformat(record["createdAt"])
    if collection == "app.bsky.feed.post":
        _post(record, blobs)
    if collection == "app.bsky.feed.threadgate":
        need(str(record.get("post")).endswith(f"/{rkey}"), "the key is the post's")
        need(len(record.get("hiddenReplies", [])) <= 300, "array too long at hiddenReplies")
    if collection == "app.bsky.graph.block":
        need(str(record.get("subject")).startswith("did:"), "Invalid did at subject")


def need(true: bool, words: str) -> None:
    """Raise InvalidError unless it is so."""
    if not true:
        raise InvalidError(words)


def _post(record: Mapping[str, Any], blobs: Mapping[str, Mapping[str, Any]]) -> None:
    text = record["text"]
    need(len(_CHARACTER.findall(text)) <= 300, "grapheme too big (maximum 300)")
    need(len(text.encode()) <= 3000, "string too big (maximum 3000)")
    need(len(record.get("langs", [])) <= 3, "array too big at langs")
    for facet in record.get("facets", []):
        _facet(facet, text)
    if "embed" in record:
        _embed(record["embed"], blobs)
    for side in ("root", "parent") if "reply" in record else ():
        need(set(record["reply"][side]) == {"uri", "cid"}, "Invalid strongRef")


def _facet(facet: Mapping[str, Any], text: str) -> None:
    start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    need(0 <= start < end <= len(text.encode()), "Invalid byteSlice")
    text.encode()[start:end].decode()
    for feature in facet["features"]:
        kind = feature["$type"].removeprefix("app.bsky.richtext.facet#")
        field = {"link": "uri", "mention": "did", "tag": "tag"}[kind]
        need(set(feature) == {"$type", field}, "Invalid facet")
        need(kind != "link" or "://" in feature["uri"], "Invalid uri")
        need(kind != "tag" or len(_CHARACTER.findall(feature["tag"])) <= 64, "Invalid tag")


def _embed(embed: Mapping[str, Any], blobs: Mapping[str, Mapping[str, Any]]) -> None:
    need(embed["$type"] in EMBEDS, "Invalid union")
    if embed["$type"] == "app.bsky.embed.external":
        need({"uri", "title", "description"} <= set(embed["external"]), "Missing required key")
    images = embed.get("images", [])
    need(len(images) <= 4, "array too big at images")
    for image in images:
        need(isinstance(image["alt"], str), "Missing required key alt")
        need(blobs.get(image["image"]["ref"]["$link"]) == image["image"], "Could not find blob")
        need(image["image"]["size"] <= MOST_BYTES, f"blob too big (maximum {MOST_BYTES})")
        need(image["image"]["mimeType"].startswith("image/"), "Wrong type of file: mime type")


def _named(content: bytes) -> str:
    return "bafy" + base64.b32encode(sha256(content).digest()).decode().lower().rstrip("=")
