"""`manage.py check_definition`: whether the network accepts definitions, and what is odd about them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.definition.check import Report, check
from jobs.definition.document import LIMIT
from jobs.definition.naming import printable
from jobs.definition.validation.profiles import PROFILES

_FIELDS: Final = ("code", "severity", "pointer", "line", "column", "message")


class Command(BaseCommand):
    """Ends with 1 when any definition has an error; needs no database."""

    help = "Check definitions in JSON or YAML: errors the network refuses, warnings and hints about what nodes do."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("paths", nargs="+", metavar="PATH", help='a file, or "-" for the standard input')
        parser.add_argument("--profile", choices=PROFILES, default="network", help="what decides (default: network)")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found in each file."""
        reports = [(path, check(_text(path), profile=options["profile"])) for path in options["paths"]]
        printed = _as_json(reports) if options["format"] == "json" else "".join(map(_as_text, reports))
        self.stdout.write(printed, ending="")
        if not all(report.valid for _, report in reports):
            sys.exit(1)


def _as_json(reports: list[tuple[str, Report]]) -> str:
    answer = [
        {"file": path, "valid": report.valid, "findings": [_chosen(finding.as_json()) for finding in report.findings]}
        for path, report in reports
    ]
    return json.dumps(answer, indent=2) + "\n"


def _chosen(finding: dict[str, Any]) -> dict[str, Any]:
    return {name: finding[name] for name in _FIELDS}


def _as_text(checked: tuple[str, Report]) -> str:
    path, report = checked
    lines = [
        f"{printable(path)}:{found.line}:{found.column}: {found.severity} {found.code} {found.message}"
        for found in report.findings
    ]
    verdict = "accepted" if report.valid else "refused"
    return "\n".join([*lines, f"{printable(path)}: {verdict}", ""])


def _text(path: str) -> bytes:
    """Return no more of the file than is read anyway."""
    try:
        if path == "-":
            return sys.stdin.buffer.read(LIMIT + 1)
        with Path(path).open("rb") as file:
            return file.read(LIMIT + 1)
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}.") from problem
