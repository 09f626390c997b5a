"""`manage.py run` as a user runs it: a process of its own on a data folder of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from explorer.embedded import addresses, cluster
from tests.processes import of_folder, wait_until

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"  # nothing listens there

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@pytest.fixture
def var() -> Iterator[Path]:
    """A data folder that PostgreSQL's account can enter, gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="nx-"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield folder
    assert wait_until(lambda: of_folder(folder) == [], seconds=10)
    shutil.rmtree(folder)
    shutil.rmtree(cluster.ELSEWHERE / addresses.digest(folder), ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """A `manage.py run`, and what it has printed so far."""

    def __init__(self, var: Path, more: Mapping[str, str] | None = None, *arguments: str) -> None:
        self.port = free_port()
        without = ("DATABASE_URL", "REDIS_URL")
        self.environment = {key: value for key, value in os.environ.items() if key not in without} | {
            "VAR": str(var),
            "PORT": str(self.port),
            "SAMPLE_PORT": str(free_port()),
            **(more or {}),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "run", *arguments],
            env=self.environment,
            cwd="/",  # works from anywhere
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.stdout and not self.process.stdout.closed:
            self.process.terminate()
            self.process.communicate()

    def until(self, text: str) -> str:
        """Read until a line with `text`, or to the end, and return all that was printed."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line
            if text in line:
                break
        assert text in self.output, self.output
        return self.output

    def end(self, sig: int) -> tuple[int, float]:
        """Send a signal; return the exit code and how many seconds the end took."""
        began = time.monotonic()
        self.process.send_signal(sig)
        self.output += self.process.communicate()[0]
        return self.process.returncode, time.monotonic() - began


def get(port: int, path: str) -> tuple[int, str]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(client):
        client.request("GET", path)
        response = client.getresponse()
        return response.status, response.read().decode()


def children_of(pid: int, having: str) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", having], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def test_run_serves_until_ctrl_c_and_leaves_nothing_when_killed(var: Path) -> None:
    with Run(var) as run:
        output = run.until("Ctrl-C ends everything")
        steps = re.findall(r"^  (\S+(?: \S+)?)  ", output, re.MULTILINE)
        assert steps == [
            "PostgreSQL",
            "Redis",
            "migrations",
            "static files",
            "sample network",
            "worker",
            "schedule",
            "web server",
        ]
        assert get(run.port, "/readyz")[0] == 200
        _refuses_a_second_start(run)
        _starts_a_killed_worker_again(run)
        _keeps_the_password_nowhere(output, var)
        code, seconds = run.end(signal.SIGINT)
    assert of_folder(var) == []
    assert code == 0
    assert seconds < 5
    assert "Stopping." in run.output
    assert "Traceback" not in run.output
    with Run(var) as again:
        assert "password" not in again.until("Ctrl-C ends everything")
        assert len(of_folder(var)) > 15  # PostgreSQL's, Celery's and gunicorn's own children are seen
        again.end(signal.SIGKILL)
    assert wait_until(lambda: of_folder(var) == [], seconds=8)


def _refuses_a_second_start(run: Run) -> None:
    second = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "run"],
        env=run.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"process {run.process.pid}, since " in second.stderr
    assert f"http://127.0.0.1:{run.port}/" in second.stderr
    assert "Traceback" not in second.stderr


def _starts_a_killed_worker_again(run: Run) -> None:
    (worker,) = children_of(run.process.pid, "celery -A explorer worker")
    os.kill(worker, signal.SIGKILL)
    run.until("worker starts again in 1 s.")
    assert "worker ended (killed by SIGKILL)." in run.output
    assert wait_until(lambda: len(children_of(run.process.pid, "celery -A explorer worker")) == 1, seconds=10)


def _keeps_the_password_nowhere(output: str, var: Path) -> None:
    (password,) = re.findall(r"user admin, password (\S+)\n", output)
    assert len(password) == 16
    holding = [path for path in var.rglob("*") if path.is_file() and password.encode() in path.read_bytes()]
    assert holding == []


def test_run_whose_parent_is_killed_ends(var: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, sys.argv[1], 'run', '--end-with-parent']); time.sleep(120)"
    )
    environment = {**os.environ, "VAR": str(var), "PORT": str(free_port()), "SAMPLE_PORT": str(free_port())}
    parent = subprocess.Popen([sys.executable, "-c", script, str(ROOT / "manage.py")], env=environment, stdout=-3)
    assert wait_until(lambda: any("redis-server" in line for line in of_folder(var)), seconds=60)
    parent.kill()
    parent.wait()
    assert wait_until(lambda: of_folder(var) == [], seconds=10)


@pytest.mark.django_db
def test_run_with_servers_of_others_starts_none_of_its_own_without_a_network(var: Path) -> None:
    database = "explorer_mainnet_elsewhere"
    with connection.cursor() as cursor, contextlib.closing(_administrator()) as administrator:
        cursor.execute("SELECT 1")
        administrator.execute(f"DROP DATABASE IF EXISTS {database}")
        administrator.execute(f"CREATE DATABASE {database}")
        at = settings.DATABASES["default"]
        host, user = quote(str(at["HOST"]), safe=""), quote(str(at["USER"]), safe="")
        others = {
            "DATABASE_URL": f"postgresql://{user}:{at['PASSWORD']}@/{database}?host={host}&port={at['PORT'] or 5432}",
            "REDIS_URL": settings.REDIS,
            "NETWORK": "mainnet",
            "NOSANA_API_URL": NOWHERE,
            "NOSANA_IPFS_URL": NOWHERE,
            "NOSANA_NODE_URL": NOWHERE,
            "NOSANA_RPC_URL": NOWHERE,
            "DEBUG": "1",
        }
        with Run(var, others) as run:
            output = run.until("Ctrl-C ends everything")
            assert get(run.port, "/")[0] == 200
            assert run.end(signal.SIGINT)[0] == 0
        administrator.execute(f"DROP DATABASE {database}")
    assert "that of DATABASE_URL" in output
    assert "that of REDIS_URL" in output
    assert "sample network" not in output
    assert sorted(path.name for path in var.iterdir() if path.name in ("postgres", "redis", "sample")) == []


def _administrator() -> psycopg.Connection:
    at = settings.DATABASES["default"]
    return psycopg.connect(
        host=at["HOST"], port=at["PORT"] or 5432, user=at["USER"], password=at["PASSWORD"], dbname="postgres",
        autocommit=True,
    )  # fmt: skip


def test_run_with_its_port_in_use_says_so_and_starts_nothing(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with Run(var, {"PORT": str(port)}) as run:
            run.until("choose another port: PORT=")
            assert run.process.wait() == 1
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use." in run.output
    assert "Traceback" not in run.output
    assert not (var / "postgres").exists()


def test_signal_that_lands_in_a_destructor_is_not_lost() -> None:
    script = """if True:
        import os, signal, time
        from explorer.management.commands.run import _interrupt, _on_signals
        class Dropped:
            def __del__(self):
                os.kill(os.getpid(), signal.SIGTERM)
        _on_signals(_interrupt)
        Dropped()
        try:
            time.sleep(20)
        except KeyboardInterrupt:
            print("heard")
    """
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Exception ignored in" in done.stderr  # Python dropped the first one
    assert (done.returncode, done.stdout) == (0, "heard\n")
