"""Looks at ports of this machine."""

from __future__ import annotations

import contextlib
import http.client
import socket

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - read, not bound


def why_not_free(host: str, port: int) -> str | None:
    """Return why no server could listen there, or None if one could."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    return None


def accepts(host: str, port: int, seconds: float = 1.0) -> bool:
    """Tell whether a connection to that port can be opened."""
    with contextlib.suppress(OSError), socket.create_connection((_ANY.get(host, host), port), timeout=seconds):
        return True
    return False


def is_ready(host: str, port: int) -> bool:
    """Tell whether our own web server answers GET /readyz with 200."""
    client = http.client.HTTPConnection(_ANY.get(host, host), port, timeout=5)
    try:
        client.request("GET", "/readyz", headers={"Host": "localhost"})
        return client.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()
