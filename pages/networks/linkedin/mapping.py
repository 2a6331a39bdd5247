"""LinkedIn's answers about ourselves as our types, and what its answers are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pages.networks.answers import one_line
from pages.networks.linkedin.little import plain
from pages.networks.types import Profile, Published, ThreadPost

LONGEST_URN: Final = 200
_LARGEST: Final = 2**62
_POST: Final = re.compile(r"urn:li:(?:share|ugcPost|activity):[0-9]{1,30}")
_ORGANIZATION: Final = re.compile(r"urn:li:organization:[0-9]{1,30}")
_VANITY: Final = re.compile(r"[\w%.-]{1,150}")


@dataclass(frozen=True, slots=True)
class Seen:
    """A post of the page, read. `link`: the address its card leads to, empty without a card."""

    published: Published
    at: datetime
    text: str
    link: str = ""


def post_urn(value: object) -> str:
    """The URN of a post. Raises ValueError for anything else."""
    found = value if isinstance(value, str) else ""
    if not _POST.fullmatch(found):
        raise ValueError("this is no post")
    return found


def is_organization(urn: str) -> bool:
    """Whether a URN is a company page's."""
    return _ORGANIZATION.fullmatch(urn) is not None


def instant(value: object) -> datetime:
    """Milliseconds since 1970 as an instant in UTC. Raises ValueError for anything else."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("this is no instant")
    try:
        return datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)
    except (OverflowError, OSError) as error:
        raise ValueError("out of the range of dates") from error


def milliseconds(at: datetime) -> int:
    """An aware instant as LinkedIn counts time."""
    return int(at.timestamp() * 1000)


def seen(answer: Mapping[str, Any]) -> Seen:
    """A post of a list. Raises KeyError, TypeError or ValueError when it is none."""
    at = instant(answer.get("publishedAt") or answer["createdAt"])
    return Seen(Published(post_urn(answer["id"]), "", at), at, plain(_words(answer)), _link(answer))


def thread_post(answer: Mapping[str, Any]) -> ThreadPost:
    """A post of ours as the one people speak under. Raises KeyError or ValueError when it has no URN."""
    try:
        at = instant(answer.get("publishedAt") or answer.get("createdAt"))
    except ValueError:
        at = None
    return ThreadPost(post_urn(answer["id"]), "", plain(_words(answer)), at)


def _words(answer: Mapping[str, Any]) -> str:
    found = answer.get("commentary")
    return found if isinstance(found, str) else ""


def _link(answer: Mapping[str, Any]) -> str:
    content = answer.get("content")
    article = content.get("article") if isinstance(content, Mapping) else None
    source = article.get("source") if isinstance(article, Mapping) else None
    return source if isinstance(source, str) else ""


def profile(page: str, organization: Mapping[str, Any], followers: int | None) -> Profile:
    """The page. Raises KeyError or ValueError when the answer describes none."""
    name = one_line(organization["localizedName"])
    if not name:
        raise ValueError("a page has a name")
    vanity = vanity_name(organization)
    url = f"https://www.linkedin.com/company/{vanity}" if vanity else ""
    return Profile(page, vanity, name, url, followers)


def vanity_name(answer: Mapping[str, Any]) -> str:
    """The name that stands in the address of a page or a person; empty when unsaid."""
    found = answer.get("vanityName")
    return found if isinstance(found, str) and _VANITY.fullmatch(found) else ""


def count(value: object) -> int | None:
    """A count as LinkedIn gives it; None for anything else."""
    known = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    return value if known and isinstance(value, int) else None
