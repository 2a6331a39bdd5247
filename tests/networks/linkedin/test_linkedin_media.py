"""Images on LinkedIn: each goes up once, waited for by nobody, and again only when it is no good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.errors import Code
from pages.networks.types import Outgoing
from tests.networks.bench import picture
from tests.networks.linkedin import fake as fakes
from tests.networks.linkedin.fake import TOKEN, LinkedIn

AT_TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)


def post(images: int = 1) -> Outgoing:
    """A post with so many images."""
    return Outgoing("k" * 32, "Une lampe", images=tuple(picture(number) for number in range(images)))


def later(linkedin: LinkedIn, what: Outgoing) -> Later:
    """Why the post waits; the fence was not crossed."""
    with pytest.raises(Later) as waits:
        linkedin.client().publish(what, lambda: pytest.fail("the fence was crossed"))
    assert linkedin.posts == {}
    return waits.value


def publish(linkedin: LinkedIn, what: Outgoing) -> None:
    """The post goes out."""
    linkedin.client().publish(what, lambda: None)
    assert len(linkedin.posts) == 1


def uploads(linkedin: LinkedIn) -> int:
    """How many images went up."""
    return len([each for each in linkedin.requests if each.method == "PUT"])


def test_one_that_takes_three_tries_goes_up_once_and_nobody_waits(linkedin: LinkedIn) -> None:
    linkedin.slow_images = 2
    what = post()
    with time_machine.travel(AT_TEN, tick=False):
        waits = [later(linkedin, what) for _time in range(2)]
        publish(linkedin, what)
    assert [each.code for each in waits] == [Code.MEDIA_PROCESSING] * 2
    assert [each.retry_at for each in waits] == [AT_TEN + timedelta(seconds=5)] * 2
    assert [each.method for each in linkedin.requests] == ["POST", "PUT", "GET", "GET", "GET", "POST"]
    assert linkedin.alts() == [what.images[0].alt]


def test_several_are_worked_on_at_once_and_each_goes_up_once(linkedin: LinkedIn) -> None:
    linkedin.slow_images = 1
    what = post(3)
    later(linkedin, what)
    publish(linkedin, what)
    assert [each["content"] for each in linkedin.images.values()] == [each.content for each in what.images]
    assert uploads(linkedin) == 3


def test_one_that_failed_is_refused_and_goes_up_anew(linkedin: LinkedIn) -> None:
    linkedin.slow_images = 1
    what = post()
    later(linkedin, what)
    (image,) = linkedin.images.values()
    image["status"] = "PROCESSING_FAILED"
    with pytest.raises(Never) as refused:
        publish(linkedin, what)
    assert (refused.value.code, refused.value.step) == (Code.MEDIA_REFUSED, NextStep.EDIT)
    linkedin.slow_images = 0
    publish(linkedin, what)
    assert uploads(linkedin) == 2


@pytest.mark.parametrize("change", [{"alt": "Une autre lampe"}, {"content": b"other"}])
def test_one_that_was_changed_meanwhile_goes_up_as_it_is_now(
    linkedin: LinkedIn, change: dict[str, Any]
) -> None:
    linkedin.slow_images = 1
    what = post()
    later(linkedin, what)
    linkedin.slow_images = 0
    publish(linkedin, replace(what, images=(replace(what.images[0], **change),)))
    assert uploads(linkedin) == 2


def test_one_that_linkedin_has_no_more_goes_up_again(linkedin: LinkedIn) -> None:
    linkedin.slow_images = 1
    what = post()
    later(linkedin, what)
    linkedin.images.clear()
    linkedin.slow_images = 0
    assert later(linkedin, what).code == Code.MEDIA_PROCESSING
    publish(linkedin, what)
    assert uploads(linkedin) == 2


def test_one_of_yesterday_goes_up_again(linkedin: LinkedIn) -> None:
    what = post()
    linkedin.slow_images = 1
    with time_machine.travel(AT_TEN, tick=False) as time:
        later(linkedin, what)
        linkedin.slow_images = 0
        time.shift(timedelta(days=1))
        publish(linkedin, what)
    assert uploads(linkedin) == 2


def test_one_that_went_up_with_another_token_goes_up_again(
    linkedin: LinkedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    linkedin.slow_images = 1
    what = post()
    later(linkedin, what)
    linkedin.slow_images = 0
    monkeypatch.setattr(fakes, "TOKEN", "another-token")
    linkedin.client(token="another-token").publish(what, lambda: None)
    assert (TOKEN, uploads(linkedin)) == ("token-of-maison-lumen", 2)


def test_what_went_up_before_another_upload_failed_does_not_go_up_again(linkedin: LinkedIn) -> None:
    what = post(2)
    linkedin.refused["images"] = fakes.error(503, "UNAVAILABLE", "later")
    later(linkedin, what)
    linkedin.refused.clear()
    publish(linkedin, what)
    assert uploads(linkedin) == 2
