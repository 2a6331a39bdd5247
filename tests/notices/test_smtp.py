"""One mail to one server: what each failure means, and what the server really got."""

import pytest

from cm_suite.core.errors import Later, Never, OutcomeError, Unknown
from pages.notices import smtp
from pages.notices.smtp import BadMailAddress, Envelope, Security, Server, SmtpTransport, read_url
from tests.notices.servers import (
    DROP,
    HANG,
    PASSWORD,
    USER,
    closed_port,
    real_server,
    scripted,
    signing_in_server,
)

MAIL = Envelope(
    "desk@agence.example", "lea@public.example", b"Subject: Bonjour\r\n\r\n.A dot first\r\nEnd\r\n", "x"
)


def send(url: str, envelope: Envelope = MAIL) -> OutcomeError | None:
    """Send one mail; how it ended (None: taken)."""
    with SmtpTransport(read_url(url)) as way:
        try:
            way.send(envelope, lambda: None)
        except OutcomeError as error:
            return error
    return None


def shape(error: OutcomeError | None) -> tuple[type[OutcomeError] | None, str]:
    """The outcome's kind and code."""
    if error is None:
        return None, ""
    return next(kind for kind in (Later, Never, Unknown) if isinstance(error, kind)), error.code


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server(Security.PLAIN, "mail.example", 25)),
        ("smtp+tls://mail.example", Server(Security.STARTTLS, "mail.example", 587)),
        ("smtp+ssl://mail.example:4465/", Server(Security.TLS, "mail.example", 4465)),
        ("smtp://a%40b:p%2Fw%25@[::1]:2525", Server(Security.PLAIN, "::1", 2525, "a@b", "p/w%")),
    ],
)
def test_an_address_is_read(url: str, server: Server) -> None:
    assert read_url(url) == server


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://", "smtp://h:99999", "smtp://h:x", "smtp://h/path", "mail.example"]
)
def test_a_wrong_address_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(BadMailAddress) as caught:
        read_url(url)
    assert url not in str(caught.value)


def test_the_password_is_not_in_the_repr() -> None:
    assert "hush" not in repr(read_url("smtp://me:hush@h"))


def test_a_real_server_gets_the_mail_byte_for_byte() -> None:
    with real_server() as inbox:
        assert send(inbox.url) is None
        [envelope] = inbox.envelopes
        assert envelope.mail_from == "desk@agence.example"
        assert envelope.rcpt_tos == ["lea@public.example"]
        assert envelope.content == MAIL.content


def test_one_connection_serves_several_mails() -> None:
    with real_server() as inbox, SmtpTransport(read_url(inbox.url)) as way:
        for _turn in range(3):
            way.send(MAIL, lambda: None)
        assert (len(inbox.envelopes), inbox.connections) == (3, 1)


def test_sign_in_with_percent_encoded_words() -> None:
    with signing_in_server() as inbox:
        host = inbox.url.removeprefix("smtp://")
        user, password = "de%3Ask%40agence", "p%40ss%2Fw%C3%B6rd%20%2542"
        read = read_url(f"smtp://{user}:{password}@h")
        assert (read.user, read.password) == (USER, PASSWORD)
        assert send(f"smtp://{user}:{password}@{host}") is None
        assert shape(send(f"smtp://{user}:wrong@{host}")) == (Later, "mail_sign_in_refused")
        assert shape(send(inbox.url)) == (Later, "mail_sign_in_refused")
        assert len(inbox.envelopes) == 1


def test_nobody_listens() -> None:
    with closed_port() as url:
        assert shape(send(url)) == (Later, "mail_server_unreachable")


def test_a_name_without_an_address() -> None:
    assert shape(send("smtp://nowhere.invalid")) == (Later, "mail_server_unreachable")


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtp+ssl"])
def test_a_server_without_encryption_gets_nothing(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 1.0)
    with real_server() as inbox:
        error = send(inbox.url.replace("smtp", scheme))
        assert shape(error) == (Later, "mail_server_untrusted")
        assert inbox.envelopes == []


BEFORE_THE_DOT = [
    ({"HELLO": DROP}, Later, "mail_server_unreachable"),
    ({"HELLO": "421 too busy"}, Later, "mail_server_unreachable"),
    ({"HELLO": "554 no service"}, Later, "mail_server_unreachable"),
    ({"EHLO": DROP, "HELO": DROP}, Later, "mail_server_unreachable"),
    ({"MAIL": "451 later"}, Later, "mail_sender_deferred"),
    ({"MAIL": "550 not you"}, Never, "mail_sender_refused"),
    ({"MAIL": "530 sign in"}, Later, "mail_sign_in_refused"),
    ({"MAIL": "421 bye"}, Later, "mail_server_gone"),
    ({"MAIL": DROP}, Later, "mail_server_gone"),
    ({"RCPT": "450 greylisted"}, Later, "mail_recipient_deferred"),
    ({"RCPT": "550 unknown user"}, Never, "mail_recipient_refused"),
    ({"RCPT": DROP}, Later, "mail_server_gone"),
    ({"RCPT": "gibberish"}, Later, "mail_server_gone"),
    ({"DATA": "451 later"}, Later, "mail_message_deferred"),
    ({"DATA": "554 no"}, Never, "mail_message_refused"),
    ({"DATA": DROP}, Later, "mail_server_gone"),
]


