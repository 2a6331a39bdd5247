"""X's refusals, as its documentation and public reports of them word them."""

from __future__ import annotations

from typing import Any, Final

from cm_suite.ops.bench.fake_network import Reply

TITLES: Final = {400: "Invalid Request", 401: "Unauthorized", 402: "CreditsDepleted", 403: "Forbidden"}
PROBLEMS: Final = "https://api.twitter.com/2/problems/"


def problem(status: int, detail: str, kind: str = "", **more: Any) -> Reply:
    """A problem document."""
    title = TITLES.get(status, "Not Found Error")
    body = {"title": title, "type": f"{PROBLEMS}{kind}" if kind else "about:blank"}
    return Reply(status, body | {"status": status, "detail": detail} | more)


def missing(post_id: str) -> dict[str, Any]:
    """What stands in an answer for a post that is not there."""
    return {
        "value": post_id,
        "detail": f"Could not find tweet with ids: [{post_id}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": post_id,
        "type": f"{PROBLEMS}resource-not-found",
    }


def barred(post_id: str, kind: str) -> dict[str, Any]:
    """What stands in an answer for a post that is not shown: its author is protected, or suspended."""
    return missing(post_id) | {
        "detail": f"Sorry, you are not authorized to see the Tweet with ids: [{post_id}].",
        "title": "Authorization Error",
        "type": f"{PROBLEMS}{kind}",
    }


UNAUTHORIZED: Final = problem(401, "Unauthorized")
NOT_FOUND: Final = problem(404, "Not Found")
DUPLICATE: Final = problem(403, "You are not allowed to create a Tweet with duplicate content.")
REFUSED: Final = problem(403, "You are not permitted to perform this action.")
WRONG_KEYS: Final = {
    "error": "unauthorized_client",
    "error_description": "Missing valid authorization header",
}
GRANT: Final = {"error": "invalid_grant", "error_description": "Value passed for the token was invalid."}
