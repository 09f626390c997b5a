"""Logs of services: vLLM, ollama, TGI, LMDeploy, web pages, notebooks."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.sample.logs.screen import BOLD, CYAN, DIM, GREEN, RESET, Line, Run, bar, colour256, err, out, true_colour

MAX_REQUESTS = 240
INFO = f"{GREEN}INFO{RESET}:    "


def _clock(run: Run, second: float) -> str:
    """Return a time of day for a line inside the container; the entry's own timestamp is the true one."""
    total = int(second) % 86400
    return f"{total // 3600:02d}:{total // 60 % 60:02d}:{total % 60:02d}"


def _requests(run: Run) -> int:
    """Return how many lines about requests a service that ran so long prints."""
    return min(MAX_REQUESTS, int(run.seconds / 40) + run.rng.randrange(3, 12))


def vllm(run: Run) -> Iterator[Line]:
    """Yield the log of a vLLM server from its start to its last requests."""
    rng, model = run.rng, run.option("--model", "Qwen/Qwen3-4B-Instruct-2507")
    head = f"{CYAN}(APIServer pid=1){RESET} INFO {run.day[5:]} 09:{rng.randrange(10, 59)}:{rng.randrange(10, 59)}"
    yield from err(
        f"{head} [__init__.py:241] Automatically detected platform cuda.",
        f"{head} [api_server.py:1896] vLLM API server version 0.10.2",
        f"{head} [utils.py:328] non-default args: {{'model': '{model}', 'max_model_len': 16384}}",
        f"{head} [config.py:1861] Using max model len 16384",
        f"{head} [gpu_model_runner.py:2338] Starting to load model {model}...",
        bar("Loading safetensors checkpoint shards", rng.choice((2, 3, 4)), rng, unit="s"),
        f"{head} [default_loader.py:268] Loading weights took {rng.uniform(2, 40):.2f} seconds",
        f"{head} [gpu_worker.py:298] Available KV cache memory: {rng.uniform(1.5, run.node.vram_mb / 1600):.2f} GiB",
        bar("Capturing CUDA graphs (mixed prefill-decode, PIECEWISE)", 67, rng),
        f"{head} [core.py:218] init engine (profile, kv cache, warmup) took {rng.uniform(9, 70):.2f} seconds",
        f"{INFO} Started server process [{BOLD}1{RESET}]",
        f"{INFO} Application startup complete.",
        f"{INFO} Uvicorn running on {BOLD}http://0.0.0.0:{run.option('--port', '8000')}{RESET} (Press CTRL+C to quit)",
    )
    for number in range(_requests(run)):
        if number % 4:
            client = f"10.88.0.{rng.randrange(2, 40)}:{rng.randrange(30000, 60000)}"
            yield from out(f'{INFO} {client} - "{BOLD}POST /v1/chat/completions HTTP/1.1{RESET}" {GREEN}200 OK{RESET}')
        else:
            yield from err(
                f"INFO {run.day[5:]} {_clock(run, 34000 + number * 10)} [loggers.py:123] Engine 000: "
                f"Avg prompt throughput: {rng.uniform(0, 900):.1f} tokens/s, "
                f"Avg generation throughput: {rng.uniform(8, 700):.1f} tokens/s, "
                f"Running: {rng.randrange(0, 14)} reqs, Waiting: 0 reqs, GPU KV cache usage: {rng.uniform(0, 60):.1f}%"
            )


def ollama(run: Run) -> Iterator[Line]:
    """Yield the log of an ollama server."""
    rng, node = run.rng, run.node
    when = f"{run.day}T09:{rng.randrange(10, 59)}:{rng.randrange(10, 59)}.{rng.randrange(100, 999)}Z"
    yield from err(
        f'time={when} level=INFO source=routes.go:1475 msg="server config" env="map[OLLAMA_HOST:http://0.0.0.0:11434]"',
        f'time={when} level=INFO source=images.go:518 msg="total blobs: {rng.randrange(4, 22)}"',
        f'time={when} level=INFO source=routes.go:1528 msg="Listening on [::]:11434 (version 0.12.6)"',
        f'time={when} level=INFO source=types.go:131 msg="inference compute" library=CUDA compute={node.architecture} '
        f'name=CUDA0 description="{node.gpu}" total="{node.vram_mb / 1024:.1f} GiB"',
    )
    for number in range(_requests(run)):
        path = rng.choice(('POST     "/api/chat"', 'GET      "/api/tags"', 'POST     "/api/generate"', 'HEAD     "/"'))
        status = rng.choice((200,) * 12 + (404,))
        shade = 42 if status == 200 else 208
        yield from out(
            f"[GIN] {run.day} - {_clock(run, 34000 + number * 37)} |{colour256(shade, f' {status} ')}| "
            f"{rng.uniform(0.1, 9000):11.3f}ms |      10.88.0.{rng.randrange(2, 9)} | {path}"
        )


