"""`manage.py definition_docs`: write the pages about findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from jobs.definition.codes.pages import pages


class Command(BaseCommand):
    """Writes docs/findings anew, and removes pages of codes that are gone; needs no database."""

    help = "Write docs/findings from the catalogue of findings."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "docs" / "findings")

    def handle(self, *, folder: Path, **options: Any) -> None:
        """Write every page."""
        folder.mkdir(parents=True, exist_ok=True)
        wanted = pages()
        for old in folder.glob("*.md"):
            if old.name not in wanted:
                old.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(wanted)} pages in {folder}")
