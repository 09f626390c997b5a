"""A pytest plugin: PostgreSQL and Redis of their own for one run of the tests, in a folder that goes away with it.

`-p tests.servers` in pyproject.toml loads it before pytest-django reads the settings. DATABASE_URL and REDIS_URL, when
set, are used instead. Workers of pytest-xdist inherit the environment and start nothing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from explorer.embedded import EmbeddedError, addresses, cluster, folders, postgres, process, redis

_PREPARED = "EXPLORER_TESTS_PREPARED"
#: What a developer may have set for an explorer of theirs, and must not reach the tests.
_FOREIGN = ("ALLOWED_HOSTS", "DEBUG", "HTTPS", "HOST", "LOG_LEVEL", "PORT", "SECRET_KEY")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Set the environment before pytest-django reads the settings in the same hook."""
    if _PREPARED not in os.environ:
        _prepare(os.environ)
    return (yield)


def _prepare(environ: os._Environ[str]) -> None:
    for name in [name for name in environ if name in _FOREIGN or name.startswith("NOSANA_")]:
        del environ[name]
    var = Path(tempfile.mkdtemp(prefix="nx-"))
    var.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's PostgreSQL runs as another account
    (var / "static").mkdir()  # whitenoise warns where its folder is missing, and a warning is an error
    environ |= {
        _PREPARED: "1",
        "VAR": str(var),
        "NETWORK": "sample",
        "SAMPLE_PORT": "9",  # nothing listens there: a test that needs the sample network starts its own
        "NO_PROXY": "127.0.0.1,localhost",
        # playwright leaves an event loop in the process that drives a browser, and Django would refuse that process
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }


def pytest_configure(config: pytest.Config) -> None:
    """Have the controlling process start the servers; it is the one without `workerinput`."""
    if not hasattr(config, "workerinput"):
        servers = _Servers(Path(os.environ["VAR"]), only_collects=config.option.collectonly)
        config.pluginmanager.register(servers)
        config.add_cleanup(servers.stop)  # called however the run ends, where a hook is not


class _Servers:
    """Starts the servers before the first test, or the first worker, and ends them after the last, however it ends."""

    def __init__(self, var: Path, *, only_collects: bool) -> None:
        self.var = var
        self.only_collects = only_collects
        self.children: list[process.Child] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if self.only_collects:
            return
        try:
            self._start(folders.Lock(self.var, "a run of the tests").fd)
        except EmbeddedError as error:
            raise pytest.UsageError(str(error)) from error

    def _start(self, lock: int) -> None:
        if "DATABASE_URL" not in os.environ:
            started = postgres.start(self.var, name="explorer_sample", keep=[lock], settings=postgres.UNSAFE)
            self.children.append(started.child)
        if "REDIS_URL" not in os.environ:
            self.children.append(redis.start(self.var, keep=[lock]).child)

    def stop(self) -> None:
        """End the servers and remove their folder."""
        process.stop(self.children, seconds=5)
        shutil.rmtree(self.var)
        shutil.rmtree(cluster.ELSEWHERE / addresses.digest(self.var), ignore_errors=True)  # seldom there
