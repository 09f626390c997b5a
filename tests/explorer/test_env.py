from __future__ import annotations

from pathlib import Path

import pytest

from explorer import env


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("OFF", False)]
)
def test_boolean_reads_the_usual_words(monkeypatch, value, expected):
    monkeypatch.setenv("X", value)
    assert env.boolean("X", not expected) is expected


def test_readers_give_the_default_for_unset_and_empty(monkeypatch):
    monkeypatch.setenv("EMPTY", " ")
    assert env.boolean("EMPTY", True) is True
    assert env.integer("UNSET", 5, low=1, high=9) == 5
    assert env.number("UNSET", 0.5, low=0.1, high=9) == 0.5
    assert env.items("UNSET") == []
    assert env.url("UNSET", "") == ""
    assert env.folder("UNSET", Path("/x")) == Path("/x")


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (lambda: env.boolean("X", True), "maybe"),
        (lambda: env.integer("X", 1, low=1, high=9), "10"),
        (lambda: env.integer("X", 1, low=1, high=9), "1.5"),
        (lambda: env.integer("X", 1, low=1, high=9), "²"),
        (lambda: env.number("X", 1, low=0.5, high=9), "0.4"),
        (lambda: env.number("X", 1, low=0.5, high=9), "nan"),
        (lambda: env.number("X", 1, low=0.5, high=9), "1,5"),
        (lambda: env.choice("X", "a", ["a", "b"]), "c"),
        (lambda: env.url("X", ""), "localhost:8000"),
        (lambda: env.url("X", "", schemes=["redis"]), "http://h"),
    ],
)
def test_readers_refuse_what_they_cannot_use_and_name_the_variable(monkeypatch, call, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(env.BadSetting, match="^X"):
        call()


def test_number_reads_decimals(monkeypatch):
    monkeypatch.setenv("X", "1.5")
    assert env.number("X", 1, low=1, high=9) == 1.5


def test_url_keeps_a_secret_out_of_its_message(monkeypatch):
    monkeypatch.setenv("X", "ftp://user:hunter2@host")
    with pytest.raises(env.BadSetting) as caught:
        env.url("X", "")
    assert "hunter2" not in str(caught.value)


def test_items_drops_spaces_and_empty_parts(monkeypatch):
    monkeypatch.setenv("X", "a, b,,c ")
    assert env.items("X") == ["a", "b", "c"]
