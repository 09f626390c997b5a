"""The page of one job as JSON."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from explorer.nosana import results as network
from jobs.results import to_body
from markets.models import NosPrice
from tests.jobs.factories import NOON, address, cid, make_definition, make_job, make_market, make_result
from tests.jobs.test_detail import make_failed
from tests.markets.pages import get, queries

pytestmark = pytest.mark.django_db

MS = int(NOON.timestamp() * 1000)
OP: Any = {"id": "a", "type": "container/run", "args": {"image": "x", "env": {"MY_KEY": "hunter2", "B": "2"}}}


def test_job_as_json_says_what_the_page_says(client: Client) -> None:
    NosPrice.objects.create(at=NOON, usd=Decimal("0.5"))
    times = {"started_at": NOON + timedelta(seconds=10), "ended_at": NOON + timedelta(seconds=110)}
    job = make_job("j", state=2, outcome="failed", node=address("n"), price=100, ipfs_result=cid("r"), **times)
    make_definition(job, {"ops": [OP]})
    state: Any = {
        "operationId": "a",
        "status": "failed",
        "startTime": MS + 30_000,
        "endTime": MS + 50_000,
        "exitCode": 127,
    }
    make_result(job, to_body(network.parse({"status": "success", "startTime": MS + 10_000, "opStates": [state]})))
    found = client.get(f"/jobs/{job.pk}.json").json()
    line = (
        f"docker run -d --name {job.pk}-0 --network NOSANA_GATEWAY --add-host host.docker.internal:8.8.8.8 --add-host"
    )
    line += f" host.containers.internal:8.8.8.8 -e 'MY_KEY=***' -e B=2 -e NOSANA_ID={job.pk} x"

    assert found.pop("ops") == [
        {
            "index": 0,
            "id": "a",
            "type": "container/run",
            "group": "a",
            "image": "x",
            "image_cache": {
                "status": "download",
                "label": "downloaded",
                "reason": "Not required by its market, and not used by a job of the node in the day before.",
            },
            "podman": line.replace("docker", "podman", 1)
            .replace("GATEWAY", "GATEWAY --ipc private --shm-size 4294967296 --cap-add NET_ADMIN --cgroups disabled"
                     " --device /dev/net/tun", 1),
            "docker": line,
            "env": {"MY_KEY": "***", "B": "2", "NOSANA_ID": job.pk},
            "gpu": False,
            "ports": [],
            "resources": [],
            "volumes": [],
            "depends_on": [],
            "problems": [],
            "results": {},
            "status": "failed",
            "outcome": "failed",
            "started_at": "2026-08-21T12:00:30Z",
            "ended_at": "2026-08-21T12:00:50Z",
            "run_s": 20.0,
            "exit_code": 127,
            "exit_meaning": "the command was not found in the image",
            "errors": [],
            "diagnostics": {},
        }
    ]  # fmt: skip
    assert found == {
        "address": job.pk,
        "url": f"/jobs/{job.pk}/",
        "state": "completed",
        "outcome": "failed",
        "market": {"address": job.market_id, "name": "NVIDIA 3090", "url": f"/markets/{job.market_id}/"},
        "node": address("n"),
        "deployer": job.deployer,
        "payer": job.payer,
        "trigger": "cli",
        "listed_at": "2026-08-21T12:00:00Z",
        "started_at": "2026-08-21T12:00:10Z",
        "ended_at": "2026-08-21T12:01:50Z",
        "withdrawn_at": None,
        "queued_s": 10.0,
        "run_s": 100.0,
        "timeout_s": 7200,
        "price_micro_nos_per_s": 100,
        "ipfs_definition": job.ipfs_job,
        "ipfs_result": job.ipfs_result,
        "is_confidential": False,
        "definition_error": None,
        "pulling_s": 20.0,
        "reason": {
            "sentence": "a ended with exit 127.",
            "advice": "A list under cmd is run as it is, without a shell: its first element has to be a program.",
            "said": None,
            "log_line": None,
            "op": "a",
            "pointer": "/ops/0/args/cmd",
        },
        "ending": None,
        "cost": {
            "paid_s": 100,
            "is_final": True,
            "nos_per_hour": "0.36",
            "usd_per_hour": "0.0906",
            "fee_percentage": "10",
            "nos_usd_when_listed": "0.251666666667",
            "nos_usd_now": "0.5",
            "total": {"nos": "0.011", "usd": "0.002768333333"},
            "node": {"nos": "0.01", "usd": "0.002516666667"},
            "fee": {"nos": "0.001", "usd": "0.000251666667"},
            "deposit_nos": "0.72",
            "returned_nos": "0.71",
        },
        "more_ops": 0,
        "timeline": [
            {
                "op": "a",
                "due_s": 0.0,
                "waited_s": 20.0,
                "started_s": 20.0,
                "run_s": 20.0,
                "expected_run_s": None,
            }
        ],
        "expected_from_runs": 0,
    }


def test_job_that_is_not_known_is_an_error_in_json(client: Client) -> None:
    make_market()
    for name in (address("nobody"), "nonsense"):
        response = client.get(f"/jobs/{name}.json")
        assert (response.status_code, list(response.json())) == (404, ["error"])


def test_page_links_its_json_which_takes_as_many_queries_for_any_job(client: Client) -> None:
    job = make_failed()

    assert f'<a href="/jobs/{job.pk}.json">This page as JSON</a>' in get(client, job.get_absolute_url())
    assert queries(client, f"/jobs/{job.pk}.json") == 7
