"""What a node tells of a job that it runs now: its log, line by line, over a WebSocket.

The node's interface (`WS …/flog`, on older nodes `/log`): the first message names the job, then each message is an
entry, the ones from before first. Nodes show it to whom the job belongs; whether to anybody else is up to them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

from explorer.nosana import fields, strict_json, websocket
from explorer.nosana.errors import Malformed, NosanaError, Refused, Unreachable
from explorer.nosana.payloads import JsonObject, JsonValue, LogLine

PATHS: Final = ("/flog", "/log")
#: The largest message, and how much one conversation may bring, in bytes.
MAX_MESSAGE: Final = 1024 * 1024
MAX_BYTES: Final = 32 * 1024 * 1024
#: After so many seconds of silence an empty batch is given, so that whoever reads can stop.
SILENCE: Final = 4.0
#: How a node says that this is not for everybody, and that it does not know the path.
_UNAUTHORIZED: Final = (1008, 3000, 4001, 4401, 4403)
_UNKNOWN_PATH: Final = 3003
#: Which stream an entry belongs to: what a container prints is not told apart by its two streams.
_STREAMS: Final = {"container": "stdout", "info": "nodeerr", "error": "nodeerr"}
_BARS: Final = ("multi-process-bar", "process-bar")


class NotShown(Refused):
    """The node shows the log of this job only to whom the job belongs."""

    kind = "not_shown"

    def __init__(self) -> None:
        super().__init__("The node shows the log of a running job only to its deployer.", 403)


class UnknownPath(NosanaError):
    """The node has no log under this path."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of a job's log; a `bar` takes the place of the one before with the same name."""

    op: str
    line: LogLine
    bar: str = ""


def entries(stream: websocket.Stream, path: str, job: str, deployer: str, *, seconds: float) -> Iterator[list[Entry]]:
    """Yield entries as they come, an empty batch after a silence; ends with the node's last word or after `seconds`.

    Raises NotShown, UnknownPath, Unreachable or Malformed.
    """
    question: JsonObject = {"path": path, "headers": {}, "header": "", "body": {"jobAddress": job, "address": deployer}}
    messages, size, end = websocket.Messages(stream, MAX_MESSAGE), 0, time.monotonic() + seconds
    try:
        stream.write(websocket.text_frame(strict_json.write(question)), SILENCE)
        while not messages.closed and size < MAX_BYTES and time.monotonic() < end:
            try:
                found = messages.read(SILENCE)
            except httpcore.ReadTimeout:
                found = []
            size += sum(map(len, found))
            yield [entry for text in found if (entry := entry_of(text))]
    except (httpcore.NetworkError, httpcore.TimeoutException, httpx.HTTPError) as problem:
        raise Unreachable("The node broke off.") from problem
    _judge(messages.closed)


def _judge(closed: websocket.Closed | None) -> None:
    """Raise what the end of a conversation means, if it is not a good one."""
    if closed is None or closed.code in (1000, 1001, 1005):
        return
    if closed.code == _UNKNOWN_PATH:
        raise UnknownPath
    if closed.code in _UNAUTHORIZED:
        raise NotShown
    raise Unreachable(f"The node ended the log with code {closed.code}.")


def entry_of(text: str) -> Entry | None:
    """Read a message; None where it tells nothing. A plain sentence is the refusal of an older node: NotShown."""
    try:
        message = strict_json.clean(strict_json.read(text))
    except Malformed:
        raise NotShown from None
    if not isinstance(message, dict):
        return None
    kind = fields.label(message.get("type")) or ""
    if kind.startswith(_BARS) or (fields.label(message.get("method")) or "").startswith(("Multi", "Progress")):
        return _bar(message)
    said = message.get("message", message.get("log"))
    if not isinstance(said, str):
        return None
    at = fields.iso(message.get("timestamp")) or fields.milliseconds(message.get("timestamp"))
    op = fields.label(message.get("opId")) or fields.label(message.get("job")) or ""
    return Entry(op, LogLine(_STREAMS.get(kind, kind if kind in ("stdout", "stderr") else "nodeerr"), said, at))


def _bar(message: JsonObject) -> Entry | None:
    """Read the progress of a download: what, how it stands, and how much of it is there."""
    event = _inner(_inner(message, "payload"), "event")
    name, state = fields.label(event.get("id")) or "", fields.label(event.get("status")) or ""
    detail = _inner(event, "progressDetail")
    current, total = fields.number(detail.get("current")), fields.number(detail.get("total"))
    share = f" {min(100, int(100 * current / total))} %" if current is not None and total else ""
    words = f"{name} {state}".strip()
    op = fields.label(message.get("opId")) or ""
    return Entry(op, LogLine("nodeerr", words + share), bar=name or "progress") if words or share else None


def _inner(value: JsonObject, name: str) -> JsonObject:
    inner: JsonValue = value.get(name)
    return inner if isinstance(inner, dict) else value
