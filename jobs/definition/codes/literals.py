"""ND070 to ND082: literals, and texts that nodes take for JSON."""

from __future__ import annotations

from typing import Any, Final

from jobs.definition.codes.entry import Entry
from jobs.definition.codes.examples import Written, of, op, run, whole
from jobs.definition.findings import Severity

_STORE: Final = "nosana-cli, task/globalStore (interpolateOperation, setDefaults); run to see it."
_FAILS: Final = "A literal without a value makes the op fail before it starts, with one line of log and exit code 0."
_RESULT: Final = {"name": "hello (.+)"}


def _pair(literal: str, second: str = "second", **first: Any) -> Written:
    """Return an op with results, and one of a later group that uses a literal."""
    given = {"results": _RESULT} | first
    return whole(run("first", **given), run(second, env={"VALUE": literal}))


def _variable(literal: str, **extra: Any) -> Written:
    return whole(run(env={"MODEL": literal}), **{"global": {"variables": {"MODEL": "llama3"}}}, **extra)


_IN_GROUP: Final[Written] = {"execution": {"group": "one"}}

ENTRIES: Final = (
    Entry(
        "ND070",
        Severity.WARNING,
        "A literal names no op",
        "A literal names an op that this definition does not have. The id ends at the first dot.",
        _FAILS,
        _STORE,
        of(_pair("%%ops.frist.host%%"), "/ops/1/args/env/VALUE"),
        of(_pair("%%ops.first.host%%")),
    ),
    Entry(
        "ND071",
        Severity.WARNING,
        "A result that is not there yet",
        "A literal takes a result of an op that has not ended when it is needed: of the same group, or a later one.",
        f"Results are collected when an op exits, and only groups run one after another; depends_on waits for the "
        "start "
        f"of an op, not for its end. {_FAILS}",
        _STORE,
        of(
            whole(
                run("first", results=_RESULT, **_IN_GROUP), run("second", cmd="%%ops.first.results.name%%", **_IN_GROUP)
            ),
            "/ops/1/args/cmd",
        ),
        of(whole(run("first", results=_RESULT, **_IN_GROUP), run("second", cmd="%%ops.first.results.name%%"))),
    ),
    Entry(
        "ND072",
        Severity.WARNING,
        "A result that nobody collects",
        "A literal names a result that the op does not have in its results.",
        _FAILS,
        _STORE,
        of(_pair("%%ops.first.results.nmae%%"), "/ops/1/args/env/VALUE"),
        of(_pair("%%ops.first.results.name%%")),
    ),
    Entry(
        "ND073",
        Severity.WARNING,
        "globals.variables",
        "A literal is written %%globals.variables.NAME%%, with an s.",
        "Both global.job and globals.job work, but variables only as global.variables; with the s the text stays as it "
        "is, and no error is reported.",
        _STORE,
        of(_variable("%%globals.variables.MODEL%%, %%global.variables.MODEL%%"), "/ops/0/args/env/MODEL"),
        of(_variable("%%global.variables.MODEL%%")),
    ),
    Entry(
        "ND074",
        Severity.WARNING,
        "A variable without a value",
        "A literal names a variable that global.variables does not have, or that is empty.",
        _FAILS,
        _STORE,
        of(_variable("%%global.variables.MODEL%%:%%global.variables.SIZE%%"), "/ops/0/args/env/MODEL"),
        of(_variable("%%global.variables.MODEL%%:8b")),
    ),
    Entry(
        "ND075",
        Severity.WARNING,
        "A literal where none is resolved",
        "A literal stands in global or in results.",
        "Nodes resolve literals in the args of ops only. In global.env, global.entrypoint and global.work_dir "
        "they reach "
        "the container as they are written.",
        _STORE,
        of(whole(run(), **{"global": {"env": {"JOB": "%%global.job%%"}}}), "/global/env/JOB"),
        op(env={"JOB": "%%global.job%%"}),
    ),
    Entry(
        "ND076",
        Severity.WARNING,
        "Not a literal",
        "A text between double percent signs is not a literal that nodes know.",
        "There are %%global.job%%, project, host, frps_address and variables.NAME, and %%ops.ID.host%%, endpoint.PORT, "
        "deployment_endpoint and results.KEY. Some others make the op fail, the rest stays as it is written.",
        _STORE,
        op("/args/env/JOB", env={"JOB": "%%job%%"}),
        op(env={"JOB": "%%global.job%%"}),
    ),
    Entry(
        "ND077",
        Severity.WARNING,
        "deployment_endpoint without a deployment",
        "A literal asks for the deployment's address, but the definition has no deployment_id.",
        f"Only the deployment manager sets deployment_id. {_FAILS}",
        _STORE,
        of(_pair("%%ops.first.deployment_endpoint%%", expose=[80]), "/ops/1/args/env/VALUE"),
        of(_pair("%%ops.first.endpoint.80%%", expose=[80])),
    ),
    Entry(
        "ND078",
        Severity.WARNING,
        "The endpoint of a port that is not exposed",
        "A literal asks for the address of a port that the op does not expose.",
        _FAILS,
        _STORE,
        of(_pair("%%ops.first.endpoint.8080%%", expose=[80]), "/ops/1/args/env/VALUE"),
        of(_pair("%%ops.first.endpoint.80%%", expose=[80])),
    ),
    Entry(
        "ND079",
        Severity.HINT,
        "A dot in an op id",
        "The id of an op holds a dot.",
        "In a literal the id ends at the first dot, so this op cannot be named. The public template catalogue refuses "
        "such ids.",
        _STORE,
        op("/id", op_id="llama-3.1"),
        op(op_id="llama-3-1"),
    ),
    Entry(
        "ND080",
        Severity.WARNING,
        "A text that is taken for JSON",
        "A text in the args spells a JSON list or object.",
        'Since September 2025 nodes parse every such text: an object in env becomes "[object Object]", a list its '
        "items "
        "joined by spaces; in cmd an object stays one, which the engine refuses. Health checks are left alone. "
        "Pass the "
        "text in base64, or write it to a file from the command.",
        "nosana-cli 0229f52 (v1.0.72), run to see it.",
        op("/args/env/CONFIG", env={"CONFIG": '{"debug": true}'}),
        op(env={"CONFIG": "eyJkZWJ1ZyI6IHRydWV9"}),
    ),
    Entry(
        "ND081",
        Severity.WARNING,
        "__remove-if-empty__ in the wrong place",
        "The marker stands as a member or a plain text, not as an item of a list.",
        "Nodes look for it in lists only, and remove the list when nothing else is in it. The form with an object that "
        "some documentation shows does nothing.",
        _STORE,
        op("/args/env/__remove-if-empty__", env={"__remove-if-empty__": "yes"}),
        op(cmd=["__remove-if-empty__"]),
    ),
    Entry(
        "ND082",
        Severity.HINT,
        "An unused variable",
        "global.variables has a variable that no op uses.",
        "Variables reach ops by literals only; they are not environment variables.",
        _STORE,
        of(_variable("llama3"), "/global/variables/MODEL"),
        of(_variable("%%global.variables.MODEL%%")),
    ),
)
