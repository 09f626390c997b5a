"""Accounts over JSON-RPC, byte by byte, against what the indexer's interface says."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from explorer.nosana import base58, ipfs, networks
from explorer.sample import SampleServer
from explorer.sample.markets import SEED_MARKET
from tests.explorer.sample.networks import NO_TLS, one_op
from tests.explorer.sample.test_jobs_api import everything

PROGRAM = networks.MAINNET.jobs_program
JOB, RUN, MARKET = "GESmduEEyPE", "ZZTu8o6YwNM", "afwFqcydEve"


def call(api: httpx.Client, method: str, *params: Any) -> Any:
    answer = api.post("/rpc", json={"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}).json()
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", 7)
    return answer.get("result", answer.get("error"))


def accounts(api: httpx.Client, *filters: dict[str, Any]) -> dict[str, bytes]:
    found = call(api, "getProgramAccounts", PROGRAM, {"encoding": "base64", "filters": list(filters)})
    return {row["pubkey"]: base64.b64decode(row["account"]["data"][0]) for row in found}


def kind(name: str) -> dict[str, Any]:
    return {"memcmp": {"offset": 0, "bytes": name}}


def whole(data: bytes, offset: int, size: int = 8) -> int:
    return int.from_bytes(data[offset : offset + size], "little")


def key(data: bytes, offset: int) -> str:
    return base58.encode(data[offset : offset + 32])


def test_market_accounts_hold_price_and_queue(api: httpx.Client, sample: SampleServer) -> None:
    found = accounts(api, kind(MARKET))
    assert set(found) == set(sample.network.world.markets)
    queues = sample.network.queues()
    for market in api.get("/api/markets").json():
        data = found[market["address"]]
        assert whole(data, 48) == round(market["nos_reward_per_second"] * 1e6)
        jobs, nodes = queues[market["address"]]
        assert data[146] == (0 if jobs else 1 if nodes else 255)
        assert [key(data, 151 + 32 * n) for n in range(whole(data, 147, 4))] == (jobs or nodes)


def test_job_accounts_tell_what_the_indexer_tells(api: httpx.Client) -> None:
    found = accounts(api, kind(JOB))
    rows = {job["address"]: job for job in everything(api)}
    assert len(found) > 50
    for address, data in found.items():
        job = rows[address]
        assert (ipfs.cid_of(data[8:40]), key(data, 72), key(data, 136)) == (job["ipfsJob"], job["market"], job["payer"])
        assert (whole(data, 168), key(data, 176), whole(data, 225)) == (job["price"], job["project"], job["timeout"])
        if job["state"] == 2:
            assert (data[208], whole(data, 209), whole(data, 217)) == (2, job["timeEnd"], job["timeStart"])
            assert (ipfs.cid_of(data[40:72]), key(data, 104)) == (job["ipfsResult"] or ipfs.NO_RESULT, job["node"])
        else:
            assert (data[208], whole(data, 209), whole(data, 217)) == (3 if job["state"] == 3 else 0, 0, 0)


def test_run_accounts_are_those_of_running_jobs(api: httpx.Client) -> None:
    found = accounts(api, kind(RUN))
    running = {job["address"]: job for job in everything(api) if job["state"] == 1}
    assert {key(data, 8) for data in found.values()} == set(running)
    for data in found.values():
        job = running[key(data, 8)]
        assert (key(data, 40), whole(data, 105)) == (job["node"], job["timeStart"])


def test_filters_take_base58_base64_and_size(api: httpx.Client) -> None:
    seed = {"memcmp": {"offset": 72, "bytes": SEED_MARKET}}
    encoded = base64.b64encode(base58.decode(SEED_MARKET)).decode()
    as_base64 = {"memcmp": {"offset": 72, "bytes": encoded, "encoding": "base64"}}
    assert accounts(api, kind(JOB), seed) == accounts(api, kind(JOB), as_base64) != {}
    assert accounts(api, kind(JOB)) == accounts(api, {"dataSize": 240})
    assert accounts(api, kind(JOB), {"memcmp": {"offset": 208, "bytes": "2"}}) == {}  # 1 is never stored


def test_data_slice_and_context(api: httpx.Client) -> None:
    options = {
        "encoding": "base58",
        "dataSlice": {"offset": 8, "length": 32},
        "filters": [kind(RUN)],
        "withContext": True,
    }
    found = call(api, "getProgramAccounts", PROGRAM, options)
    jobs = {row["account"]["data"][0] for row in found["value"]}
    assert jobs == {job["address"] for job in everything(api) if job["state"] == 1}
    assert found["context"]["slot"] == call(api, "getSlot")


def test_account_info_finds_each_kind_and_null(api: httpx.Client) -> None:
    run, data = next(iter(accounts(api, kind(RUN)).items()))
    for address, size in ((SEED_MARKET, 10_232), (key(data, 8), 240), (run, 120)):
        value = call(api, "getAccountInfo", address, {"encoding": "base64"})["value"]
        assert (len(base64.b64decode(value["data"][0])), value["space"], value["owner"]) == (size, size, PROGRAM)
    assert call(api, "getAccountInfo", base58.NOBODY, {"encoding": "base64"})["value"] is None
    many = call(api, "getMultipleAccounts", [run, base58.NOBODY], {"encoding": "base64"})["value"]
    assert [item is None for item in many] == [False, True]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("getNothing", [], -32601),
        ("getAccountInfo", [], -32602),
        ("getAccountInfo", ["0O"], -32602),
        ("getAccountInfo", [SEED_MARKET, 7], -32602),
        ("getAccountInfo", [SEED_MARKET], -32600),
        ("getMultipleAccounts", ["x"], -32602),
        ("getProgramAccounts", [PROGRAM, {"filters": ["x"]}], -32602),
        ("getProgramAccounts", [PROGRAM, {"filters": [{"memcmp": {"offset": -1, "bytes": "1"}}]}], -32602),
        ("getProgramAccounts", [PROGRAM, {"filters": [{"memcmp": {"offset": 0, "bytes": "0"}}]}], -32602),
    ],
)
def test_bad_call_is_an_rpc_error(api: httpx.Client, method: str, params: list[Any], code: int) -> None:
    assert call(api, method, *params)["code"] == code


def test_bad_body_is_an_rpc_error(api: httpx.Client) -> None:
    assert api.post("/rpc", content=b"{").json()["error"]["code"] == -32700
    assert api.post("/rpc", json=7).json()["error"]["code"] == -32600
    assert api.post("/rpc", json=[]).json()["error"]["code"] == -32600
    assert [row["result"] for row in api.post("/rpc", json=[{"method": "getHealth", "id": 1}]).json()] == ["ok"]


def test_waiting_job_is_in_its_markets_queue_and_has_no_run(own: SampleServer) -> None:
    with own.network.living() as life:
        life.queues[SEED_MARKET].nodes.clear()
    address = own.post_job(one_op(), SEED_MARKET)
    with httpx.Client(verify=NO_TLS, base_url=own.url) as api:
        data = accounts(api, kind(MARKET))[SEED_MARKET]
        assert (data[146], whole(data, 147, 4), key(data, 151)) == (0, 1, address)
        assert api.get(f"/api/jobs/{address}").json()["state"] == 0
