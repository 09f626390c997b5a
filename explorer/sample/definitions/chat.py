"""Language models: served with an API, or asked once."""

from __future__ import annotations

from random import Random

from explorer.sample.definitions.blocks import (
    FAKE_HF_TOKEN,
    FAKE_KEY,
    Family,
    chat_check,
    definition,
    http_check,
    port,
    run,
)
from explorer.sample.draw import JsonObject

VLLM_MODELS = (
    "Qwen/Qwen3-4B-Instruct-2507", "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "mistralai/Mistral-7B-Instruct-v0.3",
    "meta-llama/Llama-3.1-8B-Instruct", "google/gemma-3-4b-it",
)  # fmt: skip
QUESTIONS = (
    "Explain proof of stake to a gardener.", "Write a haiku about fans and heat sinks.", "What is 17 times 23?",
    "Summarise the plot of Hamlet in one sentence.", "Translate 'good morning' into five languages.",
)  # fmt: skip


def llama2(rng: Random) -> JsonObject:
    """Return one question to llama 2, cmd as a string, one result in each form."""
    return definition(
        run(
            "llama2-ask",
            "docker.io/nosana/llama2-gpu:q8",
            f'python3 llama2.py "{rng.choice(QUESTIONS)}"',
            gpu=True,
            results={
                "cuda-devices-found": "Device [0-9].+?(?=,)",
                "answer": {"regex": r"(?<=\[/INST\]  )(.*)", "logType": ["stdout", "stderr"]},
            },
        ),
        vram_mb=8192,
    )


def llama3_ollama(rng: Random) -> JsonObject:
    """Return llama 3 behind ollama: the model as a variable and as a resource, health check, image's own cmd."""
    model = rng.choice(("llama3.1:8b", "llama3.2:3b", "llama3.1:8b"))
    return definition(
        run(
            f"ollama-{model.replace(':', '-').replace('.', '-')}",
            "docker.io/ollama/ollama:0.12.6",
            gpu=True,
            expose=[port(11434, http_check("/api/tags", continuous=False), kind="api")],
            resources=[{"type": "Ollama", "model": "%%global.variables.MODEL%%"}],
        ),
        trigger="dashboard",
        vram_mb=6144,
        others={"global": {"variables": {"MODEL": model}}},
    )


def llama3_lmdeploy(rng: Random) -> JsonObject:
    """Return llama 3 behind LMDeploy: entrypoint as a list, S3 buckets, a bare port."""
    base = "https://models.nosana.io/hugging-face/llama3.1"
    return definition(
        run(
            "lmdeploy-llama31",
            rng.choice(("docker.io/openmmlab/lmdeploy:v0.5.3-cu12", "docker.io/openmmlab/lmdeploy:v0.9.2-cu12")),
            ["lmdeploy serve api_server /models/8b --model-name llama3.1 --server-port 23333 --tp 1"],
            entrypoint=["/bin/sh", "-c"],
            gpu=True,
            expose=23333,
            env={"HF_HUB_OFFLINE": "1"},
            resources=[
                {
                    "type": "S3",
                    "buckets": [{"url": f"{base}/8b/4x"}, {"url": f"{base}/tokenizer", "files": ["tokenizer.json"]}],
                    "target": "/models/8b",
                }
            ],
        ),
        trigger="dashboard",
        vram_mb=10240,
    )


def tinyllama(rng: Random) -> JsonObject:
    """Return TinyLlama asked once from a Hugging Face resource with chosen files."""
    return definition(
        run(
            "tinyllama",
            "docker.io/pytorch/pytorch:2.6.0-cuda12.4-cudnn9-runtime",
            ["python", "-u", "chat.py", "--model", "/data-models", "--prompt", rng.choice(QUESTIONS)],
            gpu=True,
            work_dir="/app",
            resources=[
                {
                    "type": "HF",
                    "repo": "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
                    "revision": "main",
                    "files": ["config.json", "model.safetensors", "tokenizer.json"],
                    "target": "/data-models/",
                }
            ],
        ),
        trigger=rng.choice(("cli", "sdk")),
        vram_mb=4096,
    )


