"""What the installation says of itself: `manage.py doctor` prints it, `/ops/health` answers its states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max, Min
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.cron import CronScheduler
from rq.job import Job
from rq.queue import Queue
from rq.worker import Worker

from cm_suite.core import clock
from cm_suite.schedule import QUEUES
from moderation.models import ListeningCheck
from pages.enums import PageState
from pages.models import Page
from pages.networks.registry import NETWORKS
from pages.notices.enums import MailState
from pages.notices.models import Mail
from pages.selectors.connected import ending_soon
from pages.selectors.installation import has_public_address
from pages.sunset import sunsets
from publishing.models import Attempt

HEARTBEAT_SECONDS = 180
CRON_SECONDS = 60
QUEUE_SECONDS = 120
MAIL_SECONDS = 3600
EXPIRY = timedelta(days=14)
LISTENING = timedelta(days=2)
LISTENED = ("page_id", "kind", "seen", "stored", "taken", "code")


class State(StrEnum):
    """From good to bad. `degraded`: people can work, something will be late. `down`: nobody can."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Check:
    """One organ: how it is, in words, with its figures."""

    name: str
    state: State
    words: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Every organ, in a fixed order."""

    checks: tuple[Check, ...]

    @property
    def state(self) -> State:
        """The worst state of all."""
        order = list(State)
        return max((check.state for check in self.checks), key=order.index)


def examine(*, thorough: bool = False) -> Report:
    """Look at everything now, also when the database or Redis is away. `thorough`: the tables too."""
    base = _database(thorough=thorough)
    # A connection of its own: RQ's Worker.all() lengthens the time-outs of the one it is given.
    url = settings.RQ_QUEUES["default"]["URL"]
    with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2, retry=Retry(NoBackoff(), 0)) as bell:
        checks = [base, *(_asking(check, bell) for check in (_redis, _workers, _cron, _queues))]
    if thorough and base.state is State.OK:
        tables = (_last_send, _credentials, _resting, _versions, _outbox, _listening, _ringing)
        checks += [_reading(check) for check in tables]
    return Report(tuple(checks))


def _asking(check: Callable[[Redis], Check], bell: Redis) -> Check:
    """Run a check that needs Redis; Redis being away is its answer."""
    try:
        return check(bell)
    except (redis.ConnectionError, redis.TimeoutError):
        return Check(check.__name__.strip("_"), State.DEGRADED, "Redis does not answer")


def _database(*, thorough: bool) -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        pending = _pending_migrations() if thorough else 0
    except DatabaseError as failure:
        return Check("database", State.DOWN, f"no answer: {failure}")
    figures = {"engine": connection.vendor, "pending_migrations": pending}
    if pending:
        return Check("database", State.DOWN, f"{pending} migrations are not applied", figures)
    return Check("database", State.OK, f"{connection.vendor} answers", figures)


def _pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _redis(bell: Redis) -> Check:
    bell.ping()
    return Check("redis", State.OK, "answers")


def _age(moment: datetime | None) -> float | None:
    """Seconds since an instant that RQ gave (UTC, with or without its zone)."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round((clock.now() - aware).total_seconds(), 1)


def _workers(bell: Redis) -> Check:
    ages = [age for worker in Worker.all(connection=bell) if (age := _age(worker.last_heartbeat)) is not None]
    alive = [age for age in ages if age <= HEARTBEAT_SECONDS]
    figures = {
        "alive": len(alive),
        "silent": len(ages) - len(alive),
        "last_heartbeat_s": min(ages, default=None),
    }
    state = State.OK if alive else State.DEGRADED
    return Check("workers", state, f"{len(alive)} alive, {figures['silent']} silent", figures)


def _cron(bell: Redis) -> Check:
    ages = [age for cron in CronScheduler.all(bell) if (age := _age(cron.last_heartbeat)) is not None]
    newest = min(ages, default=None)
    figures = {"last_heartbeat_s": newest}
    if newest is None or newest > CRON_SECONDS:
        return Check("cron", State.DEGRADED, "nobody rings for the periodic jobs", figures)
    return Check("cron", State.OK, f"rang {newest} s ago", figures)


def _oldest(bell: Redis, name: str) -> tuple[int, float | None]:
    """How many jobs wait in a queue, and for how many seconds the first one has."""
    queue = Queue(name, connection=bell)
    ids = queue.get_job_ids(0, 1)
    jobs = [job for job in Job.fetch_many(ids, connection=bell) if job is not None]
    return queue.count, _age(jobs[0].enqueued_at) if jobs else None


def _queues(bell: Redis) -> Check:
    rows = {name: _oldest(bell, name) for name in QUEUES}
    figures = {name: {"waiting": count, "oldest_s": age} for name, (count, age) in rows.items()}
    late = [name for name, (_count, age) in rows.items() if age is not None and age > QUEUE_SECONDS]
    if late:
        return Check("queues", State.DEGRADED, f"late: {', '.join(late)}", figures)
    return Check("queues", State.OK, f"{sum(count for count, _age in rows.values())} jobs wait", figures)


