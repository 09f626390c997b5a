"""Fetching what strangers point at: real servers on loopback, which a guard of the test allows by their addresses."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from explorer.nosana.errors import Malformed, NosanaError, NotFound, Refused, Unreachable
from explorer.nosana.guarded import PUBLIC, Address, Forbidden, Guard, fetch, is_public
from tests.explorer.nosana.misbehaving import head, raw_server, send

OPEN, CLOSED = "127.0.0.1", "127.0.0.2"
ANY = "0.0.0.0"  # noqa: S104 - an address to be refused, nothing listens there


def allows_open(address: Address) -> bool:
    """Allow the one address at which the tests' public servers are."""
    return str(address) == OPEN


def knowing(*answers: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """Return a resolver that gives one answer after the other, whatever the name, and then fails the test."""
    left = iter(answers)
    return lambda host, port: next(left)


def guard(*answers: Sequence[str]) -> Guard:
    """Return a guard that allows OPEN on any port, and looks names up in the test."""
    return Guard(resolve=knowing(*answers), allows=allows_open, ports=None)


@pytest.fixture
def closed() -> Iterator[HTTPServer]:
    """Run a server at an address that may not be asked."""
    with HTTPServer(host=CLOSED) as server:
        yield server


def url(server: HTTPServer, path: str = "/job.json", name: str = "public.test") -> str:
    """Return the URL of a server under a name."""
    return f"http://{name}:{server.port}{path}"


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "93.184.216.34", "198.17.255.255", "2606:4700:4700::1111", "2a00:1450:4001:830::200e"],
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", ANY, "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "203.0.113.1"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:53aa:64c:0:fbff:80ff:fffe", "2001:db8::1"),
        *("fe80::1", "fe80::1%1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1", "3fff::1", "100::1"),
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_refused_in_every_ipv6_spelling_of_it(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for prefix in ("::", "::ffff:0:0", "64:ff9b::"):
        assert not is_public(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + number))
    assert not is_public(ipaddress.IPv6Address((0x2002 << 112) + (number << 80) + 1))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
        *("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "169.254.169.254", "[::]", ANY, "[fe80::1]"),
    ],
)
def test_no_spelling_of_an_own_address_is_asked(host: str) -> None:
    with raw_server(send(head("Content-Length: 2"), b"{}")) as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(NosanaError) as problem:
            fetch(f"http://{host}:{port}/", replace(PUBLIC, ports=None))
    assert server.requests == []
    assert isinstance(problem.value, (Forbidden, Unreachable))


def test_the_body_comes_back(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/job.json").respond_with_data(
        gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"}
    )
    assert fetch(url(httpserver), guard([OPEN])) == b'{"a": 1}'


def test_nobody_is_told_who_asks_and_the_name_is_kept(httpserver: HTTPServer) -> None:
    seen: list[dict[str, str]] = []

    def answer(request: Request) -> Response:
        seen.append(dict(request.headers))
        return Response("{}")

    httpserver.expect_request("/job.json").respond_with_handler(answer)
    fetch(url(httpserver), guard([OPEN]))
    assert seen == [
        {
            "Host": f"public.test:{httpserver.port}",
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "keep-alive",
            "User-Agent": "nosana-explorer/0.1.0",
        }
    ]


def test_a_name_with_any_address_that_is_not_public_is_refused(httpserver: HTTPServer) -> None:
    with pytest.raises(Forbidden, match=r"^public\.test is not on the public internet, so nothing was asked there\.$"):
        fetch(url(httpserver), guard([OPEN, CLOSED]))
    assert httpserver.log == []


def test_the_connection_goes_to_the_address_that_was_judged(httpserver: HTTPServer) -> None:
    """A name that answers with another address the second time: it is looked up once, so there is no second time."""
    httpserver.expect_request("/job.json").respond_with_data("good")
    with HTTPServer(host=CLOSED, port=httpserver.port) as inside:
        inside.expect_request("/job.json").respond_with_data("secret")
        assert fetch(url(httpserver), guard([OPEN], [CLOSED])) == b"good"
        assert inside.log == []


def test_a_redirect_to_a_name_that_has_moved_inside_is_refused(httpserver: HTTPServer, closed: HTTPServer) -> None:
    """Every connection looks its name up anew, and judges what it finds: here the same name, on another port."""
    closed.expect_request("/").respond_with_data("secret")
    httpserver.expect_request("/job.json").respond_with_data("", 302, {"Location": url(closed, "/")})
    with pytest.raises(Forbidden, match="not on the public internet"):
        fetch(url(httpserver), guard([OPEN], [CLOSED]))
    assert closed.log == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_an_inner_address_is_refused(httpserver: HTTPServer, closed: HTTPServer, status: int) -> None:
    closed.expect_request("/").respond_with_data("secret")
    location = f"http://{CLOSED}:{closed.port}/"
    httpserver.expect_request("/job.json").respond_with_data("", status, {"Location": location})
    with pytest.raises(Forbidden, match=r"^127\.0\.0\.2 is not on the public internet"):
        fetch(url(httpserver), guard([OPEN], [CLOSED]))
    assert closed.log == []


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("file:///etc/passwd", "Only addresses that begin with http:// or https:// are fetched."),
        ("gopher://public.test/", "Only addresses that begin with http:// or https:// are fetched."),
        ("http://root:secret@public.test/", "The address holds a user name or a password; take it out."),
    ],
)
def test_a_redirect_elsewhere_than_to_the_web_is_refused(httpserver: HTTPServer, location: str, sentence: str) -> None:
    httpserver.expect_request("/job.json").respond_with_data("", 302, {"Location": location})
    with pytest.raises(Forbidden) as problem:
        fetch(url(httpserver), guard([OPEN]))
    assert str(problem.value) == sentence


