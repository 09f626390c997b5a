"""Indexes that are made while everything runs, by migrations that may be cut short at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from django.apps import apps
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import IntegrityError, connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from explorer.database.concurrently import AddIndexOnce
from tests.jobs.factories import make_job

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "job_scratch"
OURS = {"explorer", "markets", "jobs"}


@pytest.fixture(autouse=True)
def scratch() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {NAME}")


def index() -> tuple[int, bool] | None:
    """Return the number of the index, and whether it is whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid, indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [NAME])
        found: tuple[int, bool] | None = cursor.fetchone()
    return found


def add() -> None:
    operation = AddIndexOnce("job", models.Index(fields=["timeout"], name=NAME))
    state = ProjectState.from_apps(apps)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("jobs", editor, state, state)


def test_index_is_made_once() -> None:
    assert index() is None
    add()
    made = index()
    assert made
    assert made[1]
    add()
    assert index() == made


def test_index_that_was_cut_short_is_made_anew() -> None:
    make_job(1)
    make_job(2)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:  # what is left of one that failed half way
        cursor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON jobs_job (timeout)")
    left = index()
    assert left
    assert not left[1]

    add()

    made = index()
    assert made
    assert made[1]
    assert made[0] != left[0]


def _steps(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _steps(operation.database_operations)
        else:
            yield operation


def test_what_a_migration_does_in_no_transaction_can_be_done_again() -> None:
    loader = MigrationLoader(None)
    loose = {name: one for name, one in loader.disk_migrations.items() if name[0] in OURS and not one.atomic}
    steps = [(name, step) for name, one in loose.items() for step in _steps(one.operations)]

    assert len(loose) > 10
    assert [
        (name, step)
        for name, step in steps
        if not isinstance(step, AddIndexOnce | RemoveIndexConcurrently)
        and not (isinstance(step, RunSQL) and " EXISTS " in str(step.sql))
    ] == []
