"""A limit on the whole of an exchange: httpx limits only each single read, and a drip of bytes passes that forever."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx


class Deadline:
    """A moment by which everything must be done; `start` sets it anew, for one exchange at a time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.start()

    def start(self) -> None:
        """Allow the whole time again, from now on."""
        self._end = time.monotonic() + self.seconds

    def left(self) -> float:
        """Return the seconds left, not less than zero."""
        return max(0.0, self._end - time.monotonic())

    def cap(self, timeout: float | None) -> float:
        """Return the timeout for one step: what was asked for, or what is left if that is less."""
        # a timeout of 0 would mean "do not block" to a socket
        return max(0.001, self.left() if timeout is None else min(timeout, self.left()))


def enforce(client: httpx.Client, deadline: Deadline) -> None:
    """Make every connection of `client` keep the deadline, through proxies of the environment too.

    httpx has no public way to give a connection pool its network backend, hence the private names; a test with a
    server that sends headers byte by byte fails if they ever change.
    """
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool
            pool._network_backend = _Backend(pool._network_backend, deadline)


class _Backend(httpcore.NetworkBackend):
    """A network backend whose connections keep a deadline."""

    def __init__(self, backend: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._backend = backend
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect within the deadline."""
        capped = self._deadline.cap(timeout)
        return _Stream(
            self._backend.connect_tcp(host, port, capped, local_address, socket_options),
            self._deadline,
        )

    def sleep(self, seconds: float) -> None:
        """Wait between attempts to connect."""
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step keeps a deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read within the deadline."""
        if not self._deadline.left():
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, self._deadline.cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write within the deadline."""
        self._stream.write(buffer, self._deadline.cap(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin TLS within the deadline."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cap(timeout))
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows of itself."""
        return self._stream.get_extra_info(info)
