"""What an op's exit code means, in words. Pure Python.

Codes above 128 are signals, as shells and container engines report them; 2 and 0 have meanings of the node's own
(nosana-cli, TaskManager: 2 is an error of the node, 0 an op that was aborted before it started).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer.nosana.payloads import OpResult
from jobs.results import FAILED, verdict

_MEANINGS = {
    125: "the container engine refused it",
    126: "the command cannot be executed",
    127: "the command was not found in the image",
    129: "hung up (SIGHUP)",
    130: "interrupted (SIGINT)",
    132: "illegal instruction (SIGILL): the program needs another processor",
    134: "the program aborted (SIGABRT)",
    135: "bus error (SIGBUS), often too little shared memory",
    136: "arithmetic error (SIGFPE)",
    139: "the program crashed (SIGSEGV)",
}
_STOPS = {
    "jobStopped": "when the job was stopped",
    "jobExpired": "when the job's time was up",
    "hostShutDown": "when the node shut down",
}


def exit_meaning(op: OpResult) -> str:
    """Return what the op's exit code means, as a clause; "" where the code says all there is."""
    code = op.exit_code
    if code is None:
        return ""
    if code == 0:
        return "aborted before it started" if verdict(op) == FAILED else ""
    if is_out_of_memory(op.diagnostics):
        return "killed, out of memory"
    if code in (137, 143):
        return f"{'killed (SIGKILL)' if code == 137 else 'ended (SIGTERM)'} {_ender(op)}".strip()
    if code == 2 and op.errors:
        return "the node could not run it"
    if code in _MEANINGS:
        return _MEANINGS[code]
    return f"ended by signal {code - 128}" if 128 < code < 193 else "the program's own code"


def _ender(op: OpResult) -> str:
    """Return who or what ended an op that was sent a signal."""
    for name, clause in _STOPS.items():
        if reason(op.diagnostics, name) is True:
            return clause
    if verdict(op) != FAILED:
        return "when its plan ended"
    return "from outside, often for want of memory" if op.exit_code == 137 else "from outside"


def is_out_of_memory(diagnostics: Mapping[str, Any]) -> bool:
    """Say whether the container engine reported that memory ran out."""
    state = diagnostics.get("state")
    return isinstance(state, dict) and state.get("OOMKilled") is True


def reason(diagnostics: Mapping[str, Any], name: str) -> object:
    """Return one entry of the node's reasons for an end, None where it gives none."""
    reasons = diagnostics.get("reason")
    return reasons.get(name) if isinstance(reasons, dict) else None


def facts(diagnostics: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what the diagnostics add to the exit code, as pairs of a name and a text."""
    found = [(name, "yes") for name, key in _FLAGS.items() if reason(diagnostics, key) is True]
    if is_out_of_memory(diagnostics):
        found.append(("Out of memory", "yes"))
    said = reason(diagnostics, "reason")
    state = diagnostics.get("state")
    state = state if isinstance(state, dict) else {}
    found += [("Reason", said)] if isinstance(said, str) and said else []
    found += [("Error", state["Error"])] if isinstance(state.get("Error"), str) and state["Error"] else []
    restarts = state.get("RestartCount")
    return [*found, ("Restarts", str(restarts))] if isinstance(restarts, int) and restarts > 0 else found


_FLAGS = {"Job stopped": "jobStopped", "Job expired": "jobExpired", "Node shut down": "hostShutDown"}
