"""The kinds of jobs: what tells them apart, when they are believed, and how they are mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from jobs import rollups, tasks
from jobs.models import Job, JobKind, JobRollup
from jobs.models.kind import COUNTS, WHOLE
from jobs.rollups import agreement
from jobs.rollups.agreement import agree, mend
from tests.jobs.factories import NOON, address, make_job, make_market
from tests.jobs.rollups.test_maintain import kinds

pytestmark = pytest.mark.django_db
OVER = {"state": 2, "started_at": NOON, "ended_at": NOON}


@pytest.fixture(autouse=True)
def hopeful() -> Iterator[None]:
    """Begin and end without knowing that anything is past mending."""
    cache.clear()
    yield
    cache.clear()


def by_trigger() -> dict[str, dict[str, int]]:
    """Return the counts of each trigger's kinds, without zeros."""
    rows = JobKind.objects.exclude(pk=WHOLE).values("trigger", *COUNTS)
    return {row.pop("trigger"): {name: number for name, number in row.items() if number} for row in rows}


def write_as_before(name: object, /, **facts: Any) -> None:
    """Change a job as a release does that keeps the sums and no kinds."""
    before = JobKind.objects.all()
    kept = list(before)
    with rollups.counted() as counted:
        counted.before([address(name)])
        Job.objects.filter(pk=address(name)).update(**facts)
    before.delete()
    JobKind.objects.bulk_create(kept)


def test_jobs_are_of_a_kind_by_state_and_outcome() -> None:
    make_job(1, price=7)
    make_job(2, state=1, started_at=NOON, outcome="failed", price=9)
    make_job(3, outcome="success", **OVER)
    make_job(4, **{**OVER, "state": 3}, listed_at=NOON + timedelta(days=1))
    make_job(5, delisted_at=NOON, trigger="ci")

    counts = {"queued_unknown": 1, "running_failed": 1, "completed_success": 1, "stopped_unknown": 1}
    assert by_trigger() == {"cli": counts, "ci": {"withdrawn_unknown": 1}}
    common = {"market": make_market().pk, "deployer": address("deployer"), "payer": address("deployer")}
    (found,) = (row for row in kinds().values() if row[0].get("trigger") == "cli")
    assert found == (counts | common | {"trigger": "cli"}, (NOON, NOON + timedelta(days=1)), (7, 101))
    assert kinds()[WHOLE][0] == {**counts, "withdrawn_unknown": 1}


def test_job_that_changes_its_kind_leaves_the_other_one() -> None:
    make_job(1, outcome="success", **OVER)
    with rollups.counted() as counted:
        counted.before([address(1)])
        Job.objects.update(trigger="ci", image_ids=[7], listed_at=NOON - timedelta(days=1))

    assert by_trigger() == {"cli": {}, "ci": {"completed_success": 1}}
    assert JobKind.objects.get(trigger="ci").first_at == NOON - timedelta(days=1)


@pytest.mark.parametrize(
    ("fact", "names", "bounds"),
    [
        ({"listed_at": NOON - timedelta(days=9)}, ("first_at", "last_at"), (NOON - timedelta(days=9), NOON)),
        ({"listed_at": NOON + timedelta(days=9)}, ("first_at", "last_at"), (NOON, NOON + timedelta(days=9))),
        ({"price": 100}, ("least_price", "greatest_price"), (100, 101)),
        ({"price": 102}, ("least_price", "greatest_price"), (101, 102)),
    ],
)
def test_bounds_of_a_kind_follow_a_job_of_which_more_is_known(
    fact: dict[str, Any], names: tuple[str, ...], bounds: tuple[Any, ...]
) -> None:
    make_job(1, listed_at=None)
    with rollups.counted() as counted:
        counted.before([address(1)])
        Job.objects.update(**fact)

    assert set(JobKind.objects.values_list(*names)) == {bounds}


