"""The guard against any address: what it refuses follows the registries, whatever way it is written."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Final

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cm_suite.core.guard import Guard, GuardRefused, is_public

# IANA's special-purpose registries, multicast, and ranges that lead back to an IPv4 address.
SPECIAL_4: Final = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
]
SPECIAL_6: Final = [
    "::/8",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "4000::/2",
    "8000::/1",
]
NETWORKS_4: Final = [ipaddress.IPv4Network(each) for each in SPECIAL_4]
NETWORKS_6: Final = [ipaddress.IPv6Network(each) for each in SPECIAL_6]
PUBLIC_4: Final = st.ip_addresses(v=4).filter(lambda ip: not any(ip in each for each in NETWORKS_4))
INSIDE_4: Final = st.sampled_from(SPECIAL_4).flatmap(lambda each: st.ip_addresses(network=each))
INSIDE_6: Final = st.sampled_from(SPECIAL_6).flatmap(lambda each: st.ip_addresses(network=each))
WRAPS: Final = ["::ffff:0:0", "64:ff9b::"]


def resolving(*addresses: str) -> Guard:
    """A guard whose resolver gives these addresses for any name."""

    def resolver(_host: str, port: int, **_hints: Any) -> list[Any]:
        families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port))
            for family, address in zip(families, addresses, strict=True)
        ]

    return Guard(resolver=resolver)


def verdict(guard: Guard, host: str, port: int = 443) -> str:
    """Why a host is refused; empty when it is not."""
    try:
        guard.addresses(host, port)
    except GuardRefused as refused:
        return refused.code
    return ""


def spelled(url: str) -> str:
    """Why an address is refused by its spelling; empty when it is not."""
    try:
        Guard().check_url(url)
    except GuardRefused as refused:
        return refused.code
    return ""


@given(st.ip_addresses(v=4) | INSIDE_4)
def test_an_ipv4_address_is_public_unless_a_registry_says_otherwise(address: ipaddress.IPv4Address) -> None:
    public = not any(address in each for each in NETWORKS_4)
    assert is_public(address) is public
    assert verdict(resolving(str(address)), "name.example") == ("" if public else "address_private")


@given(INSIDE_6)
@example(
    ipaddress.ip_address("2001:1::1")
)  # one of the few of 2001::/23 that are global: refused with the rest
def test_an_ipv6_address_of_a_special_range_is_refused(address: ipaddress.IPv6Address) -> None:
    assume(address.ipv4_mapped is None)
    assert is_public(address) is False
    assert verdict(resolving(str(address)), "name.example") == "address_private"


@given(st.ip_addresses(network="2600::/12") | st.ip_addresses(network="2a00::/12"))
def test_an_ordinary_ipv6_address_passes(address: ipaddress.IPv6Address) -> None:
    assert is_public(address) is True
    assert verdict(resolving(str(address)), "name.example") == ""


@given(st.ip_addresses(v=4) | INSIDE_4, st.sampled_from(WRAPS))
def test_an_ipv4_address_inside_an_ipv6_one_is_judged_as_itself(
    inside: ipaddress.IPv4Address, wrap: str
) -> None:
    wrapped = ipaddress.IPv6Address(int(ipaddress.IPv6Address(wrap)) + int(inside))
    assert is_public(wrapped) is is_public(inside)


@given(st.lists(PUBLIC_4, max_size=4), INSIDE_4 | INSIDE_6, st.integers(0, 4))
def test_one_bad_answer_among_good_ones_is_enough(
    good: list[ipaddress.IPv4Address], bad: ipaddress.IPv4Address | ipaddress.IPv6Address, place: int
) -> None:
    assume(not is_public(bad))
    answers = [str(address) for address in good]
    answers.insert(min(place, len(answers)), str(bad))
    assert verdict(resolving(*answers), "name.example") == "address_private"


@given(st.lists(PUBLIC_4, min_size=1, max_size=4))
def test_what_was_checked_is_what_is_connected_to(good: list[ipaddress.IPv4Address]) -> None:
    found = resolving(*map(str, good)).addresses("name.example", 443)
    assert [each[4] for each in found] == [(str(address), 443) for address in good]


def ways_of(address: ipaddress.IPv4Address) -> list[str]:
    """An IPv4 address as the C library also reads it."""
    a, b, c, d = address.packed
    whole, tail = int(address), (c << 8) + d
    return [
        str(whole),
        hex(whole),
        oct(whole).replace("0o", "0"),
        f"{a}.{b}.{tail}",
        f"{a}.{(b << 16) + tail}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{b}.{c}.{d}.",
    ]


@given(INSIDE_4)
def test_a_private_address_is_refused_however_it_is_spelled(address: ipaddress.IPv4Address) -> None:
    codes = {spelled(f"https://{way}/") for way in [str(address), *ways_of(address)]}
    assert codes <= {"address_private", "address_malformed"}
    assert spelled(f"https://[::ffff:{address}]/") == "address_private"


@given(PUBLIC_4)
def test_a_public_address_is_taken_in_its_plain_spelling_only(address: ipaddress.IPv4Address) -> None:
    assert spelled(f"https://{address}/") == ""
    odd = [way for way in ways_of(address)[:-1] if way != str(address)]
    assert {spelled(f"https://{way}/") for way in odd} == {"address_malformed"}


@given(st.integers(0, 70_000))
def test_only_the_two_ports_of_the_web(port: int) -> None:
    code = spelled(f"https://name.example:{port}/")
    expected = "" if port in {80, 443} else "address_port" if port <= 65_535 else "address_malformed"
    assert code == expected


@given(st.text(min_size=1, max_size=12).filter(lambda scheme: scheme.lower() not in {"http", "https"}))
def test_any_other_scheme_is_refused(scheme: str) -> None:
    assert spelled(f"{scheme}://name.example/") in {"address_scheme", "address_malformed"}


@given(st.text(max_size=40))
def test_whatever_is_typed_is_refused_with_a_code_or_taken(text: str) -> None:
    codes = {"", "address_malformed", "address_scheme", "address_userinfo", "address_port", "address_private"}
    for url in (text, f"https://{text}", f"http://{text}/", f"https://name.example/{text}"):
        assert spelled(url) in codes


@given(st.sampled_from(["name.example", "127.0.0.1", "::1"]), st.integers(1, 65_535), st.integers(1, 65_535))
def test_an_allowed_pair_opens_that_port_alone(host: str, allowed: int, asked: int) -> None:
    guard = Guard(
        frozenset({(host, allowed)}), resolver=lambda *_args, **_hints: [(2, 1, 6, "", (host, asked))]
    )
    assert (verdict(guard, host, asked) == "") is (asked == allowed)


@pytest.mark.parametrize("answer", [[], [(socket.AF_INET, 1, 6, "", ("not an address", 443))]])
def test_a_resolver_that_gives_nothing_usable(answer: list[Any]) -> None:
    guard = Guard(resolver=lambda *_args, **_hints: answer)
    with pytest.raises(socket.gaierror if not answer else GuardRefused):
        guard.addresses("name.example", 443)


def test_a_name_that_cannot_be_encoded_is_malformed() -> None:
    def resolver(*_args: Any, **_hints: Any) -> list[Any]:
        raise UnicodeError("label too long")

    assert verdict(Guard(resolver=resolver), "name.example") == "address_malformed"
