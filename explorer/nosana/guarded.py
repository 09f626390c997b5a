"""Fetches what people point at: any http(s) URL, but of public addresses only, with caps on size and time.

A name is resolved once for each connection, every address it has is judged, and the connection goes to an address that
was judged: a name that answers differently the next time (DNS rebinding) gains nothing. That holds for each redirect
too. Proxies of the environment are not used, for they would look the name up themselves.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

from explorer.nosana import bodies
from explorer.nosana.deadline import Deadline, enforce
from explorer.nosana.errors import Malformed, NosanaError, NotFound, Refused, Unreachable
from explorer.nosana.fetch import MB, VERSION

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MAX_REDIRECTS: Final = 5
#: No browser takes longer ones everywhere.
_LONGEST_URL: Final = 2000
_LAST_PORT: Final = 65535
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
#: Global by their numbers, but not what they seem: 6to4 and Teredo carry any IPv4 address inside them, 3fff is for
#: documentation, and the last two hold where machines of clouds ask about themselves.
_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(network)
    for network in ("2002::/16", "2001::/23", "3fff::/20", "192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32")
)
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\]")


class Forbidden(NosanaError):
    """Nothing was sent: the URL, or what its name stands for, is not one that may be asked."""

    kind = "forbidden"


def is_public(address: Address) -> bool:
    """Say whether an address is one that anybody on the internet can reach.

    Not so loopback, private, link-local (with the metadata services of clouds), shared, multicast, reserved and
    documentation addresses, and every IPv6 address that stands for an IPv4 one.
    """
    if isinstance(address, ipaddress.IPv6Address) and (address not in _GLOBAL_UNICAST or address.scope_id):
        return False
    if any(address.version == network.version and address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host as the system knows them, numbers in any spelling included; may raise OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Guard:
    """Whom may be asked, and how much: `ports` None means any; times in seconds."""

    resolve: Callable[[str, int], Sequence[str]] = look_up
    allows: Callable[[Address], bool] = is_public
    ports: frozenset[int] | None = frozenset({80, 443, 8000, 8080, 8443})
    connect: float = 4.0
    read: float = 6.0  # of silence
    total: float = 10.0  # of everything, with looking up and redirects
    max_bytes: int = MB


#: What strangers may have fetched.
PUBLIC: Final = Guard()


def fetch(url: str, guard: Guard = PUBLIC) -> bytes:
    """Return the body of a 2xx answer, after at most five redirects; NosanaErrors say in a sentence what went wrong."""
    deadline = Deadline(guard.total)
    client = httpx.Client(
        transport=httpx.HTTPTransport(trust_env=False),
        trust_env=False,
        timeout=httpx.Timeout(guard.read, connect=guard.connect),
        headers={"User-Agent": f"nosana-explorer/{VERSION}", "Accept-Encoding": "gzip"},
        follow_redirects=False,
    )
    enforce(client, deadline)
    _guard(client, guard, deadline)
    with client:
        return _fetch(client, url, guard, deadline)


def _guard(client: httpx.Client, guard: Guard, deadline: Deadline) -> None:
    """Make every connection of a client a guarded one; for the private names see explorer.nosana.deadline."""
    transport = client._transport
    if not isinstance(transport, httpx.HTTPTransport):
        raise TypeError("a guarded client has the transport of httpx")
    transport._pool._network_backend = _Guarded(transport._pool._network_backend, guard, deadline)


def _fetch(client: httpx.Client, url: str, guard: Guard, deadline: Deadline) -> bytes:
    request = _request(client, url, guard)
    for _ in range(_MAX_REDIRECTS + 1):
        answer = _exchange(client, request, guard, deadline)
        if isinstance(answer, bytes):
            return answer
        if request.url.scheme == "https" and answer.scheme != "https":
            raise Forbidden("The address redirects from https to http, which is not followed.")
        request = _request(client, str(answer), guard)
    raise Malformed("The address redirects too often.")


def _request(client: httpx.Client, url: str, guard: Guard) -> httpx.Request:
    """Return the request for a URL that may be asked."""
    if len(url) > _LONGEST_URL or _UNSAFE.search(url):
        raise Forbidden("That is not the address of a file on the web.")
    try:
        request = client.build_request("GET", url)
    except (httpx.InvalidURL, ValueError):  # idna raises ValueErrors of its own
        raise Forbidden("That is not the address of a file on the web.") from None
    if request.url.scheme not in ("http", "https") or not request.url.host:
        raise Forbidden("Only addresses that begin with http:// or https:// are fetched.")
    if request.url.userinfo:
        raise Forbidden("The address holds a user name or a password; take it out.")
    port = request.url.port or (443 if request.url.scheme == "https" else 80)
    if port > _LAST_PORT or (guard.ports is not None and port not in guard.ports):
        raise Forbidden(f"Port {port} is not one that files are fetched from.")
    return request


def _exchange(client: httpx.Client, request: httpx.Request, guard: Guard, deadline: Deadline) -> bytes | httpx.URL:
    """Return the body, or where the address redirects to."""
    host = request.url.host
    try:
        response = client.send(request, stream=True)
        try:
            if response.status_code in _REDIRECTS:
                return _target(response)
            _check(host, response)
            return bodies.read(response, guard.max_bytes)
        finally:
            response.close()
    except httpx.HTTPError as problem:
        raise Unreachable(f"{host} {_why(problem, guard, deadline)}.") from problem
    except Malformed as problem:
        raise Malformed(f"What {host} sent cannot be used: {problem}.") from None
    except Unreachable as problem:
        raise Unreachable(f"{host} {problem}.") from None


def _target(response: httpx.Response) -> httpx.URL:
    try:
        return response.request.url.join(response.headers.get("location", ""))
    except httpx.InvalidURL:
        raise Malformed("it redirects to what is no address") from None


def _check(host: str, response: httpx.Response) -> None:
    if response.status_code == 404:
        raise NotFound(f"{host} knows no file at that address.")
    if not 200 <= response.status_code < 300:
        raise Refused(f"{host} answered with the status {response.status_code}.", response.status_code)


def _why(problem: httpx.HTTPError, guard: Guard, deadline: Deadline) -> str:
    if isinstance(problem, httpx.TimeoutException):
        return f"did not answer within {guard.total if not deadline.left() else guard.read:g} s"
    if isinstance(problem, httpx.ConnectError):
        return "could not be reached"
    return "broke off or garbled its answer"


class _Guarded(httpcore.NetworkBackend):
    """A network backend that connects only to addresses that were judged, those of the very answer that it judged."""

    def __init__(self, backend: httpcore.NetworkBackend, guard: Guard, deadline: Deadline) -> None:
        self._backend = backend
        self._guard = guard
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers; Forbidden where any of them may not be asked."""
        problem: Exception = httpcore.ConnectError("no address")
        for address in self._addresses(host, port):
            try:
                return self._backend.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                problem = failed
        raise problem

    def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            named = _in_time(lambda: self._guard.resolve(host, port), self._deadline.left())
            found = [ipaddress.ip_address(name) for name in named]
        except TimeoutError:
            raise httpcore.ConnectTimeout("the name was not found in time") from None
        except (OSError, ValueError):  # a name that is no name raises a UnicodeError
            raise httpcore.ConnectError("the name is not known") from None
        if not all(map(self._guard.allows, found)):
            raise Forbidden(f"{host} is not on the public internet, so nothing was asked there.")
        return found


def _in_time(resolve: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """Return what a look-up finds, or raise TimeoutError: the system's own takes as long as a name server likes."""
    worker = ThreadPoolExecutor(1, "look-up")
    try:
        return worker.submit(resolve).result(timeout=seconds)
    finally:
        worker.shutdown(wait=False)
