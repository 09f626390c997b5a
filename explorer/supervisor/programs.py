"""The explorer's own processes, as `manage.py run` starts them. Production runs the same commands apart."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from django.conf import settings

from explorer.embedded.process import Program

WORKER_PROCESSES = 2
WEB_PROCESSES = 2
WEB_THREADS = 4


def manage(name: str, *arguments: str) -> Program:
    """Return a command of manage.py as a program; `name` is also its log's."""
    return _python(name, str(settings.BASE_DIR / "manage.py"), *arguments)


def sample_network() -> Program:
    """Return the sample network, on loopback."""
    state = settings.VAR / "sample"
    return manage("sample", "sample_network", "--port", str(settings.SAMPLE_PORT), "--state", str(state))


def worker() -> Program:
    """Return the Celery worker. It ends without waiting for its tasks: they are delivered again."""
    flags = ["-c", str(WORKER_PROCESSES), "-O", "fair", "--without-gossip", "--without-mingle"]
    return _python("worker", "-m", "celery", "-A", "explorer", "worker", *flags, stop=signal.SIGQUIT)


def beat() -> Program:
    """Return Celery's schedule."""
    return _python("beat", "-m", "celery", "-A", "explorer", "beat")


def web() -> Program:
    """Return the web server; told to stop, it gives open requests a second."""
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    # A filter by all of forty markets, with the rows that the live poll asks for, is longer than gunicorn's default.
    flags = ["--no-control-socket", "--graceful-timeout", "1", "--limit-request-line", "8190"]
    flags += ["--bind", f"{host}:{settings.PORT}"]
    size = ["-k", "gthread", "--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS), "--preload"]
    return _python("web", "-m", "gunicorn", "explorer.wsgi", *size, *flags)


def _python(name: str, *arguments: str, **more: Any) -> Program:
    return Program(
        name,
        [sys.executable, *arguments],
        settings.VAR / "logs" / f"{name}.log",
        environment={**os.environ, "VAR": str(settings.VAR), "PYTHONUNBUFFERED": "1"},
        folder=settings.BASE_DIR,
        **more,
    )
