"""`manage.py explain_definition`: what a node will do with a definition, as text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.definition.document import LIMIT, read
from jobs.definition.explain.context import Context
from jobs.definition.explain.report import explain
from jobs.definition.explain.text import as_text


class Command(BaseCommand):
    """Prints plan, run lines, addresses and cache names; needs no database."""

    help = "Show what a node will do with a definition: order, commands, environment, addresses, cache names."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("path", help='the file, or "-" for the standard input')
        parser.add_argument("--job", help="the job's address, from which the addresses of its services follow")
        parser.add_argument("--node", help="the node's address")
        parser.add_argument("--project", help="the address of who posts the job")
        parser.add_argument("--at", type=float, help="when the job starts, in seconds since 1970; now if not given")

    def handle(self, *, path: str, **options: Any) -> None:
        """Print the explanation, or say why the text cannot be read."""
        document = read(_text(path))
        if not document.is_readable:
            raise CommandError(" ".join(finding.message for finding in document.findings))
        context = Context(
            job=options["job"],
            node=options["node"],
            project=options["project"],
            at=options["at"],
            domain=settings.NETWORK.service_domain,
        )
        self.stdout.write(as_text(explain(document.value, context)), ending="")


def _text(path: str) -> bytes:
    """Return no more of the file than is read anyway."""
    try:
        if path == "-":
            return sys.stdin.buffer.read(LIMIT + 1)
        with Path(path).open("rb") as file:
            return file.read(LIMIT + 1)
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}.") from problem
