"""ND050 to ND060: what ops wait for."""

from __future__ import annotations

from typing import Any, Final

from jobs.definition.codes.entry import Entry
from jobs.definition.codes.examples import Written, http_check, of, run, whole
from jobs.definition.findings import Severity

_PLAN: Final = 'nosana-cli, validateExecutionPlan: "Execution Plan Validation Failed", and the flow ends as init error.'
_START: Final = "nosana-cli, TaskManager.start and runTaskManagerOperation."
_SERVED: Final = [{"port": 80, "health_checks": [http_check()]}]


def _op(op_id: str, *depends_on: str, group: str = "chat", **given: Any) -> Written:
    execution: Written = {"group": group} | ({"depends_on": [*depends_on]} if depends_on else {})
    return run(op_id, execution=execution, **given)


ENTRIES: Final = (
    Entry(
        "ND050",
        Severity.WARNING,
        "An op depends on itself",
        "depends_on names the op it belongs to.",
        "It is accepted when posted, but nodes refuse to run any of it.",
        _PLAN,
        of(whole(_op("model", "model")), "/ops/0/execution/depends_on/0"),
        of(whole(_op("model"))),
    ),
    Entry(
        "ND051",
        Severity.WARNING,
        "An op depends on one that is not there",
        "depends_on names no op of this definition.",
        "It is accepted when posted, but nodes refuse to run any of it.",
        _PLAN,
        of(whole(_op("model"), _op("page", "modle")), "/ops/1/execution/depends_on/0"),
        of(whole(_op("model"), _op("page", "model"))),
    ),
    Entry(
        "ND052",
        Severity.WARNING,
        "A dependency in another group",
        "depends_on names an op of another group. An op without a group is one of its own.",
        "Groups run one after another, so an op of an earlier group is over anyway; nodes refuse the whole job "
        "when the "
        "two name different groups.",
        _PLAN,
        of(whole(_op("model", group="first"), _op("page", "model")), "/ops/1/execution/depends_on/0"),
        of(whole(_op("model"), _op("page", "model"))),
    ),
    Entry(
        "ND053",
        Severity.WARNING,
        "Ops that wait for one another",
        "Following depends_on leads back to where it began.",
        "Nodes do not look for circles: none of these ops is started, and their group ends as if all were well.",
        _START,
        of(whole(_op("model", "page"), _op("page", "model")), "/ops/0/execution/depends_on"),
        of(whole(_op("model"), _op("page", "model"))),
    ),
    Entry(
        "ND054",
        Severity.WARNING,
        "A dependency that never reports",
        "An op depends on one that exposes ports, none of which has a health check.",
        "An op that exposes ports counts as started once a health check has passed. Without any it never does, so what "
        "depends on it is never started by it.",
        "nosana-cli, ExposedPortHealthCheck.startStartupHealthCheck.",
        of(whole(_op("model", expose=[80]), _op("page", "model")), "/ops/1/execution/depends_on/0"),
        of(whole(_op("model", expose=_SERVED), _op("page", "model"))),
    ),
    Entry(
        "ND055",
        Severity.WARNING,
        "Several dependencies, one of which counts",
        "An op depends on several others.",
        "The first of them that is up starts the op; the others are not waited for. Let the op itself wait for "
        "them, or "
        "chain them.",
        _START,
        of(whole(_op("model"), _op("store"), _op("page", "model", "store")), "/ops/2/execution/depends_on"),
        of(whole(_op("model"), _op("store", "model"), _op("page", "store"))),
    ),
    Entry(
        "ND056",
        Severity.WARNING,
        "stop_if_dependent_stops alone",
        "stop_if_dependent_stops stands without depends_on.",
        "It speaks about dependencies, of which there are none; types up to 2.1.6 refuse it.",
        "@nosana/types 2.1.6, Execution.",
        of(
            whole(run(execution={"group": "chat", "stop_if_dependent_stops": True})),
            "/ops/0/execution/stop_if_dependent_stops",
        ),
        of(whole(run(execution={"group": "chat"}))),
    ),
    Entry(
        "ND057",
        Severity.HINT,
        "A group named like an op",
        "An op names a group that is the id of another op, which names none.",
        "An op without a group runs in one that has its id, so the two run together.",
        "nosana-cli, createExecutionPlan.",
        of(whole(run("model"), _op("page", group="model")), "/ops/1/execution/group"),
        of(whole(run("model"), _op("page", group="pages"))),
    ),
    Entry(
        "ND058",
        Severity.HINT,
        "No ops",
        "The definition has no ops.",
        "It is accepted, and the job ends at once. Only confidential jobs, whose ops go to the node directly, "
        "look like "
        "this; they have logistics.",
        "@nosana/types; nosana-cli, TaskManager.",
        of(whole(), "/ops"),
        of(whole(run())),
    ),
    Entry(
        "ND059",
        Severity.WARNING,
        "Too little time for the health checks",
        "The timeout of an op is shorter than its health checks need to be tried once.",
        "Checks are tried every five seconds until they pass; an op that is stopped before never counts as started.",
        "nosana-cli, ExposedPortHealthCheck (an interval of 5000 ms). That the timeout is in seconds is assumed.",
        of(whole(run(execution={"timeout": 3}, expose=_SERVED)), "/ops/0/execution/timeout"),
        of(whole(run(execution={"timeout": 300}, expose=_SERVED))),
    ),
    Entry(
        "ND060",
        Severity.HINT,
        "The timeout of an op is new",
        "An op has a timeout of its own.",
        "It came after types 2.1.6: the network takes it, but nodes with older code refuse the job or ignore it.",
        "@nosana/types after 2.1.6, Execution.",
        of(whole(run(execution={"timeout": 300})), "/ops/0/execution/timeout"),
        of(whole(run())),
    ),
)
