"""Statistics, against sums over the jobs themselves."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from explorer.sample import SampleServer
from tests.explorer.sample.conftest import NOW
from tests.explorer.sample.test_jobs_api import everything


def paid(job: dict[str, Any]) -> int:
    return int(min(job["timeEnd"] - job["timeStart"], job["timeout"]))


def done(api: httpx.Client) -> list[dict[str, Any]]:
    return [job for job in everything(api) if job["state"] == 2 and job["timeStart"]]


def test_totals_are_price_times_time_as_texts(api: httpx.Client) -> None:
    jobs, totals = done(api), api.get("/api/jobs/stats").json()
    assert totals["completed"] == len(jobs)
    assert totals["duration"] == str(sum(map(paid, jobs)))
    assert totals["price"] == f"{sum(job['price'] * paid(job) for job in jobs) / 1e6:.6f}"
    assert set(totals) == {"completed", "duration", "price", "usdReward", "retrieved"}


def test_totals_grouped_are_numbers_that_add_up(api: httpx.Client) -> None:
    for group, name in (("market", "markets"), ("project", "projects")):
        found = api.get("/api/jobs/stats", params={"groupBy": group}).json()
        assert sum(row["completed"] for row in found[name]) == found["completed"] == len(done(api))
        assert sum(row["duration"] for row in found[name]) == found["duration"]


def test_series_by_day_adds_up(api: httpx.Client) -> None:
    series = api.get("/api/jobs/stats", params={"timeSeriesInterval": "day"}).json()["series"]
    assert sum(row["completed"] for row in series) == len(done(api))
    assert all(row["time"].endswith(" 00:00:00+00") for row in series)


@pytest.mark.parametrize(("period", "step"), [(3600, 60), (86_400, 3600), (2_628_000, 86_400), (20_000_000, 604_800)])
def test_timestamps_count_every_start_newest_first(
    api: httpx.Client, sample: SampleServer, period: int, step: int
) -> None:
    found = api.get("/api/jobs/stats/timestamps", params={"period": period}).json()
    since = sample.clock.now() - period
    want = sum(job["timeStart"] > since and job["timeStart"] > 0 for job in everything(api))
    assert found["total"] == want == sum(point["y"] for point in found["data"])
    xs = [point["x"] // 1000 for point in found["data"]]
    assert xs == sorted(xs, reverse=True)
    assert len({x // step for x in xs}) == len(xs)


def test_timestamps_hours_are_gpu_hours(api: httpx.Client) -> None:
    found = api.get("/api/jobs/stats/timestamps-hours", params={"period": 0}).json()
    assert sum(point["y"] for point in found["data"]) == pytest.approx(sum(map(paid, done(api))) / 3600, abs=0.1)


def test_network_stats_have_the_published_types(api: httpx.Client) -> None:
    found = api.get("/api/stats").json()
    texts = {"date", "usdValueStaked", "nosStaked", "totalXNosStaked"}
    assert {name for name, value in found.items() if isinstance(value, str)} == texts
    assert len(found) == 12


def test_price_is_the_one_that_listed_jobs_were_reckoned_with(api: httpx.Client) -> None:
    job = next(job for job in done(api) if job["listedAt"] and job["usdRewardPerHour"])
    price = api.get("/api/stats/price", params={"timestamp": job["listedAt"]}).json()["price"]
    assert job["usdRewardPerHour"] == pytest.approx(job["price"] / 1e6 * price * 3600, abs=1e-5)


@pytest.mark.parametrize(("query", "status"), [("timestamp=x", 422), ("date=foo", 400), ("maxAgeMinutes=-1", 422)])
def test_price_bad_parameter_is_refused(api: httpx.Client, query: str, status: int) -> None:
    assert api.get(f"/api/stats/price?{query}").status_code == status


def test_price_of_the_future_is_null(api: httpx.Client) -> None:
    assert api.get(f"/api/stats/price?timestamp={int(NOW) + 10**6}").json() == {"price": None}


@pytest.mark.parametrize("query", ["groupBy=x", "timeSeriesInterval=hour", "timeStart=x"])
def test_totals_bad_parameter_is_a_422(api: httpx.Client, query: str) -> None:
    assert api.get(f"/api/jobs/stats?{query}").status_code == 422
    assert api.get("/api/jobs/stats/timestamps?period=-1").status_code == 422


@pytest.mark.parametrize(
    ("kind", "who", "field"), [("spending", "project", "totalSpent"), ("earning", "node", "totalEarnedUsd")]
)
def test_history_adds_up_per_month(api: httpx.Client, kind: str, who: str, field: str) -> None:
    jobs = done(api)
    address = jobs[0][who]
    query = {"address": address, "start_date": "2026-01-01"}
    found = api.get(f"/api/stats/{kind}-history", params=query).json()
    want = sum(
        paid(job) / 3600 * job["usdRewardPerHour"] for job in jobs if job[who] == address and job["usdRewardPerHour"]
    )
    assert sum(row["total_usd"] for row in found["results"]) >= want - 1e-3
    assert all({"market", field} == set(part) for row in found["results"] for part in row["breakdown"])


@pytest.mark.parametrize("query", ["address=x", "address=x&start_date=foo", "start_date=2026-01-01"])
def test_history_bad_parameter_is_refused(api: httpx.Client, query: str) -> None:
    assert api.get(f"/api/stats/spending-history?{query}").status_code in (400, 422)
