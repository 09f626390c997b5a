"""Runs the sample network until it is told to stop."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from explorer.sample import SampleServer
from explorer.sample.life import DEFAULT_SPEED
from explorer.sample.store import InUse


class Command(BaseCommand):
    """`manage.py sample_network`: a Nosana network of our own on loopback."""

    help = "Run the sample network: the network's interfaces on loopback, made from a seed, alive."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where to listen, where to keep the state, and how fast to live."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.SAMPLE_PORT)
        parser.add_argument("--state", type=Path, default=settings.VAR / "sample", help="folder of the state file")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--speed", type=float, default=DEFAULT_SPEED, help="how many times shorter live jobs are")

    def handle(self, *_: Any, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM; say where, once it answers."""
        if not 0.1 <= options["speed"] <= 1000:
            raise CommandError("--speed: use a number from 0.1 to 1000")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        wanted = {name: options[name] for name in ("seed", "state", "speed", "host", "port")}
        try:
            with SampleServer(**wanted) as server:
                self.stdout.write(f"Sample network (seed {options['seed']}) at {server.url}")
                self.stdout.flush()
                server.wait()
                raise CommandError("the sample network's life ended by an error")
        except (InUse, OSError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            return
