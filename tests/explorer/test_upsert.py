from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from explorer.upsert import Written, upsert
from markets.models import Market, Node

pytestmark = pytest.mark.django_db

AT = datetime(2026, 8, 21, 12, tzinfo=UTC)


def facts() -> list[tuple[str, str, list[str], int | None]]:
    return list(Market.objects.order_by("address").values_list("address", "name", "gpu_types", "lowest_vram_gb"))


def test_upsert_adds_new_rows_with_the_models_defaults():
    written = upsert(Market, [{"address": "a", "name": "A", "gpu_types": ["x", 'y,"z']}], key="address")

    assert written == Written(inserted=1, updated=0)
    market = Market.objects.get()
    assert (market.name, market.gpu_types, market.slug, market.queue, market.is_listed) == (
        "A",
        ["x", 'y,"z'],
        "",
        [],
        False,
    )


def test_upsert_changes_only_the_fields_given_and_counts_only_real_changes():
    upsert(Market, [{"address": a, "name": a, "lowest_vram_gb": 8} for a in ("a", "b", "c")], key="address")

    written = upsert(Market, [{"address": "a", "name": "a"}, {"address": "b", "name": "B"}], key="address")

    assert written == Written(inserted=0, updated=1)
    assert written.keys == {"b"}
    assert facts() == [("a", "a", [], 8), ("b", "B", [], 8), ("c", "c", [], 8)]


def test_upsert_of_the_same_rows_twice_changes_nothing():
    rows = [{"address": a, "name": '\\N tab\t newline\n quote" backslash\\', "gpu_types": [a]} for a in ("a", "b")]

    assert upsert(Market, rows, key="address") == Written(inserted=2)
    before = facts()
    assert upsert(Market, rows, key="address") == Written()
    assert facts() == before
    assert before[0][1] == '\\N tab\t newline\n quote" backslash\\'


def test_upsert_lets_the_last_of_equal_keys_count():
    assert upsert(Market, [{"address": "a", "name": "1"}, {"address": "a", "name": "2"}], key="address").inserted == 1
    assert facts() == [("a", "2", [], None)]


def test_upsert_merges_by_the_given_expression():
    upsert(Node, [{"address": "n", "seen_at": AT, "ram_mb": 5}], key="address")

    upsert(
        Node,
        [{"address": "n", "seen_at": AT.replace(year=2020), "ram_mb": None}],
        key="address",
        merge={"seen_at": "GREATEST(old.seen_at, new.seen_at)", "ram_mb": "COALESCE(new.ram_mb, old.ram_mb)"},
    )

    assert Node.objects.values_list("seen_at", "ram_mb").get() == (AT, 5)


def test_upsert_with_add_only_leaves_existing_rows():
    upsert(Market, [{"address": "a", "name": "old"}], key="address")

    written = upsert(
        Market, [{"address": "a", "name": "new"}, {"address": "b", "name": "b"}], key="address", add_only=True
    )

    assert written == Written(inserted=1)
    assert facts() == [("a", "old", [], None), ("b", "b", [], None)]


def test_upsert_of_a_key_alone_adds_it_once():
    assert upsert(Market, [{"address": "a"}], key="address").inserted == 1
    assert upsert(Market, [{"address": "a"}], key="address") == Written()


def test_upsert_of_nothing_asks_nothing():
    with CaptureQueriesContext(connection) as queries:
        assert upsert(Market, [], key="address") == Written()
    assert len(queries) == 0


def test_upsert_refuses_a_name_that_is_no_field():
    with pytest.raises(ValueError, match="wrong"):
        upsert(Market, [{"address": "a", "wrong": 1}], key="address")
    assert facts() == []


def test_upsert_costs_the_same_for_any_number_of_rows():
    def cost(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            upsert(Market, [{"address": f"{count}-{i}", "name": "x"} for i in range(count)], key="address")
        return len(queries)

    assert cost(1) == cost(500)
