"""What is done before the explorer serves."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.supervisor import preparation


@pytest.mark.parametrize("count", [0, 3])
def test_definitions_are_read_after_migrations_and_else_where_any_lacks_something(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[tuple[str, object]] = []

    def call(name: str, **options: Any) -> None:
        called.append((name, options.get("if_needed")))

    monkeypatch.setattr(preparation, "pending_migrations", lambda: count)
    monkeypatch.setattr(preparation, "call_command", call)

    assert preparation.migrate() == count
    assert called == [("migrate", None), ("read_contents", not count)]
