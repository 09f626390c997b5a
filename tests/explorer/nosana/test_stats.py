"""The token's figures."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from explorer.nosana import stats
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import StatsPayload
from tests.explorer.nosana.known import payload

FIGURES = StatsPayload(
    at=datetime(2026, 8, 1, 12, tzinfo=UTC),
    price_usd=Decimal("0.25"),
    figures={
        "usdValueStaked": "1",
        "nosStaked": "10000000000000001",
        "totalXNosStaked": "1",
        "stakers": 1,
        "marketCap": 1,
        "dailyPriceChange": -1.2,
    },
)


def test_parse() -> None:
    assert stats.parse(payload("stats")) == FIGURES


@pytest.mark.parametrize("answer", [None, [], {}, {"date": "x"}, {"date": 5}])
def test_parse_of_a_wrong_shape(answer: Any) -> None:
    with pytest.raises(Malformed):
        stats.parse(answer)


@pytest.mark.parametrize(("price", "expected"), [(0.25, Decimal("0.25")), ("0.25", Decimal("0.25")), (None, None)])
def test_parse_price(price: Any, expected: Decimal | None) -> None:
    assert stats.parse_price({"price": price}) == expected


@pytest.mark.parametrize("answer", [None, [], {}, {"price": "free"}, {"price": -1}, {"price": {}}])
def test_parse_price_of_a_wrong_shape(answer: Any) -> None:
    with pytest.raises(Malformed):
        stats.parse_price(answer)