@pytest.mark.parametrize(("answers", "kind", "code"), BEFORE_THE_DOT)
def test_before_the_dot_nothing_was_sent(
    answers: dict[str, str], kind: type[OutcomeError], code: str
) -> None:
    with scripted(**answers) as server:
        assert shape(send(server.url)) == (kind, code)
        assert server.bodies == []
        assert server.verbs.count("MAIL") <= 1


AFTER_THE_DOT = [
    ("250 taken", None, ""),
    ("451 later", Later, "mail_message_deferred"),
    ("421 closing", Later, "mail_message_deferred"),
    ("552 too big", Never, "mail_message_refused"),
    ("554 spam", Never, "mail_message_refused"),
    (DROP, Unknown, "mail_answer_lost"),
    ("gibberish", Unknown, "mail_answer_lost"),
    ("354 what", Unknown, "mail_answer_lost"),
    ("5" * 9000, Unknown, "mail_answer_lost"),
]


@pytest.mark.parametrize(("answer", "kind", "code"), AFTER_THE_DOT)
def test_after_the_dot_only_an_answer_counts(answer: str, kind: type[OutcomeError] | None, code: str) -> None:
    with scripted(DOT=answer) as server:
        assert shape(send(server.url)) == (kind, code)
        assert len(server.bodies) == 1
        assert server.verbs.count("DATA") == 1


@pytest.mark.parametrize(
    ("verb", "kind", "code"),
    [
        ("HELLO", Later, "mail_server_unreachable"),
        ("EHLO", Later, "mail_server_unreachable"),
        ("RCPT", Later, "mail_server_gone"),
        ("DATA", Later, "mail_server_gone"),
        ("DOT", Unknown, "mail_answer_lost"),
    ],
)
def test_a_server_that_hangs(
    verb: str, kind: type[OutcomeError], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONNECT_SECONDS", "ANSWER_SECONDS", "LAST_ANSWER_SECONDS"):
        monkeypatch.setattr(smtp, name, 0.3)
    with scripted(**{verb: HANG}) as server:
        assert shape(send(server.url)) == (kind, code)
        assert len(server.bodies) == (1 if verb == "DOT" else 0)


def test_a_fence_that_closes_stops_the_message_and_ends_no_half_one() -> None:
    def closed() -> None:
        raise Later("lease_lost")

    with scripted() as server:
        with SmtpTransport(read_url(server.url)) as way, pytest.raises(Later) as caught:
            way.send(MAIL, closed)
        assert caught.value.code == "lease_lost"
        assert server.bodies == []
        assert server.verbs.count("DOT") == 0


def test_a_refused_mail_leaves_the_connection_for_the_next_one() -> None:
    with scripted(RCPT=["550 nobody", "250 fine"]) as server:
        with SmtpTransport(read_url(server.url)) as way:
            with pytest.raises(Never):
                way.send(MAIL, lambda: None)
            way.send(MAIL, lambda: None)
        assert len(server.bodies) == 1
        assert server.verbs.count("HELLO") == 1
        assert server.verbs.count("RSET") == 1


def test_a_reused_connection_that_was_closed_is_opened_again() -> None:
    with scripted(MAIL=["250 fine", "421 had enough", "250 fine"]) as server:
        with SmtpTransport(read_url(server.url)) as way:
            way.send(MAIL, lambda: None)
            way.send(MAIL, lambda: None)
        assert len(server.bodies) == 2
        assert server.verbs.count("HELLO") == 2


def test_after_an_unknown_the_next_mail_has_its_own_connection() -> None:
    with scripted(DOT=[DROP, "250 taken"]) as server:
        with SmtpTransport(read_url(server.url)) as way:
            with pytest.raises(Unknown):
                way.send(MAIL, lambda: None)
            way.send(MAIL, lambda: None)
        assert len(server.bodies) == 2
        assert server.verbs.count("HELLO") == 2


def test_an_accent_before_the_at_sign_is_never_sent() -> None:
    accented = Envelope("desk@agence.example", "léa@public.example", MAIL.content, "x")
    with scripted() as server:
        assert shape(send(server.url, accented)) == (Never, "mail_address_unsupported")
        assert server.bodies == []
