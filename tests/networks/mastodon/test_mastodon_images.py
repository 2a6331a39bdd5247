"""Images on Mastodon: uploaded before the fence, described, in order, and never half shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine

from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.ops.bench import fake_statuses
from pages.networks.errors import Code
from pages.networks.mastodon import SPEC, images, mapping
from pages.networks.types import Outgoing, SightingKind
from tests.networks import openapi
from tests.networks.bench import ALTS, picture
from tests.networks.fake_mastodon import (
    ACCOUNT,
    RESET_AFTER,
    RESET_BEFORE,
    SILENT_AFTER,
    Mastodon,
    answer_after,
    answer_before,
)
from tests.networks.mastodon.extras import UNFINISHED, attachment
from tests.networks.openapi import needs_description

NOW: Final = datetime.now(UTC)
PAYLOADS: Final = Path(__file__).parents[1] / "payloads"
MEDIA: Final = "/api/v2/media"
SCOPE: Final = {"error": "This action is outside the authorized scopes"}


def outgoing(text: str = "Une lampe", *, images: int = 0) -> Outgoing:
    """A post with so many images."""
    return Outgoing("k" * 32, text, images=tuple(picture(number) for number in range(images)))


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())["payload"]


def paths(server: Mastodon) -> list[str]:
    """What was asked, in order."""
    return [f"{request.method} {request.path}" for request in server.requests]


def test_images_go_up_before_the_fence_and_the_status_names_them_in_order(mastodon: Mastodon) -> None:
    post = outgoing(images=4)
    seen: list[list[str]] = []
    mastodon.client().publish(post, lambda: seen.append(paths(mastodon)))
    upload = f"POST {MEDIA}"
    assert seen == [["GET /api/v2/instance", upload, upload, upload, upload]]
    assert mastodon.uploads == [image.content for image in post.images]
    body = json.loads(mastodon.requests[-1].body)
    assert (body["status"], body["media_ids"]) == (post.text, ["1", "2", "3", "4"])
    assert [mastodon.media[each]["description"] for each in body["media_ids"]] == [
        alt or None for alt in ALTS
    ]
    assert mastodon.alts() == list(ALTS)


def test_one_image_needs_no_question_about_the_server(mastodon: Mastodon) -> None:
    mastodon.client().publish(outgoing(images=1), lambda: None)
    assert paths(mastodon) == [f"POST {MEDIA}", "POST /api/v1/statuses"]


def test_a_post_without_images_uploads_none(mastodon: Mastodon) -> None:
    mastodon.client().publish(outgoing(), lambda: None)
    assert paths(mastodon) == ["POST /api/v1/statuses"]
    assert "media_ids" not in json.loads(mastodon.requests[0].body)


def later(server: Mastodon, post: Outgoing) -> Later:
    """Why the post waits; the fence was not crossed."""
    with pytest.raises(Later) as waits:
        server.client().publish(post, lambda: pytest.fail("the fence was crossed"))
    assert server.of(ACCOUNT.id) == []
    return waits.value


def test_an_image_that_is_ready_at_the_third_try_goes_up_once_and_nobody_waits(mastodon: Mastodon) -> None:
    mastodon.processing = 1
    post = outgoing(images=1)
    waits = [later(mastodon, post) for _time in range(2)]
    assert [each.code for each in waits] == [Code.MEDIA_PROCESSING] * 2
    for each in waits:
        assert each.retry_at is not None
        assert each.retry_at - datetime.now(UTC) <= timedelta(seconds=5)
    mastodon.client().publish(post, lambda: None)
    look = "GET /api/v1/media/1"
    assert paths(mastodon) == [f"POST {MEDIA}", look, look, "POST /api/v1/statuses"]
    assert mastodon.alts() == [ALTS[0]]


def test_several_images_are_worked_on_at_once_and_each_goes_up_once(mastodon: Mastodon) -> None:
    mastodon.processing = 1
    post = outgoing(images=3)
    assert [later(mastodon, post).code for _time in range(2)] == [Code.MEDIA_PROCESSING] * 2
    mastodon.client().publish(post, lambda: None)
    assert mastodon.uploads == [image.content for image in post.images]
    assert mastodon.alts() == list(ALTS[:3])


def test_what_went_up_before_another_upload_failed_does_not_go_up_again(mastodon: Mastodon) -> None:
    post = outgoing(images=2)
    mastodon.fail_next(answer_after(200, attachment("1", ALTS[0])), "upload")
    mastodon.fail_next(answer_before(500), "upload")
    assert later(mastodon, post).code == "server_error"
    mastodon.client().publish(post, lambda: None)
    assert mastodon.uploads == [image.content for image in post.images]
    assert mastodon.alts() == list(ALTS[:2])


@pytest.mark.parametrize("change", [{"alt": "Une autre lampe"}, {"content": b"other"}])
def test_an_image_that_was_changed_meanwhile_goes_up_as_it_is_now(
    mastodon: Mastodon, change: dict[str, Any]
) -> None:
    mastodon.processing = 1
    post = outgoing(images=1)
    later(mastodon, post)
    mastodon.processing = 0
    now = replace(post.images[0], **change)
    mastodon.client().publish(replace(post, images=(now,)), lambda: None)
    assert mastodon.uploads == [post.images[0].content, now.content]
    assert mastodon.alts() == [now.alt]


def test_an_image_that_the_server_lost_goes_up_again(mastodon: Mastodon) -> None:
    mastodon.processing = 1
    post = outgoing(images=1)
    later(mastodon, post)
    mastodon.media.clear()
    mastodon.processing = 0
    mastodon.client().publish(post, lambda: None)
    assert (len(mastodon.uploads), mastodon.alts()) == (2, [ALTS[0]])


def test_an_image_of_yesterday_goes_up_again(mastodon: Mastodon) -> None:
    mastodon.processing = 1
    post = outgoing(images=1)
    with time_machine.travel(NOW, tick=False) as time:
        later(mastodon, post)
        mastodon.processing = 0
        time.shift(timedelta(hours=23))
        mastodon.client().publish(post, lambda: None)
    assert len(mastodon.uploads) == 2


def test_an_image_that_went_up_with_another_token_goes_up_again(mastodon: Mastodon) -> None:
    mastodon.processing = 1
    post = outgoing(images=1)
    later(mastodon, post)
    mastodon.open_account("another-token", ACCOUNT.id, ACCOUNT.username)
    mastodon.processing = 0
    mastodon.client(token="another-token").publish(post, lambda: None)
    assert len(mastodon.uploads) == 2


def test_a_status_refused_because_an_image_is_not_ready_is_for_later(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(422, {"error": f"Validation failed: {UNFINISHED}"}))
    with pytest.raises(Later) as later:
        mastodon.client().publish(outgoing(images=1), lambda: None)
    assert (later.value.code, later.value.retry_at is not None) == (Code.MEDIA_PROCESSING, True)
    assert mastodon.of(ACCOUNT.id) == []


@pytest.mark.parametrize(
    "fault", [RESET_BEFORE, RESET_AFTER, SILENT_AFTER, answer_after(500), answer_after(200, "<html>")]
)
def test_an_upload_that_got_lost_shows_nothing_and_is_for_later(mastodon: Mastodon, fault: Any) -> None:
    mastodon.fail_next(fault, "upload")
    fences: list[str] = []
    with pytest.raises(Later):
        mastodon.client(read_timeout=0.3).publish(outgoing(images=1), lambda: fences.append("crossed"))
    assert (fences, mastodon.of(ACCOUNT.id)) == ([], [])


@pytest.mark.parametrize(
    ("status", "body", "code", "step"),
    [
        (422, {"error": "Validation failed: File is not supported"}, Code.MEDIA_REFUSED, NextStep.EDIT),
        (413, "<html>too large</html>", Code.MEDIA_REFUSED, NextStep.EDIT),
        (403, SCOPE, Code.SCOPE_MISSING, NextStep.CONTACT),
        (401, {"error": "The access token is invalid"}, Code.ACCESS_REFUSED, NextStep.RECONNECT),
        (403, "<html>robots</html>", Code.BLOCKED, NextStep.CONTACT),
    ],
)
def test_an_upload_that_is_refused_says_why(
    mastodon: Mastodon, status: int, body: Any, code: Code, step: NextStep
) -> None:
    mastodon.fail_next(answer_before(status, body), "upload")
    with pytest.raises(Never) as refused:
        mastodon.client().publish(outgoing(images=1), lambda: None)
    assert (refused.value.code, refused.value.step) == (code, step)
    assert mastodon.of(ACCOUNT.id) == []


def test_an_image_that_fails_while_it_is_worked_on_is_refused_and_goes_up_anew(mastodon: Mastodon) -> None:
    mastodon.processing = 1
    post = outgoing(images=1)
    later(mastodon, post)
    mastodon.fail_next(answer_before(422, {"error": "Error processing thumbnail"}), "read")
    with pytest.raises(Never) as refused:
        mastodon.client().publish(post, lambda: None)
    assert (refused.value.code, refused.value.step) == (Code.MEDIA_REFUSED, NextStep.EDIT)
    mastodon.processing = 0
    mastodon.client().publish(post, lambda: None)
    assert len(mastodon.uploads) == 2


def test_a_server_that_knows_only_the_older_address_gets_them_there(mastodon: Mastodon) -> None:
    mastodon.knows_media_2 = False
    mastodon.client().publish(outgoing(images=1), lambda: None)
    assert paths(mastodon) == [f"POST {MEDIA}", "POST /api/v1/media", "POST /api/v1/statuses"]
    assert mastodon.alts() == [ALTS[0]]


def test_more_than_the_server_takes_are_not_sent(mastodon: Mastodon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_statuses, "_statuses", lambda *_sizes: {"max_media_attachments": 2})
    with pytest.raises(Never) as refused:
        mastodon.client().publish(outgoing(images=3), lambda: None)
    assert (refused.value.code, refused.value.step) == (Code.MEDIA_REFUSED, NextStep.EDIT)
    assert mastodon.uploads == []
    mastodon.client().publish(outgoing(images=2), lambda: None)
    assert len(mastodon.uploads) == 2


@pytest.mark.parametrize("said", [None, "4", 0, -1, [], {}])
def test_a_number_that_is_none_is_the_usual_one(said: Any) -> None:
    instance = {"configuration": {"statuses": {"max_media_attachments": said}}}
    assert images.most_images(instance) == images.MOST == 4
    assert images.most_images({}) == 4


def test_a_post_of_images_alone_is_known_by_their_words(mastodon: Mastodon) -> None:
    made = mastodon.put("", NOW)
    made["media_attachments"] = [attachment("1", ALTS[0]), attachment("2", None)]
    find = mastodon.client().find
    assert find(outgoing("", images=2), NOW, NOW).published is not None
    assert find(outgoing("", images=1), NOW, NOW).kind is SightingKind.CANNOT_TELL
    assert find(outgoing("", images=3), NOW, NOW).kind is SightingKind.CANNOT_TELL
    mastodon.take_down(made)
    mastodon.put("Une lampe", NOW)
    assert find(outgoing("", images=2), NOW, NOW).kind is SightingKind.ABSENT


def test_what_is_declared_of_images() -> None:
    assert SPEC.images is not None
    assert (SPEC.images.most, SPEC.images.alt, SPEC.images.required, SPEC.images.fetched) == (
        4,
        1500,
        False,
        False,
    )


def test_files_become_the_images_of_a_status(mastodon: Mastodon) -> None:
    for fault, kind in (
        (answer_before(202, payload("media_processing")), "upload"),
        (answer_before(206, payload("media_processing")), "read"),
        (answer_before(200, payload("media_ready")), "read"),
        (answer_before(200, payload("status_counted")), "write"),
    ):
        mastodon.fail_next(fault, kind)
    post = outgoing(images=1)
    assert [later(mastodon, post).code for _time in range(2)] == [Code.MEDIA_PROCESSING] * 2
    published = mastodon.client().publish(post, lambda: None)
    assert published == mapping.seen(payload("status_counted")).published
    assert mapping.seen(payload("status_counted")).alts == ("Une lampe dorée, allumée",)


@needs_description
@pytest.mark.parametrize("name", ["media_processing", "media_ready"])
def test_the_files_fit_the_description(name: str) -> None:
    assert openapi.faults(payload(name), openapi.answer_schema("post", MEDIA, 200)) == []


@needs_description
def test_what_is_sent_and_answered_fits_the_description(mastodon: Mastodon) -> None:
    mastodon.processing = 1
    post = outgoing(images=1)
    for _time in range(2):
        later(mastodon, post)
    mastodon.client().publish(post, lambda: None)
    fields = openapi.operation("post", MEDIA)["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "description"} <= set(fields["properties"])
    assert openapi.faults(mastodon.media["1"], openapi.answer_schema("post", MEDIA, 200)) == []
    assert "206" in openapi.operation("get", "/api/v1/media/{id}")["responses"]
    created = json.loads(mastodon.requests[-1].body)
    assert openapi.faults(created, openapi.body_schema("post", "/api/v1/statuses")) == []
    status = mastodon.of(ACCOUNT.id)[0]
    assert openapi.faults(status, openapi.answer_schema("get", "/api/v1/statuses/{id}", 200)) == []
