"""Checks requests and answers against X's published API description, where that is at hand."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.networks import openapi

DESCRIPTION: Final = Path(__file__).parents[4] / "shared" / "specs" / "x-openapi.json"
needs_description = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="put X's API description at ../shared/specs/x-openapi.json"
)
DEEPEST: Final = 12  # references inside one another
UNEXPLAINED: Final = frozenset(  # required of uploads, described nowhere, in no answer of the documentation
    {"$: meta is missing", "$.data.processing_info: type is missing"}
)


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The whole description."""
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return found


def template(path: str) -> str:
    """The path of the description that a request's path is one of; a path without a name in it first."""
    parts = path.split("/")
    fitting = [each for each in description()["paths"] if _fits(each.split("/"), parts)]
    found: str = min(fitting, key=lambda each: each.count("{"))
    return found


def _fits(pattern: list[str], parts: list[str]) -> bool:
    pairs = zip(pattern, parts, strict=False)
    return len(pattern) == len(parts) and all(left == right or left.startswith("{") for left, right in pairs)


def operation(method: str, path: str) -> dict[str, Any]:
    """What the description says of a request. Raises KeyError or ValueError when there is no such thing."""
    found: dict[str, Any] = description()["paths"][template(path)][method.lower()]
    return found


def scopes(method: str, path: str) -> set[str]:
    """What a token of OAuth 2 must be allowed for a request."""
    security = operation(method, path)["security"]
    return {scope for each in security for scope in each.get("OAuth2UserToken", ())}


def query_faults(method: str, path: str, query: dict[str, str]) -> list[str]:
    """What is wrong with the query of a request."""
    known = {each["name"]: each for each in map(whole, operation(method, path).get("parameters", ()))}
    wrong = [f"{name} is unknown" for name in query if known.get(name, {}).get("in") != "query"]
    for name, value in query.items():
        if name in known:
            wrong += _value_faults(name, value, known[name]["schema"])
    return wrong


def _value_faults(name: str, value: str, schema: dict[str, Any]) -> list[str]:
    if schema.get("type") == "array":
        return openapi.faults(value.split(","), schema, name)
    if schema.get("type") != "integer":
        return openapi.faults(value, schema, name)
    least, most = schema.get("minimum", 0), schema.get("maximum", 10**9)
    return [] if least <= int(value) <= most else [f"{name}: {value} is out of range"]


def body_faults(method: str, path: str, body: Any, kind: str = "application/json") -> list[str]:
    """What is wrong with the body of a request."""
    schema = whole(operation(method, path)["requestBody"]["content"][kind]["schema"])
    unknown = set(body) - set(schema.get("properties", body)) if isinstance(body, dict) else set()
    return openapi.faults(body, schema) + [f"{name} is unknown" for name in sorted(unknown)]


def answer_faults(method: str, path: str, status: int, body: Any) -> list[str]:
    """What is wrong with an answer."""
    schema = operation(method, path)["responses"][str(status)]["content"]["application/json"]["schema"]
    return [each for each in openapi.faults(body, whole(schema)) if each not in UNEXPLAINED]


def whole(part: Any, depth: int = 0) -> Any:
    """A part of the description with what it refers to in its place."""
    if isinstance(part, list):
        return [whole(each, depth) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return {} if depth > DEEPEST else whole(_referred(part["$ref"]), depth + 1)
    return {name: whole(value, depth) for name, value in part.items()}


def _referred(reference: str) -> Any:
    found: Any = description()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found
