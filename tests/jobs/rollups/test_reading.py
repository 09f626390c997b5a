from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from explorer.nosana.payloads import STOPPED
from jobs.rollups.reading import Totals, series, totals, totals_between, totals_by_key
from jobs.sync.store import store_jobs
from tests.payloads import AT, address, job_payload, result_payload

pytestmark = pytest.mark.django_db

DAY = AT.replace(hour=0)


def job(name: str, hours: float, **facts: object) -> None:
    """Store a job that was listed so many hours after AT, started an hour later and ran one hour."""
    listed = AT + timedelta(hours=hours)
    times = [listed + timedelta(hours=n) for n in range(3)]
    given = dict(zip(("listed_at", "started_at", "ended_at"), times, strict=True))
    store_jobs(jobs=[job_payload(name, **given, **facts)])


def one(**figures: Any) -> Totals:
    """Return the totals of one job that went well."""
    usual: dict[str, Any] = {
        "listed": 1,
        "completed": 1,
        "succeeded": 1,
        "ended": 1,
        "ended_completed": 1,
        "ended_succeeded": 1,
    }
    money = {"seconds": 3600, "nos_micro": Decimal(414000), "usd": Decimal("0.12"), "wait_seconds": 3600, "waits": 1}
    return Totals(None, **{**usual, **money, **figures})


def test_totals_of_a_key_and_of_none():
    job("a", -30, result=result_payload())
    job("b", -2, result=result_payload(), market=address("other"))

    assert totals("market", address("market")) == one()
    assert totals("all") == one() + one()
    assert totals("market", "nobody") == Totals()


def test_totals_since_a_moment_are_those_of_its_hour_or_day():
    job("a", -30, result=result_payload())  # the day before, ended at eight
    job("b", -2, result=result_payload())

    assert totals("all", since=AT - timedelta(hours=1, minutes=30)) == one()  # from the hour of b's listing on
    assert totals("all", since=AT.replace(minute=59)) == one(listed=0, completed=0, succeeded=0)
    assert totals("node", address("node"), since=AT) == one()  # nodes have days
    assert totals("all", since=DAY) == one()
    assert totals("all", since=DAY - timedelta(days=1)) == one() + one()


def test_totals_by_key_are_one_query_for_any_number_of_keys():
    for name in "abc":
        job(name, 0, result=result_payload(), project=address(name))
    with CaptureQueriesContext(connection) as queries:
        everyone = totals_by_key("deployer")
        two = totals_by_key("deployer", [address("a"), address("b"), address("nobody")], since=DAY)

    assert everyone == {address(name): one() for name in "abc"}
    assert two == {address(name): one() for name in "ab"}
    assert len(queries) == 2


def test_series_by_hour_day_week_and_month():
    job("a", -24 * 25, result=result_payload())
    job("b", -5, result=result_payload())
    job("c", 0, result=result_payload("failed"), state=STOPPED)
    failed = {"completed": 0, "stopped": 1, "succeeded": 0, "failed": 1}
    unpaid = {"seconds": 0, "nos_micro": Decimal(0), "usd": Decimal(0)}  # its node gave it up
    ended = {"ended_completed": 0, "ended_stopped": 0, "ended_succeeded": 0, "ended_failed": 1} | unpaid
    both = one() + one(**failed, **ended)
    start, end = AT - timedelta(days=40), AT + timedelta(days=1)

    def dated(unit: str) -> list[tuple[datetime | None, Totals]]:
        return [(row.at, Totals() + row) for row in series("market", address("market"), unit, start, end)]

    july, monday = datetime(2026, 7, 27, tzinfo=UTC), datetime(2026, 8, 17, tzinfo=UTC)
    assert dated("day") == [(july, one()), (DAY, both)]
    assert dated("week") == [(july, one()), (monday, both)]
    assert dated("month") == [(july.replace(day=1), one()), (DAY.replace(day=1), both)]
    assert [(row.at, row.listed, row.ended) for row in series("all", "", "hour", DAY, end)] == [
        (AT.replace(hour=7), 1, 0),
        (AT.replace(hour=9), 0, 1),
        (AT, 1, 0),
        (AT.replace(hour=14), 0, 1),
    ]


def test_shares_of_totals():
    found = Totals(ended_succeeded=3, ended_failed=1, seconds=5400, wait_seconds=30, waits=4)
    assert (found.success_share, found.gpu_hours, found.mean_wait_seconds) == (0.75, 1.5, 7.5)
    assert (Totals().success_share, Totals().gpu_hours, Totals().mean_wait_seconds) == (None, 0, None)


def test_totals_between_two_moments_are_told_only_where_hours_or_days_begin():
    job("a", -30, result=result_payload())  # the day before, ended at eight
    job("b", -2, result=result_payload())
    market, node, yesterday = [address("market")], [address("node")], DAY - timedelta(days=1)

    assert totals_between("node", node, None, None) == one() + one()
    assert totals_between("node", node, yesterday, DAY) == one()
    assert totals_between("node", [*node, "nobody"], yesterday, None) == one() + one()
    assert totals_between("market", market, AT - timedelta(hours=2), AT - timedelta(hours=1)) == one(
        ended=0, ended_completed=0, ended_succeeded=0, seconds=0, nos_micro=0, usd=0, wait_seconds=0, waits=0
    )
    assert totals_between("market", market, DAY.replace(year=2030), None) == Totals()
    assert totals_between("node", node, AT, None) is None
    assert totals_between("market", market, AT.replace(second=1), None) is None
    assert totals_between("all", [""], None, AT.replace(microsecond=1)) is None
