"""Settings that go along with single statements hold for these alone, in a transaction and outside of one."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from django.db import OperationalError, connection, transaction

from explorer.database.along import along
from jobs.models import Job
from tests.jobs.factories import make_job


def setting(name: str) -> str:
    """Return what a setting is now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        (value,) = cursor.fetchone()
    return str(value)


def settings() -> tuple[str, str]:
    """Return two of them."""
    return setting("enable_sort"), setting("statement_timeout")


@pytest.mark.django_db(transaction=True)
def test_settings_hold_inside_and_are_gone_outside() -> None:
    before = settings()
    with along(enable_sort="off", statement_timeout="1234") as sent:
        assert settings() == ("off", "1234ms")
        sent.settings["statement_timeout"] = "2000"
        assert settings() == ("off", "2s")
    assert settings() == before == ("on", "0")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_in_transaction", [False, True])
def test_inner_settings_go_before_those_around_them(is_in_transaction: bool) -> None:
    """A look of ten milliseconds inside of a page's time took as long as the page may."""
    with transaction.atomic() if is_in_transaction else nullcontext():
        with along(enable_sort="off", statement_timeout="2000"):
            with along(statement_timeout="1234"):
                assert settings() == ("off", "1234ms")
            assert settings() == ("off", "2s")
        assert settings() == ("on", "0")


@pytest.mark.django_db(transaction=True)
def test_statement_is_broken_off_alone_and_the_next_one_works() -> None:
    with pytest.raises(OperationalError), along(statement_timeout="30"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(10)")
    assert settings() == ("on", "0")
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_what_a_statement_answers_is_what_is_read() -> None:
    known = make_job("one")
    with along(enable_sort="off"):
        assert [job.pk for job in Job.objects.all()] == [known.pk]
        assert Job.objects.filter(pk="nobody").first() is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT %(a)s || '%%'", {"a": "x; y"})
            assert cursor.fetchall() == [("x; y%",)]


@pytest.mark.django_db(transaction=True)
def test_transaction_around_it_goes_on_without_the_settings() -> None:
    with transaction.atomic():
        with along(enable_sort="off", statement_timeout="1234"):
            assert settings() == ("off", "1234ms")
        assert settings() == ("on", "0")
        with pytest.raises(OperationalError), along(statement_timeout="30"), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(10)")
        assert settings() == ("on", "0")
        make_job("one")
    assert Job.objects.count() == 1
