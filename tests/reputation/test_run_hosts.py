"""Two workers that claim pages of one host at the same moment: one reads, the other leaves it."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db.models import F

from cm_suite.core import leases
from reputation import jobs
from reputation.enums import FetchState
from reputation.models import Fetch, Run
from reputation.services import collect
from tests.people import Cast
from tests.reputation.makers import begin, listed, make

ONE, OTHER = "https://site.example/1", "https://site.example/2"


@pytest.fixture
def run(cast: Cast) -> Run:
    """A run with two pages of one host, ready to be read."""
    run = begin(make(cast.brand, cast.alice, listed(ONE, OTHER, "https://else.example/3")), cast.bob)
    with patch.object(jobs, "_Reading"), patch("reputation.jobs._score"):
        jobs.turn(run.pk)
    run.refresh_from_db()
    return run


def claimed(run: Run, url: str) -> Fetch:
    """A page claimed as `take` does, before it looks at what the others did."""
    rows = Fetch.objects.filter(run=run, url=url)
    return leases.claim(rows, from_="planned", to="fetching", seconds=collect.LEASE, limit=1)[0]


def states(run: Run) -> dict[str, str]:
    return dict(Fetch.objects.filter(run=run, host="site.example").values_list("url", "state"))


@pytest.mark.parametrize("order", [(ONE, OTHER), (OTHER, ONE)])
@pytest.mark.parametrize("looks_first", [0, 1])
def test_the_first_to_claim_keeps_its_page(run: Run, order: tuple[str, str], looks_first: int) -> None:
    both = [claimed(run, url) for url in order]
    looking = [both[looks_first], both[1 - looks_first]]
    kept = [fetch.url for each in looking for fetch in collect._unmet([each])]
    assert kept == [order[0]]
    assert states(run) == {order[0]: FetchState.FETCHING, order[1]: FetchState.PLANNED}


def test_at_the_very_same_instant_one_keeps_its_page(run: Run) -> None:
    both = [claimed(run, url) for url in (ONE, OTHER)]
    Fetch.objects.filter(pk=both[1].pk).update(lease_until=Fetch.objects.get(pk=both[0].pk).lease_until)
    kept = [fetch.url for each in reversed(both) for fetch in collect._unmet([each])]
    assert kept == [ONE]


def test_a_reader_whose_lease_ran_out_is_no_rival(run: Run) -> None:
    gone, ours = claimed(run, ONE), claimed(run, OTHER)
    Fetch.objects.filter(pk=gone.pk).update(lease_until=F("lease_until") - timedelta(days=1))
    assert collect._unmet([ours]) == [ours]


def test_other_hosts_are_not_touched(run: Run) -> None:
    first, later, elsewhere = (claimed(run, url) for url in (ONE, OTHER, "https://else.example/3"))
    assert collect._unmet([later, elsewhere]) == [elsewhere]
    assert collect._unmet([first]) == [first]
