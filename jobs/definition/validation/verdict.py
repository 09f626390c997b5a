"""The verdict on a value: what a profile's schema and the two rules beside it refuse."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.definition import naming, pointers
from jobs.definition.found import Found
from jobs.definition.validation.problems import problems
from jobs.definition.validation.profiles import Profile, fits, schema
from jobs.definition.validation.wording import worded

#: After so many misfits no more are looked for.
MOST: Final = 1000


def refusals(value: JsonValue, profile: Profile) -> list[Found]:
    """Return everything for which the profile refuses the value; [] when it accepts it.

    The two rules that a schema cannot say are the network's own: op ids are unique, and so are the ports in the list
    of one op (@nosana/types: UniqueById, UniqueExposedPorts). Both count as long as the ops can be told apart.
    """
    misfits = () if fits(value, profile) else islice(problems(schema(profile), value), MOST)
    return [worded(problem) for problem in misfits] + list(islice(_doubled(value), MOST))


def _doubled(value: JsonValue) -> Iterator[Found]:
    ops = value.get("ops") if isinstance(value, dict) else None
    first: dict[str, int] = {}
    for index, op in enumerate(ops if isinstance(ops, list) else ()):
        if not isinstance(op, dict):
            continue
        op_id, args = op.get("id"), op.get("args")
        if isinstance(op_id, str):
            earlier = first.setdefault(op_id, index)
            if earlier != index:
                yield _doubled_id(op_id, index, earlier)
        if isinstance(args, dict) and isinstance(args.get("expose"), list):
            yield from _doubled_ports(args["expose"], pointers.join("/ops", index, "args", "expose"))


def _doubled_id(op_id: str, index: int, earlier: int) -> Found:
    message = f"The op id {naming.shown(op_id)} is already that of ops[{earlier}]; give this op another one."
    return Found("ND030", pointers.join("/ops", index, "id"), message, "an id of its own")


def _doubled_ports(exposed: JsonValue, pointer: str) -> Iterator[Found]:
    seen: set[float] = set()
    for index, item in enumerate(exposed if isinstance(exposed, list) else ()):
        in_object = isinstance(item, dict) and not item.get("__spread__")
        port = item.get("port") if isinstance(item, dict) and in_object else item
        if isinstance(port, bool) or not isinstance(port, (int, float)):
            continue
        if float(port) in seen:
            place = pointers.join(pointer, index, "port") if in_object else pointers.join(pointer, index)
            yield Found("ND031", place, f"The port {port} is exposed twice by this op; remove one.", "another port")
        seen.add(float(port))
