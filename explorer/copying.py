"""Rows as PostgreSQL's COPY reads them: made where there is time, written where others wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any, Final, TypeAlias

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from psycopg import sql
from psycopg.adapt import PyFormat, Transformer

Field: TypeAlias = "models.Field[Any, Any]"  # a field cannot be subscripted at run time


class JsonText(str):
    """What is JSON already, for a JSONField: it is written as it is."""

    __slots__ = ()


#: Fields whose values are texts or numbers, written as they are.
_PLAIN: Final = (
    models.BooleanField,
    models.CharField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
    SearchVectorField,
)
_NULL: Final = r"\N"
#: What a text must not hold as it is: the end of a value, the end of a row, and what begins an escape.
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
#: How many bytes are sent at a time.
_SENT: Final = 1 << 20


def block(fields: Sequence[Field], rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any] | None = None) -> bytes:
    """Return rows in the form that COPY reads, to be sent later; `same` are the values that all rows have.

    No query. Made a column at a time, since most columns need no look at each value: 7 µs for a row of twenty-five.
    """
    if not rows:
        return b""
    same = same or {}
    found = [
        repeat(next(iter(_way(field)([same[field.name]]))), len(rows))
        if field.name in same
        else _way(field)([row[field.name] for row in rows])
        for field in fields
    ]
    return "".join(["\t".join(line) + "\n" for line in zip(*found, strict=True)]).encode()


def copy(table: sql.Composable, fields: Sequence[Field], found: bytes) -> None:
    """Write a block() of rows into a table; one statement. Raises Django's errors of databases."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns(fields))
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as sending:
        for start in range(0, len(found), _SENT):
            sending.write(found[start : start + _SENT])


def columns(fields: Iterable[Field]) -> sql.Composed:
    """Return the fields' columns as a list in SQL."""
    return sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)


def fields_of(model: type[models.Model], names: Iterable[str]) -> tuple[list[Field], list[Field]]:
    """Return the fields with these names, and the other ones that can be written; ValueError for an unknown name."""
    wanted = set(names)
    writable = [f for f in model._meta.concrete_fields if not f.generated and not isinstance(f, models.AutoField)]
    if unknown := wanted - {field.name for field in writable}:
        raise ValueError(f"not fields of {model.__name__}: {unknown}")
    return [field for field in writable if field.name in wanted], [f for f in writable if f.name not in wanted]


def _way(field: Field) -> Callable[[list[Any]], Iterable[str]]:
    """Return what writes the values of a column."""
    if isinstance(field, ArrayField):
        return _arrays
    if isinstance(field, models.JSONField):
        return lambda values: map(_json, values)
    if isinstance(field, models.DateTimeField):
        return lambda values: [_NULL if one is None else one.isoformat() for one in values]
    if isinstance(field, models.CharField) and field.max_length and not field.primary_key:
        return partial(_within, field.max_length)
    if isinstance(field, _PLAIN):
        return _plain
    return lambda values: [_other(field.get_db_prep_save(one, connection)) for one in values]


def _within(longest: int, values: list[Any]) -> Iterable[str]:
    """Return texts, cut to what their column takes: one stranger's long word would cost all rows beside it."""
    is_long = any(one is not None and len(one) > longest for one in values)
    return _plain([one and one[:longest] for one in values] if is_long else values)


def _plain(values: list[Any]) -> Iterable[str]:
    """Return texts, numbers or truths as COPY reads them. Most columns are texts without anything to escape."""
    try:
        together = "".join(values)
    except TypeError:  # not texts, or not all of them
        return [
            _NULL if one is None else one.translate(_ESCAPES) if isinstance(one, str) else str(one) for one in values
        ]
    if any(character in together for character in "\\\t\n\r"):
        return [one.translate(_ESCAPES) for one in values]
    return values


def _json(value: object) -> str:
    if value is None:
        return _NULL
    # JSON has none of the other characters but as escapes of its own.
    return (value if isinstance(value, JsonText) else _ENCODER.encode(value)).replace("\\", r"\\")


def _arrays(values: list[Any]) -> Iterable[str]:
    """Return arrays; those of jobs with one definition are the same list, which is written once."""
    different = {id(one): one for one in values}
    written = {number: _array(one) for number, one in different.items()}
    return [written[id(one)] for one in values]


def _array(values: Sequence[int | str] | None) -> str:
    if values is None:
        return _NULL
    return array_text(values).translate(_ESCAPES)


def array_text(values: Iterable[int | str]) -> str:
    """Return an array as PostgreSQL reads it: as a parameter, thousands of texts so take a tenth of psycopg's time."""
    return "{" + ",".join([str(one) if isinstance(one, int) else _quoted(one) for one in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _other(value: object) -> str:
    """Return any other value as psycopg writes it; slower."""
    found = None if value is None else Transformer(connection.connection).get_dumper(value, PyFormat.TEXT).dump(value)
    return _NULL if found is None else bytes(found).decode().translate(_ESCAPES)
