"""Explanations of whole definitions, beside what they should be: `golden/NAME.json` and `golden/NAME.txt`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from jobs.definition.explain.context import Context
from jobs.definition.explain.report import Explanation, explain
from jobs.definition.explain.text import as_text

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.stem for path in GOLDEN.glob("*.json"))


def explained(name: str) -> Explanation:
    case: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return explain(case["definition"], Context(**case["context"]))


@pytest.mark.parametrize("name", CASES)
def test_explain_golden(name: str) -> None:
    assert as_text(explained(name)) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_run_lines_golden_give_back_the_exact_words(name: str) -> None:
    """A shell takes out of each line what a node passes to the engine: the image, then the command."""
    for op in explained(name).ops:
        if op.container is None or op.container.image is None:
            continue
        words = [
            w if isinstance(w, str) else json.dumps(w, separators=(",", ":")) for w in op.container.command.arguments
        ]
        entrypoint = op.container.entrypoint or []
        assert shlex.split(op.podman)[-len(words) - 1 :] == [op.container.image, *words]
        tail = [op.container.image, *entrypoint[1:], *words]
        assert shlex.split(op.docker)[-len(tail) :] == tail
        for line in (shlex.split(op.podman), shlex.split(op.docker)):
            given = [line[index + 1] for index, word in enumerate(line) if word == "-e"]
            assert given == [f"{name}={value}" for name, value in op.container.env.items()]


def test_golden_are_enough() -> None:
    assert len(CASES) >= 25