def vllm(rng: Random) -> JsonObject:
    """Return a vLLM server: cmd as a list, token in env, a health check by POST."""
    model = rng.choice(VLLM_MODELS)
    short = model.rsplit("/", 1)[1]
    return definition(
        run(
            f"vllm-{short.lower().replace('.', '-')}",
            rng.choice(
                ("docker.io/vllm/vllm-openai:v0.10.2", "docker.io/vllm/vllm-openai:v0.5.4", "vllm/vllm-openai:latest")
            ),
            ["--model", model, "--served-model-name", short, "--port", "9000", "--max-model-len", "16384"],
            gpu=True,
            env={"HF_TOKEN": FAKE_HF_TOKEN, "VLLM_LOGGING_LEVEL": "INFO"},
            expose=[port(9000, chat_check(short))],
            **rng.choice(
                ({}, {"restart_policy": "on-failure"}, {"restart_policy": {"policy": "on-failure", "restart_tries": 3}})
            ),
        ),
        trigger=rng.choice(("dashboard", "deployment-manager")),
        vram_mb=rng.choice((10240, 16384)),
        others=rng.choice(({}, {"deployment_id": f"sample-{rng.randrange(16**8):08x}"})),
    )


def tgi(rng: Random) -> JsonObject:
    """Return a text-generation-inference server with a websocket check."""
    model = rng.choice(VLLM_MODELS)
    check = {"type": "websocket", "expected_response": "pong", "continuous": False}
    return definition(
        run(
            "tgi",
            "ghcr.io/huggingface/text-generation-inference:3.3.4",
            ["--model-id", "/data/model", "--port", "8080", "--max-input-tokens", "4096"],
            gpu=True,
            env={"HF_TOKEN": FAKE_HF_TOKEN, "CUDA_VISIBLE_DEVICES": "0"},
            expose=[port(8080, http_check("/health")), port(8081, check, kind="websocket")],
            resources=[{"type": "HF", "repo": model, "target": "/data/model", "accessToken": FAKE_HF_TOKEN}],
        ),
        trigger="dashboard",
        vram_mb=12288,
    )


def big_model(rng: Random) -> JsonObject:
    """Return a large model on a data-centre GPU, kept private."""
    model = rng.choice(("gpt-oss:20b", "qwen3:32b", "deepseek-r1:70b"))
    return definition(
        run(
            "ollama-large",
            "docker.io/ollama/ollama:0.12.6",
            gpu=True,
            private=True,
            env={"OLLAMA_KEEP_ALIVE": "-1", "OLLAMA_NUM_PARALLEL": "8"},
            expose=[port(11434, http_check("/api/tags"))],
            resources=[{"type": "Ollama", "model": model, "target": "/root/.ollama/models"}],
        ),
        trigger="dashboard",
        vram_mb=40960,
    )


def open_webui(rng: Random) -> JsonObject:
    """Return a chat page with its own ollama beside it: one group, depends_on, aliases, literals between ops."""
    model = rng.choice(("gemma3:4b-it-qat", "llama3.2:3b", "qwen3:8b"))
    chat: JsonObject = {"group": "chat"}
    return definition(
        run(
            "ollama",
            "docker.io/ollama/ollama:0.12.6",
            gpu=True,
            aliases=["ollama"],
            expose=[port(11434, http_check("/api/tags", continuous=False))],
            resources=[{"type": "Ollama", "model": model}],
            execution=chat,
        ),
        run(
            "webui",
            "ghcr.io/open-webui/open-webui:v0.6.34",
            env={
                "OLLAMA_BASE_URL": "http://%%ops.ollama.host%%:11434",
                "WEBUI_AUTH": "False",
                "WEBUI_NAME": "Grid Chat",
                "WEBUI_SECRET_KEY": FAKE_KEY,
            },
            expose=[port(8080, http_check("/health"), kind="web")],
            execution={**chat, "depends_on": ["ollama"], "stop_if_dependent_stops": True},
        ),
        trigger="dashboard",
        vram_mb=6144,
    )


FAMILIES = (
    Family("llama2", llama2, 8, 5),
    Family("llama3 ollama", llama3_ollama, 8, 8),
    Family("llama3 lmdeploy", llama3_lmdeploy, 10, 4),
    Family("tinyllama", tinyllama, 4, 6),
    Family("vllm", vllm, 12, 10),
    Family("tgi", tgi, 12, 3),
    Family("big model", big_model, 48, 6),
    Family("open-webui", open_webui, 8, 6),
)
