from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from explorer import sources
from explorer.models import Source, SyncRecord
from explorer.nosana.errors import Malformed, Unreachable
from explorer.nosana.payloads import Skipped

pytestmark = pytest.mark.django_db


def run(source: Source, error: Exception | None = None, **counts) -> None:
    with sources.recorded(source) as this:
        this.add(**counts)
        if error:
            raise error


def test_recorded_keeps_the_counts_of_a_success():
    run(Source.JOBS, seen=50, changed=3, skipped=[Skipped("abc", "no state")])

    record = SyncRecord.objects.get()
    assert (record.source, record.rows_seen, record.rows_changed, record.rows_skipped, record.skipped_total) == (
        "jobs",
        50,
        3,
        1,
        1,
    )
    assert [(row["identifier"], row["reason"]) for row in record.skipped] == [("abc", "no state")]
    assert record.lag is not None
    assert (record.is_failing, record.error, record.lag < timedelta(seconds=5)) == (False, "", True)


def test_recorded_notes_a_failure_raises_it_and_keeps_the_last_success():
    run(Source.JOBS, seen=50)
    for _ in range(2):
        with pytest.raises(Unreachable):
            run(Source.JOBS, Unreachable("No answer."))

    record = SyncRecord.objects.get()
    assert (record.failures, record.error, record.error_kind, record.rows_seen) == (2, "No answer.", "unreachable", 50)
    assert record.succeeded_at is not None


def test_recorded_forgets_the_failure_after_a_success():
    with pytest.raises(Malformed):
        run(Source.JOBS, Malformed("Half a JSON."))
    run(Source.JOBS)

    assert SyncRecord.objects.values_list("failures", "error", "error_kind").get() == (0, "", "")


def test_recorded_lets_a_bug_through_without_calling_it_the_networks():
    with pytest.raises(ZeroDivisionError):
        run(Source.JOBS, ZeroDivisionError())
    assert not SyncRecord.objects.exists()


def test_recorded_counts_every_skipped_row_and_keeps_each_reason_once():
    for _ in range(3):
        run(Source.JOBS, skipped=[Skipped(f"job {i}", "bad") for i in range(sources.SKIPPED_KEPT)])
    run(Source.JOBS, skipped=[Skipped("newest", "bad")])

    record = SyncRecord.objects.get()
    assert (record.skipped_total, len(record.skipped)) == (3 * sources.SKIPPED_KEPT + 1, sources.SKIPPED_KEPT)
    assert record.skipped[0]["identifier"] == "newest"


def test_health_is_late_until_every_essential_source_has_answered():
    assert (sources.health().synced_at, sources.health().is_late, sources.health().is_fine) == (None, True, False)
    run(Source.MARKETS)
    assert sources.health().synced_at is None
    run(Source.JOBS)

    health = sources.health()
    assert (health.is_late, health.is_fine, health.is_unreachable) == (False, True, False)
    assert health.synced_at == SyncRecord.objects.get(source="markets").succeeded_at


def test_health_says_that_the_network_is_unreachable_and_since_when():
    for source in sources.ESSENTIAL:
        run(source)
    SyncRecord.objects.update(succeeded_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Unreachable):
        run(Source.JOBS, Unreachable("No answer."))

    health = sources.health()
    assert (health.is_unreachable, health.is_late, health.is_fine) == (True, True, False)
    assert [record.error for record in health.failing] == ["No answer."]


def test_health_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        sources.health()
