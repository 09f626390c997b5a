"""Whoever writes jobs has to count them: found in the source, since a sum that is wrong shows nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer import settings

WRITES = {"update", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "save"}
SET_BASED = {"upsert", "add_new", "add_block"}
#: The first is called by write() only, inside its `with`; the second reads jobs and writes results.
INSIDE = {"jobs/sync/store.py:_write_jobs", "jobs/sync/content.py:_fetch_result"}
SQL = re.compile(
    r"\b(?:UPDATE|INSERT INTO|DELETE FROM|COPY|TRUNCATE)\s+(?:TABLE\s+|ONLY\s+)*\"?jobs_job\b", re.IGNORECASE
)


def sources() -> Iterator[tuple[str, str]]:
    """Yield the path and text of every module of the apps, without migrations."""
    root = Path(settings.BASE_DIR)
    for app in ("explorer", "markets", "jobs"):
        for path in sorted((root / app).rglob("*.py")):
            if not {"migrations", "sample"} & set(path.parts):  # the sample network has jobs of its own
                yield path.relative_to(root).as_posix(), path.read_text()


def names(node: ast.AST) -> set[str]:
    return {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}


def writes(function: ast.AST) -> bool:
    """Say whether a function names Job and calls anything that writes rows."""
    calls = [found.func for found in ast.walk(function) if isinstance(found, ast.Call)]
    methods = {func.attr for func in calls if isinstance(func, ast.Attribute)}
    functions = {func.id for func in calls if isinstance(func, ast.Name)}
    return "Job" in names(function) and bool(methods & WRITES or functions & SET_BASED)


def uncounted(text: str, path: str) -> list[str]:
    """Return the functions of a module that write jobs and neither count them nor are handed who does."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    found = []
    for function in functions:
        name = f"{path}:{function.name}"
        is_counted = "counted" in names(function) | {argument.arg for argument in function.args.args}
        is_counted = is_counted or any(
            isinstance(node, ast.Attribute) and node.attr == "counted" for node in ast.walk(function)
        )
        if writes(function) and not is_counted and name not in INSIDE:
            found.append(name)
    return found


def test_every_function_that_writes_jobs_counts_them():
    assert [name for path, text in sources() for name in uncounted(text, path)] == []


def test_no_sql_of_ours_writes_jobs():
    assert [path for path, text in sources() if SQL.search(text)] == []


@pytest.mark.parametrize(
    "body",
    [
        "Job.objects.filter(pk=1).update(state=2)",
        "jobs = Job.objects.all()\n    jobs.delete()",
        "upsert(Job, rows, key='address')",
        "with other():\n        add_new(Job, rows)",
    ],
)
def test_a_writer_that_forgets_is_found(body: str):
    assert uncounted(f"def forgets():\n    {body}\n", "x.py") == ["x.py:forgets"]
    assert uncounted(f"def counts(counted):\n    {body}\n", "x.py") == []
