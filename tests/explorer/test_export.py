"""Files of rows: what the three formats write, for any text there may be."""

from __future__ import annotations

import csv
import gzip
import io
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.http import HttpRequest, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from explorer import export
from explorer.export import FORMATS, Column, Row, file_name, file_response, safe
from explorer.locks import advisory_lock

COLUMNS = (Column("name"), Column("price_nos", is_text=False), Column("note"))
ROWS: list[Row] = [("a", 1, None), ('say "hi"', "0.00000001", "x,y\r\nz"), ("=1+1", None, "é𝄞")]

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.none()
numbers = (
    st.integers(min_value=-5) | st.decimals(allow_nan=False, allow_infinity=False).map(lambda n: f"{n:.8f}") | st.none()
)
batches_of_rows = st.lists(st.lists(st.tuples(cells, numbers, cells), max_size=4), max_size=4)


def text(kind: str, *batches: Any) -> str:
    return "".join(FORMATS[kind].text(COLUMNS, iter(batches)))


def test_csv() -> None:
    assert text("csv", ROWS[:2], ROWS[2:]) == (
        'name,price_nos,note\r\na,1,\r\n"say ""hi""",0.00000001,"x,y\r\nz"\r\n\'=1+1,,é𝄞\r\n'
    )


def test_ndjson() -> None:
    assert text("ndjson", ROWS[:2], ROWS[2:]) == (
        '{"name":"a","price_nos":1,"note":null}\n'
        '{"name":"say \\"hi\\"","price_nos":0.00000001,"note":"x,y\\r\\nz"}\n'
        '{"name":"=1+1","price_nos":null,"note":"é𝄞"}\n'
    )


def test_json() -> None:
    assert text("json", ROWS[:1], ROWS[2:]) == (
        '[\n{"name":"a","price_nos":1,"note":null},\n{"name":"=1+1","price_nos":null,"note":"é𝄞"}\n]\n'
    )


@pytest.mark.parametrize(("kind", "whole"), [("csv", "name,price_nos,note\r\n"), ("json", "[]\n"), ("ndjson", "")])
def test_no_rows(kind: str, whole: str) -> None:
    assert text(kind) == whole


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_takes_for_a_formula_is_made_a_text(start: str) -> None:
    assert safe(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    row = next(iter(csv.reader(io.StringIO(text("csv", [(f"{start}1", 1, "a")]).partition("\r\n")[2], newline=""))))
    assert row == [f"'{start}1", "1", "a"]


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("a;=1+1;b", "a;'=1+1;b"),
        ('x;"=1+1"', 'x;\'"=1+1"'),
        ("x; =1", "x;' =1"),
        ("x\t@a|-b", "x\t'@a|'-b"),
        (' "=1', "' \"=1"),
        ("'=1", "'=1"),
        ("a;b-c;d=1", "a;b-c;d=1"),
        ("x\r\ny", "x\r\ny"),
        ("x\n=1", "x\n'=1"),
    ],
)
def test_nor_does_one_that_separates_cells_otherwise(told: str, written: str) -> None:
    assert safe(told) == written
    line = text("csv", [("plain", 1, "a"), (told, 1, "a")]).split("\r\n", 2)[2]
    assert next(iter(csv.reader(io.StringIO(line, newline=""), strict=True))) == [written, "1", "a"]


@given(batches_of_rows)
def test_csv_reads_back_as_what_it_was(batches: list[list[tuple[object, ...]]]) -> None:
    read = list(csv.reader(io.StringIO(text("csv", *batches), newline=""), strict=True))

    rows = [row for batch in batches for row in batch]
    assert read == [["name", "price_nos", "note"]] + [
        [
            safe(cell) if place != 1 and isinstance(cell, str) else "" if cell is None else str(cell)
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]
    assert not any(cell[:1] in "=+-@\t\r\n＝＋－＠" for row in read for cell in (row[0], row[2]) if cell)


@given(batches_of_rows)
def test_json_and_ndjson_read_back_as_what_they_were(batches: list[list[tuple[object, ...]]]) -> None:
    wanted = [
        {"name": name, "price_nos": None if number is None else float(str(number)), "note": note}
        for batch in batches
        for name, number, note in batch
    ]
    assert json.loads(text("json", *batches), parse_int=float) == wanted
    assert [json.loads(line, parse_int=float) for line in text("ndjson", *batches).split("\n") if line] == wanted


@pytest.fixture
def open_connection() -> Iterator[None]:
    """As Django's test client does: the end of a request leaves the test's own connection open."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


def request(**headers: str) -> HttpRequest:
    return RequestFactory().get("/", headers=headers)


@pytest.mark.django_db
def test_a_file_is_compressed_for_who_accepts_it() -> None:
    response = file_response(request(Accept_Encoding="br, gzip"), "jobs", "csv", COLUMNS, iter([ROWS]))

    assert isinstance(response, StreamingHttpResponse)
    assert gzip.decompress(b"".join(response)).decode() == text("csv", ROWS)
    assert {name: response[name] for name in ("Content-Encoding", "Vary", "Content-Disposition", "Content-Type")} == {
        "Content-Encoding": "gzip",
        "Vary": "Accept-Encoding",
        "Content-Disposition": 'attachment; filename="jobs.csv"',
        "Content-Type": "text/csv; charset=utf-8; header=present",
    }


@pytest.mark.django_db
def test_a_file_is_plain_for_others() -> None:
    response = file_response(request(), "jobs", "ndjson", COLUMNS, iter([ROWS]))

    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response).decode() == text("ndjson", ROWS)
    assert "Content-Encoding" not in response


@pytest.mark.django_db
@pytest.mark.usefixtures("open_connection")
def test_a_place_is_given_back_when_the_reader_leaves() -> None:
    response = file_response(request(), "jobs", "ndjson", COLUMNS, iter([ROWS, ROWS]))
    next(iter(response))
    assert held() == 1

    response.close()

    assert held() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("open_connection")
def test_a_reader_who_takes_nothing_is_cut_off_and_gives_the_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "STALLED", 1)
    ours, theirs = socket.socketpair()
    asked = request()
    asked.META["gunicorn.socket"] = ours
    with ours, theirs:
        response = file_response(asked, "jobs", "ndjson", COLUMNS, iter([[("x" * 5_000_000, 1, None)]]))
        with pytest.raises(BlockingIOError):  # what makes gunicorn close the response; nobody reads at the other end
            ours.sendall(b"".join(response))
        assert held() == 1
        response.close()

    assert held() == 0


def held() -> int:
    """Count the locks of this session: beside it are those of tests that run in other databases of the same server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        (number,) = cursor.fetchone()
        return int(number)


@pytest.mark.django_db
def test_when_all_places_are_taken_the_reader_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PLACES", 0)

    response = file_response(request(), "jobs", "csv", COLUMNS, iter([ROWS]))

    assert (response.status_code, response["Retry-After"]) == (503, "30")


@pytest.mark.django_db
@pytest.mark.usefixtures("open_connection")
def test_the_places_are_locks_of_the_database() -> None:
    names = [f"export {number}" for number in range(export.PLACES)]
    response = file_response(request(), "jobs", "csv", COLUMNS, iter([ROWS]))
    try:
        with advisory_lock(names[0]):  # the same session may hold it twice, so it counts as one
            assert held() == 1
    finally:
        response.close()


def test_file_names_hold_letters_and_digits_only() -> None:
    name = file_name("jobs", ["failed", '../"x"\r\n', "é", "a" * 50])

    assert name.rpartition("_")[0] == f"jobs_failed_x_{'a' * 24}"
