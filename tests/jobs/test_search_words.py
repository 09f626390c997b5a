"""How many definitions have the words of a text: exactly, about, or at least."""

from __future__ import annotations

import pytest
from django.db import connection

from jobs.models import Definition
from jobs.selectors.search import words
from jobs.selectors.search.words import Definitions, definitions_with

pytestmark = pytest.mark.django_db


def add(count: int, text: str, name: str) -> None:
    """Add definitions that have these words, some twenty to a block of the table."""
    rows = [Definition(key=f"{name}-{number}", text="x" * 250) for number in range(count)]
    Definition.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_definition SET words = array_to_tsvector(%s) WHERE key LIKE %s", [text.split(), f"{name}-%"]
        )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("serve llama", Definitions(3)),
        ("serve", Definitions(103)),
        ("Serve lla", Definitions(3)),
        ("serve lla ", Definitions(0)),
        ("mistral llama", Definitions(0)),
        ("-", Definitions(0)),
    ],
)
def test_those_of_a_small_table_are_all_counted(text: str, found: Definitions) -> None:
    add(100, "serve mistral", "a")
    add(3, "serve llama", "b")

    assert definitions_with(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rare", Definitions(4)),  # by the index
        ("rare common", Definitions(4)),
        ("rare com", Definitions(4)),  # a beginning that is commoner than the other words
        ("common ra", Definitions(4)),
        ("rare nothing", Definitions(0)),
        ("some", Definitions(100, is_capped=True)),
    ],
)
def test_where_hardly_any_was_seen_the_index_is_asked(
    text: str, found: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(600, "common", "a")
    add(130, "common some", "b")
    add(4, "common rare", "c")
    monkeypatch.setattr(words, "BLOCKS", 10)
    monkeypatch.setattr(words, "ENOUGH", 200)

    assert definitions_with(text) == found


def test_where_many_were_seen_there_are_about_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    add(1500, "common", "a")
    monkeypatch.setattr(words, "BLOCKS", 30)

    found = definitions_with("com")

    assert found is not None
    assert found.is_about
    assert 500 < found.number < 4500
    assert found.number % 100 == 0


def test_what_takes_too_long_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    add(3000, " ".join(f"word{number}" for number in range(60)), "a")
    monkeypatch.setattr(words, "MILLISECONDS", 1)

    assert definitions_with(" ".join(f"word{number}" for number in range(40))) is None


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Definitions(1), "1 definition"),
        (Definitions(2), "2 definitions"),
        (Definitions(100, is_capped=True), "100+ definitions"),
        (Definitions(40_000, is_about=True), "about 40,000 definitions"),
    ],
)
def test_in_words(found: Definitions, text: str) -> None:
    assert str(found) == text


@pytest.mark.parametrize(
    ("number", "rounded"), [(0.4, 0), (7.2, 7), (123.4, 100), (36_500.0, 40_000), (98_765.0, 100_000)]
)
def test_rounded_to_one_digit(number: float, rounded: int) -> None:
    assert words._rounded(number) == rounded
