"""Settings, read from the environment. `./cm run` fills `var/secrets.env`; production sets real variables."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from cm_suite.schedule import PERIODIC

django_stubs_ext.monkeypatch()  # generic classes of Django take their type parameter at run time too

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environ.Env().str("CM_VAR_DIR", default=str(BASE_DIR / "var")))

env = environ.Env()
if (VAR_DIR / "secrets.env").exists():
    env.read_env(str(VAR_DIR / "secrets.env"))

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
CM_FIELD_KEYS = env.list("CM_FIELD_KEYS")  # Fernet keys; the first one encrypts
CM_HASH_KEY = env.str("CM_HASH_KEY")
CM_SIGNING_KEY = env.str("CM_SIGNING_KEY")  # Ed25519, 32 bytes as url-safe base64: signs evidence

PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", PUBLIC_HOST]))
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("https://") else []
HTTPS = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "pages.apps.BackOfficeConfig",
    "django_htmx",
    "django_rq",
    "cm_suite.core",
    "pages",
    "pages.notices",
    "pages.newsroom",
    "publishing",
    "moderation",
    "reputation",
    "cm_suite.dashboard",
    "cm_suite.ops",
    "cm_suite.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}

ROOT_URLCONF = "cm_suite.urls"
WSGI_APPLICATION = "cm_suite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'cm.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
RQ_QUEUES = {
    name: {
        "URL": REDIS_URL,
        "DEFAULT_TIMEOUT": 1800 if name == "reputation" else 180,  # weighing thousands of pages takes minutes
        "DEFAULT_RESULT_TTL": 60,
    }
    for name in ("publishing", "moderation", "reputation", "pages", "default")
}
CM_JOB_TIMEOUTS = {row.job: row.timeout for row in PERIODIC}  # also when one is rung for between its turns
RQ_SHOW_ADMIN_LINK = False

AUTH_USER_MODEL = "pages.Person"
LOGIN_URL = "pages:sign_in"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "pages:sign_in"
AUTHENTICATION_BACKENDS = ["pages.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
LANGUAGE_COOKIE_NAME = "cm_language"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "cm_suite" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str(
            "CM_STATIC_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# Every message leaves through the outbox of pages.notices, which tells "refused" from "unknown".
# Django's own mail is off. CM_EMAIL_URL: smtp://user:password@host:port, smtp+tls://, smtp+ssl://, or
# empty: files in var/mail.
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
SILENCED_SYSTEM_CHECKS = ["mail.E001"]  # a dummy backend is what is meant here
CM_EMAIL_URL = env.str("EMAIL_URL", default="")
CM_MAIL_DIR = VAR_DIR / "mail"
CM_MAIL_FROM = env.str("CM_MAIL_FROM", default="cm_suite <no-reply@localhost>")

# host:port pairs that may resolve to private addresses: the demo's own web and what an operator lists.
CM_ALLOWED_HOSTS = frozenset(
    (host, int(port))
    for host, _sep, port in (pair.rpartition(":") for pair in env.list("CM_ALLOWED_HOSTS", default=[]))
)
CM_DEMO_LOGINS = VAR_DIR / "demo-logins.json"
CM_DEMO_WEB = env.int("CM_DEMO_WEB", default=0)  # first of the four ports of the demo's own web; 0: none
if CM_DEMO_WEB:
    CM_ALLOWED_HOSTS |= {
        (f"{site}.localhost", CM_DEMO_WEB + place)
        for place, site in enumerate(("courrier", "carnet", "halles", "comptoir"))
    }

# The engine. Only these may be shortened by benchmarks.
CM_SEND_LEASE = timedelta(seconds=env.float("CM_SEND_LEASE", default=120.0))
CM_BACKOFF = timedelta(seconds=env.float("CM_BACKOFF", default=30.0))
CM_RECONCILE_AFTER = CM_BACKOFF * 1.5  # a network may still be writing down what it accepted
CM_MISSED_AFTER = timedelta(minutes=30)
CM_LOOK_FOR = timedelta(hours=env.float("CM_LOOK_FOR_HOURS", default=4.0))  # then people look for a lost post
CM_SEND_THREADS = env.int("CM_SEND_THREADS", default=16)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"tokens": {"()": "cm_suite.core.log.TokenFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Django's own handlers would write addresses as they are: everything leaves by the console above.
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
}

# The agency's own applications at the networks; without them the page that connects says what to fill.
CM_META_APP_ID = env.str("CM_META_APP_ID", default="")
CM_META_APP_SECRET = env.str("CM_META_APP_SECRET", default="")
CM_META_VERIFY_TOKEN = env.str(
    "CM_META_VERIFY_TOKEN", default=""
)  # what Meta's webhook challenge must repeat
CM_LINKEDIN_CLIENT_ID = env.str("CM_LINKEDIN_CLIENT_ID", default="")
CM_LINKEDIN_CLIENT_SECRET = env.str("CM_LINKEDIN_CLIENT_SECRET", default="")
CM_X_CLIENT_ID = env.str("CM_X_CLIENT_ID", default="")
CM_X_CLIENT_SECRET = env.str("CM_X_CLIENT_SECRET", default="")
# Other origins than the networks' own ("x=http://127.0.0.1:9000"): a gateway, or a stand-in for tests.
CM_NETWORK_HOSTS = dict(
    (code, origin)
    for code, _sep, origin in (p.partition("=") for p in env.list("CM_NETWORK_HOSTS", default=[]))
)
