"""`manage.py run`: the whole explorer under one command, which ends it as a whole."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

import redis.exceptions
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import Error as DatabaseError
from django.db import connection

from explorer.embedded import EmbeddedError, folders, logfile, postgres, process
from explorer.embedded import redis as embedded_redis
from explorer.supervisor import preparation, probes, programs
from explorer.supervisor.keeper import Ended, Keeper

_SERVERS = ("postgres", "redis")  # stopped after the programs that use them


class Command(BaseCommand):
    """Start everything, look after it, and end everything when told to."""

    help = (
        "Start the web server, the worker, the schedule and, unless DATABASE_URL and REDIS_URL name others, PostgreSQL"
        " and Redis; with NETWORK=sample also the sample network. Ctrl-C ends all of them."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--end-with-parent", action="store_true", help="end when the calling process does, however it does (Linux)"
        )

    def handle(self, *, end_with_parent: bool, **options: Any) -> None:
        """Run until a signal, or until the explorer cannot be started."""
        if end_with_parent:
            process.end_with_parent(signal.SIGTERM, os.getppid())
        _on_signals(_interrupt)
        lines = _Lines(self.stdout)
        keeper = None
        try:
            lock = folders.Lock(settings.VAR, _url())
            keeper = Keeper(lines.say, [lock.fd])
            _Start(keeper, lines, lock.fd).all()
            while True:
                keeper.check()
                time.sleep(0.5)
        except KeyboardInterrupt:
            lines.say("Stopping.")
        except (EmbeddedError, Ended, DatabaseError, redis.exceptions.RedisError, OSError) as error:
            raise CommandError(f"The explorer could not be started. {error}") from error
        finally:
            _on_signals(signal.SIG_IGN)
            lines.say("")
            if keeper:
                keeper.stop(last=_SERVERS)


def _interrupt(*_: Any) -> None:
    """Raise KeyboardInterrupt, and again after a second if nobody heard: in a destructor Python drops it."""
    signal.setitimer(signal.ITIMER_REAL, 1)
    raise KeyboardInterrupt


def _on_signals(handler: Any) -> None:
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        if sig != signal.SIGHUP or signal.getsignal(sig) != signal.SIG_IGN:  # nohup set that
            signal.signal(sig, handler)


def _url() -> str:
    host = "127.0.0.1" if settings.HOST in ("0.0.0.0", "::") else settings.HOST  # noqa: S104 - read, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}/"


class _Lines:
    """Writes to the terminal: a line for each step, its end when the step is done."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._open = False

    def say(self, text: str) -> None:
        """Write whole lines."""
        self._write("\n" * self._open + text + "\n" * bool(text))
        self._open = False

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Write the step's name, then what the block notes and how long it took."""
        notes: list[str] = []
        started = time.monotonic()
        self._write(f"  {name:<15} ")
        self._open = True
        yield notes.append
        text = ", ".join([*notes, f"{time.monotonic() - started:.1f} s"])
        self._write(f"{text}\n" if self._open else f"  {name:<15} {text}\n")
        self._open = False

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal is gone; what was started must still be ended
            self._out.write(text, ending="")
            self._out.flush()


class _Start:
    """The steps of a start, in order."""

    def __init__(self, keeper: Keeper, lines: _Lines, lock: int) -> None:
        self.keeper = keeper
        self.lines = lines
        self.lock = lock
        self.began = time.monotonic()

    def all(self) -> None:
        """Start everything and say where it is."""
        self.lines.say(f"Nosana explorer, network {settings.NETWORK.name}, data in {settings.VAR}")
        _check_ports()
        for log in (settings.VAR / "logs").glob("*.log"):
            logfile.begin(log)
        self._servers()
        password = self._database()
        self._programs()
        self.lines.say(f"\nReady after {time.monotonic() - self.began:.1f} s:  {_url()}")
        if password:
            self.lines.say(
                f"Administration: {_url()}admin/  user {preparation.ADMIN}, password {password}\n"
                "The password is shown this once. `python manage.py changepassword admin` sets another."
            )
        self.lines.say("Ctrl-C ends everything.\n")

    def _servers(self) -> None:
        with self.lines.step("PostgreSQL") as note:
            if settings.DATABASE_URL:
                connection.ensure_connection()
                note("that of DATABASE_URL")
            else:
                name = str(settings.DATABASES["default"]["NAME"])
                started = postgres.start(settings.VAR, name=name, keep=[self.lock])
                self.keeper.adopt(started.child)
                note(started.note)
        with self.lines.step("Redis") as note:
            if settings.REDIS_URL:
                with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5) as client:
                    client.ping()
                note("that of REDIS_URL")
            else:
                started = embedded_redis.start(settings.VAR, keep=[self.lock])
                self.keeper.adopt(started.child)
                note(started.note)

    def _database(self) -> str | None:
        """Bring the schema up to date; return the password of the first account if this made it."""
        with self.lines.step("migrations") as note:
            count = preparation.migrate()
            note(f"{count} applied" if count else "up to date")
            password = preparation.create_admin()
        connection.close()
        return password

    def _programs(self) -> None:
        sample = self.keeper.start(programs.sample_network()) if settings.NETWORK.name == "sample" else None
        with self.lines.step("static files") as note:
            note(preparation.collect_static_files())  # keeps one core busy; the sample network starts on another
        if sample:
            with self.lines.step("sample network") as note:
                port = settings.SAMPLE_PORT
                self.keeper.wait_for(sample, lambda: probes.accepts("127.0.0.1", port), seconds=90)
                note(f"http://127.0.0.1:{port}/")
        with self.lines.step("worker") as note:
            self.keeper.start(programs.worker())
            note(f"{programs.WORKER_PROCESSES} processes")
        with self.lines.step("schedule"):
            self.keeper.start(programs.beat())
        with self.lines.step("web server") as note:
            web = self.keeper.start(programs.web())
            self.keeper.wait_for(web, lambda: probes.is_ready(settings.HOST, settings.PORT), seconds=90)
            note(f"{programs.WEB_PROCESSES} processes of {programs.WEB_THREADS} threads")


def _check_ports() -> None:
    ports = [("PORT", settings.HOST, settings.PORT)]
    if settings.NETWORK.name == "sample":
        ports.append(("SAMPLE_PORT", "127.0.0.1", settings.SAMPLE_PORT))
    for variable, host, port in ports:
        if why := probes.why_not_free(host, port):
            raise Ended(
                f"{host}:{port} cannot be listened on: {why}.\n"
                f"End what uses it, or choose another port: {variable}={port + 1000} make run"
            )
