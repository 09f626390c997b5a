"""Each method of the client over HTTP: what it asks, and what it makes of the answer."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from explorer.nosana import accounts, base58
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed, NotFound, OverBudget, Refused
from explorer.nosana.networks import MAINNET
from explorer.nosana.payloads import Definition, Listing, RunAccount, Skipped
from tests.explorer.nosana.known import CID, JOB, MARKET, NODE, PAYER, PROJECT, job_row, key, payload
from tests.explorer.nosana.test_accounts import DONE as JOB_ACCOUNT
from tests.explorer.nosana.test_accounts import job_data, market_data, run_data
from tests.explorer.nosana.test_jobs import DONE, QUEUED
from tests.explorer.nosana.test_markets import HOST, MARKET_3060, REQUIRED, SPARSE
from tests.explorer.nosana.test_nodes import INFO, METRICS, SPECS
from tests.explorer.nosana.test_results import CURRENT
from tests.explorer.nosana.test_stats import FIGURES


def test_markets(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/markets", query_string="").respond_with_json(payload("markets"))
    assert client.markets() == Listing(
        (MARKET_3060, SPARSE), (Skipped("not-an-address", "Its address is not a Solana address."),)
    )


def test_markets_behind_a_slash(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/markets").respond_with_data(status=404)
    httpserver.expect_request("/api/markets/").respond_with_json([])
    assert client.markets() == Listing(())


def test_required_resources(client: Client, httpserver: HTTPServer) -> None:
    path = f"/api/markets/{MARKET}/required-resources"
    httpserver.expect_request(path).respond_with_json(payload("required_resources"))
    assert client.required_resources(MARKET) == REQUIRED


def test_market_hosts(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/markets/hosts").respond_with_json(payload("market_hosts"))
    assert client.market_hosts() == Listing((HOST,))


def test_nodes(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/api/nodes/{NODE}/specs").respond_with_json(payload("node_specs"))
    httpserver.expect_request(f"/api/nodes/{NODE}/metrics").respond_with_json(payload("node_metrics"))
    httpserver.expect_request(f"/nodes/{NODE}/node/info").respond_with_json(payload("node_info"))
    assert client.node_specs(NODE) == SPECS
    assert client.node_metrics(NODE) == METRICS
    assert client.node_info(NODE) == INFO


def test_jobs(client: Client, httpserver: HTTPServer) -> None:
    query = {"limit": "50", "offset": "0"}
    httpserver.expect_request("/api/jobs", query_string=query).respond_with_json(payload("jobs"))
    skipped = (Skipped("nonsense", "Its address is not a Solana address."),)
    assert client.jobs() == Listing((DONE, QUEUED), skipped, 1234567)


def test_jobs_with_every_filter(client: Client, httpserver: HTTPServer) -> None:
    query = {
        "limit": "10",
        "offset": "20",
        "state": "RUNNING",
        "market": MARKET,
        "node": NODE,
        "poster": PROJECT,
        "payer": PAYER,
    }
    httpserver.expect_request("/api/jobs", query_string=query).respond_with_json({"jobs": [], "totalJobs": 0})
    found = client.jobs(limit=10, offset=20, state=1, market=MARKET, node=NODE, poster=PROJECT, payer=PAYER)
    assert found == Listing((), (), 0)


def test_job(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/api/jobs/{JOB}").respond_with_json(job_row())
    assert client.job(JOB) == DONE


def test_job_that_cannot_be_used(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/api/jobs/{JOB}").respond_with_json(job_row(price=None))
    with pytest.raises(Malformed) as problem:
        client.job(JOB)
    host = f"localhost:{httpserver.port}"
    expected = f"The network's record of a job at {host} sent an answer that cannot be used: its price is missing."
    assert str(problem.value) == expected


def test_jobs_batch_in_chunks(client: Client, httpserver: HTTPServer) -> None:
    asked: list[list[str]] = []

    def answer(request: Request) -> Response:
        body = json.loads(request.data)
        assert body["limit"] == 100
        asked.append(body["addresses"])
        rows = [job_row(address=address) for address in body["addresses"] if address != addresses[3]]
        return Response(json.dumps(rows), content_type="application/json")

    httpserver.expect_request("/api/jobs/batch", method="POST").respond_with_handler(answer)
    addresses = [key(256**31 + 1000 + n) for n in range(150)]
    found = client.jobs_batch([*addresses, "x", addresses[0]])
    assert asked == [addresses[:100], addresses[100:]]
    assert [job.address for job in found.rows] == [*addresses[:3], *addresses[4:]]
    assert found.skipped == (Skipped("x", "It is not a Solana address."),)


def test_jobs_batch_of_nothing_asks_nobody(client: Client, httpserver: HTTPServer) -> None:
    assert client.jobs_batch([]) == Listing(())
    assert httpserver.log == []


def test_job_counts(client: Client, httpserver: HTTPServer) -> None:
    answer = {"total": 10, "byState": {"QUEUED": 1, "RUNNING": 2, "COMPLETED": 6, "STOPPED": 1}}
    httpserver.expect_request("/api/jobs/count", query_string={"market": MARKET}).respond_with_json(answer)
    assert client.job_counts(market=MARKET) == {0: 1, 1: 2, 2: 6, 3: 1}


def test_running(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/jobs/running").respond_with_json({MARKET: {"running": 12}})
    path, query = "/api/jobs/running-nodes", {"market": MARKET}
    httpserver.expect_request(path, query_string=query).respond_with_json([NODE])
    assert client.running() == {MARKET: 12}
    assert client.running_nodes(MARKET) == (NODE,)


def test_stats(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/stats").respond_with_json(payload("stats"))
    assert client.stats() == FIGURES


def test_stats_that_do_not_exist_yet(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/stats").respond_with_json(None)
    with pytest.raises(NotFound, match="has no figures yet"):
        client.stats()


def test_price(client: Client, httpserver: HTTPServer) -> None:
    at, query = datetime(2026, 7, 22, 9, 10, 39, tzinfo=UTC), {"timestamp": "1784711439"}
    httpserver.expect_request("/api/stats/price", query_string=query).respond_with_json({"price": 0.25})
    assert client.price(at) == Decimal("0.25")


def test_price_now(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/stats/price").respond_with_json({"price": None})
    before = int(datetime.now(UTC).timestamp())
    assert client.price() is None
    assert 0 <= int(httpserver.log[0][0].args["timestamp"]) - before <= 5


def test_ipfs(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data(b"\x00\xffraw")
    assert client.ipfs(CID) == b"\x00\xffraw"


def test_ipfs_definition_keeps_its_exact_text(client: Client, httpserver: HTTPServer) -> None:
    text = '{ "version":"0.1",\n  "ops" : [] }\n'
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data(text)
    assert client.ipfs_definition(CID) == Definition(text, {"version": "0.1", "ops": []})


def test_ipfs_definition_that_is_not_json(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data('{"ops": [\n  // more\n]}')
    error = "It is not JSON: Expecting value (line 2, column 3)."
    assert client.ipfs_definition(CID) == Definition('{"ops": [\n  // more\n]}', None, error)


def test_ipfs_result(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_json(payload("result"))
    assert client.ipfs_result(CID) == CURRENT


def test_ipfs_result_that_cannot_be_used(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data("[]")
    with pytest.raises(Malformed, match="^The IPFS gateway at localhost:.* it is a list, not an object.$"):
        client.ipfs_result(CID)


@pytest.mark.parametrize("text", ["", "../jobs", "x" * 44, JOB + "/../..", f"{JOB}?x=1"])
def test_what_is_no_address_is_asked_of_nobody(client: Client, httpserver: HTTPServer, text: str) -> None:
    for ask in (client.job, client.node_info, client.node_specs, client.node_metrics, client.required_resources):
        with pytest.raises(NotFound, match=r"^That is not a Solana address\.$"):
            ask(text)
    with pytest.raises(NotFound, match=r"^That is not an IPFS address of this network\.$"):
        client.ipfs(text)
    assert httpserver.log == []


def rpc_row(pubkey: str, data: bytes) -> dict[str, object]:
    """Return an account as getProgramAccounts lists it."""
    return {"pubkey": pubkey, "account": {"data": [base64.b64encode(data).decode(), "base64"], "lamports": 1}}


def rpc_answer(httpserver: HTTPServer, method: str, params: list[object], answer: dict[str, object]) -> None:
    """Expect one JSON-RPC call."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    httpserver.expect_ordered_request("/rpc", method="POST", json=body).respond_with_json(answer)


