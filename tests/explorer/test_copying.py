from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.copying import JsonText, fields_of
from explorer.upsert import add_new
from jobs.models import Definition, Job, Result
from markets.models import CacheReport
from tests.jobs.factories import NOON, make_job

pytestmark = pytest.mark.django_db


def test_add_new_writes_every_kind_of_value():
    facts = {"phase", "order_at", "duration", "started_key", "ended_key", "duration_key"}
    row = {
        **{name: value for name, value in vars(make_job("model")).items() if name in {"deployer", "payer", "trigger"}},
        "address": "one",
        "market": make_job("other").market_id,
        "state": 2,
        "price": 2**62,
        "timeout": 5,
        "listed_at": None,
        "started_at": NOON,
        "ended_at": NOON.astimezone(timezone(timedelta(hours=2))) + timedelta(microseconds=1),
        "usd_reward_per_hour": Decimal("0.12345678"),
        "image_ids": [3, 1],
        "op_types": ['a"b', "c\\d", "e,f", "", "NULL", "\t\n"],
    }
    add_new(Job, [row])

    stored = Job.objects.values(*row).get(pk="one")
    assert stored == row
    assert set(Job.objects.values(*facts).get(pk="one").values()) == {2, NOON, 0, row["ended_at"]}
    add_new(Result, [{"job": "one", "body": {"é": ['"', None, "\\N", "\t"]}, "log": b"\x00\\\xff", "log_lines": 2}])
    result = Result.objects.get()
    assert (result.body, bytes(result.log or b""), result.due_at) == (
        {"é": ['"', None, "\\N", "\t"]},
        b"\x00\\\xff",
        None,
    )


#: All that PostgreSQL's text can hold, with more of what COPY and arrays have to escape.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from('\\\t\n\r\b\v"{},.N')
)


@given(st.lists(TEXTS, min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_add_new_keeps_any_text(texts: list[str]):
    Definition.objects.all().delete()
    add_new(Definition, [{"key": str(number), "text": text} for number, text in enumerate(texts)])
    assert list(Definition.objects.order_by("key").values_list("text", flat=True)) == texts


@given(st.lists(st.lists(TEXTS, max_size=3), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_add_new_keeps_any_list_of_texts(lists: list[list[str]]):
    CacheReport.objects.all().delete()
    add_new(CacheReport, [{"node": str(number), "images": images} for number, images in enumerate(lists)])
    assert list(CacheReport.objects.order_by("node").values_list("images", flat=True)) == lists


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
)


@given(JSON.filter(lambda body: body is not None))
@settings(max_examples=50, deadline=None)
def test_add_new_keeps_any_json_and_json_text(body: Any):
    Result.objects.all().delete()
    add_new(Result, [{"job": "value", "body": body}, {"job": "text", "body": JsonText(json.dumps(body))}])
    assert list(Result.objects.order_by().values_list("body", flat=True)) == [body, body]


@pytest.mark.parametrize("text", ["\\." + "x" * 600_000, "é\n" * 300_000, "\\.", "\\N", "\\", " ", ""])
def test_add_new_keeps_long_and_odd_texts(text: str):
    add_new(Definition, [{"key": "1", "text": text}, {"key": "2", "text": "plain"}])
    assert list(Definition.objects.order_by("key").values_list("text", flat=True)) == [text, "plain"]


def test_text_that_is_longer_than_its_column_is_cut_and_costs_no_other_row():
    """A stranger's word stopped the sync at its page; a key is never cut: it would be another one."""
    facts = {"deployer": "d", "payer": "p", "market": make_job("other").market_id, "state": 2, "price": 1, "timeout": 1}
    add_new(Job, [{"address": name, "status": status, **facts} for name, status in (("a", "é\t" * 40), ("b", "short"))])
    assert dict(Job.objects.exclude(status="").values_list("pk", "status")) == {"a": "é\t" * 20, "b": "short"}
    with pytest.raises(DataError), transaction.atomic():
        add_new(Definition, [{"key": "x" * 101}])


@pytest.mark.parametrize("row", [{"text": "a\0b"}, {"op_types": ["a\0b"]}])
def test_add_new_refuses_nul(row: dict[str, Any]):
    with pytest.raises(DataError), transaction.atomic():
        add_new(Definition, [{"key": "key", **row}])


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))])))
@settings(max_examples=50, deadline=None)
def test_add_new_keeps_any_time(moment: datetime):
    Definition.objects.all().delete()
    add_new(Definition, [{"key": "1", "fetched_at": moment}, {"key": "2", "fetched_at": None}])
    assert list(Definition.objects.order_by("key").values_list("fetched_at", flat=True)) == [moment, None]


def test_fields_of_an_unknown_name():
    with pytest.raises(ValueError, match="not fields of Job"):
        fields_of(Job, ["address", "phase"])
