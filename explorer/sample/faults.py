"""Bad days on request: a test says which answers go wrong, and how."""

from __future__ import annotations

import json
import threading
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.sample.api.answer import JSON, Answer, Request, encoded
from explorer.sample.draw import dumps

HTML = b"<!doctype html><html><body><h1>502 Bad Gateway</h1><script>alert(1)</script></body></html>"
BOMB_BYTES = 200_000_000
SEEN_REQUESTS = 5_000
# Rows of no use to anybody: wrong types, missing fields, impossible values, markup.
MALFORMED: tuple[Any, ...] = (
    None,
    42,
    "text",
    [],
    {},
    {"address": 7},
    {"address": "<script>alert(1)</script>", "state": 9, "market": None},
    {"address": "1" * 500, "id": "x", "state": "BANANA", "price": -1, "timeout": "soon", "timeStart": 10**30},
)


@dataclass(slots=True)
class Fault:
    """How answers below a path go wrong. What is not set stays as it is; `times` None means until healed."""

    prefix: str
    exact: bool = False  # only this path, not what is below it
    times: int | None = None
    delay: float = 0.0  # seconds before the answer
    status: int | None = None
    body: bytes | None = None  # instead of the answer's
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    edit: Callable[[Any], Any] | None = None  # of the decoded JSON
    malformed: bool = False  # rows of no use among the others
    truncate: bool = False  # half of the body, though its length was promised
    bomb: bool = False  # a small compressed body that grows to 200 MB
    drop: bool = False  # the connection ends without an answer

    def matches(self, path: str) -> bool:
        """Return whether the fault concerns a path."""
        return path == self.prefix or (not self.exact and path.startswith(self.prefix))


class Faults:
    """The faults that are set, the newest first, and the requests that came in."""

    def __init__(self) -> None:
        self._set: list[Fault] = []
        self._seen: deque[tuple[str, str]] = deque(maxlen=SEEN_REQUESTS)
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let answers go wrong from now on."""
        with self._lock:
            self._set.insert(0, fault)

    def heal(self) -> None:
        """Let every answer be right again."""
        with self._lock:
            self._set.clear()

    def note(self, request: Request) -> None:
        """Remember that a request came in."""
        self._seen.append((request.method, request.path))

    def seen(self, prefix: str = "/") -> list[tuple[str, str]]:
        """Return method and path of the newest requests below a path, oldest first."""
        return [item for item in list(self._seen) if item[1].startswith(prefix)]

    def take(self, path: str) -> Fault | None:
        """Return the fault that concerns this request, and count it."""
        with self._lock:
            for fault in self._set:
                if fault.matches(path) and fault.times != 0:
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None


def spoil(answer: Answer, fault: Fault) -> Answer:
    """Return the answer as the fault makes it; delay, half bodies and dropped connections are the server's part."""
    body, content_type, headers = answer.body, answer.content_type, {**answer.headers, **fault.headers}
    if fault.malformed:
        body = encoded(dumps(_with_malformed(json.loads(body))))
    if fault.edit is not None:
        body = encoded(json.dumps(fault.edit(json.loads(body))))
    if fault.body is not None:
        body, content_type = fault.body, fault.content_type
    if fault.bomb:
        body, headers["Content-Encoding"] = _bomb(), "gzip"
    return Answer(body, fault.status or answer.status, content_type, headers)


def _bomb() -> bytes:
    """Return a gzip body of some 200 KB that grows to BOMB_BYTES of spaces."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * 1_000_000
    return b"".join([*(press.compress(block) for _ in range(BOMB_BYTES // len(block))), press.flush()])


def _with_malformed(value: Any) -> Any:
    """Return a list of rows, or an object that holds one, with useless rows before, among and after the others."""
    if isinstance(value, list):
        half = len(MALFORMED) // 2
        return [*MALFORMED[:half], *value, *MALFORMED[half:]]
    if isinstance(value, dict):
        return {key: _with_malformed(item) if isinstance(item, list) else item for key, item in value.items()}
    return value
