"""Images on X: each goes up once and is described once, for its price, waited for by nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.ops.bench.fake_network import Fault, FaultKind, Reply
from pages.networks.errors import Code
from pages.networks.types import Outgoing
from tests.networks.bench import picture
from tests.networks.x.fake import LUMEN, FakeX, MemoryPurse, answering
from tests.networks.x.problems import problem
from tests.networks.x.test_x import NOW, open_fence, shut_fence


def post(images: int = 1) -> Outgoing:
    """A post with so many images, of which the second has no words."""
    return Outgoing("k", "Une lampe", images=tuple(picture(number) for number in range(images)))


def later(x: FakeX, what: Outgoing, purse: MemoryPurse | None = None) -> Later:
    """Why the post waits; the fence was not crossed."""
    with pytest.raises(Later) as waits:
        x.client(purse=purse).publish(what, lambda: pytest.fail("the fence was crossed"))
    assert x.of(LUMEN) == []
    return waits.value


def uploads(x: FakeX) -> int:
    """How many images went up."""
    return len(x.asked("POST", "/2/media/upload"))


def test_one_that_takes_three_tries_goes_up_once_is_paid_once_and_nobody_waits(
    x: FakeX, purse: MemoryPurse
) -> None:
    x.slow_uploads = 2
    what = post()
    with time_machine.travel(NOW, tick=False):
        waits = [later(x, what, purse) for _time in range(2)]
        assert purse.paid == {"create": 0, "media_metadata": 0}
        x.client(purse=purse).publish(what, open_fence)
    assert [each.code for each in waits] == [Code.MEDIA_PROCESSING] * 2
    assert [each.retry_at for each in waits] == [NOW + timedelta(seconds=30)] * 2  # as X says
    assert (uploads(x), len(x.asked("GET", "/2/media/upload"))) == (1, 2)
    assert purse.paid == {"create": 1, "media_metadata": 1}
    assert [each["alt"] for each in x.media.values()] == [what.images[0].alt]


def test_of_several_the_one_that_is_ready_is_described_and_not_paid_again(
    x: FakeX, purse: MemoryPurse
) -> None:
    what = post(3)
    pending = {"id": "1146654567674912000", "processing_info": {"state": "in_progress"}}
    x.fail_next(answering(Reply(200, {"data": pending}), after=True), "upload")
    later(x, what, purse)
    assert purse.paid == {"create": 0, "media_metadata": 1}
    x.client(purse=purse).publish(what, open_fence)
    assert (uploads(x), len(x.asked("POST", "/2/media/metadata"))) == (3, 2)
    assert purse.paid == {"create": 1, "media_metadata": 2}
    assert [each["alt"] for each in x.media.values()] == [image.alt for image in what.images]


def test_what_a_closed_fence_left_ready_goes_out_without_another_call_or_payment(
    x: FakeX, purse: MemoryPurse
) -> None:
    what = post(2)
    with pytest.raises(Later):
        x.client(purse=purse).publish(what, shut_fence)
    before = x.served
    x.client(purse=purse).publish(what, open_fence)
    assert (x.served - before, purse.paid) == (1, {"create": 1, "media_metadata": 1})


@pytest.mark.parametrize(
    ("fault", "code", "paid"),
    [
        (answering(Reply(429, {"title": "Too Many Requests"})), "rate_limited", 0),
        (answering(problem(403, "Not permitted.")), Code.NOT_ALLOWED_HERE, 0),
        (answering(problem(500, "Internal error")), "server_error", 1),
        (Fault(FaultKind.RESET_AFTER), "no_answer", 1),
    ],
)
def test_a_description_that_surely_did_not_arrive_is_not_spent(
    x: FakeX, purse: MemoryPurse, fault: Fault, code: str, paid: int
) -> None:
    what = post()
    ready = Reply(200, {"data": {"id": "1146654567674912000"}})
    x.fail_next(answering(ready, after=True), "upload")
    x.fail_next(fault, "upload")
    with pytest.raises((Later, Never)) as failed:
        x.client(purse=purse).publish(what, open_fence)
    assert failed.value.code == code
    assert purse.paid == {"create": 0, "media_metadata": paid}


def test_an_upload_that_got_lost_spends_nothing(x: FakeX, purse: MemoryPurse) -> None:
    x.fail_next(Fault(FaultKind.RESET_BEFORE), "upload")
    later(x, post(3), purse)
    assert purse.paid == {"create": 0, "media_metadata": 0}


def test_without_money_for_the_words_nothing_goes_up(x: FakeX) -> None:
    poor = MemoryPurse(left=16_000)
    with pytest.raises(Never) as refused:
        x.client(purse=poor).publish(post(), open_fence)
    assert (refused.value.code, refused.value.step) == (Code.BUDGET_SPENT, NextStep.PAY)
    assert (x.served, poor.left) == (0, 16_000)


def test_one_that_failed_is_refused_and_goes_up_anew(x: FakeX) -> None:
    x.slow_uploads = 1
    what = post()
    later(x, what)
    failed = {"data": {"id": "1", "processing_info": {"state": "failed"}}}
    x.fail_next(answering(Reply(200, failed)), "read")
    with pytest.raises(Never) as refused:
        x.client().publish(what, open_fence)
    assert (refused.value.code, refused.value.step) == (Code.MEDIA_REFUSED, NextStep.EDIT)
    x.slow_uploads = 0
    x.client().publish(what, open_fence)
    assert uploads(x) == 2


@pytest.mark.parametrize("change", [{"alt": "Une autre lampe"}, {"content": b"other"}])
def test_one_that_was_changed_meanwhile_goes_up_as_it_is_now(x: FakeX, change: dict[str, Any]) -> None:
    x.slow_uploads = 1
    what = post()
    later(x, what)
    x.slow_uploads = 0
    now = replace(what.images[0], **change)
    x.client().publish(replace(what, images=(now,)), open_fence)
    assert (uploads(x), [each["alt"] for each in x.media.values()]) == (2, ["", now.alt])


@pytest.mark.parametrize("reply", [problem(404, "Not Found"), problem(400, "Invalid media id.")])
def test_one_that_x_has_no_more_goes_up_again(x: FakeX, reply: Reply) -> None:
    x.slow_uploads = 1
    what = post()
    later(x, what)
    x.slow_uploads = 0
    x.fail_next(answering(reply), "read")
    x.client().publish(what, open_fence)
    assert uploads(x) == 2


def test_it_is_kept_for_as_long_as_x_keeps_it(x: FakeX) -> None:
    x.slow_uploads = 1
    what = post()
    with time_machine.travel(NOW, tick=False) as time:
        later(x, what)
        x.slow_uploads = 0
        time.shift(timedelta(hours=22))
        x.client().publish(what, open_fence)
    assert uploads(x) == 2


def test_one_that_went_up_with_another_token_goes_up_again(x: FakeX, monkeypatch: pytest.MonkeyPatch) -> None:
    x.slow_uploads = 1
    what = post()
    later(x, what)
    x.slow_uploads = 0
    monkeypatch.setattr("tests.networks.x.fake.TOKEN", "another-token")
    x.client().publish(what, open_fence)
    assert uploads(x) == 2
