"""A server of raw bytes, for answers that no HTTP library would send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answer = Callable[[socket.socket], None]


class RawServer:
    """Answers each connection by the next of `answers`, the last one again and again; counts them."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[bytes] = []
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End, whatever the clients do."""
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)

    def pause(self, seconds: float) -> None:
        """Do nothing for a while, or until the server ends."""
        self._over.wait(seconds)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.requests.append(connection.recv(65536))
                try:
                    self._answers[min(len(self.requests), len(self._answers)) - 1](connection)
                except OSError:
                    continue  # the client hung up, as it should


@contextmanager
def raw_server(*answers: Answer) -> Iterator[RawServer]:
    """Run a RawServer."""
    server = RawServer(*answers)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def send(*parts: bytes, every: float = 0.0) -> Answer:
    """Return an answer of some bytes, with a pause before each part."""

    def answer(connection: socket.socket) -> None:
        for part in parts:
            threading.Event().wait(every)
            connection.sendall(part)

    return answer


def head(*lines: str, status: str = "200 OK") -> bytes:
    """Return a response's status line and headers."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]).encode()
