"""Reads the figures of the NOS token. Functions raise Malformed, with a clause, for a wrong shape."""

from __future__ import annotations

from decimal import Decimal

from explorer.nosana import fields, strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonValue, StatsPayload


def parse(answer: JsonValue) -> StatsPayload:
    """Read the newest row of the indexer's statistics; amounts over 2^53 come as text and stay so."""
    row = fields.mapping(strict_json.clean(answer))
    at = fields.iso(row.get("date"))
    if at is None:
        raise Malformed("its date is missing or not a date")
    figures = {name: value for name, value in row.items() if name not in ("date", "price")}
    return StatsPayload(at=at, price_usd=fields.rate(row.get("price")), figures=figures)


def parse_price(answer: JsonValue) -> Decimal | None:
    """Read `{"price": n}`, USD for one NOS; null means that the indexer has none for that time."""
    row = fields.mapping(answer)
    if "price" not in row:
        raise Malformed("it has no price")
    price = fields.rate(row["price"])
    if price is None and row["price"] is not None:
        raise Malformed("its price is not a number")
    return price
