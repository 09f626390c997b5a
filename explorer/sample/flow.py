"""The result a node reports: one state per op, how each ended, and the shapes that older nodes use.

Made without logs when a job is taken, cut or completed when it ends; logs are written when somebody asks for them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from explorer.sample import draw
from explorer.sample import fate as fates
from explorer.sample.draw import JsonObject
from explorer.sample.nodes import CLOJURE, Node

# What ends an op before its container runs: the error's event and message.
NODE_ERRORS = {
    "pull": ("image-pull-error", "initializing source docker://{image}: reading manifest: manifest unknown"),
    "resource": ("resource-error", "Could not fetch resource: 403 Forbidden"),
    "exec": ("container-runtime-error", "crun: executable file `{word}` not found in $PATH: No such file or directory"),
    "literal": ("operation-error", "Could not resolve a literal: no such operation"),
}
NODE_EXIT_CODES = {"pull": 2, "resource": 2, "exec": 127, "literal": 0}
EXIT_CODES = {"traceback": 1, "oom": 137}
STATUS_BY_REASON = {"jobStopped": "stopped", "jobExpired": "success"}


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


def empty(start: float) -> JsonObject:
    """Return a flow that has just begun."""
    return {"status": "success", "startTime": _ms(start), "endTime": None, "secrets": {}, "errors": [], "opStates": []}


def refused(start: float, body: object) -> JsonObject:
    """Return the flow of a definition that a node refuses."""
    if isinstance(body, dict):
        problem = {"path": "$input.ops", "expected": "Array<Operation>", "value": None}
        return empty(start) | {"status": "validation-error", "errors": [problem]}
    return empty(start) | {"status": "failed", "errors": ["Error: job definition could not be read from IPFS"]}


def not_run(op: JsonObject, node: Node) -> JsonObject:
    """Return the state of an op that was never started."""
    state: JsonObject = {
        "providerId": None,
        "operationId": op["id"],
        "status": "init",
        "startTime": None,
        "endTime": None,
    }
    return state | {"exitCode": None, "logs": []} | ({"group": op["id"], "errors": []} if node.has_groups else {})


def op_state(
    seed: int, job: str, node: Node, index: int, op: JsonObject, group: str, start: float, end: float | None, fate: str
) -> JsonObject:
    """Return an op's state as it will be when it ends by itself at `end`, or goes on where that is None."""
    ok = fate == "ok"
    code = 0 if ok else fates_exit_code(fate)
    state: JsonObject = {
        "providerId": None if fate in NODE_ERRORS or fates.is_volume(op) else draw.digest(seed, job, index).hex(),
        "operationId": op["id"],
        "status": "success" if ok else "failed",
        "startTime": _ms(start),
        "endTime": None if end is None else _ms(end),
        "exitCode": None if end is None else code,
        "logs": [],
    }
    if node.has_groups:
        state |= {"group": group, "errors": [], "diagnostics": _diagnostics(state, fate)}
    if fate in NODE_ERRORS:
        state |= _error(node, op, fate)
    return state


def fates_exit_code(fate: str) -> int:
    """Return the exit code of an op that ends that way; "exit 3" stands for a cmd that says so."""
    if fate.startswith("exit "):
        return int(fate.removeprefix("exit "))
    return NODE_EXIT_CODES.get(fate, EXIT_CODES.get(fate, 0))


def _error(node: Node, op: JsonObject, fate: str) -> JsonObject:
    """Return the error of an op that a node could not start, in the field that its version uses."""
    event, message = NODE_ERRORS[fate]
    words = op["args"].get("cmd") or [""]
    text = message.format(image=op["args"].get("image"), word=words[0])
    error = {"event": event, "message": text}
    return {"error": error} if node.style % 5 == 0 else {"errors": [error]}


def _diagnostics(state: JsonObject, fate: str) -> JsonObject:
    """Return why an op ended and, where its container ran, the container's last state."""
    found: JsonObject = {"reason": {"hostShutDown": False, "jobStopped": False, "jobExpired": False}}
    if state["providerId"] is None or state["endTime"] is None:
        return found
    found["state"] = {
        "Status": "exited",
        "Running": False,
        "OOMKilled": fate == "oom",
        "ExitCode": state["exitCode"],
        "Error": "",
        "StartedAt": iso(state["startTime"]),
        "FinishedAt": iso(state["endTime"]),
        "RestartCount": 0,
    }
    return found


def iso(ms: int) -> str:
    """Return a time in ms as a container engine writes it."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def end(flow: JsonObject, at: float, node: Node, reason: str | None = None) -> JsonObject:
    """Return the flow as it ends at that time: by itself, or with `reason` jobStopped or jobExpired."""
    done = [_ended(state, _ms(at), reason) for state in flow["opStates"]]
    status = STATUS_BY_REASON[reason] if reason else flow["status"]
    failed = any(state["status"] == "failed" for state in done)
    if status == "success" and failed and not node.has_groups:
        status = "failed"
    return flow | {"status": status, "endTime": _ms(at), "opStates": done}


def _ended(state: JsonObject, at: int, reason: str | None) -> JsonObject:
    """Return an op's state at the end: what still ran is stopped, what would have started later never ran."""
    if state["startTime"] is None or state["startTime"] > at:
        return state | {"startTime": None, "endTime": None, "exitCode": None, "status": "init", "providerId": None}
    if state["endTime"] is not None and state["endTime"] <= at:
        return state
    found = state | {"endTime": at, "exitCode": 137, "status": STATUS_BY_REASON.get(reason or "", "success")}
    if "diagnostics" in state and reason:
        found["diagnostics"] = _diagnostics(found, "ok")
        found["diagnostics"]["reason"] |= {reason: True, "reason": "stopped" if reason == "jobStopped" else "expired"}
    return found


def shown(flow: JsonObject, node: Node) -> JsonObject:
    """Return the flow in the shape of the node's version; the oldest has its own."""
    return _clojure(flow) if node.version == CLOJURE else flow


def _clojure(flow: JsonObject) -> JsonObject:
    """Return the first shape of all: ops as tuples, logs as pairs of a stream's number and a text."""
    results: JsonObject = {}
    for state in flow["opStates"]:
        pairs = [[2 if entry["type"] == "stderr" else 1, entry["log"]] for entry in state["logs"]]
        step: dict[str, Any] = {"cmd": {"cmd": state["operationId"]}, "status": state["exitCode"], "log": pairs}
        results[state["operationId"]] = ["success" if state["status"] == "success" else "error", [step]]
    if flow["status"] != "success":
        results["nosana/error"] = f"flow ended: {flow['status']}"
    return {"results": results, "state": {"nos/secrets": {}}}
