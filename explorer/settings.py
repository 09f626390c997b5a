"""Settings, all from the environment (docs/operations.md lists the variables). Wrong values stop the start."""

from __future__ import annotations

import dataclasses
import secrets
import sys
from pathlib import Path

from explorer import embedded, env, logs
from explorer.nosana import networks

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

# --- where things are ---------------------------------------------------------------------------------------------
VAR = env.folder("VAR", BASE_DIR / "var")
PORT = env.integer("PORT", 8000, low=1, high=65535)
HOST = env.text("HOST", "127.0.0.1")

# --- the network --------------------------------------------------------------------------------------------------
_name = env.choice("NETWORK", "sample", networks.NAMES)
SAMPLE_PORT = env.integer("SAMPLE_PORT", PORT % 65535 + 1, low=1, high=65535)
_base = {
    "mainnet": networks.MAINNET,
    "devnet": networks.DEVNET,
    "sample": networks.sample(f"http://127.0.0.1:{SAMPLE_PORT}"),
}[_name]
_api = env.url("NOSANA_API_URL", "")
NETWORK = dataclasses.replace(
    _base,
    jobs_url=env.url("NOSANA_JOBS_URL", _api or _base.jobs_url),
    hosts_url=env.url("NOSANA_HOSTS_URL", _api or _base.hosts_url),
    ipfs_url=env.url("NOSANA_IPFS_URL", _base.ipfs_url),
    node_url=env.url("NOSANA_NODE_URL", _base.node_url),
    rpc_url=env.url("NOSANA_RPC_URL", _base.rpc_url),
    pin_url=env.url("NOSANA_PIN_URL", _base.pin_url),
    pace=env.number("PACE", _base.pace, low=0.05, high=100),
)

# --- servers ------------------------------------------------------------------------------------------------------
DATABASE_URL = env.url("DATABASE_URL", "", schemes=["postgres", "postgresql"])
REDIS_URL = env.url("REDIS_URL", "", schemes=["redis", "rediss", "unix"])
DATABASES = {
    "default": {
        "ENGINE": "explorer.database",
        **embedded.database_settings(DATABASE_URL, VAR, name=f"explorer_{_name}"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
REDIS = REDIS_URL or embedded.redis_url(VAR)

# --- Django -------------------------------------------------------------------------------------------------------
DEBUG = env.boolean("DEBUG", False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.items("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")


def _secret_key() -> str:
    """Return SECRET_KEY, or the key kept in the data folder, made on the first start."""
    if key := env.text("SECRET_KEY", ""):
        return key
    path = VAR / "secret-key"
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = "only-for-tests" if TESTING else _secret_key()  # noqa: S105 - tests sign nothing that matters

INSTALLED_APPS = [
    "jobs",
    "markets",
    "explorer",
    "django_htmx",
    "template_partials",
    "csp",
    "axes",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "explorer.kept_pages.KeptPages",
    "explorer.compressing.Compressing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jobs.builder.owners.AdoptionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "locked.html"

ROOT_URLCONF = "explorer.urls"
WSGI_APPLICATION = "explorer.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "template_partials.templatetags.partials",
                "explorer.templatetags.explorer",
                "explorer.templatetags.frame",
                "explorer.templatetags.places",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "explorer.context.frame",
            ],
        },
    }
]
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
LOGIN_URL = "explorer:sign_in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "jobs:overview"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_static = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static if TESTING or DEBUG else "explorer.static_files.BundledStaticFilesStorage"},
}

# --- safety -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = env.boolean("HTTPS", False)  # True behind a TLS proxy that sets X-Forwarded-Proto
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_HTTPONLY = True
# What a web process remembers of filters (jobs/selectors/listing), a few hundred bytes each: with Django's 300 entries,
# a third was forgotten whenever a hundred people looked for something.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 2000}},
}
KEPT_SECONDS = 0.0 if TESTING else 2.0  # for so long a web process keeps what every page reads (explorer/kept.py)
# a text of LONGEST (jobs/builder/store.py) with what a form adds to it, and a form of a thousand ops
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000

# --- Celery -------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = embedded.broker_url(REDIS)
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{_name}:", "visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # a task whose worker was killed is delivered again; every task is idempotent
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 150
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")


def _every(seconds: float, task: str) -> dict[str, object]:
    """Return a beat entry; a run that nobody picked up before the next one is due is dropped."""
    interval = max(seconds * NETWORK.pace, 2.0)
    return {"task": task, "schedule": interval, "options": {"expires": interval}}


CELERY_BEAT_SCHEDULE = {
    "markets": _every(60, "markets.tasks.sync_markets"),
    "required resources": _every(15, "markets.tasks.refresh_due_required"),
    "queues": _every(30, "markets.tasks.sync_queues"),
    "nodes": _every(60, "markets.tasks.sync_nodes"),
    "node caches": _every(60, "markets.tasks.ask_nodes"),
    "stale caches": _every(3600, "markets.tasks.forget_stale_caches"),
    "price": _every(600, "markets.tasks.sync_price"),
    "newest jobs": _every(45, "jobs.tasks.sync_newest"),
    "unfinished jobs": _every(60, "jobs.tasks.refresh_unfinished"),
    "older jobs": _every(60, "jobs.tasks.backfill"),
    "definitions": _every(30, "jobs.tasks.fetch_definitions"),
    "results": _every(30, "jobs.tasks.fetch_results"),
    "catalog": _every(300, "jobs.tasks.count_catalog"),
    "records": _every(300, "jobs.tasks.refresh_records"),
    "old history": {"task": "markets.tasks.forget_old_history", "schedule": 86400.0},
    "kinds of jobs": _every(300, "jobs.tasks.mend_kinds"),
    "node figures": _every(300, "jobs.tasks.count_nodes"),
    "idle drafts": {"task": "jobs.tasks.forget_idle_drafts", "schedule": 86400.0},
    "old logs": {"task": "jobs.tasks.forget_old_logs", "schedule": 86400.0},
}

# --- logs ---------------------------------------------------------------------------------------------------------
LOGGING = logs.configuration(level=env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"]))
