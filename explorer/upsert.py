"""Set-based writes: staged by COPY, merged by one INSERT … ON CONFLICT, the same result when run twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from psycopg import sql

from explorer.copying import Field, block, columns, copy, fields_of

STAGING = sql.Identifier("pg_temp", "staging")


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows an upsert added and how many it changed; rows that were already right count as neither."""

    inserted: int = 0
    updated: int = 0
    #: The keys of those that upsert() changed.
    keys: frozenset[Any] = field(default=frozenset(), compare=False)

    def __add__(self, other: Written) -> Written:
        return Written(self.inserted + other.inserted, self.updated + other.updated, self.keys | other.keys)

    @property
    def changed(self) -> int:
        """Rows added or changed."""
        return self.inserted + self.updated


def upsert(
    model: type[models.Model],
    rows: Iterable[Mapping[str, Any]],
    *,
    key: str,
    merge: Mapping[str, str] | None = None,
    add_only: bool = False,
) -> Written:
    """Insert `rows` (the same field names in each), or merge them into the rows that have the same `key`.

    A new row takes the model's defaults for the fields not given; an existing one keeps what it has there. `merge`
    gives, for a field, the SQL of its new value from `old` and `new`, the row in the table and the row written; any
    other field takes the new value. With `add_only` existing rows stay as they are. Of several rows with one key the
    last counts. Four statements, whatever the number of rows.
    """
    unique = {row[key]: row for row in rows}
    if not unique:
        return Written()
    given, others = fields_of(model, next(iter(unique.values())))
    statement = _statement(model, given, others, key, None if add_only else merge or {})
    with transaction.atomic(), connection.cursor() as cursor:
        _stage(model, given, list(unique.values()))
        cursor.execute(statement, [field.get_db_prep_save(field.get_default(), connection) for field in others])
        written = [changed for (changed,) in cursor.fetchall()]
    keys = frozenset(changed for changed in written if changed is not None)
    return Written(len(written) - len(keys), len(keys), keys)


def add_new(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows (the same field names in each) that are known not to be there: one COPY, the fastest way.

    Fields that are not given take the model's defaults. Raises IntegrityError where a row was there after all.
    """
    if rows:
        add_block(model, *new_block(model, rows))


def new_block(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> tuple[list[Field], bytes]:
    """Return what add_block() takes: to be made before anybody has to wait for it. No query."""
    given, others = fields_of(model, rows[0] if rows else ())
    fields = [*given, *others]
    return fields, block(fields, rows, same={field.name: field.get_default() for field in others})


def add_block(model: type[models.Model], fields: Sequence[Field], found: bytes) -> None:
    """Insert rows that new_block() made, as add_new() does."""
    if found:
        copy(sql.Identifier(model._meta.db_table), fields, found)


def _stage(model: type[models.Model], fields: list[Field], rows: Sequence[Mapping[str, Any]]) -> None:
    """Copy the rows into a temporary table shaped like the model's columns."""
    table = sql.Identifier(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staging")
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE staging ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                columns(fields), table
            )
        )
    copy(STAGING, fields, block(fields, rows))


def _statement(
    model: type[models.Model], given: list[Field], others: list[Field], key: str, merge: Mapping[str, str] | None
) -> sql.Composed:
    """Return the INSERT … ON CONFLICT; ordered by key, so that two writers lock rows in one order."""
    target = next(_column(field) for field in given if field.name == key)
    return sql.SQL(
        "INSERT INTO {table} AS old ({columns}) SELECT {values} FROM {staging} ORDER BY {key} "
        "ON CONFLICT ({key}) DO {action} RETURNING CASE WHEN xmax <> 0 THEN {key} END"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=columns([*given, *others]),
        values=sql.SQL(", ").join([*map(_column, given), *[sql.Placeholder()] * len(others)]),
        staging=STAGING,
        key=target,
        action=sql.SQL("NOTHING") if merge is None else _update([f for f in given if f.name != key], merge),
    )


def _update(fields: list[Field], merge: Mapping[str, str]) -> sql.Composable:
    """Return the UPDATE part, which leaves a row alone that is already right."""
    if not fields:
        return sql.SQL("NOTHING")
    changes = [(_column(field), _merged(field, merge)) for field in fields]
    return sql.SQL("UPDATE SET {} WHERE {}").format(
        sql.SQL(", ").join(sql.SQL("{} = {}").format(column, value) for column, value in changes),
        sql.SQL(" OR ").join(sql.SQL("old.{} IS DISTINCT FROM {}").format(column, value) for column, value in changes),
    )


def _merged(field: Field, merge: Mapping[str, str]) -> sql.Composable:
    """Return the SQL of the field's new value; PostgreSQL's name for the written row is `excluded`."""
    expression = merge.get(field.name, f"new.{field.column}")
    return sql.SQL(expression.replace("new.", "excluded."))  # merge maps are ours, never from outside


def _column(field: Field) -> sql.Identifier:
    return sql.Identifier(str(field.column))
