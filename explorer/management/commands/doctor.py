"""`manage.py doctor`: says what is missing on this machine, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import redis.exceptions
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from explorer.embedded import EmbeddedError, binaries
from explorer.supervisor import preparation, probes

OLDEST_POSTGRES = 150000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SPACE = 2 * 1024**3  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `state` is ok, note (the explorer starts all the same) or missing."""

    state: str
    subject: str
    text: str


class Command(BaseCommand):
    """Print one line for each check; the exit code is 1 if something needed is missing."""

    help = "Check the environment, the servers, the schema, the network and the browser of the tests."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run all checks: some queries, and a connection to each host of the network with five seconds to open."""
        missing = False
        for check in (_python, _data_folder, _database, _redis, _port, _network, _browser):
            for finding in check():
                self.stdout.write(f"{finding.state:<8} {finding.subject:<12} {finding.text}")
                missing = missing or finding.state == "missing"
        if missing:
            sys.exit(1)


def _python() -> Iterator[Finding]:
    yield Finding("ok", "Python", f"{platform.python_version()}, {sys.prefix}")


def _data_folder() -> Iterator[Finding]:
    settings.VAR.mkdir(parents=True, exist_ok=True)
    if not os.access(settings.VAR, os.W_OK | os.X_OK):
        yield Finding("missing", "data folder", f"{settings.VAR} is not writable: choose another with VAR=...")
        return
    free = shutil.disk_usage(settings.VAR).free
    state = "ok" if free > _SPACE else "note"
    yield Finding(state, "data folder", f"{settings.VAR}, {free / 1e9:.1f} GB free")


def _database() -> Iterator[Finding]:
    try:
        place = "that of DATABASE_URL" if settings.DATABASE_URL else f"embedded, {binaries.postgres()}"
        connection.ensure_connection()
    except EmbeddedError as error:
        yield Finding("missing", "PostgreSQL", str(error))
    except DatabaseError as error:
        if settings.DATABASE_URL:
            yield Finding("missing", "PostgreSQL", f"{place} cannot be reached: {' '.join(str(error).split())}")
        else:
            yield Finding("note", "PostgreSQL", f"{place}; not running, `make run` starts it")
    else:
        yield from _schema(place)


def _schema(place: str) -> Iterator[Finding]:
    version = int(connection.cursor().connection.info.server_version)
    if version < OLDEST_POSTGRES:
        yield Finding("missing", "PostgreSQL", f"{place} has version {version // 10000}; 15 or newer is needed")
        return
    yield Finding("ok", "PostgreSQL", f"{place}, version {version // 10000}.{version % 10000}")
    if count := preparation.pending_migrations():
        yield Finding("missing", "migrations", f"{count} are not applied: python manage.py migrate")
    else:
        yield Finding("ok", "migrations", "up to date")


def _redis() -> Iterator[Finding]:
    try:
        place = "that of REDIS_URL" if settings.REDIS_URL else f"embedded, {binaries.redis()}"
        with redis.Redis.from_url(settings.REDIS, socket_connect_timeout=5, socket_timeout=5) as client:
            yield Finding("ok", "Redis", f"{place}, version {client.info('server')['redis_version']}")
    except EmbeddedError as error:
        yield Finding("missing", "Redis", str(error))
    except redis.exceptions.RedisError as error:
        if settings.REDIS_URL:
            yield Finding("missing", "Redis", f"{place} cannot be used: {error}")
        else:
            yield Finding("note", "Redis", f"{place}; not running, `make run` starts it")


def _port() -> Iterator[Finding]:
    place = f"{settings.HOST}:{settings.PORT}"
    if why := probes.why_not_free(settings.HOST, settings.PORT):
        yield Finding("note", "port", f"{place}: {why}. If that is not this explorer: PORT=... make run")
    else:
        yield Finding("ok", "port", f"{place} is free")


def _network() -> Iterator[Finding]:
    """Try a connection to each host, or to the proxy that requests to it go through."""
    urls = {settings.NETWORK.jobs_url, settings.NETWORK.hosts_url, settings.NETWORK.ipfs_url}
    for origin in sorted({urlsplit(url)._replace(path="", query="").geturl() for url in urls}):
        parts = urlsplit(origin)
        proxy = None if urllib.request.proxy_bypass(parts.hostname or "") else _proxy(parts.scheme)
        target = urlsplit(proxy or origin)
        port = target.port or (443 if target.scheme == "https" else 80)
        via = f" (through the proxy {target.hostname}:{port})" if proxy else ""
        if probes.accepts(target.hostname or "", port, seconds=5):
            yield Finding("ok", "network", f"{origin} can be reached{via}")
        elif settings.NETWORK.name == "sample":
            yield Finding("note", "network", f"{origin}: the sample network is not running, `make run` starts it")
        else:
            yield Finding("note", "network", f"{origin} cannot be reached{via}: pages show what was synced before")


def _proxy(scheme: str) -> str | None:
    proxies = urllib.request.getproxies()
    return proxies.get(scheme) or proxies.get("all")


def _browser() -> Iterator[Finding]:
    if found := next(filter(None, map(shutil.which, BROWSERS)), None):
        yield Finding("ok", "browser", found)
    else:
        yield Finding("note", "browser", "no Chromium or Chrome on the PATH; only `make test` needs one")
