"""The supervisor's configuration, read back with the supervisor's own parser."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from supervisor.options import ServerOptions

from cm_suite.ops import supervise
from cm_suite.schedule import POOLS, QUEUES, Pool
from moderation import jobs as acting
from pages.services.opening import PATIENT
from publishing import jobs as sending


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """supervisord is started in the project's folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def read(house: list[supervise.Program], folder: Path) -> dict[str, Any]:
    """What supervisord makes of the configuration: its program configs by name."""
    (folder / "var" / "supervisor").mkdir(parents=True, exist_ok=True)
    (folder / "var" / "log").mkdir(exist_ok=True)
    file = folder / "var" / "supervisor" / "supervisord.conf"
    file.write_text(supervise.configuration(house, folder, folder / "var"))
    options = ServerOptions()
    with working_in(folder):
        options.realize(["-n", "-c", str(file)])
    return {group.name: group.process_configs[0] for group in options.process_group_configs}


def test_everything_is_kept_alive_and_stopped_with_its_children(tmp_path: Path) -> None:
    found = read(supervise.programs(tmp_path, 8000, ["/bin/valkey", "/x.conf"]), tmp_path)
    assert set(found) == {"valkey", "web", "senders-1", "senders-2", "helpers-1", "readers-1", "cron"}
    for config in found.values():
        assert config.autorestart is not False
        assert config.killasgroup is True
        assert config.startretries >= 1_000_000
        assert config.stdout_logfile == f"var/log/{config.name}.log"


def test_valkey_starts_first_and_stops_last_and_cron_the_other_way(tmp_path: Path) -> None:
    found = read(supervise.programs(tmp_path, 8000, ["/bin/valkey", "/x.conf"]), tmp_path)
    order = sorted(found, key=lambda name: found[name].priority)
    assert order[0] == "valkey"
    assert order[1] == "web"
    assert order[-1] == "cron"


def test_an_operators_redis_means_no_embedded_one(tmp_path: Path) -> None:
    names = [program.name for program in supervise.programs(tmp_path, 8000, None)]
    assert names == ["web", "senders-1", "senders-2", "helpers-1", "readers-1", "cron"]


def test_the_demos_own_web_is_kept_alive_only_when_it_is_asked_for(tmp_path: Path) -> None:
    house = {each.name: each.argv for each in supervise.programs(tmp_path, 8000, None, 8410)}
    assert house["demo-web"][-3:] == ("demo_web", "--port", "8410")
    assert "demo-web" not in {each.name for each in supervise.programs(tmp_path, 8000, None)}


def test_what_is_being_sent_gets_its_time(tmp_path: Path) -> None:
    found = read(supervise.programs(tmp_path, 8000, None), tmp_path)
    workers = [name for name in found if name.rpartition("-")[0] in {pool.name for pool in POOLS}]
    assert len(workers) == sum(pool.workers for pool in POOLS)
    for name in workers:
        assert found[name].stopwaitsecs == supervise.STOP_SECONDS
        assert found[name].stopsignal.name == "SIGTERM"


def test_a_turn_that_has_just_begun_ends_with_its_last_call_before_anything_is_killed() -> None:
    call = PATIENT.connect + 2 * PATIENT.read
    for turn in (sending.TURN_SECONDS, acting.TURN_SECONDS):
        assert turn + call + 10 <= supervise.STOP_SECONDS


def test_a_path_full_of_traps_is_read_back_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "a b" / "50%(x)s ;c #d 'e'"
    folder.mkdir(parents=True)
    program = supervise.Program("one", (str(folder / "run me"), "plain", "--at=%d"), order=1)
    found = read([program], folder)
    assert found["one"].command.replace("'", "").startswith("run me plain")
    assert "--at=%d" in found["one"].command
    assert str(folder) not in found["one"].command


def test_the_web_server_listens_on_loopback_and_keeps_no_access_log() -> None:
    argv = supervise.web(8123).argv
    assert argv[:3] == (sys.executable, "-m", "gunicorn")
    assert "127.0.0.1:8123" in argv
    assert "--no-control-socket" in argv
    assert not [word for word in argv if "access" in word]


def test_workers_serve_their_queues_in_the_order_of_the_table(tmp_path: Path) -> None:
    found = supervise.workers(tmp_path, Pool("p", 3, ("b", "a")))
    assert [each.name for each in found] == ["p-1", "p-2", "p-3"]
    for each in found:
        assert each.argv[2:] == ("rqworker", "b", "a", "--worker-class", "cm_suite.ops.workers.HouseWorker")


def test_every_queue_has_two_pools_and_what_is_sent_never_waits_for_the_web() -> None:
    first = {pool.queues[0] for pool in POOLS}
    assert {"publishing", "pages", "reputation"} <= first
    for queue in QUEUES:
        assert len([pool for pool in POOLS if queue in pool.queues]) >= 2
    assert [pool.name for pool in POOLS if "reputation" not in pool.queues] == ["senders"]
