"""Texts that people have: definitions as JSON or YAML, and what they paste in their place."""

from __future__ import annotations

import re
from typing import Final

from explorer.nosana.payloads import JsonObject
from jobs.builder.sources.start import NoStart, Start, name_of, written
from jobs.definition.document import LIMIT, Document, read
from jobs.definition.imports.compose import import_compose
from jobs.definition.imports.outcome import Imported, Leftover
from jobs.definition.imports.run_line import import_run_lines

#: Longer texts are not taken at all; from LIMIT on they are kept, and the reader says that they are too long.
LONGEST: Final = 2 * LIMIT
_RUN_LINE: Final = re.compile(
    r"\s*+(?:[$#>]\s+)?(?:sudo\s+)?(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|create)\b"
)
_WEB_PAGE: Final = re.compile(r"\s*+(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
#: Under these names answers of the network's APIs, and bodies of requests, hold a definition.
_WRAPPERS: Final = ("jobDefinition", "job_definition", "pinataContent")


def exact(text: str) -> Start:
    """Return a start with the very text, whatever it is; NoStart where it is too long."""
    _fits(text, "definition")
    return Start(text, name_of(_value(read(text))), "paste")


def start_from(text: str, kind: str, field: str) -> Start:
    """Return a start from a text that somebody has: JSON stays as it is, YAML, compose and run lines are converted."""
    _fits(text, field)
    if _WEB_PAGE.match(text):
        raise NoStart("That is a web page, not a definition; use the address of the file itself.", field)
    if _RUN_LINE.match(text):
        return imported(import_run_lines(text), kind, field)
    document = read(text)
    value = _value(document)
    if "opStates" in value and "ops" not in value:
        raise NoStart("That is the result of a job, not its definition.", field)
    if document.syntax == "yaml" and "services" in value and "ops" not in value:
        return imported(import_compose(text), kind, field)
    inner = next((value[name] for name in _WRAPPERS if isinstance(value.get(name), dict)), None)
    if "ops" not in value and isinstance(inner, dict):
        return Start(written(inner), name_of(inner), kind, report=(_UNWRAPPED,))
    if document.syntax == "yaml" and value:
        return Start(written(value), name_of(value), kind, report=_of_yaml(text))
    return Start(text, name_of(value), kind)


def imported(result: Imported, kind: str, field: str) -> Start:
    """Return a start from what an import made, with its report; NoStart where it made nothing."""
    if result.value is None:
        raise NoStart(" ".join(entry.why for entry in result.report), field)
    return Start(written(result.value), name_of(result.value), kind, report=result.report)


_UNWRAPPED: Final = Leftover("What is around the definition", "Only the definition itself is taken over.")
_IS_JSON_NOW: Final = Leftover("YAML", "The network reads JSON only, so it is written as JSON here.")
_COMMENTS: Final = Leftover("Comments", "JSON has none, so they are left out.")


def _of_yaml(text: str) -> tuple[Leftover, ...]:
    has_comments = re.search(r"(?:^|\s)#", text) is not None
    return (_IS_JSON_NOW, _COMMENTS) if has_comments else (_IS_JSON_NOW,)


def _fits(text: str, field: str) -> None:
    if len(text) > LONGEST or len(text.encode(errors="replace")) > LONGEST:
        raise NoStart(f"The text is longer than {LONGEST:,} bytes, which no definition is.", field)


def _value(document: Document) -> JsonObject:
    return document.value if isinstance(document.value, dict) else {}