def of_kind(discriminator: str) -> list[object]:
    """Return the parameters that ask for the accounts of a kind."""
    filters = [{"memcmp": {"offset": 0, "bytes": discriminator}}]
    return [MAINNET.jobs_program, {"encoding": "base64", "filters": filters}]


def test_market_accounts(client: Client, httpserver: HTTPServer) -> None:
    rows = [rpc_row(MARKET, bytes(market_data(NODE))), rpc_row(JOB, b"short"), {"pubkey": NODE, "account": None}]
    rpc_answer(httpserver, "getProgramAccounts", of_kind("afwFqcydEve"), {"result": rows})
    found = client.market_accounts()
    assert found.rows == (accounts.market(MARKET, bytes(market_data(NODE))),)
    assert found.skipped == (
        Skipped(JOB, "It is not a market account."),
        Skipped(NODE, "It is null, not an object."),
    )


def test_run_accounts(client: Client, httpserver: HTTPServer) -> None:
    rpc_answer(
        httpserver, "getProgramAccounts", of_kind("ZZTu8o6YwNM"), {"result": [rpc_row(PROJECT, bytes(run_data()))]}
    )
    started = datetime(2026, 7, 22, 9, 10, 39, tzinfo=UTC)
    assert client.run_accounts() == Listing((RunAccount(PROJECT, JOB, NODE, PAYER, started),))


