"""The pages about findings, in Markdown, made from the catalogue."""

from __future__ import annotations

from typing import Final

from jobs.definition.codes.catalogue import ENTRIES
from jobs.definition.codes.entry import Entry, Example
from jobs.definition.findings import Severity

_MEANING: Final = {
    Severity.ERROR: "error: the network refuses the definition",
    Severity.WARNING: "warning: the network accepts the definition, but it will not do what it seems to say",
    Severity.HINT: "hint: worth knowing",
}


def pages() -> dict[str, str]:
    """Return the text of every page by file name: one for each code, and README.md, which lists them."""
    return {"README.md": _index()} | {f"{entry.code}.md": _page(entry) for entry in ENTRIES}


def _index() -> str:
    rows = [f"| [{entry.code}]({entry.code}.md) | {entry.severity} | {_plain(entry.title)} |" for entry in ENTRIES]
    head = (
        "# Findings\n\n"
        "Everything that checking a job definition can report. Made by `manage.py definition_docs` from the catalogue "
        "in `jobs/definition/codes`; do not edit these pages.\n\n"
        "| code | severity | what |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def _page(entry: Entry) -> str:
    parts = [
        f"# {entry.code}: {_plain(entry.title)}",
        f"Severity: {_MEANING[entry.severity]}.",
        f"## What\n\n{_plain(entry.what)}",
        f"## Why\n\n{_plain(entry.why)}\n\nSource: {_plain(entry.source)}",
        f"## With the finding\n\n{_where(entry.bad)}{_fenced(entry.bad)}",
        f"## Without it\n\n{_fenced(entry.good)}",
    ]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return "".join(f"\\{letter}" if letter in r"\`*_<>|[]" else letter for letter in text)


def _where(example: Example) -> str:
    place = f"`{example.at}`" if example.at else "the definition as a whole"
    profile = "" if example.profile == "network" else f", with the profile `{example.profile}`"
    market = f", for the market `{example.market.name}`" if example.market else ""
    return f"At {place}{profile}{market}.\n\n"


def _fenced(example: Example) -> str:
    language = "yaml" if example.text.startswith("version") else "json"
    shown = example.text.replace("\ufeff", "\u00ab byte order mark \u00bb")
    return f"```{language}\n{shown.rstrip()}\n```"
