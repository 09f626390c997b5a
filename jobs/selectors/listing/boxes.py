"""Time boxes: what a page asks of the database is broken off when it takes longer than the page may."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Final

import psycopg
from django.db import OperationalError

from explorer.database.along import Along, along


class Manner(Enum):
    """How PostgreSQL is to find a page, as the settings of the planner that it does without, in one text."""

    #: As it thinks best. No empty tuple: of that, Python 3.11.2 makes a member without a value.
    FREE = ""
    #: Along an index in the wanted order, until enough jobs match: best where many match, wherever they are.
    WALK = "enable_bitmapscan enable_sort"
    #: Matching jobs by bitmaps of them, then sorted, from larger and larger parts of the list: best where few match.
    GATHER = "enable_indexscan enable_indexonlyscan"
    #: As GATHER, all of them at once: best where so few match that asking when they were listed takes longer.
    ALL = "enable_indexscan enable_indexonlyscan enable_seqscan"


#: Starting workers takes longer than what a page may cost, and they would take the time of other pages.
_ALONE: Final = {"max_parallel_workers_per_gather": "0"}


class TooSlow(Exception):
    """The jobs that a filter asks for could not be found in the time that a page may take."""


@contextmanager
def time_box(milliseconds: int, manner: Manner = Manner.FREE) -> Iterator[Along]:
    """Break off each statement inside after a time: raises TooSlow. Costs no query of its own outside a transaction."""
    try:
        with along(statement_timeout=str(milliseconds), **_ALONE, **dict.fromkeys(manner.value.split(), "off")) as box:
            yield box
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise TooSlow from error
        raise


def leave(box: Along, end: float) -> None:
    """Let the next statement of a time box take what is left until `end`; raise TooSlow where nothing is."""
    left = int((end - time.monotonic()) * 1000)
    if left < 1:
        raise TooSlow
    box.settings["statement_timeout"] = str(left)
