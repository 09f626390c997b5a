"""The fields of an op: those of both types, with results and execution."""

from __future__ import annotations

from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.builder.form.fields import making
from jobs.builder.form.fields.arguments import RUN_ARGS, VOLUME_ARGS
from jobs.builder.form.specs import (
    Field,
    Group,
    Map,
    Number,
    Section,
    Several,
    Shape,
    Switch,
    Text,
    Union,
    is_object,
    is_text,
)
from jobs.definition.document import Missing
from jobs.definition.facts import CREATE_VOLUME, RUN

_LOGS: Final = (("stdout", "stdout"), ("stderr", "stderr"), ("stdin", "stdin"), ("nodeerr", "nodeerr"))
_RESULT: Final = Union(
    (
        Shape(
            "text",
            "every log",
            Text(placeholder="accuracy: ([0-9.]+)"),
            is_text,
            making.pattern,
        ),
        Shape(
            "chosen",
            "chosen logs",
            Group(
                (
                    Field("regex", "Expression", Text(placeholder="accuracy: ([0-9.]+)"), is_required=True),
                    Field("logType", "Looked for in", Several(_LOGS), is_required=True, codes=("ND038",)),
                )
            ),
            is_object,
            making.pattern_of_logs,
        ),
    ),
    "Where the expression is looked for",
)
RESULTS: Final = Map(_RESULT, "result", "result")

EXECUTION: Final = Group(
    (
        Field(
            "group",
            "Group",
            Text(suggestions="groups", placeholder="one of its own"),
            "Groups run one after another, the ops of one group side by side.",
            codes=("ND057",),
            pair=True,
        ),
        Field(
            "timeout",
            "Timeout",
            Number("s", "3600"),
            "In seconds. New in 2026: not every node knows it yet.",
            codes=("ND060",),
            pair=True,
        ),
        Field(
            "depends_on",
            "Depends on",
            Several(of="ops"),
            "Ops of the same group that must have started, and passed their health check, before this one starts.",
            codes=("ND050", "ND051", "ND052", "ND053", "ND055"),
        ),
        Field(
            "stop_if_dependent_stops",
            "Stop when the ops that depend on it have stopped",
            Switch(),
            "For a server that only serves other ops.",
            codes=("ND056",),
            pair=True,
        ),
    )
)


def _fields(args: Group) -> Group:
    return Group(
        (
            Field(
                "id",
                "Id",
                Text(),
                "How other ops name it. Renaming it here renames it there. No spaces, dots or percent signs.",
                is_required=True,
                codes=("ND030", "ND027", "ND079"),
                pair=True,
            ),
            Field("args", "Arguments", args, is_required=True),
            Field(
                "results",
                "Results",
                RESULTS,
                "Expressions of JavaScript, looked for in each line of the log. Ops of later groups can use the finds.",
                codes=("ND130", "ND132", "ND133", "ND134"),
            ),
            Field("execution", "Execution", EXECUTION),
        ),
        hidden=("type",),
    )


RUN_OP: Final = _fields(RUN_ARGS)
VOLUME_OP: Final = _fields(VOLUME_ARGS)


def _is_run(value: JsonValue) -> bool:
    return isinstance(value, dict) and value.get("type") == RUN


def _is_volume(value: JsonValue) -> bool:
    return isinstance(value, dict) and value.get("type") == CREATE_VOLUME


def _run(old: JsonValue | Missing) -> JsonValue:
    return _of_type(old, RUN, {"image": ""})


def _volume(old: JsonValue | Missing) -> JsonValue:
    return _of_type(old, CREATE_VOLUME, {"name": "work"})


def _of_type(old: JsonValue | Missing, kind: str, args: JsonObject) -> JsonValue:
    members = old if isinstance(old, dict) else {}
    return {**members, "type": kind, "args": args}


OPS: Final = Union(
    (
        Shape(RUN, RUN, RUN_OP, _is_run, _run),
        Shape(CREATE_VOLUME, CREATE_VOLUME, VOLUME_OP, _is_volume, _volume),
    ),
    "Type",
    is_menu=True,
    fallback=RUN,
)

RUN_SECTIONS: Final = (
    Section(
        "run",
        "What runs",
        ("id", "type", "args/image", "args/cmd", "args/expose", "args/gpu", "args/private"),
        is_fold=False,
    ),
    Section("env", "Environment", ("args/env",)),
    Section("resources", "Resources", ("args/resources",)),
    Section(
        "more",
        "Volumes, entrypoint, working directory, restart, aliases",
        ("args/volumes", "args/entrypoint", "args/work_dir", "args/restart_policy", "args/aliases"),
    ),
    Section("registry", "Private image", ("args/authentication",)),
    Section("results", "Results", ("results",)),
    Section("execution", "Execution: group, depends on, timeout", ("execution",)),
)
VOLUME_SECTIONS: Final = (
    Section("run", "What it makes", ("id", "type", "args/name"), is_fold=False),
    Section("results", "Results", ("results",)),
    Section("execution", "Execution: group, depends on, timeout", ("execution",)),
)
