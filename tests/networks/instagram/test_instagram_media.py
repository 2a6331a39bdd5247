"""Containers of Instagram: each is made once, waited for by nobody, and made anew when it is no good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cm_suite.core.errors import Later, NextStep
from pages.networks.errors import Code
from pages.networks.instagram.containers import Workshop
from pages.networks.instagram.errors import InstagramGraph
from pages.networks.instagram.length import caption_of
from tests.networks.instagram.fake import KEYS, Instagram
from tests.networks.instagram.test_instagram import AT_TEN, image, later, post, publish, refused
from tests.networks.instagram.words import ACCOUNT, TOKEN


def test_a_carousel_waits_for_each_of_its_images_and_makes_each_once(instagram: Instagram) -> None:
    instagram.slow = 1
    what = post(images=2)
    assert later(instagram, what).code == Code.MEDIA_PROCESSING
    assert [each["child"] for each in instagram.containers.values()] == [True, True]
    assert later(instagram, what).code == Code.MEDIA_PROCESSING
    assert [each["child"] for each in instagram.containers.values()] == [True, True, False]
    publish(instagram, what)
    assert len(instagram.asked("POST", "/media")) == 4  # three containers, and the post
    assert [each["children"] for each in instagram.media.values()] == [list(instagram.containers)[:2]]


def test_the_same_image_twice_is_two_of_a_carousel(instagram: Instagram) -> None:
    publish(instagram, replace(post(), images=(image(), image())))
    assert [len(set(each["children"])) for each in instagram.media.values()] == [2]


def test_an_image_that_is_worked_on_is_for_soon_and_nobody_waits(instagram: Instagram) -> None:
    instagram.slow = 1
    with time_machine.travel(AT_TEN, tick=False):
        waits = later(instagram, post())
    assert (waits.code, waits.retry_at) == (Code.MEDIA_PROCESSING, AT_TEN + timedelta(seconds=5))
    (container,) = instagram.containers
    assert len(instagram.asked("GET", container)) == 1
    assert instagram.asked("POST", "media_publish") == []


def test_what_takes_three_tries_is_made_once(instagram: Instagram) -> None:
    instagram.slow = 2
    what = post()
    for _time in range(2):
        assert later(instagram, what).code == Code.MEDIA_PROCESSING
    publish(instagram, what)
    assert (len(instagram.containers), len(instagram.media)) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Autre chose"},
        {"images": (image(2),)},
        {"images": (image(content=b"other"),)},
    ],
)
def test_what_was_made_for_other_words_or_images_is_left(
    instagram: Instagram, change: dict[str, Any]
) -> None:
    instagram.slow = 1
    what = post()
    later(instagram, what)
    instagram.slow = 0
    publish(instagram, replace(what, **change))
    first, second = instagram.containers.values()
    assert (first["code"], second["code"]) == ("FINISHED", "PUBLISHED")


def test_where_an_image_is_fetched_makes_no_other_container(instagram: Instagram) -> None:
    instagram.slow = 1
    what = post()
    later(instagram, what)
    publish(
        instagram, replace(what, images=(image(url="https://suite.lumen.example/media/signed-anew.jpg"),))
    )
    assert len(instagram.containers) == 1


def test_what_was_made_with_another_token_is_made_again(instagram: Instagram) -> None:
    instagram.slow = 1
    what = post()
    graph = InstagramGraph(instagram.way(), instagram.origin, TOKEN, secret=KEYS.client_secret)
    with pytest.raises(Later):
        Workshop(graph, ACCOUNT, "an older token", what.shelf).make(what, caption_of(what))
    assert later(instagram, what).code == Code.MEDIA_PROCESSING
    publish(instagram, what)
    assert [each["code"] for each in instagram.containers.values()] == ["FINISHED", "PUBLISHED"]


def test_a_container_of_yesterday_is_made_again(instagram: Instagram) -> None:
    what = post()
    with time_machine.travel(AT_TEN, tick=False) as time:
        with pytest.raises(Later):
            instagram.client().publish(what, _shut)
        time.shift(timedelta(hours=23))
        publish(instagram, what)
    assert len(instagram.containers) == 2


def test_what_a_closed_fence_left_ready_goes_out_as_it_is(instagram: Instagram) -> None:
    what = post()
    with pytest.raises(Later):
        instagram.client().publish(what, _shut)
    publish(instagram, what)
    assert (len(instagram.containers), len(instagram.media)) == (1, 1)


def _shut() -> None:
    raise Later("fence_closed")


@pytest.mark.parametrize(
    ("status", "code", "step"),
    [
        ("Error: Media upload has failed with error code 2207004", Code.MEDIA_REFUSED, NextStep.EDIT),
        ("Error: 2207004", Code.MEDIA_REFUSED, NextStep.EDIT),
        ("Error: 2207009", Code.MEDIA_REFUSED, NextStep.EDIT),
        ("Error: 2207010", Code.CONTENT_REFUSED, NextStep.EDIT),
        ("Error: 2207052", Code.PUBLIC_URL_NEEDED, NextStep.CONTACT),
        ("Error: 2207050", Code.CHECKPOINT, NextStep.CONTACT),
        ("Error", Code.MEDIA_REFUSED, NextStep.EDIT),
        ("", Code.MEDIA_REFUSED, NextStep.EDIT),
    ],
)
def test_a_container_that_failed_says_why(
    instagram: Instagram, status: str, code: Code, step: NextStep
) -> None:
    instagram.ending = ("ERROR", status)
    what = post()
    assert refused(instagram, what) == (code, step)
    instagram.ending = ("FINISHED", "")
    publish(instagram, what)  # made anew


@pytest.mark.parametrize("subcode", [2207003, 2207082, 2207085, 2207020, 2207032])
def test_a_container_that_failed_for_now_is_for_later(instagram: Instagram, subcode: int) -> None:
    instagram.ending = ("ERROR", f"Error: Media upload has failed with error code {subcode}")
    what = post()
    waits = later(instagram, what)
    assert waits.code == Code.MEDIA_PROCESSING
    assert waits.retry_at is not None
    instagram.ending = ("FINISHED", "")
    publish(instagram, what)
    assert len(instagram.containers) == 2


def test_a_container_that_expired_is_made_again_another_time(instagram: Instagram) -> None:
    instagram.ending = ("EXPIRED", "Expired")
    what = post()
    assert later(instagram, what).code == Code.MEDIA_PROCESSING
    instagram.ending = ("FINISHED", "")
    instagram.containers.clear()
    publish(instagram, what)
    assert len(instagram.media) == 1


def test_a_container_that_the_network_knows_no_more_is_made_again_another_time(instagram: Instagram) -> None:
    instagram.slow = 1
    what = post()
    later(instagram, what)
    instagram.containers.clear()
    assert later(instagram, what).code == Code.MEDIA_PROCESSING
    instagram.slow = 0
    publish(instagram, what)
    assert len(instagram.media) == 1
