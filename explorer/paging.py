"""Pages of a list by the keys of its rows, not by offset: as quick at any depth, steady while rows are inserted.

A cursor is the sort keys of the row next to the page, as URL-safe text. It is made here and read here, and is no
secret: whoever writes one by hand only chooses where a page starts.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, QuerySet, Value
from django.db.models.expressions import CombinedExpression
from django.http import QueryDict

Row = TypeVar("Row")

PAGE_SIZE = 50
#: Longer than any cursor made here, short enough to refuse nonsense before it is read.
CURSOR_LENGTH = 2000
#: Makes rows of a query of primary keys.
RowsOf = Callable[[QuerySet[Any, Any]], QuerySet[Any, Row]]
#: The last value of a sort key that has few, by the key with its direction: "-phase" ends with the smallest phase.
Ends = Mapping[str, int]


class BadCursor(ValueError):
    """The `after` or `before` of the query string was not made here; the message is one sentence for people."""

    def __init__(self) -> None:
        super().__init__("This page's address is damaged: its position in the list cannot be read.")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of a page, and the whole query strings ("?…") of its neighbours; None at the ends of the list."""

    rows: list[Row]
    newer: str | None
    older: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are, up to a cap."""

    number: int
    is_capped: bool

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.is_capped else ''}"


def keyset_page(
    queryset: QuerySet[Any, Row],
    order: Sequence[str],
    params: QueryDict,
    *,
    size: int = PAGE_SIZE,
    rows_of: RowsOf[Row] | None = None,
    ends: Ends = MappingProxyType({}),
) -> Page[Row]:
    """Return the page that `after` or `before` in `params` asks for, else the first; one query of `size` + 1 rows.

    `order` names non-null columns or annotations as order_by() does; the last one is unique. Rows are objects, or
    named tuples that have these columns. With `rows_of`, `queryset` is of primary keys alone, and only the rows of a
    page's are read: where an index has all that is asked for, the others need not be. Behind one of the `ends` nothing
    is looked for. Raises BadCursor.
    """
    after, before = params.get("after", ""), params.get("before", "")
    backwards = bool(before and not after)
    cursor = read_cursor(queryset, order, after or before) if after or before else None
    keys = [_flipped(key) for key in order] if backwards else list(order)
    parts = [queryset] if cursor is None else segments(queryset, keys, cursor, ends)
    found = _nearest(parts, keys, count=size + 1, is_whole=rows_of is None)
    rows = list(rows_of(found).order_by(*keys)[: size + 1] if rows_of else found)
    has_more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:  # only reached when what was there is gone: the one way on is the top of the list
        top = query_string(params) if cursor else None
        return Page([], None if backwards else top, top if backwards else None)
    newer = query_string(params, before=_encoded(rows[0], order))
    older = query_string(params, after=_encoded(rows[-1], order))
    has_newer, has_older = (has_more, True) if backwards else (cursor is not None, has_more)
    return Page(rows, newer if has_newer else None, older if has_older else None)


def capped_count(queryset: QuerySet[Any, Any], cap: int = 10_000) -> Count:
    """Return the number of rows, counting no further than `cap`; one query whose cost the cap bounds."""
    number = queryset.order_by()[: cap + 1].count()
    return Count(min(number, cap), number > cap)


def query_string(params: QueryDict, **changes: str) -> str:
    """Return "?…" with the parameters of `params` in one order, without empty ones and without a page's position."""
    kept = QueryDict(mutable=True)
    for key in sorted(params):
        if key not in {"after", "before"} and (values := [value for value in params.getlist(key) if value]):
            kept.setlist(key, values)
    for key, value in changes.items():
        kept[key] = value
    return f"?{kept.urlencode()}"


class _Row(Func):
    """`ROW(a, b)`; two of them compare as one, which one index answers. A chain of ORs would read from the top."""

    function = "ROW"
    output_field = BooleanField()  # never read alone


