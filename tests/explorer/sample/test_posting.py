"""Posting, extending, stopping, and definitions that try to break things."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from explorer.sample import SampleServer
from explorer.sample.definitions import odd
from explorer.sample.markets import SEED_MARKET
from tests.explorer.sample.networks import http_get, http_post, one_op

KEY = {"Authorization": "Bearer nos_test"}


def post(server: SampleServer, path: str, body: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
    return http_post(server.url + path, json=body, headers=KEY if headers is None else headers)


def listed(server: SampleServer, definition: dict[str, Any], **more: Any) -> Any:
    cid = post(server, "/pinning/pinJSONToIPFS", {"pinataContent": definition}).json()["IpfsHash"]
    return post(server, "/api/jobs/list", {"ipfsHash": cid, "market": SEED_MARKET, **more}).json()


def job(server: SampleServer, address: str) -> Any:
    return http_get(f"{server.url}/api/jobs/{address}").json()


def test_posted_definition_really_runs(own: SampleServer) -> None:
    answer = listed(own, one_op("echo hello; exit 3"), timeout=3600)
    assert set(answer) == {"tx", "job", "run", "credits"}
    assert set(answer["credits"]) == {"costUSD", "creditsUsed", "reservationId", "project"}
    assert answer["credits"]["costUSD"] == pytest.approx(0.048 * 1.1, rel=0.02)
    running = job(own, answer["job"])
    assert (running["state"], running["jobDefinition"]) == (1, one_op("echo hello; exit 3"))
    own.advance(120)
    ended = job(own, answer["job"])
    result = http_get(f"{own.url}/ipfs/{ended['ipfsResult']}").json()
    state = result["opStates"][0]
    assert (ended["state"], state["exitCode"], [line["log"] for line in state["logs"]]) == (2, 3, ["hello\n"])


def test_posted_service_runs_until_its_timeout_and_extend_moves_it(own: SampleServer) -> None:
    address = listed(own, one_op([], image="nginx", expose=80), timeout=600)["job"]
    assert post(own, f"/api/jobs/{address}/extend", {"seconds": 300}).status_code == 200
    own.advance(700)
    assert job(own, address)["state"] == 1
    own.advance(250)
    ended = job(own, address)
    assert (ended["state"], ended["timeout"], ended["timeEnd"] - ended["timeStart"]) == (2, 900, 900)


def test_stop_ends_a_running_job_and_delists_a_waiting_one(own: SampleServer) -> None:
    running = listed(own, one_op([], image="nginx", expose=80))["job"]
    own.advance(60)
    assert post(own, f"/api/jobs/{running}/stop").json()["delisted"] is False
    assert (job(own, running)["state"], job(own, running)["ipfsResult"]) == (2, None)
    with own.network.living() as life:
        life.queues[SEED_MARKET].nodes.clear()
    waiting = listed(own, one_op())["job"]
    assert post(own, f"/api/jobs/{waiting}/stop").json()["delisted"] is True
    assert job(own, waiting) == {"message": "Not Found", "code": "NOT_FOUND"}


def test_list_to_a_named_node_assigns_it(own: SampleServer) -> None:
    node = own.network.queues()[SEED_MARKET][1][3]
    address = listed(own, one_op([], image="nginx", expose=80), node=node)["job"]
    assert job(own, address)["node"] == node
    assert listed(own, one_op(), node=node) == {"message": "Node is not queued in this market"}


def test_job_with_a_cid_nobody_pinned_fails(own: SampleServer) -> None:
    cid = "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p"
    address = post(own, "/api/jobs/list", {"ipfsHash": cid, "market": SEED_MARKET}).json()["job"]
    own.advance(30)
    ended = job(own, address)
    assert (ended["jobDefinition"], ended["jobStatus"]) == (None, "failed")


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "nos_x"}, {"Authorization": "Bearer sk_x"}, {"Authorization": "Bearer nos_"}]
)
def test_posting_without_a_key_is_refused(own: SampleServer, header: dict[str, str]) -> None:
    for path in ("/api/jobs/list", "/api/jobs/x/stop", "/api/jobs/x/extend"):
        assert post(own, path, {}, header).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"ipfsHash": "x"},
        {"ipfsHash": None},
        {"market": "x"},
        {"timeout": 1},
        {"timeout": "60"},
        {"timeout": True},
        {"timeout": 10**9},
    ],
)
def test_list_bad_body_is_a_422(own: SampleServer, change: dict[str, Any]) -> None:
    good = {"ipfsHash": "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p", "market": SEED_MARKET, "timeout": 600}
    assert post(own, "/api/jobs/list", good | change).status_code == 422


def test_others_jobs_and_ended_ones_cannot_be_stopped(own: SampleServer) -> None:
    ended = http_get(f"{own.url}/api/jobs?state=COMPLETED&limit=1").json()["jobs"][0]["address"]
    assert post(own, f"/api/jobs/{ended}/stop").status_code == 403
    assert post(own, "/api/jobs/nope/stop").status_code == 404
    mine = listed(own, one_op())["job"]
    own.advance(120)
    assert post(own, f"/api/jobs/{mine}/stop").json() == {"message": "Job is not queued or running"}


@pytest.mark.parametrize("text", [*odd.ODD, *odd.worst()], ids=range(len(odd.ODD) + len(odd.worst())))
def test_worst_definitions_run_to_an_end_and_come_back_as_they_were(own: SampleServer, text: str) -> None:
    address = own.post_job(text, SEED_MARKET)
    while (ended := job(own, address))["state"] == 1:
        own.advance(300)
    assert ended["state"] == 2
    assert http_get(f"{own.url}/ipfs/{ended['ipfsJob']}").content == text.encode("utf-8", "replace")
    assert http_get(f"{own.url}/ipfs/{ended['ipfsResult']}").json()["endTime"] > 0
