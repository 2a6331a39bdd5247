"""The days on which the versions of networks' APIs stop answering, and the warning at start-up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django.core import checks

from cm_suite.core import clock
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec

NEAR: Final = timedelta(days=60)
ID: Final = "pages.W001"


def sunsets(specs: Iterable[NetworkSpec], today: date) -> list[NetworkSpec]:
    """The networks whose version stops answering within sixty days, or has stopped; the first one first."""
    ends = [
        (spec.version.sunset, spec.code, spec)
        for spec in specs
        if spec.version is not None and spec.version.sunset is not None
    ]
    return [spec for day, _code, spec in sorted(ends, key=lambda each: each[:2]) if day - today <= NEAR]


@checks.register()
def versions_last(app_configs: Any, **_options: Any) -> list[checks.CheckMessage]:
    """Warn of each version whose end is near; a check of Django's, made at start-up."""
    found = sunsets(NETWORKS.values(), clock.now().date())
    return [
        checks.Warning(
            f"{spec.name} answers version {spec.version.name} of its API until {spec.version.sunset} only.",
            hint=f"Bring cm_suite up to date before that day. {spec.version.page}".strip(),
            id=ID,
        )
        for spec in found
        if spec.version is not None
    ]
