"""The page of a node, whole, and the same as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from explorer.formats import iso
from jobs.sync.nodes import count_nodes
from markets import sync
from markets.choices import MachineSource, QueueType
from markets.models import MachineReport, Node
from tests.jobs.factories import make_result
from tests.jobs.test_failures import body, op
from tests.markets.factories import address, make_finished, make_image, make_job, make_market, make_node
from tests.markets.pages import get, plain

pytestmark = pytest.mark.django_db


def make_busy_node() -> Node:
    """Create a node with a past: it works, it waited, a job of it failed, and its sources disagree."""
    now = timezone.now()
    market = make_market(queue_type=QueueType.NODES)
    node = make_node(market=market, first_seen_at=now - timedelta(days=3), ram_mb=65_536)
    market.queue = [address("another"), node.pk]
    market.save()
    make_image(market, "docker.io/nosana/frpc:0.1.0")
    ended = now - timedelta(minutes=30)
    facts: dict[str, Any] = {"node": node, "price": 1000, "usd_reward_per_hour": Decimal("0.36")}
    times: dict[str, Any] = {
        "listed_at": ended - timedelta(hours=2),
        "started_at": ended - timedelta(hours=1),
        "ended_at": ended,
    }
    make_finished(market, "ok", **facts, **times)
    bad = make_finished(market, "bad", outcome="failed", image="o/x:1", **facts, **times)
    make_result(bad, body(op(exit_code=1)))
    for source, ram in ((MachineSource.SPECS, 65_536), (MachineSource.NODE, 32_768)):
        MachineReport.objects.create(node=node.pk, source=source, facts={"ram_mb": ram, "cpu": node.cpu}, at=now)
    sync.note_history(read=[market.pk], free=[node.pk], at=now)
    count_nodes()
    node.refresh_from_db()
    return node


def section(page: str, key: str) -> str:
    """Return the words of a panel of the page."""
    return plain(page.partition(f'aria-labelledby="h-{key}"')[2].partition(">")[2].partition("</section>")[0])


def test_page_tells_what_a_node_earned_why_jobs_failed_and_when_it_was_there(client: Client) -> None:
    node = make_busy_node()

    page = get(client, f"/nodes/{node.pk}/")

    earned = section(page, "earnings")
    # Two jobs of an hour: 2 × 3,600 s × 0.001 NOS, and 2 × 0.36 USD.
    assert earned.startswith(
        "Earned per day, USD of the jobs that ended, without the network’s fee 7.20000 NOS · 0.720 USD in 30 days"
    )
    assert "7 days: 7.20000 NOS, 0.720 USD · ever: 7.20000 NOS, 0.720 USD for 2h 00m of work." in earned
    today = timezone.now().astimezone(UTC)
    assert f"{today:%a} {today.day} {today:%b %Y}" in earned
    job = address("job bad")
    assert section(page, "failures") == (
        "Why jobs failed 1 in 90 days all that failed Reasons, the commonest first Reason Jobs Newest Its image Ended "
        f"exit 1: the program's own code 1 {job[:4]} … {job[-4:]} o/x :1 30m ago"
    )
    uptime = section(page, "uptime")
    assert uptime.startswith("Uptime, as seen from here 100 % of what was watched in 14 days")
    assert "RAM 64 GB the node says: 32 GB" in section(page, "machine")
    assert "Processor AMD Ryzen 9 5950X 16-Core Processor RAM" in section(page, "machine")
    assert section(page, "machine").endswith("The host manager’s word counts before the node’s own.")


def test_json_has_everything_that_the_page_shows(client: Client) -> None:
    node = make_busy_node()

    response = client.get(f"/nodes/{node.pk}.json")

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    told = json.loads(response.content)
    assert node.market is not None
    days = told["earned"].pop("days")
    presence = told.pop("presence")
    money = {"jobs": 2, "success_share": 0.5, "paid_s": 7200, "nos": "7.2", "usd": "0.7200000000"}
    assert {key: told[key] for key in ("address", "url", "activity", "job", "queues", "market", "earned")} == {
        "address": node.pk,
        "url": f"/nodes/{node.pk}/",
        "activity": "free",
        "job": None,
        "queues": [{"market": node.market.pk, "place": 2, "length": 2}],
        "market": {"address": node.market.pk, "name": "NVIDIA 3090"},
        "earned": {"ever": money, "last_7_days": money},
    }
    names = ("jobs", "succeeded", "failed", "success_share", "busy_share_7_days", "uptime_share_14_days")
    shares = {key: told[key] for key in names}
    busy = round(2 * 3600 / (7 * 86400), 4)
    assert shares == {
        "jobs": 2,
        "succeeded": 1,
        "failed": 1,
        "success_share": 0.5,
        "busy_share_7_days": busy,
        "uptime_share_14_days": 1.0,
    }
    assert told["failures"]["reasons"] == [
        {
            "reason": "exit 1: the program's own code",
            "jobs": 1,
            "newest_job": address("job bad"),
            "ended_at": told["failures"]["reasons"][0]["ended_at"],
            "image": "o/x:1",
        }
    ]
    assert told["machine"]["ram_mb"] == 65_536
    assert {source: facts["ram_mb"] for source, facts in told["machine_by_source"].items()} == {
        "specs": 65_536,
        "node": 32_768,
    }
    assert [entry["name"] for entry in told["cache"]] == ["docker.io/nosana/frpc:0.1.0"]
    assert (len(days), sum(day["jobs"] for day in days), len(presence)) == (30, 2, 14)
    assert sum(day["at_work_s"] for day in presence) >= 3600
    assert told["seen_at"] == iso(node.seen_at)


def test_a_node_without_a_past_says_so(client: Client) -> None:
    node = Node.objects.create(address=address("new"))

    page = get(client, f"/nodes/{node.pk}/")

    assert section(page, "earnings").endswith("No job ended here in 30 days.")
    assert section(page, "failures").endswith("is known to have failed here.")
    assert section(page, "uptime").startswith("Uptime, as seen from here not watched yet")
    told: dict[str, Any] = json.loads(client.get(f"/nodes/{node.pk}.json").content)
    assert (told["market"], told["machine"]["cpu"], told["uptime_share_14_days"], told["cache"]) == (
        None,
        None,
        None,
        [],
    )


@pytest.mark.parametrize("name", ["nobody", address("nobody"), "%00"])
def test_json_of_an_unknown_node_is_404_with_a_sentence(client: Client, name: str) -> None:
    response = client.get(f"/nodes/{name}.json")

    assert response.status_code == 404
    assert json.loads(response.content)["error"].startswith("No node with the address “")


def test_jobs_longer_than_a_day_and_running_ones_are_drawn(client: Client) -> None:
    market, node = make_market(), make_node()
    now = timezone.now()
    make_job(market, "runs", node=node, started_at=now - timedelta(days=2), listed_at=now - timedelta(days=2))

    told = json.loads(client.get(f"/nodes/{node.pk}.json").content)

    whole_day = (datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=1)).date().isoformat()
    assert {day["day"]: day["at_work_s"] for day in told["presence"]}[whole_day] == 86_400
    assert told["activity"] == "busy"
