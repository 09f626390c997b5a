"""The log of a running job as its node tells it: over real connections, and message by message."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from explorer.nosana import networks, websocket
from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed, NosanaError, NotFound, Refused, Unreachable
from explorer.nosana.fetch import Bounds
from explorer.nosana.live import Entry, NotShown, entry_of
from explorer.nosana.payloads import LogLine

NODE, JOB, PAYER = "9zJ1" + "n" * 40, "7zJ1" + "j" * 40, "8zJ1" + "p" * 40
AT = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)
BOUNDS = Bounds(connect=5, read=5, total=20, tries=1)
SWITCH = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n"
)


class Node:
    """A node that answers each connection with bytes of its own, and keeps what it was asked."""

    def __init__(self, *answers: bytes, accepts: bool = True) -> None:
        self.answers, self.accepts = answers, accepts
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        for answer in self.answers:
            connection, _ = self.listener.accept()
            with connection:
                self._converse(connection, answer)

    def _converse(self, connection: socket.socket, answer: bytes) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        if answer.startswith(b"HTTP"):
            connection.sendall(answer)
            return
        key = head.decode().lower().split("sec-websocket-key: ")[1].split("\r\n")[0]
        original = head.decode()[head.decode().lower().index(key) :][: len(key)]
        connection.sendall(SWITCH.format(websocket.answer_to(original) if self.accepts else "no").encode())
        question = connection.recv(65_536)
        if question:
            size = question[1] & 0x7F
            start = 2 if size < 126 else 4
            mask, payload = question[start : start + 4], question[start + 4 :]
            text = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
            self.asked.append((head.decode().split(" ")[1], json.loads(text)))
        connection.sendall(answer)


@contextmanager
def node(*answers: bytes, accepts: bool = True) -> Iterator[Node]:
    made = Node(*answers, accepts=accepts)
    made.thread.start()
    yield made
    made.listener.close()


def told(url: str, address: str = NODE) -> list[Entry]:
    with Client(networks.sample(url), budget=Unlimited(), bounds=BOUNDS) as client:
        batches = client.live_log(node=address, job=JOB, deployer=PAYER, seconds=10)
        return [entry for batch in batches for entry in batch]


def message(text: str = "hello\n", **more: Any) -> bytes:
    said = {"opId": "a", "group": "g", "type": "container", "timestamp": "2026-08-21T14:00:00Z", "message": text}
    return websocket.text_frame(json.dumps({**said, **more}), is_masked=False)


def end(code: int = 1000, reason: str = "") -> bytes:
    return websocket.close_frame(code, reason, is_masked=False)


def test_a_log_is_told_until_the_node_ends_it() -> None:
    with node(message() + message("\x1b[31mbad\n", type="error") + end()) as one:
        assert told(one.url) == [
            Entry("a", LogLine("stdout", "hello\n", AT)),
            Entry("a", LogLine("nodeerr", "\x1b[31mbad\n", AT)),
        ]
        assert one.asked == [
            (
                f"/nodes/{NODE}/flog",
                {"path": "/flog", "headers": {}, "header": "", "body": {"jobAddress": JOB, "address": PAYER}},
            )
        ]


@pytest.mark.parametrize("refusal", [end(3003, "Invalid Path"), b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"])
def test_an_older_node_is_asked_for_its_older_path(refusal: bytes) -> None:
    with node(refusal, message() + end()) as one:
        assert [entry.line.text for entry in told(one.url)] == ["hello\n"]
        assert one.asked[-1][0] == f"/nodes/{NODE}/log"
        assert one.asked[-1][1]["path"] == "/log"


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        (
            [end(3000, "Unauthorized Request")],
            NotShown,
            "The node shows the log of a running job only to its deployer.",
        ),
        ([end(1008)], NotShown, "The node shows the log of a running job only to its deployer."),
        ([websocket.text_frame("Invalid signature", is_masked=False)], NotShown, "only to its deployer"),
        ([end(1011, "Internal")], Unreachable, "The node ended the log with code 1011."),
        ([message()[:20]], Unreachable, "The node ended the log with code 1006."),
        ([end(3003), end(3003)], NotFound, "The node knows no log of running jobs."),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"], Refused, "answered with the error status 200"),
        ([b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"], Refused, "answered with the error status 403"),
        ([b"\x01\x7f" + b"\x7f" * 8], Malformed, "a message is too large"),
    ],
)
def test_ends_that_are_no_good_ones(answers: list[bytes], error: type[NosanaError], words: str) -> None:
    with node(*answers) as one, pytest.raises(error) as caught:
        told(one.url)

    assert words in str(caught.value)


def test_an_answer_that_is_no_websocket_is_refused() -> None:
    with node(message() + end(), accepts=False) as one, pytest.raises(Malformed, match="something else"):
        told(one.url)


def test_a_node_that_is_away_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable):
        told(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("address", ["", "evil.example/x?", "../../etc", "a" * 44 + "."])
def test_only_addresses_of_nodes_are_asked(address: str) -> None:
    with node() as one:
        with pytest.raises(NotFound, match="not a Solana address"):
            told(one.url, address)
        assert one.asked == []


BAR = {"type": "multi-process-bar-update", "opId": "a", "payload": {"event": {
    "id": "4f4fb700ef54", "status": "Downloading", "progressDetail": {"current": 40, "total": 160}}}}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"opId": "a", "type": "info", "message": "x"}, Entry("a", LogLine("nodeerr", "x"))),
        (
            {"opId": 5, "type": "stderr", "message": "x", "timestamp": 1787320800000},
            Entry("5", LogLine("stderr", "x", AT)),
        ),
        ({"type": "stdout", "log": "x", "job": "j"}, Entry("j", LogLine("stdout", "x"))),
        (BAR, Entry("a", LogLine("nodeerr", "4f4fb700ef54 Downloading 25 %"), "4f4fb700ef54")),
        (
            {"type": "process-bar-start", "payload": {"status": "Pulling"}},
            Entry("", LogLine("nodeerr", "Pulling"), "progress"),
        ),
        ({"type": "process-bar-stop"}, None),
        ({"type": "container", "message": {"a": 1}}, None),
        ({"type": "container"}, None),
        ([1], None),
        (None, None),
    ],
)
def test_entries_of_messages(said: Any, expected: Entry | None) -> None:
    assert entry_of(json.dumps(said)) == expected
