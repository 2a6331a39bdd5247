"""Settings of the test suite: fixed keys, its own var folder, nothing of the machine's own set-up."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "tests-only-" + "0" * 50)
os.environ.setdefault("CM_FIELD_KEYS", "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=")
os.environ.setdefault("CM_HASH_KEY", "tests-only")
os.environ.setdefault("CM_SIGNING_KEY", "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=")
os.environ.setdefault("CM_VAR_DIR", tempfile.mkdtemp(prefix="cm-tests-"))
os.environ.setdefault("CM_STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")

from cm_suite.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, not memory: several threads must be able to wait for each other's locks.
    # Nothing here has to survive a power cut.
    # What no query orders comes last first: PostgreSQL answers in any order, once in a hundred runs.
    unsafe = " PRAGMA synchronous=OFF; PRAGMA reverse_unordered_selects=ON;"
    DATABASES["default"]["OPTIONS"]["init_command"] += unsafe  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}  # noqa: F405
CM_SEND_THREADS = 1
