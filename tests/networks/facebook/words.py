"""What the fake Graph API says, as its documentation writes it."""

from __future__ import annotations

from typing import Any, Final

from cm_suite.ops.bench.fake_network import Reply, Request
from tests.networks.graph_words import error, stamp

TOKEN: Final = "token-of-maison-lumen"
USER_TOKEN: Final = "token-of-alice"
PAGE: Final = "5515"
NADIA: Final = "7001"
NAMES: Final = {PAGE: "Maison Lumen", NADIA: "Nadia", "7002": "Paul"}
CONVERSATION: Final = "t_900"
PROFILE: Final = {
    "id": PAGE,
    "name": "Maison Lumen",
    "username": "maisonlumen",
    "link": "https://www.facebook.com/maisonlumen",
    "followers_count": 1204,
}
TASKS: Final = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]
DATA_ENDS: Final = 1_800_000_000


def post(key: str, each: dict[str, Any]) -> dict[str, Any]:
    """A post of the Page."""
    said: dict[str, Any] = {
        "id": key,
        "created_time": stamp(each["at"]),
        "permalink_url": f"https://www.facebook.com/maisonlumen/posts/{key}",
    }
    said |= {"message": each["message"]} if each["message"] else {}
    if each["link"]:
        said["attachments"] = {"data": [{"unshimmed_url": each["link"]}]}
    return said


def comment(each: dict[str, Any]) -> dict[str, Any]:
    """A comment, or an answer to one."""
    said = _said(each) | {
        "is_hidden": each["is_hidden"],
        "permalink_url": f"https://www.facebook.com/maisonlumen/posts/?comment_id={each['id']}",
    }
    return said | ({"parent": {"id": each["parent"]}} if each["parent"] else {})


def mention(each: dict[str, Any]) -> dict[str, Any]:
    """Somebody's post."""
    return _said(each) | {"permalink_url": f"https://www.facebook.com/{each['id']}"}


def message(each: dict[str, Any]) -> dict[str, Any]:
    """A private message."""
    return _said(each)


def _said(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": each["id"],
        "message": each["message"],
        "created_time": stamp(each["at"]),
        "from": {"id": each["from"], "name": NAMES[each["from"]]},
    }


def conversation(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """A conversation, the latest first."""
    return {
        "id": messages[0]["thread"],
        "updated_time": stamp(messages[0]["at"]),
        "messages": {"data": [message(each) for each in messages]},
    }


def counts(told: dict[str, int]) -> dict[str, Any]:
    """Counts of a post; one that nobody shared has no `shares`."""
    said: dict[str, Any] = {
        "reactions": {"data": [], "summary": {"total_count": told.get("reactions", 0)}},
        "comments": {"data": [], "summary": {"total_count": told.get("comments", 0)}},
    }
    return said | ({"shares": {"count": told["shares"]}} if "shares" in told else {})


def consent(path: str, request: Request, said: dict[str, Any]) -> Reply:
    """Tokens, what is known of them, and the Pages of a person."""
    if path == "oauth/access_token":
        return _token(said)
    if path == "debug_token":
        scopes = ["pages_show_list", "pages_manage_posts"]
        known = {"type": "USER", "is_valid": True, "expires_at": 1_790_000_000}
        return Reply(200, {"data": known | {"scopes": scopes, "data_access_expires_at": DATA_ENDS}})
    if request.headers.get("authorization") != f"Bearer {USER_TOKEN}":
        return error(190, 463)
    return Reply(200, {"data": _PAGES[path]})


def _token(said: dict[str, Any]) -> Reply:
    if said.get("client_secret") != "secret of the application":
        return error(1, 0, "Error validating client secret.")
    if said.get("code") == "good":
        return Reply(200, {"access_token": "short", "token_type": "bearer", "expires_in": 5000})
    if said.get("fb_exchange_token") == "short":
        return Reply(200, {"access_token": USER_TOKEN, "token_type": "bearer", "expires_in": 5_184_000})
    return error(100, 36009, "This authorization code has been used.")


_PAGES: Final[dict[str, list[dict[str, Any]]]] = {
    "me/accounts": [
        {
            "id": PAGE,
            "name": "Maison Lumen",
            "username": "maisonlumen",
            "access_token": TOKEN,
            "tasks": TASKS,
        },
        {"id": "5516", "name": "Atelier Roche", "access_token": "t2", "tasks": ["ANALYZE", "MODERATE"]},
    ],
    "me/businesses": [{"id": "b1", "name": "Agence Lumière"}],
    "b1/owned_pages": [
        {"id": PAGE, "name": "Maison Lumen", "access_token": "another"},
        {
            "id": "5517",
            "name": "Galerie Roche",
            "access_token": "t3",
            "link": "https://www.facebook.com/5517",
        },
    ],
    "b1/client_pages": [{"id": "5518", "name": "Seen, not held"}],
}
