"""JSON Patch (RFC 6902), as plainly as can be: what fixes of findings mean."""

from __future__ import annotations

from typing import Any

from jobs.definition import pointers
from jobs.definition.findings import PatchOp


def applied(value: Any, patch: tuple[PatchOp, ...]) -> Any:
    """Return the value after all operations; it may be changed in place."""
    for operation in patch:
        if operation.op == "move":
            assert operation.source is not None
            moved = _taken(value, operation.source)
            _put(value, operation.path, moved, is_new=True)
        elif operation.op == "remove":
            _taken(value, operation.path)
        else:
            _put(value, operation.path, operation.value, is_new=operation.op == "add")
    return value


def _taken(value: Any, pointer: str) -> Any:
    holder, part = _holder(value, pointer)
    return holder.pop(int(part) if isinstance(holder, list) else part)


def _put(value: Any, pointer: str, new: Any, *, is_new: bool) -> None:
    holder, part = _holder(value, pointer)
    if isinstance(holder, dict):
        assert is_new or part in holder
        holder[part] = new
    elif is_new:
        holder.insert(int(part), new)
    else:
        holder[int(part)] = new


def _holder(value: Any, pointer: str) -> tuple[Any, str]:
    *before, last = pointers.split(pointer)
    for part in before:
        value = value[int(part) if isinstance(value, list) else part]
    return value, last
