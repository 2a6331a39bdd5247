"""Posts of an Instagram account: containers, what is refused, what is found, what is taken down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.graph import HOST, VERSION, proof
from pages.networks.instagram import SPEC
from pages.networks.instagram.client import build
from pages.networks.instagram.length import LIMIT, caption_of, hashtags, measure
from pages.networks.spec import Tools
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    Access,
    Image,
    Outgoing,
    Profile,
    Published,
    SightingKind,
)
from tests.networks.graph_words import GONE, error
from tests.networks.instagram import fake as fakes
from tests.networks.instagram.fake import KEYS, Instagram, ago, said_in
from tests.networks.instagram.words import ACCOUNT, TOKEN

LINK: Final = "https://lumen.example/vitrine"
TEXT: Final = "Nouvelle vitrine ✨ chez @atelier_roche #lampe"
AT_TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)


def image(number: int = 1, **more: Any) -> Image:
    address = f"https://suite.lumen.example/media/{number}.jpg"
    return replace(Image(b"jpeg", "image/jpeg", 4, 4, f"Lampe {number}", address), **more)


def post(text: str = TEXT, *, images: int = 1, link: str = "") -> Outgoing:
    return Outgoing("k" * 32, text, link, "", "fr", tuple(image(number) for number in range(1, images + 1)))


def publish(instagram: Instagram, what: Outgoing) -> tuple[Published, int]:
    """The post, and how many requests had been made when the fence was crossed."""
    fences: list[int] = []
    published = instagram.client().publish(what, lambda: fences.append(len(instagram.requests)))
    assert len(fences) == 1
    return published, fences[0]


def refused(instagram: Instagram, what: Outgoing) -> tuple[str, NextStep]:
    """Why the post did not go out; the fence was not crossed and nothing is shown."""
    with pytest.raises(Never) as never:
        instagram.client().publish(what, lambda: pytest.fail("the fence was crossed"))
    assert instagram.media == {}
    return never.value.code, never.value.step


def later(instagram: Instagram, what: Outgoing) -> Later:
    """Why the post waits."""
    with pytest.raises(Later) as waits:
        instagram.client().publish(what, lambda: pytest.fail("the fence was crossed"))
    assert instagram.media == {}
    return waits.value


# --- one image


def test_one_image_is_a_container_then_a_post(instagram: Instagram) -> None:
    published, before = publish(instagram, post(link=LINK))
    asked = [(each.method, each.path.removeprefix("/v25.0/")) for each in instagram.requests]
    (container,) = instagram.containers
    assert asked == [
        ("GET", f"{ACCOUNT}/content_publishing_limit"),
        ("POST", f"{ACCOUNT}/media"),
        ("GET", container),
        ("POST", f"{ACCOUNT}/media_publish"),
        ("GET", published.remote_id),
    ]
    assert before == 3
    assert instagram.containers[container] == {
        "looks": 0,
        "code": "PUBLISHED",
        "status": "Finished: ready.",
        "caption": f"{TEXT}\n\n{LINK}",
        "alt_text": "Lampe 1",
        "url": "https://suite.lumen.example/media/1.jpg",
        "child": False,
        "children": [container],
    }


def test_the_permalink_is_asked_by_reading_and_never_made_up(instagram: Instagram) -> None:
    published, _before = publish(instagram, post())
    (remote_id,) = instagram.media
    assert published.remote_id == remote_id
    assert published.url == f"https://www.instagram.com/p/C{remote_id[-5:]}/"
    assert published.at is not None
    instagram.refused["permalink"] = error(2, status=500)
    other, _before = publish(instagram, post("Une autre"))
    assert (other.url, other.at) == ("", None)
    assert other.remote_id in instagram.media


def test_the_token_is_in_the_header_and_proven_and_in_no_address(instagram: Instagram) -> None:
    publish(instagram, post())
    for each in instagram.requests:
        assert each.headers["authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in each.path + str(each.query)
        said = each.query.get("appsecret_proof") or said_in(each).get("appsecret_proof")
        assert said == proof(TOKEN, KEYS.client_secret)


def test_an_image_without_words_is_sent_without_any(instagram: Instagram) -> None:
    what = post()
    publish(instagram, replace(what, images=(image(alt=""),)))
    (made,) = instagram.asked("POST", "/media")[:1]
    assert set(said_in(made)) == {"image_url", "caption", "appsecret_proof"}


def test_without_the_secret_there_is_no_proof(instagram: Instagram) -> None:
    client = build(Access(instagram.origin, TOKEN, ACCOUNT), Tools(http=instagram.way()))
    with pytest.raises(Never):
        client.profile()
    assert "appsecret_proof" not in instagram.requests[0].query


# --- a carousel


def test_several_images_are_a_carousel_in_their_order(instagram: Instagram) -> None:
    publish(instagram, post(images=3))
    *children, parent = instagram.containers.values()
    assert [each["url"] for each in children] == [
        f"https://suite.lumen.example/media/{n}.jpg" for n in (1, 2, 3)
    ]
    assert [each["alt_text"] for each in children] == ["Lampe 1", "Lampe 2", "Lampe 3"]
    assert [each["child"] for each in children] == [True] * 3
    assert [each["caption"] for each in children] == [""] * 3
    assert parent["children"] == list(instagram.containers)[:3]
    assert (parent["caption"], parent["child"]) == (TEXT, False)
    assert len(instagram.media) == 1
    said = said_in(instagram.asked("POST", "/media")[3])
    assert said["media_type"] == "CAROUSEL"


# --- refused before anything


@pytest.mark.parametrize(
    ("what", "code", "step"),
    [
        (post(images=0), Code.IMAGE_REQUIRED, NextStep.EDIT),
        (post(images=11), Code.MEDIA_REFUSED, NextStep.EDIT),
        (replace(post(), images=(image(media_type="image/png"),)), Code.MEDIA_REFUSED, NextStep.EDIT),
        (replace(post(), images=(image(), image(url=""))), Code.PUBLIC_URL_NEEDED, NextStep.CONTACT),
        (post("x" * 2201), Code.CONTENT_REFUSED, NextStep.EDIT),
        (post("#a " * 31), Code.CONTENT_REFUSED, NextStep.EDIT),
        (post("x" * 2180, link=LINK), Code.CONTENT_REFUSED, NextStep.EDIT),
    ],
)
def test_what_cannot_go_out_is_refused_before_anything_is_asked(
    instagram: Instagram, what: Outgoing, code: Code, step: NextStep
) -> None:
    assert refused(instagram, what) == (code, step)
    assert instagram.requests == []


def test_what_just_fits_goes_out(instagram: Instagram) -> None:
    publish(instagram, post("x" * (LIMIT - 90) + " #a" * 30, images=10))
    assert len(instagram.media) == 1


# --- how many a day


def test_the_day_is_full_when_the_network_says_so(instagram: Instagram) -> None:
    instagram.used, instagram.quota = 25, {"quota_total": 25, "quota_duration": 86400}
    with time_machine.travel(AT_TEN, tick=False):
        waits = later(instagram, post())
    assert (waits.code, waits.retry_at) == (Code.QUOTA_SPENT, AT_TEN + timedelta(hours=1))
    assert instagram.containers == {}


@pytest.mark.parametrize("quota", [{}, {"quota_total": None}, {"quota_total": "100"}])
def test_a_quota_that_is_not_told_is_none(instagram: Instagram, quota: dict[str, Any]) -> None:
    instagram.used, instagram.quota = 1000, quota
    publish(instagram, post())
    assert len(instagram.media) == 1


@pytest.mark.parametrize("body", [{"data": []}, {}, {"data": "?"}])
def test_a_quota_that_cannot_be_read_stops_nothing(instagram: Instagram, body: Any) -> None:
    instagram.refused["content_publishing_limit"] = Reply(200, body)
    publish(instagram, post())
    assert len(instagram.media) == 1


def test_the_last_of_the_day_still_goes_out(instagram: Instagram) -> None:
    instagram.used, instagram.quota = 24, {"quota_total": 25}
    publish(instagram, post())
    assert len(instagram.media) == 1


# --- what is refused


@pytest.mark.parametrize(
    ("reply", "code", "step"),
    [
        (error(9004, 2207052), Code.PUBLIC_URL_NEEDED, NextStep.CONTACT),
        (error(36000, 2207004), Code.MEDIA_REFUSED, NextStep.EDIT),
        (error(36001, 2207005), Code.MEDIA_REFUSED, NextStep.EDIT),
        (error(36003, 2207009), Code.MEDIA_REFUSED, NextStep.EDIT),
        (error(36004, 2207010), Code.CONTENT_REFUSED, NextStep.EDIT),
        (error(100, 2207028), Code.MEDIA_REFUSED, NextStep.EDIT),
        (error(100, 2207040), Code.CONTENT_REFUSED, NextStep.EDIT),
        (error(25, 2207050), Code.CHECKPOINT, NextStep.CONTACT),
        (error(10), Code.SCOPE_MISSING, NextStep.RECONNECT),
        (error(3), Code.REVIEW_MISSING, NextStep.CONTACT),
        (error(190, 463), Code.EXPIRED, NextStep.RECONNECT),
        (error(190, 460), Code.ACCESS_REFUSED, NextStep.RECONNECT),
        (error(2635), Code.VERSION_GONE, NextStep.CONTACT),
    ],
)
def test_a_container_that_is_refused_says_why(
    instagram: Instagram, reply: Reply, code: Code, step: NextStep
) -> None:
    instagram.refused["POST"] = reply
    assert refused(instagram, post()) == (code, step)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (error(-2, 2207003), Code.MEDIA_PROCESSING),
        (error(-2, 2207082), Code.MEDIA_PROCESSING),
        (error(-1, 2207085), Code.MEDIA_PROCESSING),
        (error(9007, 2207027), Code.MEDIA_PROCESSING),
        (error(9, 2207042), Code.QUOTA_SPENT),
        (error(4, 2207051), "rate_limited"),
        (error(-1, 2207001), "server_error"),
        (error(-1, 2207032), "server_error"),
        (error(24, 2207006), "server_error"),
        (error(-1), "server_error"),
        (error(2, status=500), "server_error"),
        (Reply(200, {}), "answer_unreadable"),
        (Reply(200, "?"), "answer_unreadable"),
    ],
)
def test_a_container_that_cannot_be_made_now_is_for_later(
    instagram: Instagram, reply: Reply, code: str
) -> None:
    instagram.refused["POST"] = reply
    assert later(instagram, post()).code == code


# --- the one call that creates


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (error(9007, 2207027), Code.MEDIA_PROCESSING),
        (error(9, 2207042), Code.QUOTA_SPENT),
        (error(4, 2207051), "rate_limited"),
    ],
)
def test_a_clear_not_yet_after_the_fence_is_for_later(instagram: Instagram, reply: Reply, code: str) -> None:
    instagram.fail_next(fakes.before(reply))
    with pytest.raises(Later) as waits:
        instagram.client().publish(post(), lambda: None)
    assert waits.value.code == code
    assert waits.value.retry_at is not None


@pytest.mark.parametrize(
    "reply", [error(24, 2207008), error(-1, 2207001), error(-1), error(1), Reply(200, {"id": ""})]
)
def test_what_is_not_clear_after_the_fence_is_unknown(instagram: Instagram, reply: Reply) -> None:
    instagram.fail_next(fakes.before(reply))
    with pytest.raises(Unknown):
        instagram.client().publish(post(), lambda: None)
    assert len(instagram.asked("POST", "media_publish")) == 0  # the fault stood in its way


def test_a_closed_fence_makes_no_post(instagram: Instagram) -> None:
    def shut() -> None:
        raise Later("fence_closed")

    with pytest.raises(Later):
        instagram.client().publish(post(), shut)
    assert len(instagram.containers) == 1
    assert (instagram.media, instagram.asked("POST", "media_publish")) == ({}, [])


# --- found again


def look(instagram: Instagram, what: Outgoing, since: datetime) -> tuple[SightingKind, str]:
    sighting = instagram.client().find(what, since, since + timedelta(minutes=1))
    return sighting.kind, sighting.published.remote_id if sighting.published else ""


def test_a_post_is_found_by_its_caption_within_its_time(instagram: Instagram) -> None:
    early = instagram.put(TEXT, ago(hours=3))
    late = instagram.put(f"{TEXT}  ", ago(minutes=1))
    instagram.put("Autre chose", ago(minutes=1))
    assert look(instagram, post(), ago(minutes=2)) == (SightingKind.FOUND, late)
    assert look(instagram, post(), ago(hours=3)) == (SightingKind.FOUND, early)
    assert look(instagram, post(), ago(hours=5)) == (SightingKind.ABSENT, "")


def test_a_caption_comes_back_without_its_at_and_is_still_ours(instagram: Instagram) -> None:
    made = instagram.put(TEXT, ago(minutes=1))
    instagram.without_at = True
    assert look(instagram, post(), ago(minutes=2)) == (SightingKind.FOUND, made)


def test_nearly_the_same_caption_cannot_be_told(instagram: Instagram) -> None:
    instagram.put(f"{TEXT}!", ago(minutes=1))
    assert look(instagram, post(), ago(minutes=2)) == (SightingKind.CANNOT_TELL, "")


def test_between_posts_without_words_nothing_can_be_told(instagram: Instagram) -> None:
    assert look(instagram, post(""), ago(minutes=2)) == (SightingKind.ABSENT, "")
    instagram.put("", ago(minutes=1))
    assert look(instagram, post(""), ago(minutes=2)) == (SightingKind.CANNOT_TELL, "")


def test_only_the_pages_that_matter_are_read(instagram: Instagram) -> None:
    for number in range(120):
        instagram.put(f"Ancienne {number}", ago(days=2, minutes=number))
    assert look(instagram, post(), ago(minutes=2)) == (SightingKind.ABSENT, "")
    assert len(instagram.asked("GET", "/media")) == 1
    assert look(instagram, post("Ancienne 70"), ago(days=2, minutes=71))[0] is SightingKind.FOUND
    assert len(instagram.asked("GET", "/media")) == 4


def test_what_cannot_all_be_read_is_not_absent(instagram: Instagram) -> None:
    for number in range(251):
        instagram.put(f"Beaucoup {number}", ago(seconds=number // 4))
    assert look(instagram, post(), ago(minutes=2)) == (SightingKind.CANNOT_TELL, "")


def test_a_container_that_is_published_and_not_listed_is_not_sent_again(instagram: Instagram) -> None:
    what, since = post(), ago(seconds=10)
    instagram.fail_next(fakes.RESET_AFTER)
    with pytest.raises(Unknown):
        instagram.client().publish(what, lambda: None)
    instagram.media.clear()
    assert instagram.client().find(what, since, since + timedelta(minutes=1)) == CANNOT_TELL


def test_a_container_that_was_not_published_is_absent_and_the_very_same_goes_out(
    instagram: Instagram,
) -> None:
    what, since = post(), ago(seconds=10)
    instagram.fail_next(fakes.RESET_BEFORE)
    with pytest.raises(Unknown):
        instagram.client().publish(what, lambda: None)
    assert instagram.client().find(what, since, since + timedelta(minutes=1)) == ABSENT
    publish(instagram, what)
    assert (len(instagram.containers), len(instagram.media)) == (1, 1)


def test_one_that_arrived_after_it_was_called_absent_is_not_published_again(instagram: Instagram) -> None:
    what, since = post(), ago(seconds=10)
    instagram.fail_next(fakes.RESET_BEFORE)
    with pytest.raises(Unknown):
        instagram.client().publish(what, lambda: None)
    assert instagram.client().find(what, since, since + timedelta(minutes=1)) == ABSENT
    (container,) = instagram.containers.values()
    container["code"] = "PUBLISHED"
    fences: list[str] = []
    with pytest.raises(Unknown) as unknown:
        instagram.client().publish(what, lambda: fences.append("crossed"))
    assert (unknown.value.code, fences) == (Code.DUPLICATE, ["crossed"])
    assert (instagram.asked("POST", "media_publish"), len(instagram.containers)) == ([], 1)
    assert instagram.client().find(what, since, since + timedelta(minutes=1)) == CANNOT_TELL


def test_a_container_that_never_goes_out_is_made_anew_after_two_tries(instagram: Instagram) -> None:
    what = post()
    for _time in range(2):
        instagram.fail_next(fakes.RESET_BEFORE)
        with pytest.raises(Unknown):
            instagram.client().publish(what, lambda: None)
    publish(instagram, what)
    assert (len(instagram.containers), len(instagram.media)) == (2, 1)


def test_what_was_refused_is_made_anew(instagram: Instagram) -> None:
    what = post()
    instagram.fail_next(fakes.before(error(100, 0, "Invalid parameter")))
    with pytest.raises(Never):
        instagram.client().publish(what, lambda: None)
    publish(instagram, what)
    assert (len(instagram.containers), len(instagram.media)) == (2, 1)


# --- taken down


def test_taking_down_needs_a_right_and_says_so(instagram: Instagram) -> None:
    made = instagram.put(TEXT)
    instagram.refused["DELETE"] = error(10, 0, "(#10) Application does not have permission for this action")
    with pytest.raises(Never) as never:
        instagram.deleting().delete(made)
    assert (never.value.code, never.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert list(instagram.media) == [made]


@pytest.mark.parametrize("reply", [GONE, error(-1, 2207085, "Fatal")])
def test_what_is_still_there_was_not_taken_down(instagram: Instagram, reply: Reply) -> None:
    made = instagram.put(TEXT)
    instagram.refused["DELETE"] = reply
    with pytest.raises(Never) as never:
        instagram.deleting().delete(made)
    assert (never.value.code, never.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)


def test_a_post_is_taken_down_once(instagram: Instagram) -> None:
    made, kept = instagram.put(TEXT), instagram.put("Reste")
    for _time in range(2):
        instagram.deleting().delete(made)
    assert list(instagram.media) == [kept]


# --- who it is


def test_the_account_says_who_it_is(instagram: Instagram) -> None:
    assert instagram.client().profile() == Profile(
        ACCOUNT, "@maison_lumen", "Maison Lumen", "https://www.instagram.com/maison_lumen/", 4310, LIMIT
    )


@pytest.mark.parametrize("body", [{}, {"id": "1"}, {"id": "", "username": "a"}, {"id": "1", "username": " "}])
def test_what_is_no_account_is_another_network(instagram: Instagram, body: dict[str, str]) -> None:
    instagram.refused["GET"] = Reply(200, body)
    with pytest.raises(Never) as never:
        instagram.client().profile()
    assert never.value.code == Code.NOT_THIS_NETWORK


def test_the_page_is_told_to_call_us(instagram: Instagram) -> None:
    instagram.client().subscribe()
    assert instagram.subscribed == ["feed"]
    assert instagram.requests[-1].path == f"/{VERSION.name}/me/subscribed_apps"


def test_what_facebook_has_the_page_tell_is_not_switched_off(instagram: Instagram) -> None:
    instagram.subscribed = ["feed", "mention", "messages"]
    instagram.client().subscribe()
    assert instagram.subscribed == ["feed", "mention", "messages"]


def test_a_client_needs_a_way_and_knows_its_host() -> None:
    with pytest.raises(ValueError, match="way to the network"):
        build(Access("", TOKEN, ACCOUNT), Tools())
    assert SPEC.host == HOST


# --- how long it is


@pytest.mark.parametrize(
    ("text", "link", "length"),
    [
        ("", "", 0),
        ("  Une lampe ", "", 9),
        ("Une lampe", LINK, 9 + 2 + len(LINK)),
        (f"Voir {LINK}", LINK, 5 + len(LINK)),
        ("", LINK, len(LINK)),
        ("#a " * 30, "", 89),
        ("#a " * 31, "", LIMIT + 1),
        ("#a#b" * 20, "", LIMIT + 10),
    ],
)
def test_a_caption_is_as_long_as_its_text_with_its_link(text: str, link: str, length: int) -> None:
    assert measure(text, link) == length


@given(st.text(alphabet="#a é\n", max_size=80), st.sampled_from(["", LINK]))
def test_the_measure_and_what_leaves_agree(text: str, link: str) -> None:
    caption = caption_of(Outgoing("k", text, link))
    fits = len(caption) <= LIMIT and hashtags(caption) <= 30
    assert (measure(text, link) <= LIMIT) == fits
    if hashtags(caption) <= 30:
        assert measure(text, link) == len(caption)


def test_whatever_a_container_says_is_an_outcome(instagram: Instagram) -> None:
    for code in ("ERROR", "EXPIRED", "PUBLISHED", "?"):
        instagram.ending = (code, "x" * 9)
        with pytest.raises(OutcomeError):
            instagram.client().publish(post(), lambda: pytest.fail("the fence was crossed"))
