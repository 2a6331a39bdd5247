"""The way to a company page through LinkedIn's consent page.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role:
a person has roles for a page. Whoever may post can connect it; administrators alone are told statistics and
notifications, so what is missing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlencode

from cm_suite.core.errors import Never
from cm_suite.core.http import NetworkHttp
from pages.networks.errors import Code
from pages.networks.linkedin import mapping, tokens
from pages.networks.linkedin.wire import TooManyError, Wire, number_of
from pages.networks.types import Access, AppKeys, Ask, Candidate, Grant

SCOPES: Final = (
    "r_organization_social",
    "w_organization_social",
    "r_organization_social_feed",
    "w_organization_social_feed",
    "rw_organization_admin",
    "r_basicprofile",
)
ADMINISTRATOR: Final = "ADMINISTRATOR"
POST: Final = frozenset(
    {
        ADMINISTRATOR,
        "CONTENT_ADMIN",
        "CONTENT_ADMINISTRATOR",
        "DIRECT_SPONSORED_CONTENT_POSTER",
        "RECRUITING_POSTER",
    }
)
"""The roles that may post in the page's name."""

PAGES: Final = 4  # of roles
MOST: Final = 50  # company pages described


class LinkedInDoor:
    """Asks for consent, and for the company pages that it opens."""

    def __init__(self, app: AppKeys | None, http: NetworkHttp, host: str) -> None:
        self._app = app
        self._http = http
        self._host = host

    def address(self, ask: Ask) -> str:
        """Where the person says yes. LinkedIn takes no PKCE here: the secret stays on our server."""
        query = {
            "response_type": "code",
            "client_id": tokens.keys_of(self._app).client_id,
            "redirect_uri": ask.redirect_uri,
            "state": ask.state,
            "scope": " ".join(SCOPES),
        }
        return f"{tokens.origin(self._host)}/oauth/v2/authorization?{urlencode(query)}"

    def grant(self, code: str, ask: Ask) -> Grant:
        """What the code is worth; LinkedIn takes it once, within half an hour."""
        said = {"grant_type": "authorization_code", "code": code, "redirect_uri": ask.redirect_uri}
        return tokens.asked(self._http, self._host, self._app, said, Code.GRANT_REFUSED)

    def accounts(self, grant: Grant) -> tuple[Candidate, ...]:
        """The company pages that the person may post for, with what their role and the scopes lack."""
        wire = Wire(Access(self._host, grant.token, ""), self._http)
        missing = tuple(scope for scope in SCOPES if grant.scopes and scope not in grant.scopes)
        found = [(page, roles) for page, roles in _roles(wire).items() if roles & POST]
        return tuple(
            _candidate(wire, page, grant, (*(() if ADMINISTRATOR in roles else (ADMINISTRATOR,)), *missing))
            for page, roles in found[:MOST]
        )


def _roles(wire: Wire) -> dict[str, set[str]]:
    """The person's roles by company page, those that hold."""
    found: dict[str, set[str]] = {}
    with suppress(TooManyError):
        for page in wire.pages("organizationAcls?q=roleAssignee&state=APPROVED", most=PAGES):
            for said in page:
                _add(found, said)
    return found


def _add(found: dict[str, set[str]], said: Mapping[str, Any]) -> None:
    page, role = said.get("organization") or said.get("organizationTarget"), said.get("role")
    if isinstance(page, str) and isinstance(role, str) and mapping.is_organization(page):
        found.setdefault(page, set()).add(role)


def _candidate(wire: Wire, page: str, grant: Grant, lacks: tuple[str, ...]) -> Candidate:
    """The company page by its name, or by its number when it may not be read."""
    try:
        said = mapping.profile(page, wire.get(f"organizations/{number_of(page)}"), None)
    except (KeyError, ValueError, Never):
        return Candidate(page, number_of(page), grant, lacks=lacks)
    return Candidate(page, said.name, grant, said.handle, said.url, lacks=lacks)
