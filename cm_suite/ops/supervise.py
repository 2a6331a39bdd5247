"""The supervisor's configuration: which programs keep running, in which order they start and stop."""

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cm_suite.schedule import POOLS, Pool

# How long what is being sent may take to finish once a stop was asked for: a turn that has just begun, the
# longest call to a network that begins at its end, and what is written of it.
STOP_SECONDS = 80


@dataclass(frozen=True, slots=True)
class Program:
    """A program kept alive. Low `order` starts first and stops last."""

    name: str
    argv: tuple[str, ...]
    order: int
    stop_seconds: int = 10


def _manage(root: Path, *args: str) -> tuple[str, ...]:
    return (sys.executable, str(root / "manage.py"), *args)


def web(port: int) -> Program:
    """The web server, on loopback. No access log: addresses may carry invitation and reset tokens."""
    argv = [sys.executable, "-m", "gunicorn", "cm_suite.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    shape = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"]
    limits = ["--timeout", "60", "--graceful-timeout", "20", "--no-control-socket"]
    return Program("web", (*argv, *shape, *limits), order=20, stop_seconds=25)


def worker_command(*queues: str) -> tuple[str, ...]:
    """The command of manage.py that serves these queues, in this order."""
    return ("rqworker", *queues, "--worker-class", "cm_suite.ops.workers.HouseWorker")


def workers(root: Path, pool: Pool) -> list[Program]:
    """The queue workers of one pool, each a process that the supervisor itself restarts and stops.

    RQ's own pool loses a stop that comes while it starts a worker: the worker stays until it is killed.
    """
    argv = _manage(root, *worker_command(*pool.queues))
    names = [f"{pool.name}-{number}" for number in range(1, pool.workers + 1)]
    return [Program(name, argv, order=30, stop_seconds=STOP_SECONDS) for name in names]


def programs(root: Path, port: int, valkey: Sequence[str] | None, demo_web: int = 0) -> list[Program]:
    """Everything `./cm run` keeps alive. `valkey` is None when REDIS_URL names the operator's server.

    `demo_web`: the first port of the demo's own web, 0 when it is not served.
    """
    house = [
        web(port),
        *(worker for pool in POOLS for worker in workers(root, pool)),
        Program("cron", _manage(root, "cron"), order=40),
    ]
    if demo_web:
        house.append(Program("demo-web", _manage(root, "demo_web", "--port", str(demo_web)), order=20))
    if valkey is None:
        return house
    return [Program("valkey", tuple(valkey), order=10), *house]


def _argument(value: str, cwd: Path) -> str:
    """Paths are made relative to the working folder: no character of the checkout's path can be misread."""
    near = os.path.relpath(value, cwd) if os.path.isabs(value) else value
    return shlex.quote(near).replace("%", "%%")


def _section(program: Program, cwd: Path, log: str) -> str:
    command = " ".join(_argument(arg, cwd) for arg in program.argv)
    return f"""\
[program:{program.name}]
command={command}
priority={program.order}
autorestart=true
startsecs=1
startretries=1000000
stopsignal=TERM
stopwaitsecs={program.stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile={log}/{program.name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=2
"""


def configuration(house: Sequence[Program], cwd: Path, var: Path) -> str:
    """The whole supervisord.conf, to be read with `cwd` as the working folder. Logs go to `var`."""
    home = os.path.relpath(var, cwd).replace("%", "%%")
    head = f"""\
[supervisord]
nodaemon=true
silent=true
logfile={home}/log/supervisor.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile={home}/supervisor/supervisord.pid
childlogdir={home}/log
"""
    return "\n".join([head, *(_section(program, cwd, f"{home}/log") for program in house)])
