"""Sends one request and gives the body, or one of errors' NosanaErrors: budget, deadline, retries, redirects, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httpx
import stamina

from explorer.nosana import bodies, websocket
from explorer.nosana.budget import OTHER, Budget
from explorer.nosana.deadline import Deadline, enforce
from explorer.nosana.errors import Malformed, NotFound, OverBudget, Refused, Unreachable
from explorer.nosana.networks import Window
from explorer.nosana.payloads import JsonValue
from explorer.nosana.retry_after import DEFAULT as DEFAULT_RETRY_AFTER
from explorer.nosana.retry_after import seconds_of

#: The version that requests name; a test compares it with pyproject.toml.
VERSION: Final = "0.1.0"
MB: Final = 1024 * 1024
_TRANSIENT: Final = (502, 503, 504)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MAX_REDIRECTS: Final = 3
_ERRNO: Final = re.compile(r"^\[Errno -?\d+\] ")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how often a request is tried; times in seconds."""

    connect: float = 5.0
    read: float = 20.0  # of silence
    total: float = 60.0  # of one call, with its retries
    tries: int = 3
    backoff: float = 0.5  # the first pause between tries; it doubles, and has as much jitter
    patience: float = 5.0  # the longest Retry-After that is waited for
    max_bytes: int = 32 * MB


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and what it is called in messages: `subject` begins a sentence. The URL never shows."""

    subject: str
    url: str = field(repr=False)
    windows: tuple[Window, ...]
    scope: str = OTHER
    share: float = 1.0
    params: dict[str, str | int] = field(default_factory=dict)
    body: JsonValue = None  # sent as JSON, by POST
    max_bytes: int = 32 * MB

    @property
    def host(self) -> str:
        """The host, and its port where the URL has one."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def says(self, predicate: str) -> str:
        """Return a sentence about this interface."""
        return f"{self.subject} at {self.host} {predicate}."


class _Busy(Refused):
    """502, 503 or 504: worth another try, after `wait` seconds where the host says so."""

    def __init__(self, message: str, status: int, wait: float | None) -> None:
        super().__init__(message, status)
        self.wait = wait


