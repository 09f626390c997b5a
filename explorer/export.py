"""A whole list as a file, however long: CSV, JSON or NDJSON, streamed a batch at a time.

Rows come in batches by key, as pages do, not from one long cursor: see docs/decisions/0005-exports-in-batches.md.
"""

from __future__ import annotations

import csv
import io
import re
import socket
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any

from django import forms
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from explorer import paging
from explorer.locks import advisory_lock

#: Rows read at once: few at first, so that the answer begins at once, then as many as a few megabytes hold.
FIRST_BATCH, BATCH = 500, 4000
#: How many exports run at a time, in all processes: each keeps a thread of the web server busy.
PLACES = 3
#: A reader who takes nothing for so long, or twice that, is cut off, and can go on from a cursor; seconds. Something is
#: a third of what the connection holds, in bytes: 3 kB a second at least.
STALLED, HELD = 60, 256 * 1024
#: What makes a spreadsheet read a text as a formula, as a first character; the wide forms count in some of them.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
#: What may end a cell in the middle of a text: where the comma is a decimal point, cells are separated by a semicolon.
_SEPARATORS = ";|\t\r\n"
_BEGINS_FORMULA = re.compile(r"""^(?=[" ]*[=+\-@\t\r\n＝＋－＠])|(?<=[;|\t\r\n])(?=[" ]*[=+\-@＝＋－＠])""")

Cell = str | int | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file. Its cells are text, else numbers: an int, or a decimal written out."""

    name: str
    is_text: bool = True


Columns = Sequence[Column]
Batches = Iterator[Sequence[Row]]


Batch = list[tuple[Any, ...]]


def batches(
    queryset: QuerySet[Any],
    order: Sequence[str],
    cells: Sequence[Any],
    *,
    after: str = "",
    limit: int | None = None,
    wanted: Callable[[Batch], Batch] = list,
) -> Iterator[Batch]:
    """Return the rows beyond the cursor `after` in order, a batch at a time, as tuples of the expressions `cells` and,
    behind them, of the columns of `order` as text. No transaction between batches. Raises BadCursor, at once.

    `wanted` returns those of a batch that are to be in the file: `limit` rows of these, unless the list ends before.
    """
    position = paging.read_cursor(queryset, order, after) if after else None
    return _batches(queryset, queryset.values_list(*cells, *_keys(order)), order, position, limit, wanted)


def rows_of(queryset: QuerySet[Any], order: Sequence[str], cells: Sequence[Any]) -> Batch:
    """Return all rows of a short list as batches() does; one query."""
    return list(queryset.values_list(*cells, *_keys(order)).order_by(*order))


def _keys(order: Sequence[str]) -> list[Cast]:
    return [Cast(key.lstrip("-"), TextField()) for key in order]


def _batches(
    queryset: QuerySet[Any],
    rows: QuerySet[Any],
    order: Sequence[str],
    position: list[Value] | None,
    left: int | None,
    wanted: Callable[[Batch], Batch],
) -> Iterator[Batch]:
    size = FIRST_BATCH
    while left is None or left > 0:
        count = size if left is None else min(size, left)
        batch = _batch(rows, order, position, count)
        kept = wanted(batch)
        if kept:
            yield kept
        if len(batch) < count:
            return
        position = paging.read_cursor(queryset, order, paging.write_cursor(batch[-1][-len(order) :]))
        size, left = BATCH, None if left is None else left - len(kept)


def _batch(rows: QuerySet[Any], order: Sequence[str], position: list[Value] | None, count: int) -> Batch:
    """Return the next `count` rows. Each part of what lies beyond a position is read alone: a range of an index."""
    if position is None:
        return list(rows.order_by(*order)[:count])
    batch: Batch = []
    for part in reversed(list(paging.segments(rows, order, position))):  # the nearest one comes last
        batch += part.order_by(*order)[: count - len(batch)]
        if len(batch) == count:
            break
    return batch


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before what begins one.

    Also behind what separates cells elsewhere: by such a one, the text is cut in two.
    """
    return _BEGINS_FORMULA.sub("'", text)


def _csv(columns: Columns, rows: Batches) -> Iterator[str]:
    """Yield RFC 4180: a header row, CRLF, quotes where needed; an absent value is an empty cell."""
    yield _csv_lines([[column.name for column in columns]])
    texts = [place for place, column in enumerate(columns) if column.is_text]
    for batch in rows:
        unsafe = {place for place in texts if _may_be_unsafe([str(row[place]) for row in batch])}
        yield _csv_lines([_guarded(row, unsafe) for row in batch] if unsafe else batch)


