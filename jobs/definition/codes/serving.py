"""ND120 to ND135: exposed ports, names, and results."""

from __future__ import annotations

from typing import Any, Final

from jobs.definition.codes.entry import Entry, Example
from jobs.definition.codes.examples import http_check, of, op, run, whole
from jobs.definition.findings import Severity

_CHECKS: Final = "nosana-cli, ExposedPortHealthCheck: curl from the sidecar, every 5 seconds until the first success."
_LOGS: Final = "nosana-cli, extractResultsFromLogs; run to see it."


def _checked(at: str = "", **given: Any) -> Example:
    at = f"/args/expose/0/health_checks/0/{at}" if at else ""
    return op(at, expose=[{"port": 80, "health_checks": [http_check(**given)]}])


def _result(regex: str, at: str = "") -> Example:
    return op(at, results={"who": regex})


_AT: Final = "/results/who"

ENTRIES: Final = (
    Entry(
        "ND120",
        Severity.WARNING,
        "A port that gets no address",
        "expose is one object, not in a list.",
        "It is accepted, but nodes find no port in it, and no address is made.",
        "nosana SDK, getExposePorts; run to see it.",
        op("/args/expose", expose={"port": 80}),
        op(expose=[{"port": 80}]),
    ),
    Entry(
        "ND121",
        Severity.WARNING,
        "Not a port",
        "An exposed port is not a whole number from 1 to 65535.",
        "The network accepts any number, but nothing can listen there.",
        "@nosana/types: port is a number; run to see it.",
        op("/args/expose", expose=70000),
        op(expose=7000),
    ),
    Entry(
        "ND122",
        Severity.WARNING,
        "A status that no server sends",
        "expected_status of a health check is not from 100 to 599.",
        "The check never passes, so the op never counts as started.",
        _CHECKS,
        _checked("expected_status", expected_status=20),
        _checked(expected_status=204),
    ),
    Entry(
        "ND123",
        Severity.WARNING,
        "A path without a slash",
        "The path of a health check does not begin with a slash.",
        "Nodes put it right behind the port: http://host:80health is no address, and the check never passes.",
        _CHECKS,
        _checked("path", path="health"),
        _checked(path="/health"),
    ),
    Entry(
        "ND124",
        Severity.HINT,
        "A body that is not sent",
        "A health check by GET or DELETE has a body.",
        "Nodes send the body with POST and PUT only.",
        _CHECKS,
        _checked("body", body="{}"),
        _checked(body="{}", method="POST"),
    ),
    Entry(
        "ND125",
        Severity.HINT,
        "One private op hides all addresses",
        "One op that exposes ports is private, another is not.",
        'The SDK then shows "private" for the whole job; the node still tells its owner all addresses.',
        "nosana SDK, src/utils/expose.ts.",
        of(whole(run("a", expose=[80], private=True), run("b", expose=[80])), "/ops/0/args/private"),
        of(whole(run("a", expose=[80], private=True), run("b", expose=[80], private=True))),
    ),
    Entry(
        "ND127",
        Severity.WARNING,
        "An op id as host name",
        "An address names another op by its id.",
        "Containers are named after job and position, and found by that name or by aliases. Nothing registers the "
        "id as "
        "a host name, although some documentation says so.",
        "nosana-cli, createPodmanRunOptions.",
        of(whole(run("model"), run("page", env={"API": "http://model:80"})), "/ops/1/args/env/API"),
        of(whole(run("model"), run("page", env={"API": "http://%%ops.model.host%%:80"}))),
    ),
    Entry(
        "ND128",
        Severity.WARNING,
        "One alias for two ops",
        "Two ops of one group have the same alias.",
        "The network of the containers answers with either of them.",
        "The container engines: --network-alias.",
        of(
            whole(
                run("a", aliases=["api"], execution={"group": "one"}),
                run("b", aliases=["api"], execution={"group": "one"}),
            ),
            "/ops/1/args/aliases/0",
        ),
        of(
            whole(
                run("a", aliases=["api"], execution={"group": "one"}),
                run("b", aliases=["web"], execution={"group": "one"}),
            )
        ),
    ),
    Entry(
        "ND130",
        Severity.WARNING,
        "An expression that JavaScript refuses",
        "The expression of a result is not a regular expression of JavaScript. Inline flags such as (?i), possessive "
        "loops and named groups in the manner of Python are not.",
        "The result will be the text of the error instead.",
        _LOGS,
        _result("(?i)hello", _AT),
        _result("[Hh]ello"),
    ),
    Entry(
        "ND131",
        Severity.WARNING,
        "An expression that can hang the node",
        "A loop in the expression can read one text in many ways, and something after it can fail.",
        "JavaScript tries all ways one after another, and their number doubles with every letter. A long line "
        "without a "
        "match then blocks the node for minutes or for ever. Told by comparing two runs through the loop's automaton; "
        "slowness that only grows with a power of the length, as in .*.*x, is not reported.",
        f"{_LOGS} ECMAScript, RegExp is a backtracking matcher.",
        _result("^(\\w+\\s?)*$", _AT),
        _result("^(\\w+\\s)*$"),
    ),
    Entry(
        "ND132",
        Severity.WARNING,
        "A lone asterisk",
        "The expression of a result is *.",
        "Nodes make /* of it, which matches nothing at the start of every line: the result is a list of empty texts.",
        _LOGS,
        _result("*", _AT),
        _result(".*"),
    ),
    Entry(
        "ND133",
        Severity.WARNING,
        "An expression over several lines",
        "The expression needs something behind the end of a line.",
        "Nodes search each entry of the log by itself, and that is usually one line.",
        _LOGS,
        _result("total:\\n(.+)", _AT),
        _result("total: (.+)\\n"),
    ),
    Entry(
        "ND134",
        Severity.WARNING,
        "Slashes and flags",
        "The expression is written with slashes and flags, as in source code.",
        "Nodes use the whole text as expression, without flags, so the slashes would have to be in the log.",
        _LOGS,
        _result("/hello/i", _AT),
        _result("[Hh]ello"),
    ),
    Entry(
        "ND135",
        Severity.HINT,
        "An expression that matches nothing",
        "The expression may match an empty text.",
        "Only the first match of each line counts, and that is the empty one at its start.",
        _LOGS,
        _result("\\d*", _AT),
        _result("\\d+"),
    ),
)
