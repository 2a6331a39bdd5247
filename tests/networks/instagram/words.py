"""What the fake Graph API says of Instagram, as its documentation writes it."""

from __future__ import annotations

from typing import Any, Final

from cm_suite.ops.bench.fake_network import Reply, Request
from tests.networks.graph_words import error, stamp

TOKEN: Final = "token-of-the-page"
USER_TOKEN: Final = "token-of-alice"
ACCOUNT: Final = "17841400000000001"
PAGE: Final = "5515"
NADIA: Final = "6001"
PAUL: Final = "6002"
NAMES: Final = {ACCOUNT: "maison_lumen", NADIA: "Nadia", PAUL: "paul.roche"}
CONVERSATION: Final = "aWdfZAG06MTpJR01lc3NhZ2VUaHJlYWQ6"
PROFILE: Final = {
    "id": ACCOUNT,
    "username": "maison_lumen",
    "name": "Maison Lumen",
    "followers_count": 4310,
}
TASKS: Final = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]
DATA_ENDS: Final = 1_800_000_000


def media(key: str, each: dict[str, Any]) -> dict[str, Any]:
    """A post; one without words has no caption."""
    said: dict[str, Any] = {
        "id": key,
        "timestamp": stamp(each["at"]),
        "permalink": f"https://www.instagram.com/p/C{key[-5:]}/",
        "username": each.get("username", NAMES[ACCOUNT]),
    }
    return said | ({"caption": each["caption"]} if each["caption"] else {})


def comment(each: dict[str, Any]) -> dict[str, Any]:
    """A comment, or an answer to one; the network names the account alone under `user`."""
    said: dict[str, Any] = {
        "id": each["id"],
        "text": each["text"],
        "timestamp": stamp(each["at"]),
        "hidden": each["hidden"],
        "username": NAMES[each["from"]],
        "from": {"id": each["from"], "username": NAMES[each["from"]]},
    }
    said |= {"user": {"id": ACCOUNT}} if each["from"] == ACCOUNT else {}
    return said | ({"parent_id": each["parent"]} if each["parent"] else {})


def message(each: dict[str, Any]) -> dict[str, Any]:
    """A private message."""
    return {
        "id": each["id"],
        "message": each["message"],
        "created_time": stamp(each["at"]),
        "from": {"id": each["from"], "username": NAMES[each["from"]]},
    }


def conversation(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Nadia's conversation, the latest first."""
    return {
        "id": CONVERSATION,
        "updated_time": stamp(messages[0]["at"]),
        "messages": {"data": [message(each) for each in messages[:20]]},
    }


def insights(told: dict[str, int]) -> list[dict[str, Any]]:
    """Counts of a post, or of one day."""
    return [
        {"name": name, "period": "lifetime", "values": [{"value": value}]} for name, value in told.items()
    ]


def day(came: int | None, left: int | None) -> dict[str, Any]:
    """Who came and who left in a time."""
    told = (("FOLLOWER", came), ("NON_FOLLOWER", left), ("UNKNOWN", 3))
    results = [{"dimension_values": [kind], "value": value} for kind, value in told if value is not None]
    return {
        "name": "follows_and_unfollows",
        "period": "day",
        "total_value": {"breakdowns": [{"dimension_keys": ["follow_type"], "results": results}]},
    }


def consent(path: str, request: Request, said: dict[str, Any]) -> Reply:
    """Tokens, what is known of them, and the Pages of a person."""
    if path == "oauth/access_token":
        return _token(said)
    if path == "debug_token":
        scopes = ["instagram_basic", "instagram_content_publish", "pages_show_list"]
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


def _page(number: str, token: str, account: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    tied = {"instagram_business_account": account} if account else {}
    return {"id": number, "name": f"Page {number}", "access_token": token} | tied | more


_LUMEN: Final = {"id": ACCOUNT, "username": "maison_lumen", "name": "Maison Lumen"}
_PAGES: Final[dict[str, list[dict[str, Any]]]] = {
    "me/accounts": [
        _page(PAGE, TOKEN, _LUMEN, tasks=TASKS),
        _page("5516", "t2", None, tasks=TASKS),
        _page("5519", "t4", {"id": "17841400000000004"}, tasks=["ANALYZE"]),
    ],
    "me/businesses": [{"id": "b1", "name": "Agence Lumière"}],
    "b1/owned_pages": [
        _page(PAGE, "another", _LUMEN),
        _page("5517", "t3", {"id": "17841400000000003", "username": "galerie_roche"}),
    ],
    "b1/client_pages": [{"id": "5518", "name": "Seen", "instagram_business_account": {"id": "17841409"}}],
}
