"""Sealed copies: complete, encrypted, signed; whatever is changed shows; what is erased opens no more."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from moderation import sealing
from moderation.enums import ResultKind
from moderation.models import Assessment, Comment, Evidence, Revision
from moderation.sealing import Broken, Stamp
from moderation.services import act
from moderation.services.evidence import EvidenceErased, check_file, erase, export, open_record, seal
from moderation.services.ingest import poll_page
from tests.ledger_triggers import ledger_can_be_flushed
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT, REASON, decided, fresh, lines, review_of, taken
from tests.moderation.network import POST, FakeNetwork
from tests.people import Cast

OTHER_KEY = base64.urlsafe_b64encode(b"2" * 32).decode()


@pytest.fixture
def evidence(cast: Cast, network: FakeNetwork, noon: time_machine.Traveller) -> Evidence:
    """Two wordings of an insult, hidden at noon."""
    network.write("c1", INSULT, url="https://reseau.example/c1", at=NOON - timedelta(hours=1))
    poll_page(cast.newsroom.pk)
    network.change("c1", text=INSULT + " Voilà.")
    poll_page(cast.newsroom.pk)
    result = decided(Comment.objects.get(), cast.mona, told="Voir la charte")
    assert result.evidence is not None
    return result.evidence


def test_the_record_says_everything_that_was_known(cast: Cast, evidence: Evidence) -> None:
    record = open_record(evidence).data
    comment = record["comment"]
    assert (comment["text"], comment["url"]) == (INSULT + " Voilà.", "https://reseau.example/c1")
    assert comment["published_at"] == "2026-03-02T10:00:00.000000+00:00"
    assert [each["text"] for each in record["revisions"]] == [INSULT, INSULT + " Voilà."]
    assert record["author"] == {
        "remote_id": "v1",
        "name": "Paul Martel",
        "handle": "@paul",
        "url": "https://reseau.example/@paul",
    }
    assert (record["thread"]["text"], record["thread"]["url"]) == (POST.text, POST.url)
    assert [each["revision"] for each in record["assessments"]] == [1, 2]
    first = record["assessments"][1]["qualifications"][0]
    assert (first["label"], {"code": "terme_outrageant", "found": True} in first["elements"]) == (
        "injure",
        True,
    )
    decision = record["decision"]
    assert (decision["act"], decision["reason"], decision["by"]) == ("hide", REASON, cast.mona.pk)
    assert (record["page"]["network"], record["page"]["brand"]) == ("newsroom", "Maison Lumen")
    assert (record["sealed_at"], record["sealed_for"]) == ("2026-03-02T11:00:00.000000+00:00", "decision")
    assert (record["software"]["name"], record["software"]["version"]) == ("cm_suite", "0.1.0")


def test_its_ledger_head_lies_on_the_chain_and_its_own_line_follows(cast: Cast, evidence: Evidence) -> None:
    head = open_record(evidence).data["ledger"]
    assert head == {"count": evidence.ledger_count, "hash": evidence.ledger_hash}
    assert LedgerEntry.objects.get(brand_id=cast.brand.pk, seq=head["count"]).hash == head["hash"]
    assert lines(cast.brand) == ["decision.hide", "evidence.sealed"]


def test_the_database_holds_no_word_of_it_in_clear(evidence: Evidence) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM moderation_evidence")
        row = repr(cursor.fetchone())
    assert not any(word in row for word in ("connard", "Paul", "reseau.example", evidence.key))


def test_each_record_has_a_key_of_its_own(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    first, second = seal(comment, None), seal(comment, None)
    assert first.key != second.key
    second.key = first.key
    with pytest.raises(InvalidToken):
        open_record(second)


def test_what_was_sealed_and_exported_holds(evidence: Evidence) -> None:
    file = export(evidence)
    assert check_file(file) == []
    content = json.loads(file)
    assert content["record"] == open_record(evidence).data
    assert "not a bailiff's report (constat)" in content["notice"]


def test_rewritten_with_other_blanks_and_order_it_is_the_same_file(evidence: Evidence) -> None:
    content = json.loads(export(evidence))
    shuffled = dict(sorted(content.items(), reverse=True))
    assert check_file(json.dumps(shuffled).encode()) == []


def _change(path: tuple[Any, ...], value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return apply


def _resign(content: dict[str, Any]) -> None:
    """Somebody forges the words and signs again, with a key of theirs."""
    key = sealing.private_key(OTHER_KEY)
    content["record"]["comment"]["text"] = "Merci !"
    content["digest"] = sealing.digest_of(sealing.canonical(content["record"]))
    stamp = sealing.stamp_of(content)
    assert stamp is not None
    content["signature"] = sealing.sign(key, stamp, content["digest"])
    content["public_key"] = sealing.public_text(key)


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], Any], list[Broken]]] = {
    "a word": (_change(("record", "comment", "text"), "Merci !"), [Broken.RECORD]),
    "an older wording": (_change(("record", "revisions", 0, "text"), "x"), [Broken.RECORD]),
    "the author": (_change(("record", "author", "name"), "Autre"), [Broken.RECORD]),
    "the reason": (_change(("record", "decision", "reason"), "x"), [Broken.RECORD]),
    "the digest": (_change(("digest",), "0" * 64), [Broken.RECORD, Broken.SIGNATURE]),
    "the time": (_change(("at",), "2026-03-02T10:59:00.000000+00:00"), [Broken.SIGNATURE]),
    "the number": (_change(("evidence",), 4_000), [Broken.SIGNATURE]),
    "the signature": (_change(("signature",), "AAAA"), [Broken.SIGNATURE]),
    "the ledger's hash": (_change(("ledger", "hash"), "f" * 64), [Broken.SIGNATURE, Broken.LEDGER]),
    "the ledger's count": (_change(("ledger", "count"), 99), [Broken.SIGNATURE, Broken.LEDGER]),
    "the notice": (_change(("notice",), "A constat."), [Broken.NOTICE]),
    "the key": (_change(("public_key",), OTHER_KEY), [Broken.SIGNATURE, Broken.SIGNER]),
    "words and signature": (_resign, [Broken.SIGNER]),
    "one more field": (_change(("remark",), "certified"), [Broken.FIELDS]),
    "a field less": (lambda content: content.pop("record"), [Broken.FIELDS]),
    "a version": (_change(("version",), 2), [Broken.FIELDS]),
    "a ledger of another form": (_change(("ledger",), [1, 2]), [Broken.FIELDS]),
    "a number that is a text": (_change(("evidence",), "1"), [Broken.FIELDS]),
    "a signature that is no text": (_change(("signature",), None), [Broken.SIGNATURE]),
    "another format": (_change(("format",), "else"), [Broken.NOT_A_FILE]),
}


@pytest.mark.parametrize(("tamper", "broken"), TAMPERED.values(), ids=TAMPERED)
def test_whatever_is_changed_shows_and_is_named(
    evidence: Evidence, tamper: Callable[[dict[str, Any]], Any], broken: list[Broken]
) -> None:
    content = json.loads(export(evidence))
    tamper(content)
    assert check_file(json.dumps(content).encode()) == broken


@pytest.mark.parametrize("file", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"format": "cm_suite evidence"}'])
def test_what_is_no_evidence_file_is_said_to_be_none(db: None, file: bytes) -> None:
    broken = Broken.FIELDS if b"cm_suite" in file else Broken.NOT_A_FILE
    assert check_file(file) == [broken]


@given(at=st.integers(min_value=0, max_value=10_000), bit=st.integers(min_value=0, max_value=6))
def test_a_flipped_bit_anywhere_in_a_canonical_file_shows(at: int, bit: int) -> None:
    key = sealing.private_key(OTHER_KEY)
    record = {"comment": {"text": "Ce Karim est un connard."}}
    digest = sealing.digest_of(sealing.canonical(record))
    stamp = Stamp(1, 2, "2026-03-02T11:00:00.000000+00:00", 3, "a" * 64)
    signature = sealing.sign(key, stamp, digest)
    public = sealing.public_text(key)
    file = bytearray(
        sealing.canonical(json.loads(sealing.envelope(stamp, record, digest, signature, public)))
    )
    assert _breaks(bytes(file), public) == []
    file[at % len(file)] ^= 1 << bit
    changed = sealing.read(bytes(file))
    same = changed == {**json.loads(sealing.envelope(stamp, record, digest, signature, public))}
    assert same or _breaks(bytes(file), public) != [] or _same_bytes(changed, signature, public)


def _breaks(file: bytes, public: str) -> list[Broken]:
    content = sealing.read(file)
    return [Broken.NOT_A_FILE] if content is None else sealing.check(content, public)


def _same_bytes(changed: Any, signature: str, public: str) -> bool:
    """Two spellings in base64 of the same signature: nothing that was signed has changed."""
    pairs = ((changed["signature"], signature), (changed["public_key"], public))
    return all(base64.urlsafe_b64decode(a) == base64.urlsafe_b64decode(b) for a, b in pairs)


def test_a_new_signing_key_leaves_older_files_verifiable_by_the_old_one(
    evidence: Evidence, settings: Settings
) -> None:
    old = evidence.signer
    settings.CM_SIGNING_KEY = OTHER_KEY
    file = export(evidence)
    assert check_file(file) == [Broken.SIGNER]
    assert check_file(file, public_key=old) == []


def test_the_signing_key_has_32_bytes() -> None:
    assert isinstance(sealing.private_key(OTHER_KEY), Ed25519PrivateKey)
    with pytest.raises(ValueError):
        sealing.private_key("c2hvcnQ=")


def test_a_ledger_rewritten_afterwards_shows(cast: Cast, evidence: Evidence) -> None:
    file = export(evidence)
    with ledger_can_be_flushed():
        LedgerEntry.objects.filter(brand_id=cast.brand.pk).update(actor_id=cast.bob.pk)
    assert check_file(file) == [Broken.LEDGER]


# --- the command ---------------------------------------------------------------------------------------


def test_the_command_says_that_it_holds_and_what_it_is_not(evidence: Evidence, tmp_path: Path) -> None:
    file, out = tmp_path / "evidence-1.json", StringIO()
    file.write_bytes(export(evidence))
    call_command("verify_evidence", str(file), stdout=out)
    said = out.getvalue()
    assert said.startswith("evidence-1.json: record, signature and ledger hold.\nTamper-evident")
    assert "connard" not in said


def test_the_command_names_what_breaks_and_exits_with_1(evidence: Evidence, tmp_path: Path) -> None:
    content = json.loads(export(evidence))
    content["digest"] = "0" * 64
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(content))
    with pytest.raises(CommandError) as caught:
        call_command("verify_evidence", str(file))
    assert caught.value.returncode == 1
    assert str(caught.value).splitlines() == [
        "broken: the record: its content is not the one that was digested",
        "broken: the signature: digest, number, time, brand or ledger head were changed",
    ]


def test_the_command_says_that_a_file_cannot_be_read(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("verify_evidence", str(tmp_path / "none.json"))


def test_the_command_checks_elsewhere_with_a_public_key(
    evidence: Evidence, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "evidence.json"
    file.write_bytes(export(evidence))
    settings.CM_SIGNING_KEY = OTHER_KEY
    with pytest.raises(CommandError, match="another key"):
        call_command("verify_evidence", str(file))
    call_command("verify_evidence", str(file), public_key=evidence.signer)


# --- erasing -------------------------------------------------------------------------------------------


def test_erased_nobody_can_read_it_any_more_and_the_rows_stay(cast: Cast, evidence: Evidence) -> None:
    comment = evidence.comment
    assert erase(comment, cast.alice).kind == ResultKind.DONE
    gone = Evidence.objects.get()
    assert (gone.key, gone.digest, gone.signature) == ("", evidence.digest, evidence.signature)
    assert (gone.sealed, gone.erased_at is not None) == (evidence.sealed, True)
    for reads in (open_record, export):
        with pytest.raises(EvidenceErased):
            reads(gone)
    blank = fresh(comment)
    personal = (blank.text, blank.author_name, blank.author_handle, blank.author_url, blank.author_remote_id)
    assert (personal, blank.url) == (("",) * 5, "")
    assert list(Revision.objects.values_list("text", flat=True)) == ["", ""]
    assert Assessment.objects.count() == 2
    assert lines(cast.brand)[-1] == "comment.erased"
    assert ledger.verify(cast.brand.pk) is None


def test_erased_its_words_are_not_taken_in_again(
    cast: Cast, network: FakeNetwork, evidence: Evidence
) -> None:
    erase(evidence.comment, cast.alice)
    network.change("c1", text=HARMLESS)
    poll_page(cast.newsroom.pk)
    comment = fresh(evidence.comment)
    assert (comment.text, comment.revision, comment.reviews.exclude(closed_at=None).count()) == ("", 2, 1)
    network.take_down("c1")
    poll_page(cast.newsroom.pk)
    assert (fresh(comment).presence, Evidence.objects.count()) == ("gone", 1)


def test_erasing_closes_an_open_review(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    review = review_of(comment)
    erase(comment, cast.alice)
    assert (fresh(review).state, fresh(review).close_code) == ("closed", "erased")


@pytest.mark.parametrize("name", ["mona", "ada", "bob", "vera", "charlie"])
def test_only_leads_erase(cast: Cast, evidence: Evidence, name: str) -> None:
    assert erase(evidence.comment, getattr(cast, name)).kind == ResultKind.NOT_ALLOWED
    assert open_record(Evidence.objects.get()).data["comment"]["text"] == INSULT + " Voilà."


def test_erased_twice_changes_nothing(cast: Cast, evidence: Evidence) -> None:
    erase(evidence.comment, cast.alice)
    assert erase(evidence.comment, cast.alice).kind == ResultKind.GONE
    assert lines(cast.brand).count("comment.erased") == 1


def test_an_erased_comment_is_still_removed_where_that_was_decided(
    cast: Cast, network: FakeNetwork, evidence: Evidence
) -> None:
    erase(evidence.comment, cast.alice)
    assert act.carry_out_due(5) == 1
    assert network.calls == [("hide", "c1", "Voir la charte")]


def test_keys_of_evidence_come_under_the_first_field_key(evidence: Evidence, settings: Settings) -> None:
    old = list(settings.CM_FIELD_KEYS)
    settings.CM_FIELD_KEYS = [Fernet.generate_key().decode(), *old]
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    assert "moderation.Evidence: 1" in out.getvalue().splitlines()
    settings.CM_FIELD_KEYS = settings.CM_FIELD_KEYS[:1]
    assert open_record(Evidence.objects.get()).data["comment"]["id"] == evidence.comment_id
