"""How long reading, validating and linting take: `python -m tests.bench.definition`.

Prints the median for a definition of 10 ops and one of 500, beside that of json.loads on the same text, which tells how
fast the machine is just now, and writes var/bench-definition.json. A limit that is missed is marked; on a busy machine
read it against that calibration: a check takes about twenty-five times as long.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from jobs.definition.check import check
from jobs.definition.codes.examples import IMAGE, http_check, run, whole
from jobs.definition.document import LIMIT

#: Milliseconds allowed for so many ops.
LIMITS: Final = {10: 2.0, 500: 60.0}
ROUNDS: Final = {10: 200, 500: 30}
TARGET: Final = Path("var/bench-definition.json")
VLLM: Final = "docker.io/vllm/vllm-openai:v0.10.2"


def definition(size: int) -> str:
    """Return a definition of so many ops: model servers, commands and downloads in turn, some with slips."""
    kinds = (_server, _command, _model)
    ops = [kinds[index % 3](index) for index in range(size)]
    return json.dumps(whole(*ops, **{"global": {"variables": {"MODEL": "Qwen/Qwen3-4B"}}}), indent=2)


def _server(index: int) -> dict[str, Any]:
    return run(
        f"server-{index}",
        image=VLLM,
        cmd=["--model", "%%global.variables.MODEL%%", "--port", "9000", "--max-model-len", "16384"],
        env={"VLLM_LOGGING_LEVEL": "INFO"} | ({} if index % 10 else {"HF_TOKEN": "not-a-real-token"}),
        expose=[{"port": 9000, "health_checks": [http_check(path="/health")]}],
        resources=[{"type": "HF", "repo": "Qwen/Qwen3-4B", "revision": f"{index:040x}", "target": "/models"}],
        execution={"group": f"group-{index}"},
    )


def _command(index: int) -> dict[str, Any]:
    return run(
        f"command-{index}",
        image="ubuntu" if index % 5 else IMAGE,
        cmd=f"curl http://%%ops.server-{index - 1}.host%%:9000/health && echo rate: {index} it/s",
        results={"rate": {"regex": r"rate: ([0-9.]+) it/s", "logType": ["stdout"]}},
        execution={"group": f"group-{index - 1}", "depends_on": [f"server-{index - 1}"]},
    )


def _model(index: int) -> dict[str, Any]:
    return run(
        f"model-{index}",
        image="docker.io/ollama/ollama:0.12.6",
        expose=11434,
        env={"OLLAMA_KEEP_ALIVE": "-1"},
        resources=[{"type": "Ollama", "model": f"gemma3:{index}b"}],
    )


def median(work: Callable[[], object], rounds: int) -> float:
    """Return the median time of the work, in milliseconds."""
    times = []
    for _ in range(rounds):
        before = time.perf_counter()
        work()
        times.append((time.perf_counter() - before) * 1000)
    return sorted(times)[rounds // 2]


def memory(size: int) -> float:
    """Return the peak of memory that checking takes, in bytes for each byte of the text."""
    text = definition(size)
    tracemalloc.start()
    check(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / len(text)


def row(size: int) -> dict[str, Any]:
    """Measure a definition of so many ops."""
    text, rounds = definition(size), ROUNDS[size]
    report = check(text)
    checked = median(lambda: check(text), rounds)
    return {
        "ops": size,
        "bytes": len(text),
        "findings": len(report.findings),
        "valid": report.valid,
        "check_p50_ms": round(checked, 3),
        "json_loads_p50_ms": round(median(lambda: json.loads(text), rounds), 3),
        "limit_ms": LIMITS[size],
        "within_limit": checked <= LIMITS[size],
        "memory_per_byte": round(memory(size), 1),
    }


def main() -> None:
    """Measure, print and write."""
    assert len(definition(500)) < LIMIT  # noqa: S101 - else nothing would be measured
    rows = [row(size) for size in LIMITS]
    for one in rows:
        sys.stdout.write("  ".join(f"{name} {value}" for name, value in one.items()) + "\n")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps({"suite": "definition", "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