def test_discriminators_in_base58() -> None:
    found = [base58.encode(kind) for kind in (accounts.JOB, accounts.RUN, accounts.MARKET)]
    assert found == ["GESmduEEyPE", "ZZTu8o6YwNM", "afwFqcydEve"]


def test_job_account(client: Client, httpserver: HTTPServer) -> None:
    value = rpc_row(JOB, bytes(job_data()))["account"]
    rpc_answer(httpserver, "getAccountInfo", [JOB, {"encoding": "base64"}], {"result": {"value": value}})
    rpc_answer(httpserver, "getAccountInfo", [JOB, {"encoding": "base64"}], {"result": {"value": None}})
    assert client.job_account(JOB) == JOB_ACCOUNT
    with pytest.raises(NotFound, match="has no account of that address"):
        client.job_account(JOB)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        ({"error": {"code": -32010, "message": "no"}}, Refused, "refused the request with error -32010."),
        ({"error": {"code": 429}}, OverBudget, "asks to wait 30 s."),
        ({"error": "no"}, Refused, "refused the request with error 0."),
        ({}, Malformed, "sent an answer that cannot be used: it has neither a result nor an error."),
        ({"result": 5}, Malformed, "sent an answer that cannot be used: it is a number, not an object."),
    ],
)
def test_job_account_that_the_rpc_refuses(
    client: Client, httpserver: HTTPServer, answer: dict[str, object], error: type[Exception], message: str
) -> None:
    httpserver.expect_request("/rpc").respond_with_json(answer)
    with pytest.raises(error) as problem:
        client.job_account(JOB)
    assert str(problem.value) == f"The Solana RPC at localhost:{httpserver.port} {message}"


@pytest.mark.parametrize("data", [None, "text", ["x"], ["????", "base64"], ["", "base58"], [5, "base64"]])
def test_job_account_with_data_that_is_not_base64(client: Client, httpserver: HTTPServer, data: Any) -> None:
    httpserver.expect_request("/rpc").respond_with_json({"result": {"value": {"data": data}}})
    with pytest.raises(Malformed, match="its data is not in base64"):
        client.job_account(JOB)
