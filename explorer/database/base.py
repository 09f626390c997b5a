"""Django's PostgreSQL backend, where a page's fifty rows of times do not cost more than finding them.

Django reads every time through a regular expression, and asks the server `SELECT 1` before the first query of every
request. Both are right and slow: together a tenth of what a list costs.
"""

from __future__ import annotations

import select
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.abc import Buffer


class MomentLoader(BaseTzLoader):  # type: ignore[misc]  # the stubs do not know it
    """Reads a time with its zone, as PostgreSQL writes it to a session whose zone is UTC."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        """Return the time, in UTC; what is no common one (BC, infinity, another zone) is Django's to judge."""
        text = bytes(data)
        if text.endswith(b"+00"):
            try:
                return datetime.fromisoformat(text.decode())
            except ValueError:  # "10000-01-01 00:00:00+00": no year that Python has
                pass
        found: datetime = super().load(data)
        return found


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and read times quickly where the session's zone is UTC, which it is without another setting."""
        connection = super().get_new_connection(conn_params)
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", MomentLoader)
        return connection

    def is_usable(self) -> bool:
        """Say whether the connection still leads to a server: one that was closed, and only such a one, has news.

        No query where there is none: a server that goes away says so. Where something came, Django asks it.
        """
        if self.connection is None or self.connection.closed:
            return False
        came = select.poll()
        came.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not came.poll(0) or bool(super().is_usable())
