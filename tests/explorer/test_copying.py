from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.copying import fields_of, moment
from explorer.upsert import add_new
from jobs.models import Definition, Job, Result
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


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_add_new_keeps_any_text(texts: list[str]):
    Definition.objects.all().delete()
    add_new(Definition, [{"key": str(number), "text": text} for number, text in enumerate(texts)])
    assert list(Definition.objects.order_by("key").values_list("text", flat=True)) == texts


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))])))
def test_moment_is_what_python_reads_back(value: datetime):
    assert datetime.fromisoformat(str(moment(value))) == value


def test_fields_of_an_unknown_name():
    with pytest.raises(ValueError, match="not fields of Job"):
        fields_of(Job, ["address", "phase"])
