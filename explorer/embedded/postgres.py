"""Starts the embedded PostgreSQL and makes the explorer's database in it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from explorer.embedded import addresses, cluster, logfile
from explorer.embedded.cluster import Cluster
from explorer.embedded.errors import EmbeddedError
from explorer.embedded.process import Child, Program

#: Modest, for one explorer on a small machine. Given on every start, so a new release changes them everywhere.
SETTINGS = {
    "listen_addresses": "",  # no TCP
    "unix_socket_permissions": "0700",
    "port": addresses.PORT,
    "max_connections": "100",
    "work_mem": "8MB",
    "random_page_cost": "1.1",  # solid-state disks
    "jit": "off",  # no query here runs so long that compiling it pays
    "max_wal_size": "4GB",  # while much is loaded, pages go whole into the log after every checkpoint: have fewer
    "synchronous_commit": "on",
    "wal_level": "minimal",  # no replicas
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "log_min_duration_statement": "2s",
    "logging_collector": "off",  # to our file, which is kept short
}
#: Of the memory that the machine or container has, in MB: kept by PostgreSQL itself, within these bounds. With too
#: little, the indexes of a million jobs are read from the system again and again, and adding jobs takes a fifth longer.
SHARE: Final = 1 / 8
LEAST: Final = 128
MOST: Final = 2048
#: And to make an index with, two of which are made at a time: what does not fit is sorted through files.
MAKING: Final = 1 / 32
MOST_MAKING: Final = 512
#: For tests: what a crash of the machine loses does not matter there.
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
_PATIENCE = 120.0  # seconds; recovery after a crash replays up to four gigabytes of log


@dataclass(frozen=True, slots=True)
class Started:
    """A server that answers, and what is worth telling about it."""

    child: Child
    note: str


def start(var: Path, *, name: str, keep: Sequence[int] = (), settings: Mapping[str, str] | None = None) -> Started:
    """Start PostgreSQL on `var` and create the database `name` if it is missing; returns when it answers.

    The caller holds the lock of `var`, one of the open files `keep`, which the server keeps open too.
    Raises EmbeddedError.
    """
    extra = settings or {}
    found = cluster.prepare(var, keep=keep, durable=extra.get("fsync") != "off")
    _free_pid_file(found)
    child = program(var, found, extra).start(keep)
    try:
        _wait(child, found)
        _create_database(found, name)
    except BaseException:
        child.kill()
        raise
    runs_as = f"as {found.account.name}" if found.account else ""
    return Started(child, ", ".join(part for part in (found.version, runs_as, found.note) if part))


def program(var: Path, found: Cluster, extra: Mapping[str, str]) -> Program:
    """Return the server's program, told to end by a fast shutdown: open transactions are rolled back."""
    quoted = '"{}"'.format(str(found.sockets).replace('"', '""'))  # the setting is a list
    settings = {**SETTINGS, **buffers(memory()), **extra, "unix_socket_directories": quoted}
    return Program(
        "postgres",
        [str(found.bin / "postgres"), "-D", str(found.data), *(f"--{key}={value}" for key, value in settings.items())],
        var / "logs" / "postgres.log",
        stop=signal.SIGINT,
        account=found.account,
        environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
    )


def memory(limit: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """Return how many MB of memory there are: those of the machine, or of its part that a container may use."""
    bytes_there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    allowed = limit.read_text().strip() if limit.exists() else ""
    return min(bytes_there, int(allowed) if allowed.isdigit() else bytes_there) // 2**20


def buffers(megabytes: int) -> dict[str, str]:
    """Return the settings that follow from how much memory there is."""
    kept = round(min(max(megabytes * SHARE, LEAST), MOST))
    making = round(min(max(megabytes * MAKING, LEAST), MOST_MAKING))
    return {
        "shared_buffers": f"{kept}MB",
        "effective_cache_size": f"{max(megabytes // 2, kept)}MB",
        "maintenance_work_mem": f"{making}MB",
    }


def _free_pid_file(found: Cluster) -> None:
    """Remove the pid file of a killed server whose process number another program has by now.

    PostgreSQL would take that one for the server. A file whose process is gone is left to PostgreSQL, which first
    makes sure that nothing of the old server is left. The lock of `var` says so here.
    """
    pid_file = found.data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text().partition("\n")[0].strip()
    command = Path("/proc", pid, "cmdline")
    if pid.isdigit() and command.exists():
        if os.fsencode(found.data) in command.read_bytes():
            raise EmbeddedError(f"Another PostgreSQL, process {pid}, serves {found.data}. End that one first.")
        pid_file.unlink()
        for path in found.sockets.glob(".s.PGSQL.*"):
            path.unlink()


def _connect(found: Cluster) -> psycopg.Connection:
    return psycopg.connect(
        host=str(found.sockets),
        port=addresses.PORT,
        user=cluster.SUPERUSER,
        dbname="postgres",
        connect_timeout=5,
        autocommit=True,
    )


def _wait(child: Child, found: Cluster) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            _connect(found).close()
        except psycopg.OperationalError as error:
            if (code := child.ended()) is not None:
                log = child.program.log
                text = f"PostgreSQL ended with {code} while starting:\n{logfile.last_lines(log)}\n    ({log})"
                raise EmbeddedError(text) from error
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL does not answer: {error}\nSee {child.program.log}") from error
            time.sleep(0.05)
        else:
            return


def _create_database(found: Cluster, name: str) -> None:
    role = sql.Identifier(addresses.ROLE)
    with _connect(found) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [addresses.ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))  # the tests create theirs
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), role))