class Fetcher:
    """An HTTP client that keeps the bounds and the budget; for one thread at a time."""

    def __init__(self, *, budget: Budget, bounds: Bounds, transport: httpx.BaseTransport | None) -> None:
        self._budget = budget
        self._bounds = bounds
        self._deadline = Deadline(bounds.total)
        self._http = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(bounds.read, connect=bounds.connect),
            headers={"User-Agent": f"nosana-explorer/{VERSION}", "Accept-Encoding": "gzip"},
            follow_redirects=False,
        )
        enforce(self._http, self._deadline)

    def close(self) -> None:
        """Close the connections, also the budget's."""
        self._http.close()
        self._budget.close()

    def fetch(self, call: Call) -> bytes:
        """Return the body of a 2xx answer; tries again when the host is unreachable or busy."""
        self._deadline.start()
        for attempt in stamina.retry_context(
            on=self._retry,
            attempts=self._bounds.tries,
            timeout=self._bounds.total,
            wait_initial=self._bounds.backoff,
            wait_jitter=self._bounds.backoff,
        ):
            with attempt:
                return self._try(call)
        raise AssertionError("stamina raises the last error")

    @contextmanager
    def upgraded(self, call: Call) -> Iterator[websocket.Stream]:
        """Open a WebSocket, and close it at the end; one request, never tried again. The deadline holds for it all."""
        self._deadline.start()
        self._budget.take(call.host, call.scope, call.windows, share=call.share)
        key = websocket.new_key()
        request = self._http.build_request("GET", call.url, headers=websocket.headers(key))
        try:
            response = self._http.send(request, stream=True)
        except httpx.HTTPError as problem:
            raise Unreachable(call.says(self._why(problem))) from problem
        try:
            self._check(call, response, wanted=101)
            if response.headers.get("sec-websocket-accept") != websocket.answer_to(key):
                raise Malformed(call.says("answered a request for a WebSocket with something else"))
            yield response.extensions["network_stream"]
        finally:
            response.close()

    def refused_for_now(self, call: Call, wait: float | None = None) -> OverBudget:
        """Return the error of a host that wants fewer requests, and let every process leave it alone meanwhile."""
        wait = DEFAULT_RETRY_AFTER if wait is None else wait
        self._budget.pause(call.host, call.scope, wait)
        return OverBudget(call.says(f"asks to wait {wait:.0f} s"), wait)

    def _retry(self, problem: Exception) -> bool | float:
        """Say whether to try again, and after how many seconds if the host named them."""
        if isinstance(problem, _Busy):
            return True if problem.wait is None else problem.wait
        return isinstance(problem, Unreachable)

    def _try(self, call: Call) -> bytes:
        """Send the request, following redirects within its host; each request is counted in the budget."""
        request = self._request(call)
        for _ in range(_MAX_REDIRECTS + 1):
            self._budget.take(call.host, call.scope, call.windows, share=call.share)
            answer = self._exchange(call, request)
            if isinstance(answer, bytes):
                return answer
            request = self._http.build_request("GET", answer)
        raise Malformed(call.says("redirects too often"))

    def _request(self, call: Call) -> httpx.Request:
        try:
            return self._get(call) if call.body is None else self._post(call)
        except httpx.InvalidURL:
            raise Unreachable(call.says("has an address that is not a URL")) from None

    def _get(self, call: Call) -> httpx.Request:
        return self._http.build_request("GET", call.url, params=call.params)

    def _post(self, call: Call) -> httpx.Request:
        # httpx logs the URLs it sends, and this one may carry a key: so it sees only the host, and the rest is the
        # request's target. https goes through proxies as it is; a plain http proxy would need the whole URL there.
        parts = urlsplit(call.url)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        return self._http.build_request(
            "POST", f"{parts.scheme}://{parts.netloc}/", json=call.body, extensions={"target": target.encode()}
        )

    def _exchange(self, call: Call, request: httpx.Request) -> bytes | httpx.URL:
        """Return the body, or where the host redirects to within itself."""
        try:
            response = self._http.send(request, stream=True)
            try:
                if response.status_code in _REDIRECTS:
                    return _redirect(call, response)
                self._check(call, response)
                return bodies.read(response, min(call.max_bytes, self._bounds.max_bytes))
            finally:
                response.close()
        except httpx.HTTPError as problem:
            raise Unreachable(call.says(self._why(problem))) from problem
        except Malformed as problem:
            raise Malformed(call.says(f"sent an answer that cannot be used: {problem}")) from None
        except Unreachable as problem:
            raise Unreachable(call.says(str(problem))) from None

    def _check(self, call: Call, response: httpx.Response, *, wanted: int = 200) -> None:
        """Raise what an answer means that is not of the wanted hundred."""
        status = response.status_code
        if status // 100 == wanted // 100:
            return
        wait = seconds_of(response.headers.get("retry-after"))
        if status == 404:
            raise NotFound(call.says("does not know what was asked for"))
        if status == 429:
            raise self.refused_for_now(call, wait)
        message = call.says(f"answered with the error status {status}")
        if status not in _TRANSIENT:
            raise Refused(message, status)
        if wait is not None and wait > self._bounds.patience:
            raise OverBudget(call.says(f"is busy and asks to wait {wait:.0f} s"), wait)
        raise _Busy(message, status, wait)

    def _why(self, problem: httpx.HTTPError) -> str:
        """Return what went wrong, as the end of a sentence."""
        if isinstance(problem, httpx.TimeoutException) and not self._deadline.left():
            return f"did not finish its answer within {self._bounds.total:g} s"
        if isinstance(problem, httpx.ConnectTimeout):
            return f"could not be reached within {self._bounds.connect:g} s"
        if isinstance(problem, httpx.TimeoutException):
            return f"did not answer within {self._bounds.read:g} s"
        if isinstance(problem, (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol)):
            return f"could not be reached: {_ERRNO.sub('', str(problem))}"
        return "broke off or garbled its answer"


def _redirect(call: Call, response: httpx.Response) -> httpx.URL:
    """Return where to go instead, if that is the same host and no step down from https."""
    if call.body is not None:
        raise Malformed("it redirects a POST")
    if response.next_request is None:
        raise Malformed("it redirects without saying where to")
    here, there = response.request.url, response.next_request.url
    upgraded = (here.scheme, there.scheme) == ("http", "https") and here.port == there.port
    if there.host != here.host or not (upgraded or (there.scheme, there.port) == (here.scheme, here.port)):
        raise Malformed("it redirects to another host")
    return there
