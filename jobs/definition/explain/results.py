"""What a node would find in an op's log for its `results`, tried on a given log.

Rules: nosana-cli, extractResultFromLog. Each entry of the log is searched by itself, for its first match only; what is
kept is the match and what its groups caught. The pattern "*" counts as "/*", and one that JavaScript refuses leaves the
text of the error instead of a list.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import regex

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import js_regex

#: No result has more values shown than this, and no pattern is longer.
MOST_VALUES = 10_000
LONGEST_PATTERN = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a log: its stream (stdin, stdout, stderr, nodeerr) and its text, usually a line with its end."""

    stream: str
    text: str


@dataclass(slots=True)
class Capture:
    """What was found: `values`, with None for a group that took no part; or `error`, which a node keeps instead.

    `unfinished` says why not all of the log was tried, "" if it was.
    """

    values: list[str | None] = field(default_factory=list)
    error: str = ""
    unfinished: str = ""


def preview(results: JsonValue, log: Iterable[Entry], seconds: float = 1.0) -> dict[str, Capture]:
    """Return what is found for each key. Takes about `seconds` at most, however long a pattern would search."""
    wanted = results if isinstance(results, dict) else {}
    entries = [entry for entry in log if entry.text]
    deadline = time.monotonic() + seconds
    return {key: _capture(rule, entries, deadline) for key, rule in wanted.items()}


def _capture(rule: JsonValue, entries: list[Entry], deadline: float) -> Capture:
    parts: JsonObject = rule if isinstance(rule, dict) else {"regex": rule}
    source, streams = parts.get("regex"), parts.get("logType")
    matching = [entry.text for entry in entries if not isinstance(streams, list) or entry.stream in streams]
    if not isinstance(source, str) or not matching:
        return Capture()
    if len(source) > LONGEST_PATTERN or time.monotonic() > deadline:
        return Capture(unfinished="There was no time to try the pattern, or it is too long.")
    try:
        pattern = js_regex.compiled("/*" if source == "*" else source)
    except js_regex.JavaScriptError as problem:
        return Capture(error=f"SyntaxError: Invalid regular expression: /{source}/: {problem}")
    except js_regex.NotTried as problem:
        return Capture(unfinished=str(problem))
    return _search(pattern, matching, deadline)


def _search(pattern: regex.Pattern[str], texts: list[str], deadline: float) -> Capture:
    found = Capture()
    for number, text in enumerate(texts):
        try:
            match = pattern.search(text, timeout=max(deadline - time.monotonic(), 0.001))
        except TimeoutError:
            found.unfinished = f"The pattern took too long; {number} of {len(texts)} entries were searched."
            break
        if match:
            found.values += [match[0], *match.groups()]
        if len(found.values) > MOST_VALUES:
            found.unfinished = f"There are more values; {number + 1} of {len(texts)} entries were searched."
            break
    return found
