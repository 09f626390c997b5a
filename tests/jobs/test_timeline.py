"""Ops in time: when each was due, what pulling cost, and what earlier runs let expect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from explorer.nosana.payloads import OpResult, ResultPayload
from jobs.definition.explain.plan import plan
from jobs.timeline import Expected, Timed, laid_out, learnt, pulls, timed

START = datetime(2026, 8, 21, 12, tzinfo=UTC)


def at(seconds: float | None) -> datetime | None:
    return None if seconds is None else START + timedelta(seconds=seconds)


def op(name: str, group: str | None = None, *waits: str) -> dict[str, Any]:
    execution = {"group": group, "depends_on": list(waits)} if group else {}
    return {"id": name, "type": "container/run", "args": {"image": "x"}, "execution": execution}


def ran(name: str, start: float | None, end: float | None, status: str = "success") -> OpResult:
    return OpResult(name, None, status, at(start), at(end), None)


def result(*ops: OpResult, start: float | None = 0) -> ResultPayload:
    return ResultPayload("success", at(start), None, ops)


PLAN = plan([op("a", "one"), op("b", "one", "a"), op("c", "two")])


def rows(*ops: OpResult, start: float | None = 0, now: float = 1000) -> list[tuple[Any, ...]]:
    found = timed(PLAN, result(*ops, start=start), START + timedelta(seconds=now))
    return [(row.step.id, row.due, row.started, row.ended, row.waited, row.ran) for row in found]


def test_ops_are_due_with_their_group_or_with_what_they_wait_for() -> None:
    assert rows(ran("a", 10, 60), ran("b", 15, 40), ran("c", 90, 100, "failed")) == [
        ("a", 0.0, 10.0, 60.0, 10.0, 50.0),
        ("b", 10.0, 15.0, 40.0, 5.0, 25.0),
        ("c", 60.0, 90.0, 100.0, 30.0, 10.0),
    ]


def test_an_op_that_runs_goes_on_until_now_and_the_next_group_is_not_due() -> None:
    assert rows(ran("a", 10, None, "running"), now=25) == [
        ("a", 0.0, 10.0, 25.0, 10.0, 15.0),
        ("b", 10.0, None, None, None, None),
        ("c", None, None, None, None, None),
    ]


def test_without_the_nodes_own_start_the_first_op_is_the_beginning() -> None:
    assert rows(ran("a", 10, 20), start=None)[0] == ("a", 0.0, 0.0, 10.0, 0.0, 10.0)
    assert rows(ran("a", None, None), start=None) == []


def test_a_clock_that_goes_backwards_makes_nothing_negative() -> None:
    assert rows(ran("a", -5, -10))[0] == ("a", 0.0, 0.0, 0.0, 0.0, 0.0)


def test_pulls_are_when_ops_were_due_and_none_ran() -> None:
    found = timed(PLAN, result(ran("a", 10, 60), ran("b", 15, 40), ran("c", 90, 100)), START)
    assert pulls(found) == [(0.0, 10.0), (60.0, 90.0)]

    both = plan([op("a", "one"), op("b", "one")])
    side_by_side = timed(both, result(ran("a", 10, 20), ran("b", 35, 50)), START)
    assert pulls(side_by_side) == [(0.0, 10.0), (20.0, 35.0)]  # while a ran, b's pull cost nothing
    assert pulls([]) == []


SPANS = st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0, 50)), max_size=8)


@given(SPANS)
def test_pulls_never_overlap_and_hold_no_moment_at_which_an_op_ran(spans: list[tuple[float, float, float]]) -> None:
    step = PLAN.groups[0][0]
    made = [Timed(step, due, due + wait, due + wait + run) for due, wait, run in spans]
    found = pulls(made)

    assert all(start < end for start, end in found)
    assert all(one[1] <= other[0] for one, other in zip(found, found[1:], strict=False))
    middles = [(start + end) / 2 for start, end in found]
    assert not any((row.started or 0) < middle < (row.ended or 0) for row in made for middle in middles)


def test_medians_of_what_went_well_are_learnt_and_laid_out() -> None:
    runs = [
        timed(PLAN, result(ran("a", wait, wait + 100), ran("b", wait + 5, wait + 45), ran("c", wait + 110, end)), START)
        for wait, end in ((10, 230), (20, 250), (90, 330))
    ]
    failed = timed(PLAN, result(ran("a", 1, 2, "failed")), START)
    found = learnt([*runs, failed])

    assert found == {0: Expected(20, 100), 1: Expected(5, 40), 2: Expected(10, 120)}
    assert laid_out(PLAN, found) == {0: (20, 100), 1: (25, 40), 2: (130, 120)}
    assert laid_out(PLAN, {2: Expected(1, 2)}) == {2: (1.0, 2)}
    assert (learnt([]), laid_out(PLAN, {})) == ({}, {})
