"""Values to ask the list of jobs for: common and rare ones of every filter, and pairs that never meet in one job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Max
from django.http import QueryDict

from explorer.paging import keyset_page
from jobs.models import Job

#: Job filters by the names of the form's fields; a value may be several parameters, such as both ends of a range.
Params = dict[str, str]

_RANKED: Final = """
    WITH counted AS (SELECT {column} AS value, count(*) AS jobs FROM {table} WHERE {condition} GROUP BY 1),
    ranked AS (SELECT value, jobs, row_number() OVER (ORDER BY jobs DESC, value) AS rank, count(*) OVER () AS last
               FROM counted)
    SELECT value FROM ranked WHERE rank IN (1, (last + 1) / 2, last) ORDER BY rank
"""


@dataclass(frozen=True, slots=True)
class Picked:
    """A common, a middling and a rare value of something; the same one where there are fewer."""

    common: str
    middling: str
    rare: str


def ranked(column: str, table: str = "jobs_job", condition: str = "true") -> Picked:
    """Return values of a column by how many jobs have them; reads the whole table."""
    rows = [str(value) for (value,) in _rows(_RANKED.format(column=column, table=table, condition=condition))]
    return Picked(rows[0], rows[len(rows) // 2], rows[-1])


def images() -> Picked:
    """Return references of images by how many jobs used them."""
    found = ranked("unnest(image_ids)")
    return Picked(*(_image(number) for number in (found.common, found.middling, found.rare)))


def old_image() -> str:
    """Return the image that most jobs used of those that none used in the last year."""
    (row,) = _rows(
        "SELECT unnest(image_ids) AS image FROM jobs_job GROUP BY 1"
        " HAVING max(order_at) < (SELECT max(order_at) FROM jobs_job) - interval '1 year'"
        " ORDER BY count(*) DESC LIMIT 1"
    )
    return _image(row[0])


def _image(number: object) -> str:
    return str(_rows("SELECT reference FROM markets_image WHERE id = %s", [number])[0][0])


def resources() -> Picked:
    """Return keys of resources by how many jobs mounted them."""
    found = ranked("unnest(resource_ids)")
    return Picked(*(_resource(number) for number in (found.common, found.middling, found.rare)))


def _resource(number: object) -> str:
    return str(_rows("SELECT key FROM markets_resource WHERE id = %s", [number])[0][0])


def commonest_definition() -> str:
    """Return the CID of the definition that most jobs ran."""
    return str(
        _rows("SELECT ipfs_job FROM jobs_job WHERE ipfs_job <> '' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")[0][0]
    )


def newest() -> datetime:
    """Return when the newest job was listed."""
    at: datetime = Job.objects.aggregate(at=Max("order_at"))["at"]
    return at


def strangers(left: str, right: str, value: str) -> str:
    """Return the commonest value of column `right` among jobs of which none has `value` in column `left`."""
    sql = f"SELECT {right} FROM jobs_job WHERE {right} <> '' GROUP BY 1 HAVING bool_and({left} <> %s)"  # noqa: S608
    return str(_rows(f"{sql} ORDER BY count(*) DESC LIMIT 1", [value])[0][0])


def cursor(order: tuple[str, ...], offset: int) -> str:
    """Return the `after` of the page that begins so many rows down the list; reads all rows above it."""
    rows = Job.objects.order_by(*order)
    pair = [row.pk for row in rows.only("pk")[offset : offset + 2]]
    older = keyset_page(Job.objects.filter(pk__in=pair), order, QueryDict(), size=1).older
    assert older is not None
    return QueryDict(older[1:])["after"]


def day(at: datetime, days: int) -> str:
    """Return the date so many days before."""
    return (at - timedelta(days=days)).date().isoformat()


def _rows(sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
