"""Start-up warns sixty days before an API stops answering."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import checks

from pages import sunset
from pages.networks.registry import NETWORKS
from pages.networks.spec import ApiVersion
from tests.pages.salon import SPEC

END = date(2027, 6, 1)


def test_sixty_days_before_its_end_a_version_is_named() -> None:
    later = replace(SPEC, code="later", version=ApiVersion("8", END + timedelta(days=5)))
    endless = replace(SPEC, code="endless", version=ApiVersion("9"))
    bare = replace(SPEC, code="bare", version=None)
    specs = [later, SPEC, endless, bare]
    for before, codes in (
        (61, []),
        (60, ["salon"]),
        (56, ["salon"]),
        (55, ["salon", "later"]),
        (-9, ["salon", "later"]),
    ):
        found = sunset.sunsets(specs, END - timedelta(days=before))
        assert [spec.code for spec in found] == codes, before


def test_two_that_end_on_one_day_are_both_named() -> None:
    specs = [SPEC, replace(SPEC, code="other")]
    assert [spec.code for spec in sunset.sunsets(specs, END)] == ["other", "salon"]


def test_start_up_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sunset, "NETWORKS", {"salon": SPEC})
    with time_machine.travel(datetime(2027, 5, 1, tzinfo=UTC), tick=False):
        (warning,) = [each for each in checks.run_checks() if each.id == sunset.ID]
    assert warning.level == checks.WARNING
    assert str(warning.msg) == "Salon answers version 7 of its API until 2027-06-01 only."
    assert warning.hint == "Bring cm_suite up to date before that day. https://salon.example/versions"
    with time_machine.travel(datetime(2027, 3, 1, tzinfo=UTC), tick=False):
        assert [each for each in checks.run_checks() if each.id == sunset.ID] == []


def test_each_sunset_names_its_page() -> None:
    named = [spec.version for spec in NETWORKS.values() if spec.version and spec.version.sunset]
    assert [version.name for version in named if not version.page.startswith("https://")] == []
