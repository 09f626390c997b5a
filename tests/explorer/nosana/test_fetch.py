"""Statuses, retries, redirects and refusals, over HTTP."""

from __future__ import annotations

import dataclasses
import logging
import time
import tomllib
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from explorer.nosana import fetch
from explorer.nosana.budget import OTHER, Unlimited
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed, NosanaError, NotFound, OverBudget, Refused, Unreachable
from explorer.nosana.networks import Window, sample
from tests.explorer.nosana.conftest import QUICK
from tests.explorer.nosana.known import JOB, MARKET

RUNNING = "/api/jobs/running"
SUBJECT = "The network's list of running jobs"


def answers(httpserver: HTTPServer, *responses: Response) -> None:
    """Give one answer after another."""
    for response in responses:
        httpserver.expect_ordered_request(RUNNING).respond_with_response(response)


def busy(status: int = 503, **headers: str) -> Response:
    """Return an error that passes."""
    return Response("", status, {name.replace("_", "-"): value for name, value in headers.items()})


GOOD = f'{{"{MARKET}": {{"running": 1}}}}'


@pytest.mark.parametrize("status", [502, 503, 504])
def test_busy_host_is_asked_three_times(client: Client, httpserver: HTTPServer, status: int) -> None:
    answers(httpserver, busy(status), busy(status), Response(GOOD))
    assert client.running() == {MARKET: 1}
    assert len(httpserver.log) == 3


