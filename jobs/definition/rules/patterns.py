"""Results: regular expressions that JavaScript refuses, that can hang a node, or that never match what was meant.

Source: nosana-cli, extractResultsFromLogs: one log entry at a time, without flags, only the first match of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jobs.definition import pointers
from jobs.definition.facts import Job
from jobs.definition.found import Found, replacing
from jobs.definition.naming import shown
from jobs.definition.regexes import judge

#: Judging an expression may take some milliseconds, so that their number is bounded.
MOST: Final = 200
_DELIMITED: Final = re.compile(r"/(.+)/[dgimsuvy]{1,7}", re.DOTALL)


def of_job(job: Job) -> Iterator[Found]:
    """Yield what is odd about the expressions of results; only the first MOST different ones are judged."""
    judged: set[str] = set()
    for op in job.ops:
        for name, wanted in op.results.items():
            regex = wanted.get("regex") if isinstance(wanted, dict) else wanted
            if isinstance(regex, str) and (regex in judged or len(judged) < MOST):
                judged.add(regex)
                parts = (name, "regex") if isinstance(wanted, dict) else (name,)
                yield from _expression(regex, pointers.join(f"{op.pointer}/results", *parts))


def _expression(source: str, pointer: str) -> Iterator[Found]:
    if source == "*":
        message = 'A lone * is read as "/*", which adds an empty text for every line; write .* for whole lines.'
        yield Found("ND132", pointer, message, ".*", replacing(pointer, ".*"))
        return
    judgement = judge(source)
    if judgement.refusal is not None:
        message = f"JavaScript refuses {shown(source)} ({judgement.refusal}); the result will be that error message."
        yield Found("ND130", pointer, message)
        return
    delimited = _DELIMITED.fullmatch(source)
    if delimited:
        message = "Slashes and flags around an expression are taken as characters to look for; write what is between."
        yield Found("ND134", pointer, message)
    if judgement.hangs:
        message = "A loop in this expression can read the same text in many ways, so one long line can hang the node."
        yield Found("ND131", pointer, message)
    if judgement.spans_lines:
        message = "Nodes search one line at a time, so nothing can match behind a line break; use one result per line."
        yield Found("ND133", pointer, message)
    if judgement.may_be_empty and not delimited:
        message = "This matches nothing at the start of every line, so the result is mostly empty texts; require more."
        yield Found("ND135", pointer, message)