def tgi(run: Run) -> Iterator[Line]:
    """Yield the log of a text-generation-inference server, dim and coloured as tracing prints it."""
    rng, model = run.rng, run.option("--model-id", "/data/model")
    head = f"{DIM}{run.day}T09:{rng.randrange(10, 59)}:17.{rng.randrange(10**6):06d}Z{RESET} {GREEN} INFO{RESET}"
    yield from out(
        f"{head} {DIM}text_generation_launcher{RESET}{DIM}:{RESET} Args {{ model_id: {model!r} }}",
        f"{head} {DIM}text_generation_launcher{RESET}{DIM}:{RESET} Using prefill chunking = True",
        f"{head} {DIM}download{RESET}: Files are already present on the host. Skipping download.",
        f"{head} {DIM}shard-manager{RESET}: {BOLD}rank{RESET}=0 Shard ready in {rng.uniform(6, 60):.6f}s",
        f"{head} {DIM}text_generation_router{RESET}: Connected",
    )
    for _ in range(_requests(run)):
        tokens = rng.randrange(12, 900)
        yield from out(
            f"{head} {BOLD}generate{RESET}{{parameters=GenerateParameters {{ max_new_tokens: Some({tokens}) }} "
            f'total_time="{tokens / 60:.6f}s" time_per_token="{rng.uniform(9, 40):.6f}ms" seed="None"}}: Success'
        )


def lmdeploy(run: Run) -> Iterator[Line]:
    """Yield the log of an LMDeploy server."""
    rng = run.rng
    yield from err(
        f"{run.day} 09:14:02,118 - lmdeploy - WARNING - converter.py:68 - data type fallback to float16",
        bar("Convert to turbomind format", 32, rng),
    )
    yield from out(
        "HINT:    Please open \x1b[93m\x1b[1mhttp://0.0.0.0:23333\x1b[0m in a browser for detailed api usage!!!",
        f"{INFO} Started server process [{BOLD}7{RESET}]",
        f"{INFO} Uvicorn running on {BOLD}http://0.0.0.0:23333{RESET} (Press CTRL+C to quit)",
    )
    yield from (
        (
            "stdout",
            f'{INFO} 10.88.0.3:{rng.randrange(30000, 60000)} - "POST /v1/completions HTTP/1.1" {GREEN}200 OK{RESET}',
        )
        for _ in range(_requests(run))
    )


def web(run: Run) -> Iterator[Line]:
    """Yield the log of a web page's server."""
    rng = run.rng
    title = "Open WebUI" if "open-webui" in run.image else run.op_id
    fade = "".join(true_colour(40 + 9 * index, 220 - 6 * index, 150, letter) for index, letter in enumerate(title[:20]))
    yield from out(fade, "v0.6.34 - building the best AI user interface.", "Loading WEBUI_SECRET_KEY from environment")
    yield from err(
        "INFO  [alembic.runtime.migration] Will assume transactional DDL.", bar("Fetching 30 files", 30, rng)
    )
    for _ in range(_requests(run)):
        path = rng.choice(("/", "/health", "/api/config", "/static/favicon.png", "/ws/socket.io/?EIO=4"))
        yield from out(
            f"10.88.0.{rng.randrange(2, 9)} - - [{run.day}:09:{rng.randrange(10, 59)}:00 +0000] "
            f'"GET {path} HTTP/1.1" 200 {rng.randrange(90, 9000)} "-" "Mozilla/5.0"'
        )


def jupyter(run: Run) -> Iterator[Line]:
    """Yield the log of a notebook server."""
    rng = run.rng
    blue = f"\x1b[34m[I {run.day} 09:12:44.871 ServerApp]\x1b[m"
    yield from err(
        f"{blue} jupyterlab | extension was successfully linked.",
        f"{blue} Writing Jupyter server cookie secret to /root/.local/share/jupyter/runtime/jupyter_cookie_secret",
        f"\x1b[33m[W {run.day} 09:12:45.002 ServerApp]\x1b[m All authentication is disabled. "
        "Anyone who can connect to this server will be able to run code.",
        f"{blue} Serving notebooks from local directory: /app",
        f"{blue} Jupyter Server 2.17.0 is running at:",
        f"{blue} http://localhost:8888/lab",
    )
    for _ in range(min(60, _requests(run))):
        yield from err(
            rng.choice(
                (
                    f"{blue} Saving file at /Untitled.ipynb",
                    f"{blue} Kernel started: {rng.randrange(16**8):08x}-4c1e-4a55-9d0c-0242ac110002",
                    f"{blue} Connecting to kernel {rng.randrange(16**8):08x}-4c1e-4a55-9d0c-0242ac110002.",
                )
            )
        )
