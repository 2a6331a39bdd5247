"""How often visitors may do what makes others read or makes mail leave."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from django.http import HttpRequest

from cm_suite.core.pace import hit
from pages.models import Page
from pages.visitors import client_address, neighbourhood


class Limit(NamedTuple):
    """So many acts in so many seconds."""

    most: int
    seconds: float


class Counted(StrEnum):
    """What is counted."""

    COMMENT = "comment"
    REPORT = "report"
    EDIT = "edit"


PER_VISITOR: Final = {
    Counted.COMMENT: Limit(10, 600.0),
    Counted.REPORT: Limit(10, 3600.0),
    Counted.EDIT: Limit(30, 3600.0),
}
PER_NEWSROOM: Final = {
    Counted.COMMENT: Limit(300, 600.0),
    Counted.REPORT: Limit(200, 3600.0),
    Counted.EDIT: Limit(300, 600.0),
}
PER_NEIGHBOURHOOD: Final = Limit(2, 3600.0)
"""Reports past the newsroom's own limit: whoever is flooding it shuts nobody else out."""
MAILS_PER_ADDRESS: Final = Limit(10, 86_400.0)


def too_many(what: Counted, request: HttpRequest, page: Page) -> bool:
    """Count one act; True once this visitor, or everybody on this newsroom, did it too often.

    Whoever is refused does not use up what the others have. A report is a notice in law: past the newsroom's
    limit each network is still heard.
    """
    if not hit(f"newsroom:{what}:visitor:{page.pk}:{client_address(request)}", *PER_VISITOR[what]):
        return True
    if hit(f"newsroom:{what}:{page.pk}", *PER_NEWSROOM[what]):
        return False
    beyond = f"newsroom:{what}:beyond:{page.pk}:{neighbourhood(request)}"
    return what != Counted.REPORT or not hit(beyond, *PER_NEIGHBOURHOOD)


def may_write_to(email: str) -> bool:
    """Count one mail that a visitor has us send; False once an address was given too often today."""
    return hit(f"newsroom:written:{email.casefold()}", *MAILS_PER_ADDRESS)
