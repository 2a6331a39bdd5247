"""TLS as sites get it wrong: each way has its code, and no request is sent."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.core.certificates import Authority
from tests.core.faults import reset
from tests.core.sites import PAGE, Reader, Site, html, moved

HOST = "site.example"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this test's clients trust, and no other."""
    made = Authority(tmp_path)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(made.bundle))
    return made


def test_a_page_comes_over_tls(authority: Authority) -> None:
    with Site({"/a": html()}, authority.sign(HOST)) as site:
        assert Reader(site).get(site.url("/a")).text == PAGE


@pytest.mark.parametrize(
    ("options", "outcome", "code"),
    [
        ({"host": HOST, "days": (-5, -1)}, "never", "tls_expired"),
        ({"host": HOST, "days": (1, 5)}, "never", "tls_expired"),
        ({"host": "other.example"}, "never", "tls_wrong_host"),
        ({"host": HOST, "alone": True}, "never", "tls_untrusted"),
    ],
)
def test_a_wrong_certificate_has_its_code(
    options: dict[str, Any], outcome: str, code: str, authority: Authority
) -> None:
    with Site({"/a": html()}, authority.sign(**options)) as site:
        reader = Reader(site)
        assert reader.fault(site.url("/a")) == (outcome, code)
        assert (site.asked, reader.robots.known, reader.turns.busy) == ([], {}, set())


def test_an_authority_nobody_knows(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with Site({"/a": html()}, Authority(tmp_path / "other").sign(HOST)) as site:
        assert Reader(site).fault(site.url("/a")) == ("never", "tls_untrusted")
    assert site.asked == []


def test_a_server_that_speaks_no_tls(authority: Authority) -> None:
    with Site({"/a": html()}) as site:
        address = site.url("/a").replace("http:", "https:")
        site.server.scripts = [lambda conn: conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")]
        assert Reader(site).fault(address) == ("later", "tls_failed")
    assert site.asked == []


def test_a_redirect_to_a_wrong_certificate(authority: Authority) -> None:
    wrong = authority.sign("other.example")
    with Site({"/a": html()}, wrong) as secure, Site({"/a": moved(secure.url("/a"))}) as site:
        assert Reader(site, secure).fault(site.url("/a")) == ("never", "tls_wrong_host")
    assert secure.asked == []


def test_a_handshake_that_is_dropped_or_hangs(authority: Authority) -> None:
    def hang(conn: socket.socket) -> None:
        conn.settimeout(5)
        while conn.recv(4096):
            pass

    def drop(conn: socket.socket) -> None:
        conn.recv(4096)
        reset(conn)

    with Site({}) as site:
        address = site.url("/a").replace("http:", "https:")
        site.server.scripts = [drop, hang]
        assert Reader(site).fault(address) == ("later", "tls_failed")
        assert Reader(site, deadline=0.4).error(address).code == "robots_unreachable"
