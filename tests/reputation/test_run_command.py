"""`manage.py run_audit`: one run in this process, told as text or as JSON."""

from __future__ import annotations

import json
import signal
from dataclasses import fields
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command

from reputation import jobs, messages
from reputation.enums import Cause, RunState
from reputation.models import Run
from reputation.services import request
from reputation.services.report import Report
from tests.people import Cast
from tests.reputation.makers import LONG, begin, listed, make
from tests.reputation.web import Web, article

LAMP = f"Maison Lumen vend une lampe dont le prix est de quarante euros, dit la notice. {LONG}"


class Terminal(StringIO):
    """Somebody looks."""

    def isatty(self) -> bool:
        """True: it is a screen."""
        return True


def called(name: str, *flags: str, err: StringIO | None = None) -> str:
    out = StringIO()
    call_command("run_audit", name, *flags, stdout=out, stderr=err or StringIO())
    return out.getvalue()


def test_it_prints_what_a_director_reads_and_the_figures(cast: Cast, web: Web) -> None:
    make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP)), web.url("/b")))
    silent = StringIO()
    lines = called("maison-lumen/notre-nom-sur-le-web", err=silent).splitlines()
    assert len(lines) == 5
    assert "1/2 pages read, 1 not, 1 mentions and 0 repeats" in lines[3]
    assert lines[4] == "Liste: answered"
    assert silent.getvalue() == ""
    run = Run.objects.get()
    assert (run.state, run.cause, run.asked_by) == (RunState.DONE, Cause.PERSON, None)


def test_as_json_it_is_one_object(cast: Cast, web: Web) -> None:
    make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP))))
    found = json.loads(called("maison-lumen/notre-nom-sur-le-web", "--json"))
    assert (found["number"], found["state"], found["totals"]["originals"]) == (1, "done", 1)
    assert [each["code"] for each in found["sentences"]][0] == "named"
    assert found["sources"][0]["faults"] == []


def test_a_bar_is_drawn_where_somebody_looks(cast: Cast, web: Web) -> None:
    make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP))))
    screen = Terminal()
    called("maison-lumen/notre-nom-sur-le-web", err=screen)
    drawn = screen.getvalue()
    assert drawn.startswith("\r[..............................] 0/0 planned")
    assert drawn.rstrip().endswith("[##############################] 1/1 done")
    assert drawn.endswith("\n")


def test_a_run_on_its_way_is_joined(cast: Cast, web: Web) -> None:
    run = begin(make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP)))), cast.bob)
    called("maison-lumen/notre-nom-sur-le-web")
    run.refresh_from_db()
    assert (run.state, Run.objects.count(), web.visits["/a"]) == (RunState.DONE, 1, 1)


@pytest.mark.parametrize(
    "name", ["maison-lumen/autre", "notre-nom-sur-le-web", "atelier-roche/notre-nom-sur-le-web"]
)
def test_an_unknown_audit_is_named(cast: Cast, name: str) -> None:
    make(cast.brand, cast.alice)
    with pytest.raises(CommandError, match=f"there is no audit {name}"):
        called(name)
    assert Run.objects.count() == 0


def test_a_run_that_does_not_finish_is_an_error(cast: Cast, web: Web) -> None:
    audit = make(cast.brand, cast.alice, listed(web.url("/a")))
    with (
        patch("reputation.services.listing.list_pages", lambda run, *_said: request.cancel(run, cast.alice)),
        pytest.raises(CommandError, match="the run ended as cancelled"),
    ):
        called(f"maison-lumen/{audit.slug}")


def test_a_run_that_failed_says_why_and_what_next(cast: Cast, web: Web) -> None:
    audit = make(cast.brand, cast.alice, listed(web.url("/a")))
    audit.sources.update(dropped_at=audit.created_at)
    with pytest.raises(CommandError) as raised:
        called(f"maison-lumen/{audit.slug}")
    assert str(raised.value).startswith("the run ended as failed (no_sources): ")
    assert str(messages.run_fault("no_sources").advice) in str(raised.value)
    assert (raised.value.returncode, Run.objects.get().state) == (1, RunState.FAILED)


def test_the_audits_there_are_are_named_but_not_those_of_others(cast: Cast) -> None:
    make(cast.brand, cast.alice, name="Prix")
    put_away = make(cast.brand, cast.alice, name="Ancien")
    request.archive(put_away, cast.alice)
    make(cast.other_brand, cast.charlie, name="Secret")
    with pytest.raises(CommandError) as raised:
        called("maison-lumen/ancien")
    assert "(of this brand: maison-lumen/prix)" in str(raised.value)
    with pytest.raises(CommandError, match=r"\(this brand has none\)"):
        called("nulle-part/prix")


def test_the_second_interruption_stops_at_once(cast: Cast, web: Web) -> None:
    audit = make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP))))
    before = signal.getsignal(signal.SIGINT)

    def twice(*_said: object) -> bool:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return True

    with patch("reputation.jobs.turn", twice), pytest.raises(KeyboardInterrupt):
        called(f"maison-lumen/{audit.slug}")
    assert signal.getsignal(signal.SIGINT) == before
    called(f"maison-lumen/{audit.slug}")
    assert (Run.objects.get().state, web.visits["/a"]) == (RunState.DONE, 1)


def test_an_interruption_at_the_very_end_is_none(cast: Cast, web: Web) -> None:
    make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP))))
    turn = jobs.turn

    def last(run_id: int, seconds: float) -> bool:
        more = turn(run_id, seconds)
        signal.raise_signal(signal.SIGINT)
        return more

    with patch("reputation.jobs.turn", last):
        assert json.loads(called("maison-lumen/notre-nom-sur-le-web", "--json"))["state"] == "done"


def test_instants_in_json_bear_their_zone(cast: Cast, web: Web) -> None:
    make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP, day="2026-11-20"))))
    found = json.loads(called("maison-lumen/notre-nom-sur-le-web", "--json"))
    assert found["mentions"][0]["published_at"] == "2026-11-20T07:00:00+00:00"
    assert set(found) == {field.name for field in fields(Report)} | {"seconds"}