def _reading(check: Callable[[], Check]) -> Check:
    """Run a check that reads tables; one that cannot be read is its answer."""
    try:
        return check()
    except DatabaseError as failure:
        return Check(check.__name__.strip("_"), State.DOWN, f"cannot be read: {failure}")


def _last_send() -> Check:
    """The last send of each network. It has no bad state: nothing may have been due."""
    rows = Attempt.objects.values_list("delivery__page__network").annotate(last=Max("started_at"))
    last = {name: moment.isoformat() for name, moment in rows.order_by("delivery__page__network")}
    words = ", ".join(f"{network} {moment}" for network, moment in last.items())
    return Check("last_send", State.OK, words or "nothing was sent yet", last)


def _credentials() -> Check:
    """Pages that cannot be written to until somebody reconnects them, or soon cannot be.

    What renews itself does not end.
    """
    broken = Page.objects.filter(state=PageState.NEEDS_RECONNECT).count()
    soon = ending_soon(clock.now() + EXPIRY)
    dates = {str(row.page_id): moment.isoformat() for row, moment in soon}
    words = f"{broken} to reconnect, {len(dates)} expire within {EXPIRY.days} days"
    state = State.DEGRADED if broken or dates else State.OK
    return Check("credentials", state, words, {"to_reconnect": broken, "expiring": dates})


def _resting() -> Check:
    """Pages whose network asked us to wait. It has no bad state: they go on by themselves."""
    rows = Page.objects.filter(state=PageState.CONNECTED, paced_until__gt=clock.now())
    until = {
        str(pk): moment.isoformat()
        for pk, moment in rows.order_by("paced_until", "pk").values_list("pk", "paced_until")
        if moment is not None
    }
    return Check("resting", State.OK, f"{len(until)} pages rest as their network asked", until)


def _versions() -> Check:
    """The versions of networks' APIs that stop answering soon, or have stopped."""
    today = clock.now().date()
    ends = {spec.code: spec.version.sunset for spec in sunsets(NETWORKS.values(), today) if spec.version}
    figures = {code: day.isoformat() for code, day in ends.items() if day is not None}
    words = ", ".join(f"{code} until {day}" for code, day in figures.items())
    state = State.DEGRADED if figures else State.OK
    return Check("versions", state, words or "no API ends soon", figures)


def _outbox() -> Check:
    """Mail that waits too long. What became unknown is a person's to settle: it is counted only."""
    waiting = Mail.objects.filter(state=MailState.PLANNED)
    oldest = _age(waiting.aggregate(first=Min("created_at"))["first"])
    figures = {
        "planned": waiting.count(),
        "oldest_planned_s": oldest,
        "unknown": Mail.objects.filter(state=MailState.UNKNOWN).count(),
    }
    words = f"{figures['planned']} wait, {figures['unknown']} unknown"
    if oldest is None:
        return Check("outbox", State.OK, words, figures)
    state = State.DEGRADED if oldest > MAIL_SECONDS else State.OK
    return Check("outbox", state, f"{words}, the oldest for {oldest} s", figures)


def _listening() -> Check:
    """Whether the lists of what people write are held as the networks show them, by each day's comparison."""
    latest = ListeningCheck.objects.filter(day__gte=(clock.now() - LISTENING).date())
    rows = {(row.page_id, row.kind): row for row in latest.order_by("day").only(*LISTENED)}
    missing = {f"{page_id} {kind}": row.seen - row.stored for (page_id, kind), row in rows.items()}
    missing = {name: count for name, count in missing.items() if count}
    seen, stored = (sum(getattr(row, name) for row in rows.values()) for name in ("seen", "stored"))
    figures = {
        "lists": len(rows),
        "seen": seen,
        "stored": stored,
        "taken": sum(row.taken for row in rows.values()),
        "missing": missing,
        "not_asked": {f"{page_id} {kind}": row.code for (page_id, kind), row in rows.items() if row.code},
    }
    words = f"seen {seen}, stored {stored} on {len(rows)} lists"
    if missing:
        words += f"; missing on {', '.join(missing)}, {figures['taken']} taken in since"
    return Check("listening", State.DEGRADED if missing else State.OK, words, figures)


def _ringing() -> Check:
    """The pages whose network could ring when something is new there, and does not: they are read later."""
    if not has_public_address():
        return Check("ringing", State.OK, "no public address: networks are asked in turn")
    able = [code for code, spec in NETWORKS.items() if spec.rings]
    rows = Page.objects.filter(state=PageState.CONNECTED, network__in=able)
    silent = list(rows.filter(subscribed_at=None).order_by("pk").values_list("pk", flat=True))
    ringing = rows.count() - len(silent)
    words = f"{ringing} pages ring" + (
        f", {len(silent)} do not: {', '.join(map(str, silent))}" if silent else ""
    )
    state = State.DEGRADED if silent else State.OK
    return Check("ringing", state, words, {"ringing": ringing, "silent": silent})
