from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from explorer.claims import claim
from explorer.locks import advisory_lock
from markets.models import Node

HOUR = timedelta(hours=1)


def in_another_session(work):
    """Run `work` on a connection of its own and return what it gives."""

    def call():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def held_elsewhere(name: str) -> bool:
    def take() -> bool:
        with advisory_lock(name) as held:
            return not held

    return bool(in_another_session(take))


@pytest.mark.django_db(transaction=True)
def test_advisory_lock_keeps_others_out_until_it_is_left():
    with advisory_lock("sync") as held:
        assert held is True
        assert held_elsewhere("sync") is True
        assert held_elsewhere("another") is False
    assert held_elsewhere("sync") is False


@pytest.mark.django_db(transaction=True)
def test_advisory_lock_is_freed_when_its_holder_fails():
    with pytest.raises(ZeroDivisionError), advisory_lock("sync"):
        raise ZeroDivisionError
    assert held_elsewhere("sync") is False


@pytest.mark.django_db(transaction=True)
def test_advisory_lock_is_freed_when_its_connection_breaks():
    def hold_and_break() -> None:
        with advisory_lock("sync") as held, connection.cursor() as cursor:
            assert held is True
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):  # nor can it be given back
        in_another_session(hold_and_break)
    assert held_elsewhere("sync") is False


@pytest.mark.django_db(transaction=True)
def test_claim_gives_each_row_to_one_worker_and_puts_it_off():
    now = timezone.now()
    for i in range(6):
        Node.objects.create(address=f"n{i}", specs_due_at=now - timedelta(minutes=9 - i))
    Node.objects.create(address="later", specs_due_at=now + HOUR)

    with transaction.atomic():
        mine = claim(Node.objects.all(), "specs_due_at", limit=2, hold=HOUR)
        theirs = in_another_session(lambda: claim(Node.objects.all(), "specs_due_at", limit=9, hold=HOUR))

    assert (mine, theirs) == (["n0", "n1"], ["n2", "n3", "n4", "n5"])
    assert claim(Node.objects.all(), "specs_due_at", limit=9, hold=HOUR) == []
    assert Node.objects.filter(specs_due_at__gt=now + HOUR - timedelta(minutes=1)).count() == 7