def _beyond(names: Sequence[str], values: Sequence[Value], operator: str) -> CombinedExpression:
    """Return `ROW(names) > ROW(values)`, or with "<"."""
    return CombinedExpression(_Row(*map(F, names)), operator, _Row(*values), output_field=BooleanField())


def _nearest(
    parts: Iterable[QuerySet[Any, Row]], keys: Sequence[str], *, count: int, is_whole: bool
) -> QuerySet[Any, Row]:
    """Return up to `count` rows of these parts, nearest first; if they are not whole, of each part, as it comes.

    What is not whole has no column to be sorted by.
    """
    first, *others = [part.order_by(*keys)[:count] for part in parts]
    if not others:
        return first
    found = first.union(*others, all=True)
    return found.order_by(*keys)[:count] if is_whole else found


def segments(
    queryset: QuerySet[Any, Row], keys: Sequence[str], cursor: list[Value], ends: Ends = MappingProxyType({})
) -> Iterator[QuerySet[Any, Row]]:
    """Yield the parts of what lies beyond the cursor, not yet in order, one for each run of keys in one direction.

    Each part is one range of the index and is cut to a page's length, so that depth costs nothing. A part behind one of
    the `ends` is left out: it would cost a fifth of a page's time to find nothing there.
    """
    start = 0
    for end in range(1, len(keys) + 1):
        if end < len(keys) and keys[end].startswith("-") == keys[start].startswith("-"):
            continue
        names = [key.lstrip("-") for key in keys[start:end]]
        operator = "<" if keys[start].startswith("-") else ">"
        if end - start > 1 or cursor[start].value != ends.get(keys[start]):
            yield _first_of_all(queryset.filter(_beyond(names, cursor[start:end], operator)))
        queryset = queryset.filter(**dict(zip(names, cursor[start:end], strict=True)))
        start = end


def _first_of_all(queryset: QuerySet[Any, Row]) -> QuerySet[Any, Row]:
    """Return the query with the condition in front that was added last.

    PostgreSQL begins to read an index at the first end of a range that is named. Where the list itself has an end, of
    what was listed before some day, it would go through all between that and the page.
    """
    conditions = queryset.query.where.children
    conditions.insert(0, conditions.pop())
    return queryset


def _flipped(key: str) -> str:
    return key.removeprefix("-") if key.startswith("-") else f"-{key}"


def _field(queryset: QuerySet[Any, Any], key: str) -> Field[Any, Any]:
    """Return the column or annotation that a sort key names, as the field that reads and writes its values."""
    name = key.lstrip("-")
    field: Any = queryset.query.annotations.get(name)
    if field is None:
        field = queryset.model._meta.get_field(name)
        field = field.target_field if field.is_relation else field
    found: Field[Any, Any] = getattr(field, "output_field", field)  # a generated column is of another's type
    return found


def _encoded(row: Any, order: Sequence[str]) -> str:
    value = row.serializable_value if isinstance(row, Model) else partial(getattr, row)
    return write_cursor([value(key.lstrip("-")) for key in order])


def write_cursor(values: Sequence[Any]) -> str:
    """Return the cursor of the row whose sort keys, in their order, have these values."""
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(texts, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(queryset: QuerySet[Any, Any], order: Sequence[str], cursor: str) -> list[Value]:
    """Return the cursor's values, each of its column's type; raise BadCursor for anything not made here."""
    if len(cursor) > CURSOR_LENGTH:
        raise BadCursor
    try:
        texts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        return [_value(_field(queryset, key), text) for key, text in zip(order, texts, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError) as error:
        raise BadCursor from error


def _value(field: Field[Any, Any], text: Any) -> Value:
    if not isinstance(text, str) or "\0" in text:
        raise BadCursor
    value = field.to_python(text.encode().decode())  # refuses lone surrogates, which cannot be sent
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise BadCursor
        value = value.astimezone(UTC)  # fails for a time that no database holds
    field.run_validators(value)  # a number beyond its column's range, say
    return Value(value, output_field=field)
