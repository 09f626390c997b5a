"""ND020 to ND029: values, members and choices that the network's schema refuses."""

from __future__ import annotations

from typing import Final

from jobs.definition.codes.entry import Entry
from jobs.definition.codes.examples import http_check, of, op, run, whole
from jobs.definition.findings import Severity

TYPES: Final = (
    "@nosana/types 2.x, validateJobDefinition (typia, validateEquals): compiled into SDK, CLI, nodes and APIs."
)

ENTRIES: Final = (
    Entry(
        "ND020",
        Severity.ERROR,
        "Another kind of value",
        "A value is text where a number belongs, a single value where a list belongs, and so on.",
        "The network checks types strictly and converts nothing. Where several kinds are allowed, the finding "
        "speaks of "
        "the one that was meant.",
        TYPES,
        op("/args/private", private="true"),
        op(private=True),
    ),
    Entry(
        "ND021",
        Severity.ERROR,
        "Something is missing",
        "An object lacks a member that the network requires.",
        "Posting and nodes refuse the whole definition.",
        TYPES,
        op("/args", without="image"),
        op(),
    ),
    Entry(
        "ND022",
        Severity.ERROR,
        "Unknown key",
        "An object has a member that the network does not know.",
        "Types 2.x refuse every unknown key, except in meta and in maps such as env. Earlier tools ignored them, "
        "so old "
        "definitions may have some.",
        TYPES,
        op("/args/command", command="ls"),
        op(cmd="ls"),
    ),
    Entry(
        "ND023",
        Severity.ERROR,
        "Not one of the choices",
        "A value is not among those that the network knows here.",
        "The choices are fixed, and upper and lower case count.",
        TYPES,
        of(whole(run() | {"type": "container/start"}), "/ops/0/type"),
        op(),
    ),
    Entry(
        "ND024",
        Severity.ERROR,
        "Quotes are missing",
        "A number, true or false stands where only text is allowed, most often in env.",
        "Environment variables are text, and the network converts nothing.",
        TYPES,
        op("/args/env/DEBUG", env={"DEBUG": 1}),
        op(env={"DEBUG": "1"}),
    ),
    Entry(
        "ND025",
        Severity.ERROR,
        "Another version",
        'version is not "0.1".',
        'Since types 2.x the only version is "0.1"; newer features are told by their fields. Older tools took any '
        "text.",
        TYPES,
        of({**whole(run()), "version": "1.0"}, "/version"),
        op(),
    ),
    Entry(
        "ND026",
        Severity.ERROR,
        "A health check lacks continuous",
        "continuous is required in every health check since June 2025, although published examples leave it out.",
        "With true the check is repeated every 30 seconds while the op runs; with false it ends with its first "
        "success.",
        TYPES,
        op(
            "/args/expose/0/health_checks/0",
            expose=[
                {
                    "port": 80,
                    "health_checks": [{"type": "http", "path": "/", "method": "GET", "expected_status": 200}],
                }
            ],
        ),
        op(expose=[{"port": 80, "health_checks": [http_check()]}]),
    ),
    Entry(
        "ND027",
        Severity.ERROR,
        "A space in an op id",
        "The id of an op holds a space.",
        "Ids name ops in literals and dependencies; types 2.x refuse spaces in them.",
        TYPES,
        op("/id", op_id="my op"),
        op(op_id="my-op"),
    ),
    Entry(
        "ND028",
        Severity.ERROR,
        "expose as text",
        "A port is given as text that is not one literal, such as a number in quotes or a range of ports.",
        "Types 2.x take numbers, objects with a number, and literals. Ranges such as 8000-8010 were taken by SDK 0.4.x "
        "and are refused now.",
        TYPES,
        op("/args/expose/0", expose=["8000-8010"]),
        op(expose=[8000, 8001]),
    ),
    Entry(
        "ND029",
        Severity.ERROR,
        "null",
        "A member is null.",
        "Only leaving a member out makes it absent; null is a value of its own, and no field takes it.",
        TYPES,
        op("/args/cmd", cmd=None),
        op(),
    ),
)
