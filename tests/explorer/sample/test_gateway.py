"""The IPFS gateway: what is behind a CID stays."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest

from explorer.nosana import ipfs
from explorer.sample import SampleServer
from tests.explorer.sample.test_jobs_api import everything


def test_definitions_are_behind_the_hash_of_their_text(api: httpx.Client) -> None:
    for job in everything(api)[:60]:
        text = api.get(f"/ipfs/{job['ipfsJob']}").content
        assert ipfs.cid_of(hashlib.sha256(text).digest()) == job["ipfsJob"]
        if isinstance(job["jobDefinition"], dict):
            assert json.loads(text) == job["jobDefinition"]


def test_results_are_the_lists_with_their_logs_and_never_change(api: httpx.Client) -> None:
    ended = [
        job for job in everything(api) if job["ipfsResult"] and job["jobResult"] and "opStates" in job["jobResult"]
    ]
    assert len(ended) > 200
    for job in ended[:80]:
        text, again = (api.get(f"/ipfs/{job['ipfsResult']}").content for _ in range(2))
        assert text == again
        full = json.loads(text)
        stripped = {**full, "opStates": [state | {"logs": []} for state in full["opStates"]]}
        assert stripped == job["jobResult"]


def test_results_of_the_oldest_node_have_the_first_shape(api: httpx.Client) -> None:
    old = [job for job in everything(api) if job["jobResult"] and "opStates" not in job["jobResult"]]
    assert old
    full = api.get(f"/ipfs/{old[0]['ipfsResult']}").json()
    assert set(full) == {"results", "state"}
    status, steps = next(iter(full["results"].values()))
    assert status in ("success", "error")
    assert {"cmd", "status", "log"} == set(steps[0])


def test_log_times_lie_within_their_op(api: httpx.Client, sample: SampleServer) -> None:
    shapes = set()
    for job in [job for job in everything(api) if job["ipfsResult"]][:60]:
        for state in api.get(f"/ipfs/{job['ipfsResult']}").json().get("opStates", []):
            for entry in state["logs"]:
                time = entry.get("timestamp")
                shapes.add("none" if time is None else "ms" if time.isdigit() else "iso")
                if time and time.isdigit():
                    assert state["startTime"] <= int(time) <= state["endTime"]
    assert shapes == {"none", "ms", "iso"}


@pytest.mark.parametrize(
    ("cid", "status"),
    [("QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51", 404), ("Qmshort", 400), ("..%2f..%2fetc", 404)],
)
def test_gateway_unknown_cid_is_an_error(api: httpx.Client, cid: str, status: int) -> None:
    assert api.get(f"/ipfs/{cid}").status_code == status
