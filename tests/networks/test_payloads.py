"""Payload files of Mastodon: file in, dataclass out. Each names the page it follows and what is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import Refusal
from pages.networks.errors import Code
from pages.networks.mastodon import mapping, sightings
from pages.networks.mastodon.errors import explained
from pages.networks.types import Outgoing, Profile, Published, SightingKind
from tests.networks import openapi
from tests.networks.fake_mastodon import Mastodon, answer_after, answer_before
from tests.networks.openapi import needs_description

FOLDER: Final = Path(__file__).parent / "payloads"
FILES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
HOST: Final = "https://social.example"
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
LINK: Final = "https://www.lumen.example/boutique/nouvelle-vitrine-du-samedi?utm=social&lang=fr"


def file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def payload(name: str) -> dict[str, Any]:
    found: dict[str, Any] = file(name)["payload"]
    return found


def posted(number: str) -> str:
    return f"{HOST}/@maison_lumen/{number}"


STATUSES: Final[dict[str, mapping.Seen]] = {
    "status_link": mapping.Seen(
        Published("112200000000000001", posted("112200000000000001"), TEN.replace(microsecond=901000)),
        TEN.replace(microsecond=901000),
        f'"Nouvelle vitrine" ✨\n\n{LINK}',
    ),
    "status_mention_tag": mapping.Seen(
        Published("112200000000000002", posted("112200000000000002"), TEN),
        TEN,
        "Avec @ami, #Vitrine\n5 < 6 & « oui »",
    ),
    "status_no_url": mapping.Seen(
        Published("112200000000000003", "", TEN.replace(microsecond=500000)),
        TEN.replace(microsecond=500000),
        "Une lampe",
    ),
    "status_number": mapping.Seen(Published("42", posted("42"), TEN), TEN, "Une lampe\n\nrouge\n\nbleue"),
}

SENT: Final = {
    "status_link": Outgoing("k", '"Nouvelle vitrine" ✨', LINK),
    "status_mention_tag": Outgoing("k", "Avec @ami@autre.example, #Vitrine\n5 < 6 & « oui »"),
    "status_no_url": Outgoing("k", "Une lampe"),
    "status_number": Outgoing("k", "Une lampe\nrouge\nbleue"),
}

ACCOUNT: Final = Profile(
    remote_id="109382",
    handle="@maison_lumen@lumen.example",
    name="Maison Lumen ✨",
    url="https://social.example/@maison_lumen",
    followers=214,
    text_limit=1200,
    url_length=30,
)

# account · instance · what they make
PROFILES: Final[list[tuple[str, str, Profile]]] = [
    ("account", "instance_v2", ACCOUNT),
    (
        "account_bare",
        "instance_v1",
        Profile("109382", "@maison_lumen@social.example", "maison_lumen", ACCOUNT.url, 0, 500, 23),
    ),
    (
        "account",
        "instance_other",
        Profile("109382", "@maison_lumen@other.example", ACCOUNT.name, ACCOUNT.url, 214, 5000, None),
    ),
]

# error · status it comes with · what it means · what to do
ERRORS: Final[list[tuple[str, int, Code, NextStep]]] = [
    ("error_token", 401, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    ("error_disabled", 403, Code.ACCOUNT_CLOSED, NextStep.RECONNECT),
    ("error_scope", 403, Code.SCOPE_MISSING, NextStep.RECONNECT),
    ("error_user", 422, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    ("error_text", 422, Code.CONTENT_REFUSED, NextStep.EDIT),
    ("error_record", 404, Code.NOT_FOUND, NextStep.CONTACT),
]


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_page_and_what_was_invented(name: str) -> None:
    assert set(file(name)) == {"follows", "invented", "payload"}
    page = urlsplit(file(name)["follows"])
    assert (page.scheme, page.hostname) == ("https", "docs.joinmastodon.org")
    assert all(isinstance(each, str) and each for each in file(name)["invented"])


def test_no_file_is_forgotten() -> None:
    used = {*STATUSES, *(name for account, instance, _made in PROFILES for name in (account, instance))}
    assert used | {name for name, *_rest in ERRORS} == set(FILES)


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_becomes_what_was_seen(name: str) -> None:
    assert mapping.seen(payload(name)) == STATUSES[name]
    assert mapping.published(payload(name)) == STATUSES[name].published


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_is_recognised_as_the_post_it_was(name: str) -> None:
    seen = [mapping.seen(payload(each)) for each in STATUSES]
    sighting = sightings.of_post(SENT[name], seen, TEN)
    assert (sighting.kind, sighting.published) == (SightingKind.FOUND, STATUSES[name].published)
    others = [mapping.seen(payload(each)) for each in STATUSES if each != name]
    assert sightings.of_post(SENT[name], others, TEN).kind is not SightingKind.FOUND


@pytest.mark.parametrize("name", STATUSES)
def test_over_the_wire_it_is_the_same(mastodon: Mastodon, name: str) -> None:
    mastodon.fail_next(answer_after(200, payload(name)))
    assert mastodon.client().publish(SENT[name], lambda: None) == STATUSES[name].published
    mastodon.fail_next(answer_before(200, [payload(name)]), "read")
    assert mastodon.client().find(SENT[name], TEN, TEN).published == STATUSES[name].published


@pytest.mark.parametrize(("account", "instance", "made"), PROFILES)
def test_account_and_instance_become_a_profile(account: str, instance: str, made: Profile) -> None:
    assert mapping.profile(payload(account), payload(instance), HOST) == made


def test_a_profile_over_the_wire(mastodon: Mastodon) -> None:
    for name in ("account", "instance_v2"):
        mastodon.fail_next(answer_before(200, payload(name)), "read")
    assert mastodon.client().profile() == ACCOUNT


@pytest.mark.parametrize(("name", "status", "code", "step"), ERRORS)
def test_an_error_becomes_what_to_do(name: str, status: int, code: Code, step: NextStep) -> None:
    body = json.dumps(payload(name)).encode()
    never = explained(Refusal(status=status, headers={}, body=body, answer="kept"))
    assert (type(never), never.code, never.step, never.answer) == (Never, code, step, "kept")


@pytest.mark.parametrize(("name", "status", "code", "step"), ERRORS)
def test_an_error_of_a_publication_leaves_nothing_there(
    mastodon: Mastodon, name: str, status: int, code: Code, step: NextStep
) -> None:
    mastodon.fail_next(answer_before(status, payload(name)))
    with pytest.raises(Never) as refused:
        mastodon.client().publish(SENT["status_link"], lambda: None)
    assert (refused.value.code, refused.value.step, mastodon.texts) == (code, step, [])


@needs_description
@pytest.mark.parametrize("name", ["status_link", "status_mention_tag", "status_no_url"])
def test_the_files_fit_the_published_description(name: str) -> None:
    assert openapi.faults(payload(name), openapi.answer_schema("post", "/api/v1/statuses", 200)) == []
