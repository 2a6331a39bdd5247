"""Queue names, the pools that serve them, and every periodic job, in one table."""

from dataclasses import dataclass

QUEUES = ("publishing", "moderation", "reputation", "pages", "default")


@dataclass(frozen=True, slots=True)
class Pool:
    """A group of workers. The first queue named never waits for the others."""

    name: str
    workers: int
    queues: tuple[str, ...]


POOLS = (
    Pool("senders", 2, ("publishing", "moderation", "pages", "default")),  # never behind the slow web
    Pool("helpers", 1, ("pages", "moderation", "default", "publishing", "reputation")),
    Pool("readers", 1, ("reputation", "default", "pages", "moderation", "publishing")),
)


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job without arguments, started every `seconds`; it is stopped after `timeout` seconds.

    A turn is skipped while the one before still waits in its queue.
    """

    job: str
    seconds: int
    queue: str
    timeout: int


PERIODIC = (
    Periodic("publishing.jobs.publish_due", 5, "publishing", 180),
    Periodic("publishing.jobs.sweep", 30, "publishing", 300),
    Periodic("publishing.jobs.warn_expiring", 86_400, "default", 300),
    Periodic("publishing.jobs.tidy_images", 86_400, "default", 300),
    Periodic("publishing.jobs.measure", 900, "default", 600),
    Periodic("moderation.jobs.poll_comments", 30, "moderation", 300),
    Periodic("moderation.jobs.carry_out", 10, "moderation", 300),
    Periodic("moderation.jobs.sweep", 60, "moderation", 300),
    Periodic("moderation.jobs.check_listening", 3600, "moderation", 600),
    Periodic("moderation.jobs.remind_last_days", 3600, "default", 300),
    Periodic("moderation.jobs.tidy", 86_400, "default", 300),
    Periodic("moderation.jobs.forget_words", 3600, "default", 600),
    Periodic("reputation.jobs.start_due", 60, "reputation", 120),
    Periodic("reputation.jobs.sweep", 30, "reputation", 300),
    Periodic("reputation.jobs.send_audit_emails", 60, "reputation", 300),
    Periodic("pages.notices.jobs.send_mail", 10, "pages", 180),
    Periodic("pages.newsroom.jobs.send_digests", 300, "pages", 600),
    Periodic("pages.newsroom.jobs.forget_unconfirmed", 86_400, "default", 300),
    Periodic("pages.newsroom.jobs.forget_commenters", 86_400, "default", 600),
    Periodic("pages.jobs.check_health", 900, "pages", 600),
    Periodic("pages.jobs.renew_tokens", 300, "pages", 300),
    Periodic("pages.jobs.warn_expiring", 3600, "pages", 300),
    Periodic("pages.jobs.warn_budgets", 300, "pages", 300),
    Periodic("pages.jobs.measure_audiences", 900, "default", 600),
    Periodic("pages.jobs.forget_consents", 300, "default", 300),
    Periodic("pages.jobs.tidy", 86_400, "default", 1800),
)