def test_busy_host_is_given_up_after_three_tries(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(RUNNING).respond_with_data(status=503)
    with pytest.raises(Refused) as problem:
        client.running()
    assert str(problem.value) == f"{SUBJECT} at localhost:{httpserver.port} answered with the error status 503."
    assert problem.value.status == 503
    assert len(httpserver.log) == 3


@pytest.mark.parametrize(("status", "error"), [(400, Refused), (401, Refused), (404, NotFound), (422, Refused)])
def test_other_errors_are_not_retried(
    client: Client, httpserver: HTTPServer, status: int, error: type[Refused]
) -> None:
    httpserver.expect_request(RUNNING).respond_with_data("<script>", status=status)
    with pytest.raises(error) as problem:
        client.running()
    assert problem.value.status == status
    assert "script" not in str(problem.value)
    assert len(httpserver.log) == 1


def test_500_is_not_retried(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(RUNNING).respond_with_data(status=500)
    with pytest.raises(Refused):
        client.running()
    assert len(httpserver.log) == 1


def test_short_retry_after_is_waited_for(httpserver: HTTPServer) -> None:
    answers(httpserver, busy(Retry_After="1"), Response(GOOD))
    patient = dataclasses.replace(QUICK, patience=1.5)
    begun = time.monotonic()
    with Client(sample(httpserver.url_for("")), budget=Unlimited(), bounds=patient) as client:
        assert client.running() == {MARKET: 1}
    assert time.monotonic() - begun >= 1


def test_long_retry_after_is_passed_on(client: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, busy(Retry_After="120"))
    with pytest.raises(OverBudget) as problem:
        client.running()
    assert problem.value.retry_after == 120
    assert len(httpserver.log) == 1


class Pauses(Unlimited):
    """A budget that remembers what it was told to leave alone."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, float]] = []
        self.asked: list[tuple[str, str, tuple[Window, ...], float]] = []

    def take(self, host: str, scope: str, windows: tuple[Window, ...], *, share: float = 1.0) -> None:
        """Note what is asked for."""
        self.asked.append((host, scope, windows, share))

    def pause(self, host: str, scope: str, seconds: float) -> None:
        """Note it."""
        self.told.append((host, scope, seconds))


@pytest.fixture
def pauses() -> Pauses:
    """Return a budget that allows all and takes notes."""
    return Pauses()


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 30),
        ({"Retry_After": "7"}, 7),
        ({"Retry_After": "0"}, 1),
        ({"Retry_After": "99999999999999"}, 86400),
        ({"Retry_After": "soon"}, 30),
        ({"Retry_After": "-5"}, 30),
        ({"Retry_After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 1),
        ({"Retry_After": "Wed, 21 Oct 9015 07:28:00 GMT"}, 86400),
    ],
)
def test_429_is_not_retried_and_closes_the_budget(
    httpserver: HTTPServer, pauses: Pauses, headers: dict[str, str], wait: float
) -> None:
    answers(httpserver, busy(429, **headers))
    with (
        Client(sample(httpserver.url_for("")), budget=pauses, bounds=QUICK) as client,
        pytest.raises(OverBudget) as problem,
    ):
        client.running()
    host = f"localhost:{httpserver.port}"
    assert (str(problem.value), problem.value.retry_after) == (f"{SUBJECT} at {host} asks to wait {wait} s.", wait)
    assert pauses.told == [(host, OTHER, wait)]
    assert len(httpserver.log) == 1


def test_every_try_is_counted_in_its_own_scope(httpserver: HTTPServer, pauses: Pauses) -> None:
    network = sample(httpserver.url_for(""))
    answers(httpserver, busy(), Response(GOOD))
    httpserver.expect_request("/api/jobs").respond_with_json({"jobs": []})
    with Client(network, budget=pauses, bounds=QUICK) as client:
        client.running()
        client.jobs(share=0.5)
    host = f"localhost:{httpserver.port}"
    assert pauses.asked == [
        (host, "other", network.other_limits, 1.0),
        (host, "other", network.other_limits, 1.0),
        (host, "job list", network.job_list_limits, 0.5),
    ]


def test_refused_budget_sends_nothing(httpserver: HTTPServer) -> None:
    class Spent(Unlimited):
        def take(self, host: str, scope: str, windows: tuple[Window, ...], *, share: float = 1.0) -> None:
            raise OverBudget("Not now.", 9)

    with (
        Client(sample(httpserver.url_for("")), budget=Spent(), bounds=QUICK) as client,
        pytest.raises(OverBudget, match=r"Not now\."),
    ):
        client.running()
    assert httpserver.log == []


def test_redirect_within_the_host_is_followed(client: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, busy(307, Location="/elsewhere?x=1"))
    httpserver.expect_request("/elsewhere", query_string="x=1").respond_with_data(GOOD)
    assert client.running() == {MARKET: 1}


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.2/", "//example.invalid/", "ftp://localhost/", "http://localhost:1/"],
)
def test_redirect_to_another_host_is_refused(client: Client, httpserver: HTTPServer, location: str) -> None:
    answers(httpserver, busy(302, Location=location))
    with pytest.raises(Malformed, match="it redirects to another host") as problem:
        client.running()
    assert location not in str(problem.value)
    assert len(httpserver.log) == 1


def test_redirect_to_another_host_at_the_same_port_is_refused(client: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, busy(302, Location=f"http://127.0.0.1:{httpserver.port}/"))
    with pytest.raises(Malformed, match="it redirects to another host"):
        client.running()


def test_redirect_without_end(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(RUNNING).respond_with_data(status=302, headers={"Location": RUNNING})
    with pytest.raises(Malformed, match="redirects too often"):
        client.running()
    assert len(httpserver.log) == 4


def test_redirect_of_a_post(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/rpc").respond_with_data(status=307, headers={"Location": "/rpc2"})
    with pytest.raises(Malformed, match="it redirects a POST"):
        client.job_account(JOB)


@pytest.mark.parametrize("body", ["<!doctype html><title>Login</title>", '{"a": ', "", "null", "[]", "5", '"x"'])
def test_answer_that_is_not_what_was_promised(client: Client, httpserver: HTTPServer, body: str) -> None:
    answers(httpserver, Response(body))
    with pytest.raises(Malformed) as problem:
        client.running()
    start = f"{SUBJECT} at localhost:{httpserver.port} sent an answer that cannot be used: it is "
    assert str(problem.value).startswith(start)
    assert len(httpserver.log) == 1


def test_answer_over_the_size_cap(httpserver: HTTPServer) -> None:
    answers(httpserver, Response(GOOD + " " * 5000))
    small = dataclasses.replace(QUICK, max_bytes=1000)
    with (
        Client(sample(httpserver.url_for("")), budget=Unlimited(), bounds=small) as client,
        pytest.raises(Malformed, match="it is larger than 1000 bytes"),
    ):
        client.running()


def test_node_gets_one_megabyte(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/nodes/{JOB}/node/info").respond_with_data("x" * (1024 * 1024 + 1))
    with pytest.raises(Malformed, match="^The node at .* it is larger than 1 MB"):
        client.node_info(JOB)


def test_request_names_itself(client: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, Response(GOOD))
    client.running()
    sent = httpserver.log[0][0].headers
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert sent["User-Agent"] == f"nosana-explorer/{project['version']}"
    assert sent["Accept-Encoding"] == "gzip"
    assert project["version"] == fetch.VERSION


def test_rpc_key_is_sent_and_never_shown(httpserver: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
    secret = "s3cr3t-key"
    network = dataclasses.replace(
        sample(httpserver.url_for("")), rpc_url=httpserver.url_for(f"/rpc/{secret}?apiKey={secret}")
    )
    httpserver.expect_request(f"/rpc/{secret}", query_string={"apiKey": secret}).respond_with_data(status=503)
    caplog.set_level(logging.DEBUG)
    with (
        Client(network, budget=Unlimited(), bounds=QUICK) as client,
        pytest.raises(Refused) as problem,
    ):
        client.job_account(JOB)
    assert len(httpserver.log) == 3
    assert str(problem.value) == f"The Solana RPC at localhost:{httpserver.port} answered with the error status 503."
    shown = [record.getMessage() for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]
    assert any("POST" in line for line in shown)
    assert not [line for line in caplog.text.splitlines() if secret in line and "werkzeug" not in line]
    assert secret not in repr(network)


def test_unknown_host() -> None:
    network = sample("http://unknown.invalid")
    with Client(network, budget=Unlimited(), bounds=QUICK) as client, pytest.raises(Unreachable) as problem:
        client.running()
    assert str(problem.value).startswith(f"{SUBJECT} at unknown.invalid could not be reached")


def test_errors_say_one_sentence() -> None:
    with (
        Client(sample("http://127.0.0.1:9"), budget=Unlimited(), bounds=QUICK) as client,
        pytest.raises(NosanaError) as problem,
    ):
        client.running()
    assert str(problem.value) == f"{SUBJECT} at 127.0.0.1:9 could not be reached: Connection refused."
