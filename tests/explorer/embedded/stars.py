"""A small database on an embedded PostgreSQL, for tests of what becomes of it."""

from __future__ import annotations

from pathlib import Path

import psycopg

from explorer.embedded import addresses, postgres


def start_postgres(var: Path) -> postgres.Started:
    """Start PostgreSQL on `var` with the database `sky`."""
    return postgres.start(var, name="sky", settings={"fsync": "off"})  # killing the server loses nothing by that


def connect(var: Path) -> psycopg.Connection:
    """Connect as the explorer does."""
    host = str(addresses.postgres_folder(var))
    return psycopg.connect(host=host, port=addresses.PORT, user=addresses.ROLE, dbname="sky")


def write_row(var: Path) -> int:
    """Add a row and return how many there are."""
    with connect(var) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS star (name text)")
        connection.execute("INSERT INTO star VALUES ('Vega')")
        row = connection.execute("SELECT count(*) FROM star").fetchone()
    return int(row[0]) if row else 0
