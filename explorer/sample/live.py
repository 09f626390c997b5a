"""A node's WebSocket for the log of a running job: the entries so far, then each one at its time.

As on the network, the first message names the job, and not every node tells a stranger: some end the conversation.
"""

from __future__ import annotations

import json
import select
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from explorer.nosana import websocket
from explorer.sample import fate, order
from explorer.sample.draw import JsonObject, dumps
from explorer.sample.network import Network
from explorer.sample.nodes import CLOJURE, Node
from explorer.sample.record import RUNNING, Job
from explorer.sample.report import Reporter

#: How often it is looked whether something new was printed, in seconds.
PAUSE = 0.2
#: One node in so many tells only the deployer.
PRIVATE_EVERY = 4
UNAUTHORIZED, UNKNOWN_PATH, BAD_QUESTION = 3000, 3003, 1007
MAX_QUESTION = 64 * 1024
_TYPES = {"stdout": "container", "stderr": "container", "nodeerr": "error"}

Told = tuple[float, JsonObject]  # when it was printed, in Unix seconds, and the message


def converse(network: Network, handler: BaseHTTPRequestHandler) -> None:
    """Hold one conversation on a connection that asked for a WebSocket; returns when it is over."""
    parts = urlsplit(handler.path).path.strip("/").split("/")
    node = network.world.nodes.get(parts[1]) if len(parts) > 1 and parts[0] == "nodes" else None
    if node is None or not node.online:
        handler.send_error(404)
        return
    handler.send_response(101)
    key = handler.headers.get("Sec-WebSocket-Key", "")
    answer = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": websocket.answer_to(key)}
    for name, value in answer.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.flush()
    code, reason = _tell(network, handler, node, parts[-1])
    handler.wfile.write(websocket.close_frame(code, reason, is_masked=False))
    handler.wfile.flush()


def _tell(network: Network, handler: BaseHTTPRequestHandler, node: Node, path: str) -> tuple[int, str]:
    """Tell a job's log until the job ends; return how the conversation ends."""
    question = _question(handler)
    if path not in ("flog", "log") or (node.version == CLOJURE and path == "flog"):
        return UNKNOWN_PATH, "Invalid Path"
    body = question.get("body") if isinstance(question, dict) else None
    job = _running(network, body.get("jobAddress") if isinstance(body, dict) else None, node)
    if job is None:
        return BAD_QUESTION, "Could not find job"
    if node.style % PRIVATE_EVERY == 0:
        return UNAUTHORIZED, "Unauthorized Request"
    told = entries(network, job, node)
    sent = 0
    while True:
        now, is_over = network.clock.now(), _running(network, job.address, node) is None
        while sent < len(told) and told[sent][0] <= now:
            handler.wfile.write(websocket.text_frame(dumps(told[sent][1]), is_masked=False))
            sent += 1
        handler.wfile.flush()
        if is_over:
            return 1000, "Job ended"
        if select.select([handler.connection], [], [], PAUSE)[0]:
            raise ConnectionAbortedError  # a client has nothing more to say than that it goes


def entries(network: Network, job: Job, node: Node) -> list[Told]:
    """Return all that a running job prints, if nothing ends it before, in the order of time."""
    pinned = network.store.contents([job.ipfs_job]).get(job.ipfs_job)
    ops = fate.ops_of(order.read(pinned[1])[1]) if pinned else None
    report = Reporter(network.seed, job.address, job.pace, node, ops or [])
    end = int((job.started + job.timeout) * 1000)
    states = [_to_its_end(state, end) for state in (job.flow or {}).get("opStates", [])]
    told: list[Told] = []
    for state in report.with_logs({"opStates": states})["opStates"]:
        logs = state["logs"]
        step = ((state["endTime"] or end) - (state["startTime"] or end)) / (len(logs) + 1)
        for number, entry in enumerate(logs, start=1):
            at = (state["startTime"] + step * number) / 1000
            told.append((at, _message(state, entry, at)))
    return sorted(told, key=lambda pair: pair[0])


def _to_its_end(state: JsonObject, end: int) -> JsonObject:
    """Return an op's state as if it had gone on to the end of the job where nothing says when it ends."""
    if state["startTime"] is None or state["endTime"] is not None:
        return state
    return state | {"endTime": max(end, state["startTime"]), "exitCode": 0, "status": "success"}


def _message(state: JsonObject, entry: JsonObject, at: float) -> JsonObject:
    return {
        "opId": state["operationId"],
        "group": state.get("group", state["operationId"]),
        "type": _TYPES.get(entry["type"], "info"),
        "timestamp": int(at * 1000),
        "message": entry["log"],
    }


def _running(network: Network, address: Any, node: Node) -> Job | None:
    """Return a job if this node runs it now."""
    if not isinstance(address, str):
        return None
    job = network.store.job(address)
    return job if job and job.state == RUNNING and job.node == node.address else None


def _question(handler: BaseHTTPRequestHandler) -> Any:
    """Return what the client says first: one masked frame with JSON; None for anything else."""
    head = handler.rfile.read(2)
    size = head[1] & 0x7F if len(head) == 2 else 0
    if size > 125:
        size = int.from_bytes(handler.rfile.read(2 if size == 126 else 8), "big")
    if not size or size > MAX_QUESTION or not head[1] & 0x80:
        return None
    mask, payload = handler.rfile.read(4), handler.rfile.read(size)
    try:
        return json.loads(bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload)))
    except ValueError:
        return None