def _may_be_unsafe(cells: Sequence[str]) -> bool:
    """Say whether any of these texts is to be looked at: a million of them are not one by one."""
    whole = "".join(cells)
    return any(mark in whole for mark in _SEPARATORS) or not _FORMULA.isdisjoint(
        {cell.lstrip(' "')[:1] for cell in cells}
    )


def _guarded(row: Row, unsafe: Set[int]) -> Row:
    return [safe(cell) if place in unsafe and isinstance(cell, str) else cell for place, cell in enumerate(row)]


def _csv_lines(lines: Sequence[Row]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue()


def _objects(columns: Columns, rows: Sequence[Row]) -> Iterator[str]:
    """Yield each row as a JSON object on one line."""
    members = [(f"{encode_basestring(column.name)}:", column.is_text) for column in columns]
    for row in rows:
        yield (
            "{"
            + ",".join([name + _json(cell, is_text) for (name, is_text), cell in zip(members, row, strict=True)])
            + "}"
        )


def _json(cell: Any, is_text: bool) -> str:
    if cell is None:
        return "null"
    return encode_basestring(cell) if is_text else str(cell)


def _ndjson(columns: Columns, rows: Batches) -> Iterator[str]:
    """Yield a JSON object a line."""
    for batch in filter(None, rows):
        yield "\n".join(_objects(columns, batch)) + "\n"


def _array(columns: Columns, rows: Batches) -> Iterator[str]:
    """Yield one JSON array, an object a line; it ends with "]" only when it is complete."""
    lead = "[\n"
    for batch in filter(None, rows):
        yield lead + ",\n".join(_objects(columns, batch))
        lead = ",\n"
    yield "\n]\n" if lead == ",\n" else "[]\n"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: how it is served, and what makes its text."""

    label: str
    content_type: str
    text: Callable[[Columns, Batches], Iterator[str]]
    note: str


FORMATS: Mapping[str, Format] = {
    "csv": Format("CSV", "text/csv; charset=utf-8; header=present", _csv, "for spreadsheets; safe to open"),
    "json": Format("JSON", "application/json", _array, "one array"),
    "ndjson": Format("NDJSON", "application/x-ndjson", _ndjson, "an object a line, for pipes"),
}


class Portion(forms.Form):
    """Which part of a list a file holds: `after` a cursor, at most `limit` rows; `cursor` adds one to each row."""

    after = forms.CharField(required=False, max_length=paging.CURSOR_LENGTH)
    limit = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**9,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "The limit is a whole number, 1 or more."),
    )
    cursor = forms.BooleanField(required=False)


class _Body:
    """What is streamed. Closing it, which Django does also when the reader left, gives the place back."""

    def __init__(self, chunks: Iterator[bytes], place: ExitStack) -> None:
        self._chunks, self._place = chunks, place

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        self._place.close()


def file_response(request: HttpRequest, name: str, kind: str, columns: Columns, rows: Batches) -> HttpResponseBase:
    """Answer with a file of the format `kind`, called `name`; 503 where as many exports run as may."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",  # a proxy that stores it all first would show no progress
    }
    content_type = FORMATS[kind].content_type
    if request.method == "HEAD":
        return HttpResponse(content_type=content_type, headers=headers)
    place = ExitStack()
    if not any(place.enter_context(advisory_lock(f"export {number}")) for number in range(PLACES)):
        place.close()
        return _busy()
    _give_up_when_stalled(request)
    chunks: Iterator[bytes] = (text.encode() for text in FORMATS[kind].text(columns, rows))
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    if takes_gzip:
        chunks = _gzipped(chunks)
    response = StreamingHttpResponse(_Body(chunks, place), content_type=content_type, headers=headers)
    if takes_gzip:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _give_up_when_stalled(request: HttpRequest) -> None:
    """Have the web server's sends fail once nothing was taken for STALLED seconds; a slow reader takes something."""
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, HELD)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", STALLED, 0))


def _gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Compress at the quickest level: addresses and CIDs are random, and the middleware's level takes twice as long."""
    packer = zlib.compressobj(level=1, wbits=zlib.MAX_WBITS | 16)
    for chunk in chunks:
        yield packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def _busy() -> HttpResponse:
    sentence = f"{PLACES} exports are running, which is as many as may. Try again in half a minute.\n"
    return HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "30"})


def file_name(subject: str, words: Sequence[str]) -> str:
    """Return a file's name without its ending: the subject, what was asked for, the day; letters and digits only."""
    kept = ["".join(c for c in word if c.isascii() and (c.isalnum() or c in "-_"))[:24] for word in words]
    return "_".join([subject, *filter(None, kept[:6]), f"{timezone.now():%Y-%m-%dT%H%MZ}"])
