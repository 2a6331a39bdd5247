"""The embedded Valkey: where it listens, what survives it."""

import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from cm_suite.ops import valkey

pytestmark = pytest.mark.slow  # the whole house, walked or run


def test_a_short_path_gets_a_socket_and_no_port(tmp_path: Path) -> None:
    found = valkey.address(Path("/srv/cm/var/valkey"))
    assert found.url == "unix:///srv/cm/var/valkey/valkey.sock?db=0"
    assert found.listen == ("port 0", 'unixsocket "/srv/cm/var/valkey/valkey.sock"', "unixsocketperm 700")


@pytest.mark.parametrize(("length", "scheme"), [(103, "unix"), (104, "redis")])
def test_the_socket_path_limit_is_in_bytes(length: int, scheme: str) -> None:
    folder = Path("/" + "d" * (length - len("/valkey.sock") - 1))
    assert len(str(folder / "valkey.sock")) == length
    assert valkey.address(folder).url.partition(":")[0] == scheme


def test_a_deep_checkout_gets_a_loopback_port_with_a_password() -> None:
    found = valkey.address(Path("/srv") / ("deep" * 30))
    parts = urlsplit(found.url)
    assert (parts.scheme, parts.hostname) == ("redis", "127.0.0.1")
    assert len(parts.password or "") >= 24
    assert found.listen[:2] == ("bind 127.0.0.1", f"port {parts.port}")
    assert found.listen[2] == f'requirepass "{parts.password}"'


@pytest.mark.parametrize("name", ["été", "a b", "50%", 'quo"te', "a?b", "#1"])
def test_a_path_that_an_address_cannot_carry_gets_a_port(name: str) -> None:
    assert valkey.address(Path("/srv") / name).url.startswith("redis://:")


def test_the_configuration_is_for_its_owner_only_and_keeps_what_it_is_told(tmp_path: Path) -> None:
    command, url = valkey.configure(tmp_path / "valkey")
    conf = tmp_path / "valkey" / "valkey.conf"
    assert command[1:] == [str(conf)]
    assert Path(command[0]).name == "valkey-server"
    assert (tmp_path / "valkey" / "url").read_text().strip() == url
    assert stat.S_IMODE((tmp_path / "valkey").stat().st_mode) == 0o700
    for file in (conf, tmp_path / "valkey" / "url"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "appendonly yes" in conf.read_text().splitlines()


def test_names_are_quoted_as_the_server_reads_them() -> None:
    assert valkey.quoted('a "b" \\ c') == '"a \\"b\\" \\\\ c"'


def serve(command: list[str], url: str) -> tuple[subprocess.Popen[bytes], redis.Redis]:
    """A running server that answers."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis.from_url(url)
    for _try in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    return child, client


@pytest.mark.parametrize("deep", [False, True], ids=["socket", "port"])
def test_what_was_queued_survives_a_kill(deep: bool, tmp_path: Path) -> None:
    folder = tmp_path / ("very deep " * 12 if deep else "v")
    command, url = valkey.configure(folder)
    child, client = serve(command, url)
    client.lpush("queue", "job")
    time.sleep(1.2)  # the file is written to disk every second
    child.kill()
    child.wait()
    command, url = valkey.configure(folder)
    child, client = serve(command, url)
    try:
        assert client.lrange("queue", 0, -1) == [b"job"]
        assert client.config_get("appendonly") == {"appendonly": "yes"}
    finally:
        child.terminate()
        child.wait()


def test_the_port_is_closed_to_whoever_has_no_password(tmp_path: Path) -> None:
    command, url = valkey.configure(tmp_path / ("very deep " * 12))
    child, client = serve(command, url)
    try:
        port = client.connection_pool.connection_kwargs["port"]
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()
    finally:
        child.terminate()
        child.wait()
