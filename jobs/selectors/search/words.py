"""How many definitions have all words of a text: exactly where few do, else about, at a cost that does not grow.

An index finds the definitions of a word by reading all of them, and a short beginning of one by reading all words that
begin so: half of all definitions, perhaps, of which two or three have the other words too. So some definitions are
looked at first, spread over the table. Where enough of these have the words, that says how many there are; where hardly
any has, the index has little to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from jobs.contents import query_of
from jobs.selectors.listing import TooSlow, time_box

#: Definitions are counted by the index no further, and no longer than so many milliseconds.
CAP: Final = 100
MILLISECONDS: Final = 20
#: So many blocks of the table are looked at, some 2,000 definitions; of a smaller table all.
BLOCKS: Final = 400
#: So many of those tell how many there are: two times in three within a third, so that one digit is said.
ENOUGH: Final = 8

#: A share of the table's blocks, always the same ones.
_SOME: Final = """jobs_definition TABLESAMPLE SYSTEM (
    least(100, 100.0 * %s * 8192 / greatest(pg_relation_size('jobs_definition'), 1))
) REPEATABLE (1)"""
#: CASE asks one of the subqueries below THEN and ELSE, or none. Where the last word is commoner than all others
#: together, the index looks for those alone.
_COUNT: Final = f"""
SELECT seen, part, CASE
    WHEN part = 1 OR seen >= %(enough)s THEN NULL
    WHEN %(others)s <> '' AND (
        SELECT count(*) FILTER (WHERE words @@ %(others)s::tsquery) < count(*) FILTER (WHERE words @@ %(last)s::tsquery)
        FROM {_SOME % "%(few)s"}
    ) THEN (SELECT count(*) FROM (
        SELECT FROM (SELECT words FROM jobs_definition WHERE words @@ %(others)s::tsquery OFFSET 0) AS found
        WHERE words @@ %(last)s::tsquery LIMIT %(most)s) AS counted)
    ELSE (SELECT count(*) FROM (
        SELECT FROM jobs_definition WHERE words @@ %(all)s::tsquery LIMIT %(most)s) AS counted)
END
FROM (
    SELECT count(*) FILTER (WHERE words @@ %(all)s::tsquery) AS seen,
           least(1, %(blocks)s * 8192.0 / greatest(pg_relation_size('jobs_definition'), 1)) AS part
    FROM {_SOME % "%(blocks)s"}
) AS looked
"""  # noqa: S608 - made of constants alone


@dataclass(frozen=True, slots=True)
class Definitions:
    """How many definitions there are; `is_about`: by those that were looked at, `is_capped`: at least so many."""

    number: int
    is_about: bool = False
    is_capped: bool = False

    def __str__(self) -> str:
        about, more = "about " if self.is_about else "", "+" if self.is_capped else ""
        return f"{about}{self.number:,}{more} definition{'' if self.number == 1 else 's'}"


def definitions_with(text: str) -> Definitions | None:
    """Return how many definitions have all words of a text, the last of which may go on; one query.

    None where they are many, and finding out would take too long.
    """
    query = query_of(text)
    others, _, last = query.rpartition(" & ")
    if not query:
        return Definitions(0)
    try:
        with time_box(MILLISECONDS), connection.cursor() as cursor:
            numbers = {"blocks": BLOCKS, "few": BLOCKS // 10, "enough": ENOUGH, "most": CAP + 1}
            cursor.execute(_COUNT, {"all": query, "others": others, "last": last, **numbers})
            seen, part, counted = cursor.fetchone()
    except TooSlow:
        return None
    if counted is not None:
        return Definitions(min(counted, CAP), is_capped=counted > CAP)
    return Definitions(seen) if part == 1 else Definitions(_rounded(seen / float(part)), is_about=True)


def _rounded(number: float) -> int:
    """Return a number to one digit."""
    return int(float(f"{number:.0e}"))
