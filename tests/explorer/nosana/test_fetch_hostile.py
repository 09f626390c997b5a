"""Servers that send half answers, drips and bombs."""

from __future__ import annotations

import dataclasses
import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import httpx
import pytest

from explorer.nosana import bodies
from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed, Unreachable
from explorer.nosana.fetch import Bounds
from explorer.nosana.networks import sample
from tests.explorer.nosana.conftest import QUICK
from tests.explorer.nosana.known import MARKET
from tests.explorer.nosana.misbehaving import Answer, RawServer, head, raw_server, send

GOOD = f'{{"{MARKET}": {{"running": 1}}}}'.encode()


def ask(server: RawServer, bounds: Bounds = QUICK) -> dict[str, int]:
    """Ask for running jobs with a quick client."""
    with Client(sample(server.url), budget=Unlimited(), bounds=bounds) as client:
        return client.running()


def fails(error: type[Exception], *answers: Answer, bounds: Bounds = QUICK) -> tuple[str, int, float]:
    """Return the end of the error's sentence, how often was asked, and how long it took."""
    begun = time.monotonic()
    with raw_server(*answers) as server, pytest.raises(error) as problem:
        ask(server, bounds)
    subject, _, rest = str(problem.value).partition(" at 127.0.0.1:")
    assert subject == "The network's list of running jobs"
    return rest.partition(" ")[2], len(server.requests), time.monotonic() - begun


#: Short enough that a test of a timeout takes a moment.
IMPATIENT = dataclasses.replace(QUICK, read=0.2)


def hang(connection: socket.socket) -> None:
    """Say nothing until the client gives up."""
    connection.recv(1)


def test_gzip_is_understood() -> None:
    packed = gzip.compress(GOOD)
    with raw_server(send(head("Content-Encoding: gzip"), packed[:20], packed[20:])) as server:
        assert ask(server) == {MARKET: 1}


def test_chunks_are_understood() -> None:
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD)
    with raw_server(send(head("Transfer-Encoding: chunked"), body)) as server:
        assert ask(server) == {MARKET: 1}


def test_silence_is_unreachable_after_the_read_timeout() -> None:
    said, tries, _ = fails(Unreachable, hang, bounds=IMPATIENT)
    assert said == "did not answer within 0.2 s."
    assert tries == 3


def test_silence_and_then_an_answer() -> None:
    with raw_server(hang, send(head(), GOOD)) as server:
        assert ask(server, IMPATIENT) == {MARKET: 1}


@pytest.mark.parametrize(
    "answer",
    [
        send(),
        send(b"HTTP/1.1 200 O"),
        send(b"SSH-2.0-OpenSSH\r\n"),
        send(head("Content-Length: 500"), GOOD),
        send(head("Transfer-Encoding: chunked"), b"5\r\nab"),
        send(head("Content-Encoding: gzip"), gzip.compress(GOOD)[:-9]),
    ],
)
def test_half_answer_is_tried_again(answer: Answer) -> None:
    said, tries, _ = fails(Unreachable, answer)
    assert (said, tries) == ("broke off or garbled its answer.", 3)
    with raw_server(answer, send(head(), GOOD)) as server:
        assert ask(server) == {MARKET: 1}


@pytest.mark.parametrize(
    ("headers", "error", "said"),
    [
        ([], Malformed, "sent an answer that cannot be used: it redirects without saying where to."),
        (["Location: http://["], Malformed, "sent an answer that cannot be used: it redirects to another host."),
        (["Location: http://a:b/"], Unreachable, "broke off or garbled its answer."),
    ],
)
def test_redirect_to_what_is_no_url(headers: list[str], error: type[Exception], said: str) -> None:
    assert fails(error, send(head(*headers, status="302 Found")))[0] == said


@pytest.mark.parametrize("start", [b"", head(), head("Content-Length: 100")], ids=["head", "body", "sized body"])
def test_drip_ends_at_the_deadline(start: bytes) -> None:
    drip = [bytes([letter]) for letter in head(*["X: y"] * 20)]
    said, tries, seconds = fails(
        Unreachable, send(start, *drip, every=0.03), bounds=dataclasses.replace(QUICK, total=0.6)
    )
    assert (said, tries) == ("did not finish its answer within 0.6 s.", 1)
    assert 0.6 <= seconds < 5


def bomb() -> bytes:
    """Return a quarter of a gigabyte of zeros in a quarter of a megabyte of gzip."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()


def test_gzip_bomb_is_cut_off() -> None:
    said, tries, _ = fails(Malformed, send(head("Content-Encoding: gzip"), bomb()))
    assert (said, tries) == ("sent an answer that cannot be used: it is larger than 32 MB.", 1)


def test_gzip_bomb_takes_no_memory() -> None:
    class AtOnce(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield packed

    packed = bomb()
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=AtOnce())
    tracemalloc.start()
    with pytest.raises(Malformed):
        bodies.read(response, 1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "deflate", "x"])
def test_encoding_that_was_not_asked_for(encoding: str) -> None:
    said, tries, _ = fails(Malformed, send(head(f"Content-Encoding: {encoding}"), GOOD))
    reason = "it is compressed in a way that was not asked for."
    assert (said, tries) == (f"sent an answer that cannot be used: {reason}", 1)


def test_gzip_that_is_none() -> None:
    said, tries, _ = fails(Malformed, send(head("Content-Encoding: gzip"), GOOD))
    assert (said, tries) == ("sent an answer that cannot be used: it is not the gzip that it says it is.", 1)


def test_announced_size_over_the_cap_is_not_read() -> None:
    said, tries, _ = fails(Malformed, send(head("Content-Length: 99999999999")))
    assert (said, tries) == ("sent an answer that cannot be used: it is larger than 32 MB.", 1)


def test_endless_body_is_cut_off() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(head())
        while True:
            connection.sendall(b" " * 65536)

    said, tries, _ = fails(Malformed, endless)
    assert (said, tries) == ("sent an answer that cannot be used: it is larger than 32 MB.", 1)
