"""What has to be done before the explorer can serve: schema, first account, static files."""

from __future__ import annotations

import hashlib
import io
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q

ADMIN = "admin"


def pending_migrations() -> int:
    """Return how many migrations the database lacks; a few queries."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> int:
    """Apply what is pending, fill in what that left empty, and return how many migrations there were."""
    count = pending_migrations()
    call_command("migrate", interactive=False, verbosity=0)
    # Of a new database nothing is to be read; that of an older release is read once. Where that was stopped, the next
    # start finds definitions that lack something.
    call_command("read_contents", if_needed=not count, stdout=io.StringIO())
    return count


def create_admin() -> str | None:
    """Create the account `admin` in a database without a superuser; return its password, which is kept nowhere."""
    users = get_user_model()._default_manager
    if users.filter(Q(is_superuser=True) | Q(username=ADMIN)).exists():
        return None
    password = secrets.token_urlsafe(12)
    users.create_superuser(username=ADMIN, email="", password=password)
    return password


def collect_static_files() -> str:
    """Hash and compress the static files (several seconds), unless that was done for the same ones; say which."""
    stamp = settings.VAR / "static.sha256"
    digest = _static_files_digest()
    if stamp.exists() and stamp.read_text() == digest and (settings.STATIC_ROOT / "staticfiles.json").exists():
        return "up to date"
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest)
    return "collected"


def _static_files_digest() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
