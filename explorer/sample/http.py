"""HTTP/1.1 over threads from the standard library: keep-alive, gzip when asked for, robust to bad requests."""

from __future__ import annotations

import gzip
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from explorer.sample import live, routes
from explorer.sample.api.answer import Answer, Problem, Request
from explorer.sample.faults import Faults, spoil
from explorer.sample.limits import Limiter
from explorer.sample.network import Network

MAX_BODY = 8 * 1024 * 1024
MIN_GZIP = 1_000
GZIP_LEVEL = 1
IDLE_SECONDS = 75


class Dropped(Exception):
    """The connection is to end without an answer."""


class Server(ThreadingHTTPServer):
    """The sample network's HTTP server, one thread per connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], network: Network, faults: Faults, limiter: Limiter | None) -> None:
        self.network, self.faults, self.limiter = network, faults, limiter
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that closing the server ends it."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End one connection."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """End the connections that clients keep open; their threads finish by themselves."""
        with self._guard:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; print any other error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def respond(self, request: Request) -> tuple[Answer, bool]:
        """Return the answer, and whether only half of it is to be sent."""
        self.faults.note(request)
        fault = self.faults.take(request.path)
        if fault is not None:
            time.sleep(fault.delay)
            if fault.drop:
                raise Dropped
        try:
            headers: dict[str, str] = {}
            if self.limiter and request.path.rstrip("/") == routes.JOB_LIST:
                headers = self.limiter.check(request.client)
            found = routes.answer(self.network, request)
            answer = Answer(found.body, found.status, found.content_type, {**found.headers, **headers})
        except Problem as problem:
            answer = problem.answer
        return (spoil(answer, fault), fault.truncate) if fault else (answer, False)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sample-network", ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        """Answer a GET, or go over to the WebSocket that a node's log is told through."""
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self.close_connection = True
            live.converse(self.server.network, self)
        else:
            self._answer(b"")

    def do_HEAD(self) -> None:
        """Answer a HEAD: the headers of a GET."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a POST, whose body must say how long it is."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 12):
            self.send_error(411)
            self.close_connection = True
        elif int(length) > MAX_BODY:
            self.send_error(413)
            self.close_connection = True
        else:
            self._answer(self.rfile.read(int(length)))

    def _answer(self, body: bytes) -> None:
        try:
            parts = urlsplit(self.path)
            pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
        except ValueError:
            self.send_error(400)
            return
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(reversed(pairs)),  # of a name that is given twice, the first value counts
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            client=self.headers.get("X-Forwarded-For", self.client_address[0]).split(",")[0].strip(),
        )
        try:
            answer, half = self.server.respond(request)
        except Dropped:
            self.close_connection = True
            return
        self._send(answer, half)

    def _send(self, answer: Answer, half: bool) -> None:
        body, headers = answer.body, dict(answer.headers)
        wants_gzip = "gzip" in self.headers.get("Accept-Encoding", "") and len(body) >= MIN_GZIP
        if wants_gzip and "Content-Encoding" not in headers:
            body, headers["Content-Encoding"] = gzip.compress(body, GZIP_LEVEL, mtime=0), "gzip"
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **headers, "Vary": "Accept-Encoding"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if half else body)
        if half:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the network's log is the explorer's, not the sample's."""
