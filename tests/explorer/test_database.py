"""The explorer's database backend reads times as Django does, and notices a connection that was closed."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from explorer.database.base import MomentLoader


def read(text: str) -> datetime:
    """Return a time as a connection reads it from PostgreSQL's text."""
    return MomentLoader(1184, connection.connection).load(text.encode())


@pytest.mark.django_db
def test_connections_read_times_in_utc() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT '2026-03-01 12:00:00.25+02'::timestamptz, NULL::timestamptz, now()")
        given_time, nothing, now = cursor.fetchone()

    assert (given_time, nothing) == (datetime(2026, 3, 1, 10, 0, 0, 250_000, tzinfo=UTC), None)
    assert given_time.tzinfo is UTC
    assert abs((datetime.now(UTC) - now).total_seconds()) < 3600


@pytest.mark.django_db
@given(st.datetimes(timezones=st.just(UTC)))
def test_any_time_comes_back_as_it_was(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        assert cursor.fetchone() == (moment,)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00+00 BC", "10000-01-01 00:00:00+00"])
def test_time_that_python_has_not_is_refused_as_by_django(text: str) -> None:
    connection.ensure_connection()
    with pytest.raises(psycopg.DataError):
        read(text)


@pytest.mark.django_db
def test_time_of_another_zone_is_left_to_django() -> None:
    connection.ensure_connection()
    assert read("2026-03-01 12:00:00+00").tzinfo is UTC
    assert read("2026-03-01 12:00:00+02").hour in {10, 12}


@pytest.mark.django_db(transaction=True)
def test_connection_that_the_server_closed_is_noticed() -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    pid = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    assert not connection.is_usable()
    connection.close()
    assert connection.is_usable() is False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
