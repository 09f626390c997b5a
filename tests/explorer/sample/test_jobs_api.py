"""The indexer's interface to jobs, against its published shapes."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx
import pytest

from explorer.nosana import base58, ipfs
from explorer.sample import SampleServer
from tests.explorer.sample.networks import http_get, one_op

FIELDS: dict[str, Any] = {
    "id": int, "address": str, "ipfsJob": str, "ipfsResult": (str, type(None)), "market": str, "node": str,
    "payer": str, "price": int, "project": str, "state": int, "type": (str, type(None)),
    "jobDefinition": (dict, str, type(None)), "jobResult": (dict, type(None)), "jobStatus": (str, type(None)),
    "timeStart": int, "timeEnd": int, "timeout": int, "usdRewardPerHour": (float, type(None)),
    "listedAt": (int, type(None)),
}  # fmt: skip


def everything(api: httpx.Client) -> list[dict[str, Any]]:
    """Return every job of the network by paging through the list."""
    found: list[dict[str, Any]] = []
    while True:
        page = api.get("/api/jobs", params={"limit": 50, "offset": len(found)}).json()
        if not page["jobs"]:
            assert len(found) == page["totalJobs"]
            return found
        found += page["jobs"]


def test_jobs_rows_have_the_published_fields_and_types(api: httpx.Client) -> None:
    for job in everything(api):
        assert set(job) == set(FIELDS)
        assert {name: value for name, value in job.items() if not isinstance(value, FIELDS[name])} == {}
        assert all(base58.is_address(job[name]) for name in ("address", "market", "node", "payer", "project"))
        assert ipfs.is_cid(job["ipfsJob"])


def test_jobs_nullable_fields_are_now_and_then_null_or_text(api: httpx.Client) -> None:
    jobs = everything(api)
    for name in ("type", "jobResult", "jobStatus", "usdRewardPerHour", "listedAt", "ipfsResult"):
        share = sum(job[name] is None for job in jobs) / len(jobs)
        assert 0 < share < 0.5, name
    assert 0 < sum(isinstance(job["jobDefinition"], str) for job in jobs) < 0.1 * len(jobs)


def test_jobs_come_newest_start_first_and_waiting_ones_last(api: httpx.Client) -> None:
    starts = [job["timeStart"] for job in everything(api)]
    assert starts == sorted(starts, reverse=True)


def test_jobs_result_has_no_logs(api: httpx.Client) -> None:
    states = [
        state
        for job in everything(api)
        if job["jobResult"] and "opStates" in job["jobResult"]
        for state in job["jobResult"]["opStates"]
    ]
    assert len(states) > 300
    assert all(state["logs"] == [] for state in states)


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING", "COMPLETED", "STOPPED"])
def test_jobs_filtered_by_state_name_answer_its_number(api: httpx.Client, state: str) -> None:
    page = api.get("/api/jobs", params={"state": state, "limit": 50}).json()
    count = api.get("/api/jobs/count").json()
    assert page["totalJobs"] == count["byState"][state]
    numbers = {"QUEUED": 0, "RUNNING": 1, "COMPLETED": 2, "STOPPED": 3}
    assert {job["state"] for job in page["jobs"]} <= {numbers[state]}


@pytest.mark.parametrize(
    ("parameter", "field"), [("market", "market"), ("node", "node"), ("poster", "project"), ("payer", "payer")]
)
def test_jobs_and_count_filter_by_address(api: httpx.Client, parameter: str, field: str) -> None:
    jobs = everything(api)
    value, number = Counter(job[field] for job in jobs).most_common(2)[1]
    page = api.get("/api/jobs", params={parameter: value, "limit": 50}).json()
    assert page["totalJobs"] == number
    assert [job["address"] for job in page["jobs"]] == [job["address"] for job in jobs if job[field] == value][:50]
    assert api.get("/api/jobs/count", params={parameter: value}).json()["total"] == number


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=51",
        "limit=x",
        "limit=1.5",
        "offset=-1",
        "offset=99999999999999999999",
        "state=2",
        "state=queued",
    ],
)
def test_jobs_bad_parameter_is_a_422_whose_message_is_json(api: httpx.Client, query: str) -> None:
    answer = api.get(f"/api/jobs?{query}")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "VALIDATION")
    assert json.loads(body["message"])["property"] == "/" + query.partition("=")[0]


@pytest.mark.parametrize("query", ["market=x", "node=%00", "poster='--", "payer=%F0%9F%98%80", "unknown=1&limit="])
def test_jobs_odd_but_harmless_parameter_answers(api: httpx.Client, query: str) -> None:
    assert api.get(f"/api/jobs?{query}").status_code == 200


def test_job_is_the_row_of_the_list(api: httpx.Client) -> None:
    job = api.get("/api/jobs?limit=1&offset=7").json()["jobs"][0]
    assert api.get(f"/api/jobs/{job['address']}").json() == job
    assert api.get(f"/api/jobs/{job['address']}/").json() == job


def test_job_unknown_is_the_indexers_404(api: httpx.Client) -> None:
    for path in ("/api/jobs/nope", "/api/jobs/%00", "/api/jobs/nope/events", "/api/nothing", "/"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found", "code": "NOT_FOUND"})


def test_batch_leaves_out_definitions_and_unknown_addresses(api: httpx.Client) -> None:
    jobs = api.get("/api/jobs?limit=3").json()["jobs"]
    answer = api.post("/api/jobs/batch", json={"addresses": [*(job["address"] for job in jobs), "unknown"]}).json()
    want = [{key: value for key, value in job.items() if key not in ("jobDefinition", "jobResult")} for job in jobs]
    assert sorted(answer, key=lambda job: job["id"]) == sorted(want, key=lambda job: job["id"])


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"addresses": "x"}, {"addresses": []}, {"addresses": ["x"] * 101}, {"addresses": [1]},
     {"addresses": ["x"], "limit": 0}, {"addresses": ["x"], "limit": True}],
)  # fmt: skip
def test_batch_bad_body_is_a_422(api: httpx.Client, body: object) -> None:
    answer = api.post("/api/jobs/batch", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION")
    assert api.post("/api/jobs/batch", content=b"{").status_code == 422


def test_running_counts_and_nodes_agree_with_the_list(api: httpx.Client) -> None:
    running = [job for job in everything(api) if job["state"] == 1]
    counts = Counter(job["market"] for job in running)
    assert api.get("/api/jobs/running").json() == {market: {"running": n} for market, n in counts.items()}
    market = counts.most_common(1)[0][0]
    nodes = api.get("/api/jobs/running-nodes", params={"market": market}).json()
    assert sorted(nodes) == sorted(job["node"] for job in running if job["market"] == market)
    assert api.get("/api/jobs/running-nodes").status_code == 422


def test_long_running_has_the_two_published_shapes(own: SampleServer) -> None:
    market = next(iter(own.network.world.markets))
    own.advance(10)
    address = own.post_job(one_op([], image="nginx", expose=80), market, timeout=72)
    with own.network.living() as life:  # the network never lets a job outlive its timeout, so it is made to
        life.jobs[address].timeout = 60
        life.changed(life.jobs[address])
    own.clock.advance(61)
    start = int(own.clock.now()) - 61
    want = {"address": address, "timeStart": start, "timeout": 60}
    assert http_get(f"{own.url}/api/jobs/long-running").json() == {market: [want]}
    answer = http_get(f"{own.url}/api/jobs/long-running", params={"market": market}).json()
    assert answer == {"market": market, "jobs": [want]}


def test_events_tell_the_job_in_order(api: httpx.Client) -> None:
    job = next(job for job in everything(api) if job["jobStatus"] == "success" and job["listedAt"])
    events = api.get(f"/api/jobs/{job['address']}/events").json()
    assert set(events[0]) == {
        "jobAddress", "nodeAddress", "marketAddress", "runAddress", "type", "signature", "instructionIndex", "slot",
        "blockTime", "data",
    }  # fmt: skip
    assert (events[0]["type"], events[0]["blockTime"]) == ("List", job["listedAt"])
    assert (events[-1]["type"], events[-1]["nodeAddress"], events[-1]["blockTime"]) == (
        "Finish", job["node"], job["timeEnd"],
    )  # fmt: skip
    assert [event["slot"] for event in events] == sorted(event["slot"] for event in events)


def test_templates_have_valid_shapes(api: httpx.Client) -> None:
    found = api.get("/api/jobs/templates").json()
    assert len({template["id"] for template in found}) == len(found) == 9
    assert {type(template["category"]) for template in found} == {list, str}
    assert all(template["jobDefinition"]["ops"] for template in found)
