"""Where a site's REST API is.

https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/: `/wp-json/` below the site's address,
`?rest_route=/` where the site has plain permalinks, else what the page's Link header names. The address may
be a folder of a server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.core.http import NetworkHttp, Refusal
from pages.networks.errors import Code
from pages.networks.spec import ApiVersion
from pages.networks.wordpress.errors import explained, said_in

VERSION: Final = ApiVersion("wp/v2", page="https://developer.wordpress.org/rest-api/reference/")
FIELDS: Final = {"_fields": "name,home,namespaces,authentication"}
_LINKED: Final = re.compile(r"<(?P<root>[^<>\s]+)>\s*;\s*rel=\"?https://api\.w\.org/\"?")


@dataclass(frozen=True, slots=True)
class Site:
    """A site that answered. `root` ends where a route begins; `passwords`: whether it takes ours at all."""

    root: str
    name: str
    home: str
    passwords: bool = True

    def route(self, path: str) -> str:
        """The address of a call of the API."""
        return f"{self.root}/{VERSION.name}/{path}"


def find(http: NetworkHttp, host: str, headers: Mapping[str, str]) -> Site:
    """The site at an address. Raises Never (`not_this_network`, or why it turns us away) and Later."""
    refusal: Refusal | None = None
    for root in _candidates(http, host, headers):
        try:
            answer = http.call("GET", f"{root}/", headers=headers, params=FIELDS)
            site = read(answer.json(), root, host)
        except Refusal as refused:
            if said_in(refused.body) or refusal is None:
                refusal = refused
            if said_in(refused.body):
                break
        except Later as late:
            if late.code != "answer_unreadable":
                raise
        else:
            if site is not None:
                return site
    if refusal is not None and refusal.status not in {404, 405, 410}:
        raise explained(refusal) from None
    raise Never(Code.NOT_THIS_NETWORK, answer=refusal.answer if refusal else "", step=NextStep.EDIT)


def read(said: Any, root: str, host: str) -> Site | None:
    """What an index says of its site; None when it is no index of WordPress."""
    if not isinstance(said, Mapping) or VERSION.name not in _list(said.get("namespaces")):
        return None
    home = _text(said.get("home"))
    ways = said.get("authentication")
    return Site(_moved(root, host, home), _text(said.get("name")), home or host, ways != [] and ways != {})


def _candidates(http: NetworkHttp, host: str, headers: Mapping[str, str]) -> Iterator[str]:
    """Where the API may be, likeliest first; the page itself is asked last."""
    yield f"{host}/wp-json"
    yield f"{host}/?rest_route="
    try:
        said = http.call("GET", f"{host}/", headers=headers).headers.get("Link", "")
    except Refusal:
        return
    named = _LINKED.search(said)
    if named is not None and _place(named["root"]) == _place(host):
        yield named["root"].rstrip("/")


def _moved(root: str, host: str, home: str) -> str:
    """The root at the site's own address, when that is the same name with or without `www.`, by https.

    What is read follows redirects, without our password; what is written does not.
    """
    typed, own = _place(host), _place(home)
    if typed == own or own[0] != "https" or _bare(typed[1]) != _bare(own[1]):
        return root
    return f"{own[0]}://{own[1]}{root.removeprefix(f'{typed[0]}://{typed[1]}')}"


def _place(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def _bare(netloc: str) -> str:
    return netloc.removeprefix("www.")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
