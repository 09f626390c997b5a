"""Why a node's jobs failed, summed up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.models import Job
from jobs.selectors import failures
from jobs.selectors.failures import NO_RESULT, NOT_TOLD, failures_of, reason_of
from tests.jobs.factories import make_result
from tests.markets.factories import address, make_finished, make_market, make_node


def op(**facts: Any) -> dict[str, Any]:
    """Return a stored op that failed."""
    plain = {"op_id": "op", "group": None, "status": "failed", "started_at": None, "ended_at": None}
    return {**plain, "exit_code": None, "results": {}, "errors": [], "diagnostics": {}, **facts}


def body(*ops: dict[str, Any], errors: tuple[str, ...] = (), status: str = "failed") -> dict[str, Any]:
    return {"status": status, "started_at": None, "ended_at": None, "errors": list(errors), "ops": list(ops)}


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (None, NO_RESULT),
        (body(op(exit_code=137, diagnostics={"state": {"OOMKilled": True}})), "exit 137: killed, out of memory"),
        (body(op(exit_code=127)), "exit 127: the command was not found in the image"),
        (body(op(status="success", exit_code=0), op(exit_code=1)), "exit 1: the program's own code"),
        (body(op(errors=["image-pull-error: manifest 12345 unknown\nmore"])), "image-pull-error: manifest … unknown"),
        (body(op(exit_code=2, errors=[f"no such op {address('x')}"])), "no such op …"),
        (body(errors=("validation-error: ops is empty",)), "validation-error: ops is empty"),
        (body(op(status="init error")), "an op ended as “init error”"),
        (body(errors=(" \n",)), NOT_TOLD),
        (body(errors=("no " * 5000,)), "no " * 39 + "no…"),
    ],
)
def test_reason_is_told_so_that_equal_ones_are_equal(stored: dict[str, Any] | None, reason: str) -> None:
    assert reason_of(stored) == reason


def failed(name: object, stored: dict[str, Any] | None = None, **facts: Any) -> Job:
    now = timezone.now()
    times = {"listed_at": now - timedelta(hours=2), "ended_at": now - timedelta(hours=1)}
    job = make_finished(facts.pop("market"), name, outcome="failed", **{**times, **facts})
    if stored:
        make_result(job, stored)
    return job


@pytest.mark.django_db
def test_reasons_are_counted_commonest_first_with_the_newest_job() -> None:
    market, node = make_market(), make_node()
    here = {"market": market, "node": node}
    now = timezone.now()
    failed("old", body(op(exit_code=1)), **here, listed_at=now - timedelta(days=2))
    new = failed("new", body(op(exit_code=1)), **here, image="o/new:1")
    lost = failed("lost", None, **here, image="")
    failed("too long ago", body(op(exit_code=1)), **here, listed_at=now - timedelta(days=91))
    failed("elsewhere", body(op(exit_code=1)), market=market, node=make_node("other"))
    failed("gone", body(op(exit_code=1)), **here, delisted_at=now)
    make_finished(market, "went well", node=node)

    found = failures_of(node.pk)

    told = [(reason.text, reason.jobs, reason.job, reason.at, reason.image) for reason in found.reasons]
    assert told == [
        ("exit 1: the program's own code", 2, new.pk, new.ended_at, "o/new:1"),
        (NO_RESULT, 1, lost.pk, lost.ended_at, ""),
    ]
    assert (found.jobs, found.is_cut, found.others) == (3, False, 0)


@pytest.mark.django_db
def test_no_more_jobs_and_reasons_are_read_than_a_page_takes(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(failures, "MOST", 4)
    monkeypatch.setattr(failures, "SHOWN", 2)
    market, node = make_market(), make_node()
    for number in range(6):
        failed(number, body(op(exit_code=10 + number % 3)), market=market, node=node)

    with django_assert_num_queries(1):
        found = failures_of(node.pk)

    assert (found.jobs, found.is_cut, len(found.reasons), found.others) == (4, True, 2, 1)
