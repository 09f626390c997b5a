"""The log of an op as its node reports it: entries with a stream, a text and, on newer nodes, a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from explorer.sample.draw import JsonObject
from explorer.sample.logs import servers, shell, work
from explorer.sample.logs.screen import RED, RESET, Line, Run, err, words_of

KEPT = 24_999  # the newest entries a node keeps
Writer = Callable[[Run], Iterator[Line]]
# The first word found in the image (or else in the cmd) says what kind of work it is.
WRITERS: tuple[tuple[str, Writer], ...] = (
    ("llm_benchmark", work.benchmark), ("nosana/stats", work.stats), ("vllm", servers.vllm), ("sglang", servers.vllm),
    ("lmdeploy", servers.lmdeploy), ("text-generation", servers.tgi), ("open-webui", servers.web),
    ("ollama", servers.ollama), ("a1111", work.comfyui), ("comfyui", work.comfyui),
    ("stable-diffusion", work.pictures), ("whisper:cuda-check", shell.lines), ("whisper", work.whisper),
    ("llama2", work.llama2), ("jupyter", servers.jupyter), ("nginx", servers.web), ("ffmpeg", work.ffmpeg),
    ("blender", work.blender), ("soak", work.soak), ("redis", servers.web),
)  # fmt: skip
CMD_WRITERS: tuple[tuple[str, Writer], ...] = (("train.py", work.training), ("chat.py", work.tinyllama))
TRACEBACKS = (
    ("torch.OutOfMemoryError",
     "CUDA out of memory. Tried to allocate 2.32 GiB. GPU 0 has a total capacity of {vram:.2f} GiB."),
    ("RuntimeError", "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"),
    ("FileNotFoundError", "[Errno 2] No such file or directory: '/data-models/config.json'"),
    ("ModuleNotFoundError", "No module named 'flash_attn'"),
    ("ConnectionError", "HTTPSConnectionPool(host='models.example', port=443): Max retries exceeded"),
)  # fmt: skip


def entries(run: Run, start_ms: int, end_ms: int) -> list[JsonObject]:
    """Return the op's log between two times in ms: at most 24,999 entries, in the shape of the node's version."""
    lines = list(_all_lines(run))[-KEPT:]
    step = (end_ms - start_ms) / (len(lines) + 1)
    shape = run.node.style % 4
    return [
        {"type": stream, "log": f"{text}\n"} | _timestamp(start_ms + step * (number + 1), shape, run)
        for number, (stream, text) in enumerate(lines)
    ]


def shell_exit(args: JsonObject, joins_cmd: bool) -> int:
    """Return the exit code that the op's cmd itself asks for, where the op is no more than a shell line."""
    return shell.exit_code(args, joins_cmd) if _writer(args) is shell.lines else 0


def texts(run: Run) -> Iterator[Line]:
    """Yield stream and text of each entry, newline included, for taking results from."""
    return ((stream, f"{text}\n") for stream, text in list(_all_lines(run))[-KEPT:])


def _timestamp(at_ms: float, shape: int, run: Run) -> JsonObject:
    """Return the entry's time: RFC 3339 with nanoseconds, ms as text, or nothing from older nodes."""
    if not run.node.has_groups:
        return {}
    if shape == 1:
        return {"timestamp": str(int(at_ms))}
    whole = datetime.fromtimestamp(int(at_ms) // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return {"timestamp": f"{whole}.{int(at_ms * 1e6) % 10**9:09d}Z"}


def _all_lines(run: Run) -> Iterator[Line]:
    """Yield what the work prints; cut short, with its last words, where it did not end well."""
    lines = _writer(run.args)(run)
    if run.fate == "ok":
        yield from lines
        return
    kept = list(lines)
    yield from kept[: max(1, int(len(kept) * run.rng.uniform(0.3, 0.9)))]
    if run.fate == "traceback":
        yield from _traceback(run)
    elif run.fate == "oom":
        yield from err("Killed")


def _writer(args: JsonObject) -> Writer:
    """Return who writes the log of such an op; what is not known is taken for a shell line."""
    image, cmd = str(args.get("image")), " ".join(words_of(args))
    by_image = (writer for word, writer in WRITERS if word in image)
    by_cmd = (writer for word, writer in CMD_WRITERS if word in cmd)
    return next(by_image, None) or next(by_cmd, None) or shell.lines


def _traceback(run: Run) -> Iterator[Line]:
    """Yield a Python traceback in the manner of the libraries that such jobs use."""
    error, message = TRACEBACKS[run.rng.randrange(len(TRACEBACKS))]
    yield from err(
        "Traceback (most recent call last):",
        f'  File "/app/main.py", line {run.rng.randrange(20, 300)}, in <module>',
        "    main(sys.argv[1:])",
        f'  File "/opt/venv/lib/torch/nn/modules/module.py", line {run.rng.randrange(1500, 1800)}, in _call',
        "    return forward_call(*args, **kwargs)",
        "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        f"{RED}{error}{RESET}: {message.format(vram=run.node.vram_mb / 1024)}",
    )
