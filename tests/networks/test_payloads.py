"""Payload files of Mastodon: file in, dataclass out. Each names the page it follows and what is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import time_machine

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import Refusal
from pages.networks.errors import Code
from pages.networks.mastodon import mapping, sightings
from pages.networks.mastodon.errors import explained
from pages.networks.types import (
    CommentBatch,
    Commenter,
    IncomingComment,
    Outgoing,
    Profile,
    Published,
    Reply,
    SightingKind,
    ThreadPost,
)
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


def payload(name: str) -> Any:
    return file(name)["payload"]


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
    "status_ours_answering": mapping.Seen(
        Published("112200000000000110", posted("112200000000000110"), TEN.replace(hour=12, minute=5)),
        TEN.replace(hour=12, minute=5),
        "@nadia Bonjour, écrivez-nous votre numéro de commande.",
        "112200000000000105",
    ),
    "status_number": mapping.Seen(Published("42", posted("42"), TEN), TEN, "Une lampe\n\nrouge\n\nbleue"),
}

ANSWER: Final = Reply("k", "112200000000000105", "Bonjour, écrivez-nous votre numéro de commande.", "fr")
COMMENT: Final = IncomingComment(
    remote_id="112200000000000105",
    text=(
        "Avis <franc>\n\n@maison_lumen 89 € & deux mois d’attente ?\n"
        "Voir https://avis.example/lampes-livrees-avec-deux-mois-de-retard"
    ),
    author=Commenter("7", "Nadia 🌿", "@nadia@autre.example", "https://autre.example/@nadia"),
    post=ThreadPost(
        "112200000000000001",
        STATUSES["status_link"].published.url,
        STATUSES["status_link"].text,
        STATUSES["status_link"].at,
    ),
    url="https://autre.example/@nadia/112199",
    language="fr",
    at=TEN.replace(hour=11, minute=30),
    edited_at=TEN.replace(hour=11, minute=40),
)

SENT: Final = {
    "status_ours_answering": Outgoing("k", "@nadia Bonjour, écrivez-nous votre numéro de commande."),
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

ELSEWHERE: Final = {  # files that the tests in `mastodon/` read
    "application",
    "media_processing",
    "media_ready",
    "notification_message",
    "relationship",
    "status_counted",
    "token",
}
CONVERSATIONS: Final = ("notification_reply", "notification_other", "context_reply", "status_reply")

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
    ("error_parent", 404, Code.NOT_FOUND, NextStep.CONTACT),
]


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_page_and_what_was_invented(name: str) -> None:
    assert set(file(name)) == {"follows", "invented", "payload"}
    page = urlsplit(file(name)["follows"])
    assert (page.scheme, page.hostname) == ("https", "docs.joinmastodon.org")
    assert all(isinstance(each, str) and each for each in file(name)["invented"])


def test_no_file_is_forgotten() -> None:
    used = {*STATUSES, *(name for account, instance, _made in PROFILES for name in (account, instance))}
    assert used | {name for name, *_rest in ERRORS} | set(CONVERSATIONS) | ELSEWHERE == set(FILES)


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
    at = STATUSES[name].at
    mastodon.fail_next(answer_before(200, [payload(name)]), "read")
    assert mastodon.client().find(SENT[name], at, at).published == STATUSES[name].published


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


def answering(server: Mastodon, *names: str) -> None:
    """Let the next reads meet these files."""
    for name in names:
        server.fail_next(answer_before(200, payload(name)), "read")


@time_machine.travel(TEN + timedelta(days=1), tick=True)
def test_a_notification_and_its_thread_become_a_comment(mastodon: Mastodon) -> None:
    answering(mastodon, "notification_reply", "context_reply")
    assert mastodon.client().comments("") == CommentBatch((COMMENT,), "34975861")
    answering(mastodon, "status_reply", "context_reply")
    assert mastodon.client().comment(COMMENT.remote_id) == COMMENT


def test_another_notification_and_a_private_message_become_none(mastodon: Mastodon) -> None:
    answering(mastodon, "notification_other")
    assert mastodon.client().comments("") == CommentBatch((), "34975900")


def test_an_answer_leaves_for_its_author_and_is_found(mastodon: Mastodon) -> None:
    answering(mastodon, "status_reply")
    mastodon.fail_next(answer_before(200, payload("status_ours_answering")))
    made = STATUSES["status_ours_answering"]
    assert mastodon.client().reply(ANSWER, lambda: None) == made.published
    assert sightings.of_reply(ANSWER, [made], TEN).published == made.published


@needs_description
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("notification_reply", "/api/v1/notifications"),
        ("notification_other", "/api/v1/notifications"),
        ("context_reply", "/api/v1/statuses/{id}/context"),
        ("status_reply", "/api/v1/statuses/{id}"),
    ],
)
def test_the_conversations_fit_the_published_description(name: str, path: str) -> None:
    assert openapi.faults(payload(name), openapi.answer_schema("get", path, 200)) == []


@needs_description
@pytest.mark.parametrize(
    "name", ["status_link", "status_mention_tag", "status_no_url", "status_ours_answering"]
)
def test_the_files_fit_the_published_description(name: str) -> None:
    assert openapi.faults(payload(name), openapi.answer_schema("post", "/api/v1/statuses", 200)) == []
