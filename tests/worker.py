"""A real Celery worker in a process of its own, against the test's database, Redis and sample network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def environment(network_url: str) -> dict[str, str]:
    """Return the environment in which any of our processes works on this test's data."""
    db = connection.settings_dict
    query = f"?host={quote(db['HOST'], safe='')}" if str(db["HOST"]).startswith("/") else ""
    host = "" if query else f"{db['HOST']}:{db['PORT'] or 5432}"
    login = quote(db["USER"], safe="") + (f":{quote(db['PASSWORD'], safe='')}" if db["PASSWORD"] else "")
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{login}@{host}/{db['NAME']}{query}",
        "REDIS_URL": settings.REDIS,
        "NETWORK": "sample",
        "NOSANA_API_URL": f"{network_url}/api",
        "NOSANA_IPFS_URL": f"{network_url}/ipfs",
        "NOSANA_NODE_URL": f"{network_url}/nodes/{{node}}",
        "NOSANA_RPC_URL": f"{network_url}/rpc",
        "DJANGO_SETTINGS_MODULE": "explorer.settings",
    }


class Worker:
    """Started on entry, killed with everything it started on exit."""

    def __init__(self, network_url: str, *, queue: str, log: Path) -> None:
        self.log = log
        self.environment = environment(network_url)
        self.command = [sys.executable, "-m", "celery", "-A", "explorer", "worker", "-Q", queue]
        self.command += ["-P", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]

    def __enter__(self) -> Worker:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=ROOT, start_new_session=True, stdout=log, stderr=log
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """Send SIGKILL to the worker and all its children, and wait until it is gone."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
