"""Results as they are pinned: the flow with what its logs held, and the logs themselves when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from explorer.sample import draw, fate, flow
from explorer.sample.draw import JsonObject
from explorer.sample.logs import write
from explorer.sample.logs.screen import Line, Run
from explorer.sample.nodes import Node

# Guards of the regexes that strangers post: the sample gives up where a node would go on.
MAX_PATTERN, MAX_LINE, MAX_CAPTURES = 300, 2_000, 500


@dataclass(frozen=True, slots=True)
class Reporter:
    """What a node knows when it reports a job: everything a log is made from."""

    seed: int
    job: str
    pace: float
    node: Node
    ops: list[JsonObject]

    def with_results(self, state: JsonObject) -> JsonObject:
        """Return the flow with each op's `results` captured from its log by regex, as a node does at the op's end."""
        return state | {"opStates": [self._captured(index, op) for index, op in enumerate(state["opStates"])]}

    def with_logs(self, state: JsonObject) -> JsonObject:
        """Return the flow with every op's log."""
        states = [op | {"logs": self._logs(index, op)} for index, op in enumerate(state["opStates"])]
        return state | {"opStates": states}

    def _captured(self, index: int, state: JsonObject) -> JsonObject:
        wanted = self.ops[index].get("results")
        if not isinstance(wanted, dict) or not wanted or state["startTime"] is None:
            return state
        lines = list(write.texts(self._run(index, state))) if _ran(state) else []
        return state | {"results": {key: capture(rule, lines) for key, rule in wanted.items()}}

    def _logs(self, index: int, state: JsonObject) -> list[JsonObject]:
        if state["startTime"] is None or fate.is_volume(self.ops[index]):
            return []
        if not _ran(state):
            errors = [*state.get("errors", []), *([state["error"]] if "error" in state else [])]
            return [{"type": "nodeerr", "log": f"{error['message']}\n"} for error in errors]
        return write.entries(self._run(index, state), state["startTime"], state["endTime"])

    def _run(self, index: int, state: JsonObject) -> Run:
        """Return the op as its container saw it; the same state always gives the same log."""
        args, start = self.ops[index]["args"], state["startTime"] / 1000
        return Run(
            job=self.job,
            op_id=self.ops[index]["id"],
            args=args,
            node=self.node,
            rng=draw.rng(self.seed, "log", self.job, index),
            at=start,
            seconds=(state["endTime"] / 1000 - start) * self.pace,
            fate=_fate(state, write.shell_exit(args, self.node.joins_cmd)),
        )


def capture(rule: Any, lines: Iterable[Line]) -> list[str] | str:
    """Return the first match of each line, followed by its groups; a bad regex gives its error as a text."""
    pattern, streams = (rule.get("regex"), rule.get("logType")) if isinstance(rule, dict) else (rule, None)
    try:
        compiled = re.compile(str(pattern)[:MAX_PATTERN])
    except re.error as error:
        return f"SyntaxError: Invalid regular expression: /{pattern}/: {error}"
    found: list[str] = []
    for stream, text in lines:
        if isinstance(streams, list) and stream not in streams:
            continue
        if match := compiled.search(text.rstrip("\n")[:MAX_LINE]):
            found += [match[0], *(group or "" for group in match.groups())]
    return found[:MAX_CAPTURES]


def _ran(state: JsonObject) -> bool:
    """Return whether the op's container ran."""
    return state["providerId"] is not None


def _fate(state: JsonObject, asked: int) -> str:
    """Return how the op ended, from its state; `asked` is the exit code its own cmd asks for."""
    code = state["exitCode"]
    if state["status"] == "failed" and code != asked:
        return "oom" if code == flow.EXIT_CODES["oom"] else "traceback"
    return "ok" if code == asked else "stopped"