def test_hostile_texts_and_long_lists_are_kinds_of_their_own() -> None:
    facts: list[dict[str, Any]] = [
        {"trigger": 'a,"b'},
        {"trigger": "a", "op_types": ["b"]},
        {"trigger": "a", "op_types": ["b,c"]},
        {"trigger": "a", "op_types": ["b", "c"]},
        {"trigger": "", "op_types": ["NULL", "", '{"'] + [f"{'x' * 30}{n}" for n in range(5000)]},
        {"trigger": "null\\", "image_ids": list(range(5000))},
        {"trigger": "two", "deployer": "a,b", "payer": "c"},
        {"trigger": "two", "deployer": "a", "payer": "b,c"},
    ]
    for number, given in enumerate(facts * 2):
        make_job(number, **given)

    rows = JobKind.objects.exclude(pk=WHOLE).values_list("trigger", "op_types", "image_ids", "queued_unknown")
    expected = [(row["trigger"], row.get("op_types", []), row.get("image_ids", []), 2) for row in facts]
    assert sorted(rows) == sorted(expected)


def test_kinds_agree_with_the_sums_until_somebody_writes_jobs_without_them() -> None:
    assert not agree()  # of nothing, nothing is known
    make_job(1)
    assert agree()

    write_as_before(1, state=1, started_at=NOON)

    assert not agree()


@pytest.mark.parametrize("figure", ["listed", "queued", "running", "succeeded", "failed", "unknown", "withdrawn"])
def test_kinds_disagree_where_any_figure_of_the_sums_does(figure: str) -> None:
    make_job(1)
    JobRollup.objects.filter(dimension="all", unit="ever").update(**{figure: 7})
    assert not agree()


def test_kinds_of_an_upgraded_database_are_made_by_a_worker() -> None:
    make_job(1, image_ids=[7])
    right = kinds()
    JobKind.objects.all().delete()
    assert not agree()

    tasks.mend_kinds()

    assert (kinds(), agree()) == (right, True)


@pytest.mark.parametrize(
    "facts", [{"state": 1, "started_at": NOON}, {"image_ids": [7]}, {"op_types": ["x"]}, {"trigger": "ci"}]
)
def test_kinds_are_mended_after_a_worker_of_an_older_release_changed_a_job(facts: dict[str, Any]) -> None:
    make_job(1)
    assert not mend()
    write_as_before(1, **facts)

    assert mend()

    found = kinds()
    call_command("rebuild_rollups")
    assert (kinds(), mend(), agree()) == (found, False, True)


def test_kinds_of_which_some_are_missing_are_mended_although_none_is_left_in_the_whole() -> None:
    make_job(1)
    JobKind.objects.filter(pk=WHOLE).delete()

    assert (mend(), agree()) == (True, True)


def test_sums_that_are_wrong_do_not_have_the_kinds_made_anew_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make_job(1)
    JobRollup.objects.filter(dimension="trigger").delete()

    assert [mend(), mend()] == [True, False]
    monkeypatch.setattr(agreement, "rebuild_kinds", lambda: pytest.fail("made anew"))
    assert not mend()


def test_rebuild_of_kinds_leaves_no_empty_ones_and_narrows_their_bounds() -> None:
    make_job(1, listed_at=NOON - timedelta(days=9))
    make_job(2)
    with rollups.counted() as counted:
        counted.before([address(1)])
        Job.objects.filter(pk=address(1)).update(trigger="ci")
    with rollups.counted() as counted:
        counted.before([address(2)])
        Job.objects.filter(pk=address(2)).update(trigger="web")

    call_command("rebuild_rollups")

    rows = JobKind.objects.exclude(pk=WHOLE).values_list("trigger", "first_at", "last_at")
    assert set(rows) == {("ci", NOON - timedelta(days=9), NOON - timedelta(days=9)), ("web", NOON, NOON)}


def test_changes_of_counts_touch_no_index() -> None:
    """The table has room for them on each page, and no index has a count or a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'jobs_jobkind'")
        assert cursor.fetchone() == (["fillfactor=70"],)
        cursor.execute("SELECT string_agg(indexdef, ' ') FROM pg_indexes WHERE tablename = 'jobs_jobkind'")
        (indexes,) = cursor.fetchone()
    assert not [name for name in (*COUNTS, "first_at", "last_at", "least_price", "greatest_price") if name in indexes]
