"""Every network meets the same faults: the right outcome, nothing twice, nothing lost."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cm_suite.core.errors import Later, Never, NextStep, Outcome, OutcomeError, Unknown
from pages import networks
from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, ConnectKind, Outgoing, SightingKind
from tests.networks.bench import LINK, TEXT, Bench
from tests.networks.benches import (
    BENCHES,
    FAULTS,
    FIELDS,
    PROTOCOLS,
    WHERE_THEY_APPLY,
    able,
    on,
    opened,
    refusing_twins,
    spec_of,
    working_on_images,
)

PUBLISH, FIND, DELETE = Capability.PUBLISH, Capability.FIND, Capability.DELETE
RULES = {name: spec_of(name).images for name in able(PUBLISH)}
IMAGES = [name for name, rules in RULES.items() if rules is not None]
REQUIRED = [name for name, rules in RULES.items() if rules is not None and rules.required]
WORKING, REFUSING = working_on_images(), refusing_twins()
FETCHED = [name for name, rules in RULES.items() if rules is not None and rules.fetched]
VERSIONED = [code for code, spec in NETWORKS.items() if spec.version is not None]


def sight(bench: Bench, post: Outgoing) -> SightingKind:
    """Look for a post sent about now."""
    now = datetime.now(UTC)
    kind: SightingKind = bench.client.find(post, now - timedelta(minutes=1), now).kind
    return kind


def called(bench: Bench) -> int:
    """How many requests reached the network."""
    assert bench.calls is not None
    return bench.calls()


# --- what a network says of itself


def test_every_network_is_under_test() -> None:
    assert {code for code, _opens in BENCHES.values()} == set(NETWORKS)


@on(list(BENCHES))
def test_a_client_can_do_just_what_its_spec_says(bench: Bench) -> None:
    for capability, protocol in PROTOCOLS.items():
        if capability is Capability.AUDIENCE and bench.declares.connect is ConnectKind.NONE:
            continue  # whoever keeps the store counts its followers
        promised = capability in bench.declares.capabilities
        assert isinstance(bench.client, protocol) == promised, capability
    assert set(PROTOCOLS) | {Capability.IMAGES} == set(Capability)


@pytest.mark.parametrize("code", list(NETWORKS))
def test_a_network_says_why_for_just_what_it_lacks(code: str) -> None:
    spec = NETWORKS[code]
    assert set(spec.why_not) == set(Capability) - spec.capabilities
    assert (spec.images is not None) == (Capability.IMAGES in spec.capabilities)
    assert spec.reconciles.endswith(".")
    assert spec.listens.endswith(".")


@pytest.mark.parametrize("name", list(BENCHES))
def test_a_bench_offers_what_its_network_can(name: str) -> None:
    spec = spec_of(name)
    needed = {field for able_to, fields in FIELDS.items() if able_to in spec.capabilities for field in fields}
    needed |= {"exhaust"} if spec.rests is not None else set()
    needed |= {"calls"} if name in able(wired=True) else set()
    needed |= set() if PUBLISH in spec.capabilities else {"ours"}
    with opened(name) as bench:
        assert {field for field in needed if getattr(bench, field) is None} == set()


@on(able(PUBLISH, wired=True))
def test_every_common_fault_is_planned_and_ends_alike(bench: Bench) -> None:
    planned = {name: outcome for name, (_plan, outcome) in bench.faults.items()}
    assert {name: planned.get(name) for name in FAULTS} == FAULTS
    assert {name: planned[name] for name in WHERE_THEY_APPLY if name in planned}.items() <= (
        WHERE_THEY_APPLY.items()
    )


@pytest.mark.parametrize("name", able(PUBLISH))
def test_what_a_spec_says_of_twins_and_of_images_is_planned(name: str) -> None:
    with opened(name) as bench:
        assert ("media_processing" in bench.faults) == (name in WORKING)
        assert (bench.uploads is not None) == (name in WORKING)
        assert "duplicate" in bench.faults or name not in REFUSING


@pytest.mark.parametrize("code", VERSIONED)
def test_a_version_is_one_constant_and_has_its_page(code: str) -> None:
    version = NETWORKS[code].version
    assert version is not None
    assert version.name != ""
    assert urlsplit(version.page).scheme == "https"
    folder = Path(networks.__path__[0])
    sources = [*(folder / code).glob("*.py"), *folder.glob("*.py")]
    literal = re.compile(rf"""["']{re.escape(version.name)}["']""")
    said = [path.name for path in sources for _found in literal.finditer(path.read_text())]
    assert len(said) == 1, said


# --- publishing


@on(able(PUBLISH))
def test_a_post_goes_out_once_across_one_fence_and_is_found(bench: Bench) -> None:
    post = bench.outgoing(link=LINK)
    assert sight(bench, post) is SightingKind.ABSENT
    published = bench.client.publish(post, bench.fence)
    assert published.remote_id != ""
    assert bench.fences == ["0 there"]
    assert bench.holds() == 1
    assert sight(bench, post) is SightingKind.FOUND


@on(able(PUBLISH))
def test_a_closed_fence_sends_nothing(bench: Bench) -> None:
    post = bench.outgoing(link=LINK)
    with pytest.raises(Later):
        bench.client.publish(post, bench.refuse)
    assert bench.holds() == 0
    assert sight(bench, post) is SightingKind.ABSENT


@on(able(PUBLISH))
def test_each_fault_ends_in_its_outcome_and_then_once_on_the_page(bench: Bench) -> None:
    for name, (break_it, expected) in bench.faults.items():
        before = bench.holds()
        post = bench.outgoing(f"{TEXT} {name * 6}", images=int(name == "media_processing"))
        break_it()
        with pytest.raises(OutcomeError) as caught:
            bench.client.publish(post, bench.fence)
        assert caught.value.outcome is expected, name
        if expected is not Outcome.UNKNOWN:
            assert bench.holds() == before, name
        _settle(bench, post, caught.value)
        assert bench.holds() == before + 1, name
        assert sight(bench, post) is SightingKind.FOUND, name


def _settle(bench: Bench, post: Outgoing, error: OutcomeError) -> None:
    """What the engine does next: an unknown outcome is looked up before anything is sent again."""
    bench.pace.forget()
    if not isinstance(error, Unknown) or sight(bench, post) is SightingKind.ABSENT:
        publish_patiently(bench, post)


def publish_patiently(bench: Bench, post: Outgoing) -> int:
    """Publish, and again for as long as the network works on an image; how many tries it took."""
    for tries in range(1, 5):
        with suppress(Later):
            bench.client.publish(post, bench.fence)
            return tries
    pytest.fail("the network works on it for ever")


@pytest.mark.parametrize("fault", ["token_expired", "token_revoked"])
@on(able(PUBLISH, wired=True))
def test_a_token_that_ended_asks_for_another_and_for_nothing_else(bench: Bench, fault: str) -> None:
    bench.faults[fault][0]()
    with pytest.raises(Never) as refused:
        bench.client.publish(bench.outgoing(), bench.fence)
    assert refused.value.step is NextStep.RECONNECT
    assert refused.value.code in {Code.ACCESS_REFUSED, Code.EXPIRED}
    assert bench.holds() == 0


@on(REFUSING)
def test_a_text_that_is_there_already_wants_another(bench: Bench) -> None:
    bench.faults["duplicate"][0]()
    with pytest.raises(Never) as refused:
        bench.client.publish(bench.outgoing(), bench.fence)
    assert (refused.value.code, refused.value.step) == (Code.DUPLICATE, NextStep.EDIT)
    assert bench.holds() == 0


@on(able(DELETE))
def test_taking_down_twice_is_done_twice(bench: Bench) -> None:
    remote_id = bench.published()
    assert bench.holds() == 1
    bench.client.delete(remote_id)
    bench.client.delete(remote_id)
    assert bench.holds() == 0


@on(list(BENCHES))
def test_the_account_says_who_it_is(bench: Bench) -> None:
    profile = bench.client.profile()
    assert profile.remote_id != ""
    assert profile.name == "Maison Lumen"


# --- pace


@pytest.mark.parametrize("fault", ["429", "429_no_header"])
@on(able(PUBLISH, wired=True))
def test_a_slowed_account_leaves_no_byte_until_its_time(bench: Bench, fault: str) -> None:
    bench.faults[fault][0]()
    with pytest.raises(Later) as slowed:
        bench.client.publish(bench.outgoing(), bench.fence)
    assert slowed.value.retry_at is not None
    assert slowed.value.retry_at > datetime.now(UTC)
    _rests(bench)


@on([name for name in BENCHES if spec_of(name).rests is not None])
def test_an_account_without_a_call_left_leaves_no_byte(bench: Bench) -> None:
    bench.client.profile()
    assert bench.pace.until == {}
    assert bench.exhaust is not None
    bench.exhaust()
    _calls(bench)
    _rests(bench)


def _rests(bench: Bench) -> None:
    """Nothing is asked any more, whatever it is; and again once the time is over."""
    assert len(bench.pace.until) == 1
    before = called(bench)
    with pytest.raises(Later) as later:
        bench.client.profile()
    assert later.value.code == "rate_limited"
    assert called(bench) == before
    bench.pace.forget()
    _calls(bench)
    assert called(bench) > before


def _calls(bench: Bench) -> None:
    """Ask for something; where that takes several calls, the first may be the last for now."""
    with suppress(Later):
        bench.client.profile()


# --- images


@on(IMAGES)
def test_images_go_out_with_their_words_and_in_order(bench: Bench) -> None:
    rules = bench.declares.images
    assert rules is not None
    assert bench.alts is not None
    post = bench.outgoing(images=min(rules.most, 4))
    bench.client.publish(post, bench.fence)
    assert bench.alts() == [image.alt for image in post.images]
    assert (bench.fences, bench.holds()) == (["0 there"], 1)
    if FIND in bench.declares.capabilities:
        assert sight(bench, post) is SightingKind.FOUND


@on(IMAGES)
def test_a_closed_fence_shows_no_image(bench: Bench) -> None:
    with pytest.raises(Later) as stopped:
        bench.client.publish(bench.outgoing(images=1), bench.refuse)
    assert stopped.value.code == "fence_closed"
    assert bench.holds() == 0


@on(WORKING)
def test_an_image_that_is_not_ready_is_for_soon_and_nothing_is_shown(bench: Bench) -> None:
    bench.faults["media_processing"][0]()
    with pytest.raises(Later) as later:
        bench.client.publish(bench.outgoing(images=1), bench.fence)
    assert later.value.code == Code.MEDIA_PROCESSING
    assert later.value.retry_at is not None
    assert later.value.retry_at - datetime.now(UTC) <= timedelta(seconds=30)
    assert (bench.fences, bench.holds()) == ([], 0)


@on(WORKING)
def test_what_the_network_works_on_goes_out_at_a_later_try_and_went_up_once(bench: Bench) -> None:
    assert bench.uploads is not None
    assert bench.alts is not None
    bench.faults["media_processing"][0]()
    post = bench.outgoing(images=2)
    with pytest.raises(Later):
        bench.client.publish(post, bench.fence)
    first = bench.uploads()
    assert publish_patiently(bench, post) <= 3
    assert (first, bench.fences, bench.holds()) == (2, ["0 there"], 1)
    assert bench.alts() == [image.alt for image in post.images]
    assert bench.uploads() <= 3  # the two, and where there is one, what holds them


@on(WORKING)
def test_what_a_closed_fence_left_does_not_go_up_again(bench: Bench) -> None:
    assert bench.uploads is not None
    post = bench.outgoing(images=2)
    with pytest.raises(Later):
        bench.client.publish(post, bench.refuse)
    there = bench.uploads()
    bench.client.publish(post, bench.fence)
    assert (bench.uploads(), bench.holds()) == (there, 1)


@on(REQUIRED)
def test_a_post_without_the_image_it_needs_does_not_leave(bench: Bench) -> None:
    before = called(bench)
    with pytest.raises(Never) as refused:
        bench.client.publish(replace(bench.outgoing(), images=()), bench.fence)
    assert (refused.value.code, refused.value.step) == (Code.IMAGE_REQUIRED, NextStep.EDIT)
    assert (called(bench), bench.fences) == (before, [])


@on(FETCHED)
def test_an_image_that_nobody_can_fetch_does_not_leave(bench: Bench) -> None:
    post = bench.outgoing(images=1)
    before = called(bench)
    with pytest.raises(Never) as refused:
        bench.client.publish(
            replace(post, images=tuple(replace(each, url="") for each in post.images)), bench.fence
        )
    assert (refused.value.code, refused.value.step) == (Code.PUBLIC_URL_NEEDED, NextStep.CONTACT)
    assert (called(bench), bench.fences) == (before, [])
