"""Money, against figures computed by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from explorer.money import Cost, cost, nos, nos_per_hour, paid_seconds

START = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)


def test_cost_adds_the_fee_to_what_the_node_gets() -> None:
    # 4,949 s at 101 micro-NOS/s: 0.499849 NOS; at 0.0906 USD/h: 4949 / 3600 × 0.0906 = 0.12454983… USD
    found = cost(price=101, seconds=4949, usd_per_hour=Decimal("0.0906"), fee_percentage=Decimal(5))

    assert found == Cost(
        seconds=4949,
        nos_per_hour=Decimal("0.3636"),
        usd_per_hour=Decimal("0.0906"),
        fee_percentage=Decimal(5),
        host_nos=Decimal("0.499849"),
        fee_nos=Decimal("0.02499245"),
        host_usd=Decimal("448.3794") / 3600,
        fee_usd=Decimal("448.3794") / 3600 * 5 / 100,
    )
    assert found.total_nos == Decimal("0.52484145")
    assert found.total_usd is not None
    assert round(found.total_usd, 7) == Decimal("0.1307773")


def test_cost_without_a_usd_rate_has_no_usd() -> None:
    found = cost(price=1_000_000, seconds=60, usd_per_hour=None, fee_percentage=Decimal(0))

    assert (found.host_nos, found.fee_nos, found.total_nos) == (Decimal(60), Decimal(0), Decimal(60))
    assert (found.host_usd, found.fee_usd, found.total_usd) == (None, None, None)


def test_cost_when_the_market_names_no_fee_uses_the_networks() -> None:
    found = cost(price=100, seconds=3600, usd_per_hour=Decimal(1), fee_percentage=None)

    assert (found.fee_percentage, found.fee_nos, found.fee_usd) == (Decimal(10), Decimal("0.036"), Decimal("0.1"))


def test_cost_of_a_job_that_did_not_run_is_nothing() -> None:
    found = cost(price=101, seconds=0, usd_per_hour=Decimal(1), fee_percentage=None)

    assert (found.total_nos, found.total_usd) == (Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("started", "ended", "timeout", "expected"),
    [
        (0, 59.9, 7200, 59),
        (0, 7200, 7200, 7200),
        (0, 9000, 7200, 7200),  # never more than the timeout
        (10, 0, 7200, 0),  # a node's clock that went backwards
        (None, 10, 7200, 0),
        (0, None, 7200, 0),
        (0, 10, 0, 0),
    ],
)
def test_paid_seconds_are_the_shorter_of_runtime_and_timeout(
    started: float | None, ended: float | None, timeout: int, expected: int
) -> None:
    times = [None if at is None else START + timedelta(seconds=at) for at in (started, ended)]

    assert paid_seconds(started_at=times[0], ended_at=times[1], timeout=timeout) == expected


def test_nos_of_a_deposit_is_exact() -> None:
    assert nos(101, 7200) == Decimal("0.7272")
    assert nos_per_hour(333) == Decimal("1.1988")
    assert nos(9_007_199_254_740_993, 1) == Decimal("9007199254.740993")
