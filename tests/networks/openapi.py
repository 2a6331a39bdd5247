"""Checks requests and answers against Mastodon's published API description, where that is at hand."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pytest

DESCRIPTION: Final = Path(__file__).parents[3] / "shared" / "specs" / "mastodon-openapi.json"
needs_description = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="put the API description at ../shared/specs/mastodon-openapi.json"
)
TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The whole description."""
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return found


def operation(method: str, path: str) -> dict[str, Any]:
    """One operation. Raises KeyError when the API has no such thing."""
    found: dict[str, Any] = description()["paths"][path][method.lower()]
    return found


def query_names(method: str, path: str) -> set[str]:
    """The query parameters an operation takes."""
    return {each["name"] for each in operation(method, path).get("parameters", ()) if each["in"] == "query"}


def answer_schema(method: str, path: str, status: int) -> dict[str, Any]:
    """The schema of an answer."""
    answer = operation(method, path)["responses"][str(status)]
    found: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return found


def body_schema(method: str, path: str) -> dict[str, Any]:
    """The schema of a request's body."""
    found: dict[str, Any] = operation(method, path)["requestBody"]["content"]["application/json"]["schema"]
    return found


def faults(value: Any, schema: dict[str, Any], where: str = "$") -> list[str]:
    """What is wrong with a value, by place; empty when it fits."""
    if "$ref" in schema:
        return faults(value, _referred(schema["$ref"]), where)
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices:
        found = [faults(value, choice, where) for choice in choices]
        return [] if [] in found else min(found, key=len)
    wrong = [fault for part in schema.get("allOf", ()) for fault in faults(value, part, where)]
    return wrong + _own_faults(value, schema, where)


def _own_faults(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [f"{where}: {type(value).__name__} is none of {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is not in the list"]
    if schema.get("format") == "date-time" and isinstance(value, str):
        datetime.fromisoformat(value)
    if isinstance(value, dict):
        return _dict_faults(value, schema, where)
    if isinstance(value, list) and "items" in schema:
        return [
            fault
            for at, each in enumerate(value)
            for fault in faults(each, schema["items"], f"{where}[{at}]")
        ]
    return []


def _dict_faults(value: dict[str, Any], schema: dict[str, Any], where: str) -> list[str]:
    wrong = [f"{where}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, part in schema.get("properties", {}).items():
        if name in value:
            wrong += faults(value[name], part, f"{where}.{name}")
    return wrong


def _is(value: Any, kind: str) -> bool:
    if kind in {"integer", "number"} and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[kind])


def _referred(reference: str) -> dict[str, Any]:
    found: Any = description()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    result: dict[str, Any] = found
    return result
