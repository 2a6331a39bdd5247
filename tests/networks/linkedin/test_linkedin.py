"""Posts of a company page: what leaves, what comes back, and what each refusal means."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.linkedin import SPEC
from pages.networks.linkedin.client import build
from pages.networks.shelf import MemoryShelf
from pages.networks.spec import Tools
from pages.networks.types import ABSENT, CANNOT_TELL, Access, Image, Outgoing, Profile, Published, found
from tests.networks.bench import MemoryPace, picture
from tests.networks.linkedin import fake as fakes
from tests.networks.linkedin.fake import KEYS, PAGE, TOKEN, LinkedIn

LINK: Final = "https://www.lumen.example/vitrine?a=1"
POST: Final = Outgoing("k", "Nouvelle vitrine (samedi)\nVenez ! #Lampe", LINK, "", "fr")
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)


def sent(server: LinkedIn, word: str = "posts") -> dict[str, Any]:
    """What the latest write of a kind held."""
    writes = [each for each in server.asked(word) if each.method == "POST"]
    found: dict[str, Any] = json.loads(writes[-1].body)
    return found


def showing(*images: Image) -> Outgoing:
    """The post with these images, none of which went up before."""
    return replace(POST, images=images, shelf=MemoryShelf())


def publish(server: LinkedIn, post: Outgoing = POST) -> Published:
    """Publish, whatever the fence says."""
    return server.client().publish(post, lambda: None)


# --- what leaves


def test_a_text_with_a_link_leaves_as_an_article_card(linkedin: LinkedIn) -> None:
    published = publish(linkedin)
    assert published == Published(next(iter(linkedin.posts)), "", None)
    assert sent(linkedin) == {
        "author": PAGE,
        "commentary": "Nouvelle vitrine \\(samedi\\)\nVenez ! {hashtag|\\#|Lampe}",
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
        "content": {"article": {"source": LINK, "title": "Nouvelle vitrine (samedi)"}},
    }


def test_every_call_names_the_version_the_protocol_and_the_token(linkedin: LinkedIn) -> None:
    publish(linkedin)
    headers = linkedin.requests[-1].headers
    assert headers["linkedin-version"] == "202604"
    assert headers["x-restli-protocol-version"] == "2.0.0"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert all(TOKEN not in each.path + str(each.query) for each in linkedin.requests)


def test_a_text_alone_has_no_content(linkedin: LinkedIn) -> None:
    publish(linkedin, replace(POST, link=""))
    assert "content" not in sent(linkedin)


def test_a_link_alone_is_called_by_its_host(linkedin: LinkedIn) -> None:
    publish(linkedin, replace(POST, text=""))
    assert sent(linkedin)["content"] == {"article": {"source": LINK, "title": "www.lumen.example"}}
    assert sent(linkedin)["commentary"] == ""


def test_a_long_first_line_is_cut_in_the_card_and_not_in_the_text(linkedin: LinkedIn) -> None:
    publish(linkedin, replace(POST, text="lampe " * 100))
    assert len(sent(linkedin)["content"]["article"]["title"]) <= 200
    assert sent(linkedin)["commentary"] == ("lampe " * 100).strip()


def test_one_image_takes_the_place_of_the_card_and_the_link_goes_into_the_text(linkedin: LinkedIn) -> None:
    publish(linkedin, showing(picture(0)))
    (urn,) = linkedin.images
    assert linkedin.images[urn]["content"] == picture(0).content
    assert sent(linkedin)["content"] == {"media": {"id": urn, "altText": "Une lampe dorée, allumée"}}
    assert sent(linkedin)["commentary"].endswith("\n\nhttps://www.lumen.example/vitrine?a=1")


def test_several_images_keep_their_order_and_a_missing_text_is_not_sent(linkedin: LinkedIn) -> None:
    publish(linkedin, showing(picture(0), picture(1)))
    first, second = linkedin.images
    shown = [{"id": first, "altText": "Une lampe dorée, allumée"}, {"id": second}]
    assert sent(linkedin)["content"] == {"multiImage": {"images": shown}}


def test_images_are_ready_before_the_fence_and_the_post_is_the_one_call_after_it(linkedin: LinkedIn) -> None:
    calls: list[int] = []
    linkedin.client().publish(showing(picture(0)), lambda: calls.append(len(linkedin.requests)))
    assert calls == [len(linkedin.requests) - 1]
    assert [each.method for each in linkedin.requests] == ["POST", "PUT", "GET", "POST"]
    assert linkedin.requests[1].headers["content-type"] == "image/png"


def test_more_images_than_it_takes_are_not_even_sent(linkedin: LinkedIn) -> None:
    with pytest.raises(Never) as refused:
        publish(linkedin, showing(*(picture(0) for _each in range(21))))
    assert (refused.value.code, linkedin.requests) == (Code.MEDIA_REFUSED, [])


def test_the_token_goes_to_linkedin_alone(linkedin: LinkedIn) -> None:
    image = Image(b"x", "image/png", 1, 1)
    wire = linkedin.client()._wire
    for address in (
        "https://evil.example/up",
        "http://www.linkedin.com/up",
        "https://linkedin.com.evil.example/",
    ):
        with pytest.raises(Never) as refused:
            wire.upload(address, image.content, image.media_type)
        assert refused.value.code == Code.MEDIA_REFUSED
    assert linkedin.requests == []


# --- what each answer means


REFUSALS: Final[list[tuple[Reply, type[OutcomeError], str, NextStep | None]]] = [
    (fakes.EXPIRED, Never, Code.EXPIRED, NextStep.RECONNECT),
    (fakes.REVOKED, Never, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    (Reply(401, "<html>wall</html>"), Never, Code.BLOCKED, NextStep.CONTACT),
    (Reply(403, "<html>wall</html>"), Never, Code.BLOCKED, NextStep.CONTACT),
    (Reply(404, "<html>wall</html>"), Never, Code.BLOCKED, NextStep.CONTACT),
    (fakes.DENIED, Never, Code.SCOPE_MISSING, NextStep.CONTACT),
    (fakes.NOT_ADMIN, Never, Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
    (fakes.duplicate("urn:li:share:1"), Never, Code.DUPLICATE, NextStep.EDIT),
    (fakes.error(400, "DUPLICATE_POST", "twice"), Never, Code.DUPLICATE, NextStep.EDIT),
    (fakes.error(422, "INVALID", "ERROR :: /commentary"), Never, Code.CONTENT_REFUSED, NextStep.EDIT),
    (fakes.error(426, "NONEXISTENT_VERSION", "not active"), Never, Code.VERSION_GONE, NextStep.CONTACT),
    (fakes.error(404, "NOT_FOUND", "no"), Never, Code.NOT_FOUND, NextStep.CONTACT),
    (fakes.error(409, "CONFLICT", "again"), Later, "server_error", None),
    (fakes.error(429, "TOO_MANY_REQUESTS", "slow"), Later, "rate_limited", None),
    (fakes.error(500, "INTERNAL", "oh"), Unknown, "server_error", None),
]


@pytest.mark.parametrize(("reply", "kind", "code", "step"), REFUSALS)
def test_a_refusal_becomes_what_to_do(
    linkedin: LinkedIn, reply: Reply, kind: type[OutcomeError], code: str, step: NextStep | None
) -> None:
    linkedin.fail_next(fakes.before(reply))
    with pytest.raises(kind) as refused:
        publish(linkedin)
    assert (refused.value.code, getattr(refused.value, "step", None), linkedin.posts) == (code, step, {})


def test_a_duplicate_keeps_the_name_of_the_post_that_is_there(linkedin: LinkedIn) -> None:
    first = publish(linkedin)
    with pytest.raises(Never) as refused:
        publish(linkedin)
    assert refused.value.code == Code.DUPLICATE
    assert first.remote_id in refused.value.answer
    assert len(linkedin.posts) == 1


@time_machine.travel(TEN, tick=False)
def test_what_is_spent_for_the_day_comes_back_at_midnight_utc(linkedin: LinkedIn) -> None:
    linkedin.fail_next(fakes.before(fakes.SPENT))
    with pytest.raises(Later) as later:
        publish(linkedin)
    assert later.value.retry_at == datetime(2026, 8, 13, tzinfo=UTC)


def test_a_version_that_is_gone_is_named_on_a_read_too(linkedin: LinkedIn) -> None:
    linkedin.fail_next(fakes.before(fakes.error(426, "NONEXISTENT_VERSION", "no")), "read")
    with pytest.raises(Never) as refused:
        linkedin.client().find(POST, TEN, TEN)
    assert (refused.value.code, refused.value.step) == (Code.VERSION_GONE, NextStep.CONTACT)


def test_no_secret_is_left_in_what_is_kept(linkedin: LinkedIn) -> None:
    linkedin.fail_next(fakes.before(fakes.error(400, "X", f"token {TOKEN}")))
    with pytest.raises(Never) as refused:
        publish(linkedin)
    assert TOKEN not in refused.value.answer


# --- did it go out?


def test_a_post_is_found_by_its_text_and_its_card(linkedin: LinkedIn) -> None:
    other = replace(POST, text="Autre chose, tout à fait")
    urn, now = publish(linkedin).remote_id, datetime.now(UTC)
    client = linkedin.client()
    sighting = client.find(POST, now - timedelta(minutes=1), now)
    assert (sighting.published and sighting.published.remote_id) == urn
    assert client.find(other, now - timedelta(minutes=1), now) == ABSENT
    assert client.find(replace(POST, link="https://other.example/"), now, now) == ABSENT


def test_outside_its_time_it_is_not_the_same_post(linkedin: LinkedIn) -> None:
    linkedin.put("Une lampe", TEN)
    client, post = linkedin.client(), Outgoing("k", "Une lampe")
    at = Published(next(iter(linkedin.posts)), "", TEN)
    assert client.find(post, TEN + timedelta(minutes=2), TEN + timedelta(minutes=3)) == found(at)
    assert client.find(post, TEN + timedelta(minutes=3), TEN + timedelta(minutes=4)) == ABSENT
    assert client.find(post, TEN - timedelta(minutes=9), TEN - timedelta(minutes=3)) == ABSENT


def test_of_two_alike_the_nearest_is_it(linkedin: LinkedIn) -> None:
    linkedin.put("Une lampe", TEN - timedelta(seconds=90))
    near = linkedin.put("Une lampe", TEN + timedelta(seconds=1))
    sighting = linkedin.client().find(Outgoing("k", "Une lampe"), TEN, TEN)
    assert (sighting.published and sighting.published.remote_id) == near


def test_nearly_the_same_text_cannot_be_told(linkedin: LinkedIn) -> None:
    linkedin.put("Une belle lampe dorée, à voir dès samedi matin", TEN)
    wanted = Outgoing("k", "Une belle lampe dorée à voir dès samedi matin !!")
    assert linkedin.client().find(wanted, TEN, TEN) == CANNOT_TELL


def test_further_pages_are_read_down_to_the_time(linkedin: LinkedIn) -> None:
    wanted = linkedin.put("La bonne lampe", TEN)
    for number in range(60):
        linkedin.put(f"Nouvelle {number}", TEN + timedelta(minutes=10 + number))
    sighting = linkedin.client().find(Outgoing("k", "La bonne lampe"), TEN, TEN)
    assert (sighting.published and sighting.published.remote_id) == wanted
    assert [each.query["start"] for each in linkedin.asked("posts")] == ["0", "50"]


def test_more_posts_than_can_be_read_cannot_be_told(linkedin: LinkedIn) -> None:
    for number in range(501):
        linkedin.put(f"Nouvelle {number}", TEN + timedelta(minutes=10 + number))
    assert linkedin.client().find(Outgoing("k", "Une lampe"), TEN, TEN) == CANNOT_TELL


def test_a_total_that_promises_too_much_ends_with_an_empty_page(linkedin: LinkedIn) -> None:
    linkedin.put("Une autre", TEN)
    page = {"elements": list(linkedin.posts.values()), "paging": {"total": 9000, "links": []}}
    linkedin.fail_next(fakes.before(Reply(200, page)), "read")
    assert linkedin.client().find(Outgoing("k", "Une lampe"), TEN, TEN) == ABSENT
    assert [each.query["start"] for each in linkedin.asked("posts")] == ["50"]


def test_a_page_without_a_total_goes_on_by_its_link_or_by_being_full(linkedin: LinkedIn) -> None:
    other, next_page = linkedin.put("Une autre", TEN), {"rel": "next", "href": "/rest/posts?start=50"}
    wanted = linkedin.put("Une lampe", TEN)
    first, second = linkedin.posts[other], linkedin.posts[wanted]
    pages = ({"elements": [first], "paging": {"links": [next_page]}}, {"elements": [second], "paging": None})
    for page in pages:
        linkedin.fail_next(fakes.before(Reply(200, page)), "read")
    sighting = linkedin.client().find(Outgoing("k", "Une lampe"), TEN, TEN)
    assert (sighting.published and sighting.published.remote_id) == wanted
    assert len(linkedin.asked("posts")) == 0


@pytest.mark.parametrize("answer", [{"elements": [{"id": 1}]}, {"elements": [{"id": "urn:li:share:1"}]}])
def test_posts_that_cannot_be_read_cannot_be_told(linkedin: LinkedIn, answer: dict[str, Any]) -> None:
    linkedin.fail_next(fakes.before(Reply(200, answer)), "read")
    assert linkedin.client().find(POST, TEN, TEN) == CANNOT_TELL


@pytest.mark.parametrize("answer", [[], {}, {"elements": 1}, "<html>", 5])
def test_an_answer_that_is_no_list_is_for_later(linkedin: LinkedIn, answer: Any) -> None:
    linkedin.fail_next(fakes.before(Reply(200, answer)), "read")
    with pytest.raises(Later):
        linkedin.client().find(POST, TEN, TEN)


# --- deleting, and who it is


def test_taken_down_it_is_gone_and_once_more_is_done(linkedin: LinkedIn) -> None:
    urn = publish(linkedin).remote_id
    linkedin.client().delete(urn)
    assert linkedin.posts == {}
    linkedin.client().delete(urn)
    assert linkedin.requests[-1].path == f"/rest/posts/{urn.replace(':', '%3A')}"


def test_what_may_not_be_deleted_stays_and_is_said(linkedin: LinkedIn) -> None:
    urn = publish(linkedin).remote_id
    linkedin.refused["posts"] = fakes.NOT_ADMIN
    with pytest.raises(Never) as refused:
        linkedin.client().delete(urn)
    assert (refused.value.code, list(linkedin.posts)) == (Code.NOT_ALLOWED_HERE, [urn])


def test_the_page_says_who_it_is_and_how_many_follow_it(linkedin: LinkedIn) -> None:
    assert linkedin.client().profile() == Profile(
        PAGE, "maison-lumen", "Maison Lumen", "https://www.linkedin.com/company/maison-lumen", 4821
    )


@pytest.mark.parametrize("spelling", ["COMPANY_FOLLOWED_BY_MEMBER", "CompanyFollowedByMember"])
def test_followers_are_asked_for_in_both_spellings(linkedin: LinkedIn, spelling: str) -> None:
    linkedin.followed = spelling
    assert linkedin.client().profile().followers == 4821
    asked = [each.query["edgeType"] for each in linkedin.requests if "networkSizes" in each.path]
    assert asked[-1] == spelling
    assert len(asked) == (1 if spelling.isupper() else 2)


def test_followers_that_are_not_told_are_not_zero(linkedin: LinkedIn) -> None:
    linkedin.refused["networkSizes"] = fakes.NOT_ADMIN
    assert linkedin.client().profile().followers is None


@pytest.mark.parametrize("answer", [{}, {"localizedName": " "}, {"localizedName": 5}])
def test_what_describes_no_page_is_not_this_network(linkedin: LinkedIn, answer: dict[str, Any]) -> None:
    linkedin.organizations[PAGE] = answer or {"x": 1}
    with pytest.raises(Never) as refused:
        linkedin.client().profile()
    assert refused.value.code == Code.NOT_THIS_NETWORK


def test_a_wrong_token_asks_for_another(linkedin: LinkedIn) -> None:
    with pytest.raises(Never) as refused:
        linkedin.client(token="other").profile()
    assert (refused.value.code, refused.value.step) == (Code.ACCESS_REFUSED, NextStep.RECONNECT)


def test_a_slowed_account_waits_for_everybody(linkedin: LinkedIn) -> None:
    pace = MemoryPace()
    linkedin.fail_next(fakes.before(fakes.SPENT, Retry_After="120"))
    with pytest.raises(Later):
        linkedin.client(pace=pace).publish(POST, lambda: None)
    seen = len(linkedin.requests)
    with pytest.raises(Later):
        linkedin.client(pace=pace).profile()
    assert len(linkedin.requests) == seen


def test_the_spec_names_its_one_version_and_its_day() -> None:
    assert SPEC.version is not None
    assert (SPEC.version.name, SPEC.version.sunset) == ("202604", date(2027, 4, 1))
    assert SPEC.host == "https://api.linkedin.com"


def test_without_a_host_the_page_is_on_linkedin_itself(linkedin: LinkedIn) -> None:
    client = build(Access("", TOKEN, PAGE), Tools(http=linkedin.way(), app=KEYS))
    assert client._wire.host == "https://api.linkedin.com"


def test_without_a_way_there_is_no_client() -> None:
    with pytest.raises(ValueError, match="way to the network"):
        build(Access("", TOKEN, PAGE), Tools())
