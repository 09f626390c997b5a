"""What the documented 0.1 does not have: the network takes it, older tools may not."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.nosana.payloads import JsonValue
from jobs.definition import pointers
from jobs.definition.facts import Job
from jobs.definition.found import Found
from jobs.definition.naming import place, short
from jobs.definition.validation.kinds import Schema, branches, kind, kinds_of
from jobs.definition.validation.profiles import schema


def of_job(job: Job) -> Iterator[Found]:
    """Yield every member that the documentation does not know; `meta` and free maps are open."""
    return _unknown(schema("documented"), job.body, "")


def _unknown(shape: Schema, value: JsonValue, pointer: str) -> Iterator[Found]:
    for branch in branches(shape):
        if kind(value) in kinds_of(branch) and _is_of_type(branch, value):
            yield from _in_branch(branch, value, pointer)
            return


def _in_branch(branch: Schema, value: JsonValue, pointer: str) -> Iterator[Found]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(branch.get("items", {}), item, pointers.join(pointer, index))
    elif isinstance(value, dict) and "properties" in branch and pointer != "/meta":
        for name, member in value.items():
            if name in branch["properties"]:
                yield from _unknown(branch["properties"][name], member, pointers.join(pointer, name))
            else:
                message = (
                    f"The documented 0.1 has no {short(name)} in {place(pointer)}; older tools may ignore or refuse it."
                )
                yield Found("ND172", pointers.join(pointer, name), message)


def _is_of_type(branch: Schema, value: JsonValue) -> bool:
    named = branch.get("properties", {}).get("type", {}).get("enum")
    return named is None or (isinstance(value, dict) and value.get("type") in named)
