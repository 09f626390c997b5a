"""Why jobs fail: what messages mean, what to do, and which field of the definition to change."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.nosana.payloads import OpResult, ResultPayload
from jobs.definition import pointers
from jobs.definition.explain.context import Context
from jobs.ops import op_views
from jobs.reasons import Reason, Saying, reason
from jobs.reasons.advice import Advice, table
from jobs.reasons.clues import Clue, clue
from jobs.reasons.flow_errors import of_flow, pointer_of
from jobs.reasons.node_errors import of_error

TABLES = ["image-pull-error", "resource-error", "container-runtime-error", "operation-error", "log", "flow"]
RUN = "container-runtime-error: "
PLAN = "Execution Plan Validation Failed:\n- Invalid dependency: 'b' in group 'y' depends on 'a' in group 'x'"
OPS: list[dict[str, Any]] = [
    {
        "id": "a",
        "type": "container/run",
        "args": {
            "image": "x",
            "cmd": ["serve", "%%ops.b.host%%"],
            "env": {"A": "1", "B": "%%global.variables.C%%"},
            "resources": [
                {"type": "S3", "url": "https://s3.example/one", "target": "/one"},
                {"type": "HF", "repo": "owner/model", "target": "/two"},
            ],
        },
    },
    {"id": "b", "type": "container/run", "args": {"image": "y", "entrypoint": "/run"}},
]
DEFINITION: dict[str, Any] = {"version": "0.1", "type": "container", "ops": OPS}


@pytest.mark.parametrize("name", TABLES)
def test_tables_hold_sentences_and_fields_that_exist(name: str) -> None:
    fields = {"image", "cmd", "env", "expose", "gpu", "resources", "volumes", "work_dir", "authentication"}
    known = {"", "/execution", "/type", "/id", "/logistics", "depends_on", "id", *fields}

    for rule in table(name):
        assert rule.advice.field in known
        assert rule.advice.text.endswith((".", ": {0}"))
        assert "{0}" not in rule.advice.text or rule.pattern.groups


@pytest.mark.parametrize(
    ("message", "starts", "field"),
    [
        ("image-pull-error: reading manifest x: manifest unknown", "The registry has no image of that name", "image"),
        ("image-pull-error: unauthorized: authentication required", "The registry refused", "authentication"),
        ("image-pull-error: toomanyrequests: pull rate limit", "The registry limits", "authentication"),
        ("image-pull-error: write /var/lib: no space left on device", "The node's disk is full.", ""),
        ("image-pull-error: no matching manifest for linux/amd64", "The image is not made for", "image"),
        ("image-pull-error: invalid reference format", "This is no image reference.", "image"),
        ("image-pull-error: dial tcp: lookup ghcr.example: no such host", "No registry answers", "image"),
        ("image-pull-error: net/http: TLS handshake timeout", "The registry was not reached", ""),
        ("image-pull-error: something new", "The node could not pull the image.", "image"),
        ("resource-error: Could not fetch resource: 403 Forbidden", "The store refused", "resources"),
        ("resource-error: NoSuchKey: The specified key does not exist", "There is nothing at that place", "resources"),
        ("resource-error: undefined (reading 'map')", "An S3 resource needs", "resources"),
        ("resource-error: Cannot access gated repo", "The repository is gated", "resources"),
        ("resource-error: something new", "The node could not fetch a resource", "resources"),
        (RUN + "executable file `sh -c ` not found in $PATH", "The image has no program “sh -c”.", "cmd"),
        (RUN + "executable file `a 'b c'` not found in $PATH", "The image has no program “a 'b c'”.", "cmd"),
        (RUN + 'exec: "nvidia-smi": executable file not found', "The image has no program “nvidia-smi”.", "cmd"),
        ("container-runtime-error: exec /run: exec format error", "The program is not made for", "image"),
        (RUN + "unresolvable CDI devices nvidia.com/gpu=all", "The node could not give its GPU", "gpu"),
        ("container-runtime-error: port is already allocated", "Two containers of the node", "expose"),
        ("container-runtime-error: something new", "The container engine could not start", ""),
        ("operation-error: Could not resolve a literal: no such operation", "A literal in its arguments", ""),
        ("operation-error: __spread__ is not valid JSON: x", "A marker in its arguments", ""),
        ("operation-error: crun: executable file `x` not found in $PATH", "The image has no program “x”.", "cmd"),
        ("operation-error: something new", "The node failed over the op", ""),
        ("Error pulling image x: manifest unknown", "The registry has no image", "image"),
        ("Unresolved literals remain in interpolated args", "A literal in its arguments", ""),
    ],
)  # fmt: skip
def test_errors_of_nodes_are_explained(message: str, starts: str, field: str) -> None:
    found = of_error(message)

    assert found is not None
    assert (found.text[: len(starts)], found.field) == (starts, field)


@pytest.mark.parametrize("message", ["", "no idea", "x" * 100_000])
def test_errors_that_nobody_knows_have_no_advice(message: str) -> None:
    assert of_error(message) is None


@pytest.mark.parametrize(
    ("line", "starts", "field"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate", "The GPU's memory ran out.", "cmd"),
        ("RuntimeError: No CUDA-capable device is detected", "The container had no GPU", "gpu"),
        ("CUDA driver version is insufficient for CUDA runtime version", "The program needs a newer driver", "image"),
        ("huggingface_hub.errors.GatedRepoError: 403 Client Error.", "The model is gated", "env"),
        ("ModuleNotFoundError: No module named 'flash_attn'", "The image has no Python module “flash_attn”", "image"),
        ("/bin/sh: 1: nvidia-smi: not found", "The image has no program “nvidia-smi”.", "cmd"),
        ("bash: line 1: foo: command not found", "The image has no program “foo”.", "cmd"),
        ("main.py: error: unrecognized arguments: --fast", "The program does not know the option --fast.", "cmd"),
        ("KeyError: 'HF_TOKEN'", "The variable HF_TOKEN is not set.", "env"),
        ("curl: (6) Could not resolve host: serve", "It called a host that has no address.", "cmd"),
        ("curl: (22) The requested URL returned error: 404", "The address that it asked for answered 404.", "cmd"),
        ("curl: (7) Failed to connect: Connection refused", "Something that it calls was not there", "/execution"),
        ("OSError: [Errno 28] No space left on device", "The node's disk", ""),
        ("cat: can't open '/data/in': No such file or directory", "A file that it needs is not there: /data/in", "cmd"),
    ],
)  # fmt: skip
def test_logs_give_reasons_away(line: str, starts: str, field: str) -> None:
    found = clue(["loading", line, "+ exit 1"])

    assert found is not None
    assert (found.index, found.advice.text[: len(starts)], found.advice.field) == (1, starts, field)


def test_the_first_cause_counts_before_what_follows_from_it() -> None:
    lines = ["ok", "CUDA out of memory", "Connection refused", "CUDA out of memory", "No module named 'x'"]

    assert clue(lines) == Clue(3, table("log")[0].advice)
    assert clue(["all is well", ""]) is None
    assert clue([]) is None


def why(op: OpResult, *tail: Saying, definition: dict[str, Any] = DEFINITION, **flow: Any) -> Reason:
    result = ResultPayload(flow.pop("status", "success"), None, None, (op,) if op else (), **flow)
    return reason(op_views(definition, result, Context(job="J")).rows, result, definition, tail)


def failed(name: str, code: int | None, *errors: str, **diagnostics: Any) -> OpResult:
    return OpResult(name, None, "failed", None, None, code, errors=errors, diagnostics=diagnostics)


@pytest.mark.parametrize(
    ("op", "pointer", "field"),
    [
        (failed("a", 2, "image-pull-error: manifest unknown"), "/ops/0/args/image", "image"),
        (failed("a", 2, "image-pull-error: unauthorized"), "/ops/0/args/image", "image"),  # it gives no sign-in
        (failed("a", 2, "resource-error: owner/model: 403"), "/ops/0/args/resources/1", "resources[1]"),
        (failed("a", 2, "resource-error: 403"), "/ops/0/args/resources/0", "resources[0]"),
        (failed("a", 127, RUN + "executable file `x` not found"), "/ops/0/args/cmd", "cmd"),
        (failed("b", 127, RUN + "executable file `x` not found"), "/ops/1/args/entrypoint", "entrypoint"),
        (failed("a", 0, "operation-error: literal %%global.variables.C%%"), "/ops/0/args/env/B", "env.B"),
        (failed("a", 0, "operation-error: a literal is unknown"), "/ops/0/args/cmd/1", "cmd[1]"),
        (failed("a", 137, state={"OOMKilled": True}), "/ops/0/args/cmd", "cmd"),
        (failed("a", 3), "", ""),
        (failed("z", 2, "image-pull-error: manifest unknown"), "", ""),  # the definition has no such op
    ],
)  # fmt: skip
def test_reasons_name_the_field_to_change(op: OpResult, pointer: str, field: str) -> None:
    found = why(op)

    assert (found.pointer, found.field) == (pointer, field)
    assert not pointer or pointers.split(pointer)[:2] == ["ops", str(found.op.index if found.op else "")]


def test_reason_of_a_literal_comes_from_the_nodes_line_or_from_the_definition() -> None:
    line = Saying(4, "nodeerr", "Unable to resolve literal %%ops.b.host%%")
    spoken, silent = why(failed("a", 0), line), why(failed("a", 0))

    assert (spoken.lead, spoken.text) == ("a ended with exit 0.", "Aborted before it started.")
    assert (spoken.said, spoken.line, spoken.pointer) == (line.text, line, "/ops/0/args/cmd/1")
    assert silent.pointer == "/ops/0/args/env/B"
    assert "variables" in silent.said


def test_reason_without_a_clue_is_the_last_word_of_the_log() -> None:
    tail = [Saying(1, "stdout", "out"), Saying(2, "stderr", "last word"), Saying(3, "stderr", "+ exit 3")]

    assert why(failed("a", 3), *tail).line == tail[1]
    assert why(failed("a", 3), tail[0]).line == tail[0]
    assert why(failed("a", 3)).line is None


def test_reason_of_a_node_that_shut_down_blames_no_field() -> None:
    found = why(failed("a", 143, reason={"hostShutDown": True}), Saying(1, "stderr", "No module named 'x'"))

    assert found.text == "Ended (SIGTERM) when the node shut down."
    assert found.advice.startswith("Nothing is wrong with the definition")
    assert found.pointer == ""


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("$input", ""),
        ("$input.ops[0].args.image", "/ops/0/args/image"),
        ('$input.ops[0].args.env["A/B"]', "/ops/0/args/env/A~1B"),
        ('$input["x\\"y"]', '/x"y'),
    ],
)
def test_places_of_the_networks_validator_become_pointers(path: str, pointer: str) -> None:
    assert pointer_of(path) == pointer


@pytest.mark.parametrize(
    ("message", "said", "pointer"),
    [
        ('{"path":"$input.ops[0].id","expected":"string","value":1}', "ops[0].id has to be string.", "/ops/0/id"),
        ('{"path":"$input.x","expected":"undefined","value":1}', "x is no field that the network knows.", "/x"),
        ('{"path":"$input","expected":"Job"}', "the definition has to be Job.", ""),
        (PLAN, None, "/ops/1/execution/depends_on"),
        ("Duplicate operation IDs found: b", None, "/ops/1/id"),
        ("Error: job definition could not be read from IPFS", None, ""),
        ('{"path": cut', None, ""),
        ("{}", None, ""),
        ("<b>anything", None, ""),
    ],
)  # fmt: skip
def test_errors_of_a_whole_job_lead_to_a_place(message: str, said: str | None, pointer: str) -> None:
    found, advice = of_flow(message, DEFINITION)

    assert (found, advice.field) == (message if said is None else said, pointer)
    assert isinstance(advice, Advice)