def test_redirects_are_followed_within_reason(httpserver: HTTPServer) -> None:
    for step in range(5):
        httpserver.expect_request(f"/{step}").respond_with_data("", 302, {"Location": f"/{step + 1}"})
    httpserver.expect_request("/5").respond_with_data("here")
    assert fetch(url(httpserver, "/0"), guard(*[[OPEN]] * 6)) == b"here"


def test_redirects_without_end_are_refused(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/job.json").respond_with_data("", 302, {"Location": "/job.json"})
    with pytest.raises(Malformed, match=r"^The address redirects too often\.$"):
        fetch(url(httpserver), guard(*[[OPEN]] * 6))
    assert len(httpserver.log) == 6


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("file:///etc/passwd", "Only addresses that begin with http:// or https:// are fetched."),
        ("ftp://public.test/", "Only addresses that begin with http:// or https:// are fetched."),
        ("job.json", "Only addresses that begin with http:// or https:// are fetched."),
        ("http:///etc/passwd", "Only addresses that begin with http:// or https:// are fetched."),
        ("http://a:b@public.test/", "The address holds a user name or a password; take it out."),
        ("http://public.test:22/", "Port 22 is not one that files are fetched from."),
        ("http://public.test:6379/", "Port 6379 is not one that files are fetched from."),
        ("http://public.test/a b", "That is not the address of a file on the web."),
        ("http://public.test/\r\nX: y", "That is not the address of a file on the web."),
        ("http://public.test\\@127.0.0.1/", "That is not the address of a file on the web."),
        ("http://public.test:99999/", "Port 99999 is not one that files are fetched from."),
        (f"http://public.test/{'a' * 2000}", "That is not the address of a file on the web."),
    ],
)
def test_what_is_no_file_on_the_web_is_refused_before_anything_is_looked_up(asked: str, sentence: str) -> None:
    with pytest.raises(Forbidden) as problem:
        fetch(asked, Guard(resolve=knowing()))
    assert str(problem.value) == sentence


def test_too_much_is_refused_also_inside_gzip(httpserver: HTTPServer) -> None:
    small = replace(guard([OPEN], [OPEN]), max_bytes=1000)
    bomb = gzip.compress(b" " * 10_000_000)
    httpserver.expect_request("/bomb").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/plain").respond_with_data(b"x" * 1001)
    for path in ("/bomb", "/plain"):
        with pytest.raises(Malformed, match=r"^What public\.test sent cannot be used: it is larger than 1000 bytes\.$"):
            fetch(url(httpserver, path), small)


def test_a_drip_ends_with_the_time_for_everything() -> None:
    drip = send(head(), *[b" "] * 10_000, every=0.02)
    with raw_server(drip) as server:
        port = server.url.rpartition(":")[2]
        quick = replace(guard([OPEN]), total=0.5)
        with pytest.raises(Unreachable, match=r"^public\.test did not answer within 0\.5 s\.$"):
            fetch(f"http://public.test:{port}/", quick)


def test_a_name_server_that_never_answers_ends_with_the_time_for_everything() -> None:
    over = threading.Event()

    def never(host: str, port: int) -> Sequence[str]:
        over.wait(60)
        return []

    with pytest.raises(Unreachable, match=r"^public\.test did not answer within 0\.2 s\.$"):
        fetch("http://public.test/", Guard(resolve=never, total=0.2))
    over.set()


def test_a_name_that_nobody_knows_could_not_be_reached() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(Unreachable, match=r"^public\.test could not be reached\.$"):
        fetch("http://public.test/", Guard(resolve=unknown))


def test_an_address_that_does_not_answer_makes_way_for_the_next(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/job.json").respond_with_data("here")
    both = Guard(resolve=knowing([CLOSED, OPEN]), allows=lambda address: True, ports=None)
    assert fetch(url(httpserver), both) == b"here"


def test_error_statuses_are_told(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/gone").respond_with_data("", 404)
    httpserver.expect_request("/broken").respond_with_data("", 500)
    with pytest.raises(NotFound, match=r"^public\.test knows no file at that address\.$"):
        fetch(url(httpserver, "/gone"), guard([OPEN]))
    with pytest.raises(Refused, match=r"^public\.test answered with the status 500\.$"):
        fetch(url(httpserver, "/broken"), guard([OPEN]))


def test_a_proxy_of_the_environment_is_not_used(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look the name up itself, where nobody judges what it finds."""
    httpserver.expect_request("/job.json").respond_with_data("direct")
    monkeypatch.setenv("http_proxy", f"http://{CLOSED}:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert fetch(url(httpserver), guard([OPEN])) == b"direct"
