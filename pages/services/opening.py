"""Ways to networks: where they are, how long they may take, what is never written down."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.conf import settings

from cm_suite.core import pace
from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from pages.models import Page
from pages.networks.base import Client, Purse
from pages.networks.spec import NetworkSpec, Tools
from pages.networks.types import Access
from pages.selectors.installation import app_keys
from pages.services.pacing import PagePace


class Patience(NamedTuple):
    """How long a network may take, in seconds."""

    connect: float
    read: float


PATIENT: Final = Patience(5.0, 20.0)
WAITING: Final = Patience(4.0, 6.0)


def page_client(
    page: Page, spec: NetworkSpec, access: Access, patience: Patience, purse: Purse | None = None
) -> Client:
    """The client of a page's account; what the network asks it to wait is kept with the page."""
    account = f"{page.network}:{page.pk}"
    return open_client(spec, access, account, patience, slow=PagePace(page.pk, pace.pace()), purse=purse)


def open_client(
    spec: NetworkSpec,
    access: Access,
    account: str,
    patience: Patience,
    *,
    slow: Pace | None = None,
    purse: Purse | None = None,
) -> Client:
    """The client of an account, at the pace of `slow` (else the pace all share)."""
    keys = app_keys(spec)
    secrets = (access.token, access.refresh_token, keys.client_secret if keys else "")
    http = open_http(spec, account, patience, secrets, slow)
    return spec.build(access, Tools(http=http, app=keys, purse=purse))


def open_http(
    spec: NetworkSpec, account: str, patience: Patience, secrets: tuple[str, ...], slow: Pace | None = None
) -> NetworkHttp:
    """A way to a network; `secrets` never show in what it says of a refusal."""
    return NetworkHttp(
        Guard(settings.CM_ALLOWED_HOSTS),
        account=account,
        pace=slow or pace.pace(),
        secrets=tuple(each for each in secrets if each),
        rests=spec.rests,
        connect_timeout=patience.connect,
        read_timeout=patience.read,
    )
