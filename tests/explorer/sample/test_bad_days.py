"""Faults on request, limits, bad requests, many requests."""

from __future__ import annotations

import gzip
import re
import socket
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from explorer.sample import SampleServer
from explorer.sample.clock import Clock
from explorer.sample.faults import HTML, MALFORMED
from tests.explorer.sample.conftest import NOW
from tests.explorer.sample.networks import NO_TLS, http_get

LIST = "/api/jobs?limit=5"


def get(server: SampleServer, path: str = LIST) -> httpx.Response:
    return http_get(server.url + path, timeout=5)


def test_fault_status_lasts_so_many_times_and_spares_other_paths(own: SampleServer) -> None:
    own.fault("/api/jobs", status=503, times=2)
    assert get(own, "/api/markets").status_code == 200
    assert [get(own).status_code for _ in range(3)] == [503, 503, 200]


def test_fault_exact_path_spares_what_is_below(own: SampleServer) -> None:
    own.fault("/api/jobs", exact=True, status=500)
    assert [get(own, path).status_code for path in ("/api/jobs", "/api/jobs/count")] == [500, 200]
    own.heal()
    assert get(own).status_code == 200


@pytest.mark.parametrize("body", [HTML, b"[]", b"{}", b"null", b""])
def test_fault_body_replaces_the_answer(own: SampleServer, body: bytes) -> None:
    own.fault("/api/markets", body=body, content_type="text/html")
    answer = get(own, "/api/markets")
    assert (answer.content, answer.headers["content-type"]) == (body, "text/html")


def test_fault_truncate_breaks_the_promise_of_the_length(own: SampleServer) -> None:
    own.fault("/api/jobs", truncate=True)
    with pytest.raises(httpx.RemoteProtocolError):
        get(own)


def test_fault_drop_ends_the_connection(own: SampleServer) -> None:
    own.fault("/api/jobs", drop=True)
    with pytest.raises(httpx.RemoteProtocolError):
        get(own)


def test_fault_delay_holds_the_answer_but_not_the_others(own: SampleServer) -> None:
    own.fault("/api/jobs", delay=10.0)
    with pytest.raises(httpx.ReadTimeout):
        http_get(own.url + LIST, timeout=0.3)
    begun = time.monotonic()
    assert get(own, "/api/markets").status_code == 200
    assert time.monotonic() - begun < 9


def test_fault_bomb_is_small_until_it_is_opened(own: SampleServer) -> None:
    own.fault("/api/jobs", bomb=True)
    with httpx.stream("GET", own.url + LIST, verify=NO_TLS) as answer:
        packed = b"".join(answer.iter_raw())
    assert len(packed) < 1_000_000
    assert len(zlib.decompressobj(31).decompress(packed, 5_000_000)) == 5_000_000


def test_fault_malformed_puts_useless_rows_among_the_others(own: SampleServer) -> None:
    plain = get(own).json()["jobs"]
    own.fault("/api", malformed=True)
    spoiled = get(own).json()["jobs"]
    assert len(spoiled) == len(plain) + len(MALFORMED)
    assert [row for row in spoiled if row not in MALFORMED] == plain
    assert len(get(own, "/api/markets").json()) == 15 + len(MALFORMED)


def test_fault_edit_changes_the_decoded_answer(own: SampleServer) -> None:
    own.fault("/api/markets", edit=lambda rows: [row | {"name": "<b>x</b>"} for row in rows[:1]])
    assert [market["name"] for market in get(own, "/api/markets").json()] == ["<b>x</b>"]


def test_seen_tells_what_was_asked(own: SampleServer) -> None:
    get(own)
    get(own, "/api/markets")
    assert own.faults.seen() == [("GET", "/api/jobs"), ("GET", "/api/markets")]
    assert own.faults.seen("/api/markets") == [("GET", "/api/markets")]


def test_job_list_limits_are_the_published_ones() -> None:
    clock = Clock(lambda: NOW)
    with SampleServer(clock=clock, past_jobs=5, job_list_limits=True) as server:
        server.pause()
        answers = [get(server) for _ in range(21)]
        assert [answer.status_code for answer in answers] == [200] * 20 + [429]
        assert answers[0].headers["ratelimit-limit"] == "3000"
        assert answers[0].headers["ratelimit-remaining"] == "2999"
        refused = answers[-1]
        assert refused.json() == {"error": "Rate limit exceeded", "message": "Too many requests"}
        assert (refused.headers["retry-after"], refused.headers["ratelimit-limit"]) == ("30", "20")
        assert get(server, "/api/jobs/count").status_code == 200
        clock.advance(31)
        assert get(server).status_code == 200


def test_server_keeps_connections_and_packs_when_asked(api: httpx.Client) -> None:
    plain = api.get(LIST, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with api.stream("GET", LIST, headers={"Accept-Encoding": "gzip"}) as packed:
        assert gzip.decompress(b"".join(packed.iter_raw())) == plain.content
        assert packed.headers["content-encoding"] == "gzip"
    assert plain.http_version == "HTTP/1.1"
    head = api.head(LIST)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"NONSENSE\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"PUT /api/jobs HTTP/1.1\r\nHost: x\r\n\r\n", b"501"),
        (b"POST /rpc HTTP/1.1\r\nHost: x\r\n\r\n", b"411"),
        (b"POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"411"),
        (b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET /api/jobs?" + b"&".join([b"a=1"] * 200) + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
    ],
)
def test_server_answers_bad_requests_and_lives_on(sample: SampleServer, request_text: bytes, status: bytes) -> None:
    parts = urlsplit(sample.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as connection:
        connection.sendall(request_text)
        connection.shutdown(socket.SHUT_WR)
        reply = connection.makefile("rb").read()
    assert re.search(rb"HTTP/1.1 (\d+)|Error code: (\d+)", reply)[0].endswith(status)  # type: ignore[index]
    assert get(sample).status_code == 200


def test_server_serves_many_at_once(sample: SampleServer) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: get(sample, "/api/jobs?limit=50"), range(64)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
