"""Required images and resources by class of market.

The first pair is what the network's documentation prints for the market 97G9…; the others are in its manner.
"""

from __future__ import annotations

from explorer.sample.draw import JsonObject

SEED_IMAGES = (
    "registry.hub.docker.com/nosana/frpc:0.1.0",
    "registry.hub.docker.com/nosana/stats:v1.0.4",
    "registry.hub.docker.com/nosana/llm_benchmark:1.0.0",
    "registry.hub.docker.com/nosana/remote-resource-helper:0.1.0",
    "docker.io/openmmlab/lmdeploy:v0.5.3-cu12",
    "docker.io/vllm/vllm-openai:v0.5.4",
    "docker.io/saladtechnologies/a1111:ipv6-v1.9.4",
)
SEED_RESOURCES: tuple[JsonObject, ...] = (
    {"type": "S3", "url": "https://models.nosana.io/stable-diffusion/dreamshaper/8"},
)
NODE_IMAGES = (
    "registry.hub.docker.com/nosana/frpc:0.2.3",
    "registry.hub.docker.com/nosana/stats:v1.2.1",
    "registry.hub.docker.com/nosana/resource-manager:1.1.8",
)
SMALL_IMAGES = (
    *NODE_IMAGES,
    "docker.io/ollama/ollama:0.12.6",
    "docker.io/nosana/whisper:latest",
    "docker.io/nosana/stable-diffusion:1.4.0",
)
MEDIUM_IMAGES = (
    *SMALL_IMAGES,
    "docker.io/vllm/vllm-openai:v0.10.2",
    "docker.io/nosana/comfyui:2.0.5",
    "docker.io/nosana/pytorch-jupyter:2.0.0",
    "ghcr.io/huggingface/text-generation-inference:3.3.4",
)
LARGE_IMAGES = (
    *MEDIUM_IMAGES,
    "docker.io/openmmlab/lmdeploy:v0.9.2-cu12",
    "docker.io/lmsysorg/sglang:v0.5.3",
)
SMALL_RESOURCES: tuple[JsonObject, ...] = (
    {"type": "S3", "url": "https://models.nosana.io/stable-diffusion/1.5"},
    {"type": "Ollama", "model": "llama3.2:3b"},
)
MEDIUM_RESOURCES: tuple[JsonObject, ...] = (
    *SMALL_RESOURCES,
    {"type": "S3", "url": "https://models.nosana.io/stable-diffusion/sdxl", "files": ["sd_xl_base_1.0.safetensors"]},
    {"type": "HF", "repo": "Qwen/Qwen3-4B-Instruct-2507"},
    {"type": "Ollama", "model": "gemma3:4b-it-qat"},
)
LARGE_RESOURCES: tuple[JsonObject, ...] = (
    *MEDIUM_RESOURCES,
    {"type": "Ollama", "model": "gpt-oss:20b"},
    {
        "type": "S3",
        "buckets": [
            {"url": "https://models.nosana.io/hugging-face/llama3.1/70b/4x", "files": ["config.json"]},
            {"url": "https://models.nosana.io/hugging-face/llama3.1/tokenizer"},
        ],
    },
)
# The network may hand out credentials here; these are invented, and nobody may ever show them.
LAB_RESOURCES: tuple[JsonObject, ...] = (
    {
        "type": "S3",
        "url": "s3://sample-lab-models/checkpoints",
        "IAM": {"access_key_id": "AKIA0000SAMPLE000000", "secret_access_key": "sample/not/a/real/secret/0000000000"},
    },
)
REQUIRED: dict[str, tuple[tuple[str, ...], tuple[JsonObject, ...]]] = {
    "small": (SMALL_IMAGES, SMALL_RESOURCES),
    "medium": (MEDIUM_IMAGES, MEDIUM_RESOURCES),
    "large": (LARGE_IMAGES, LARGE_RESOURCES),
    "lab": (NODE_IMAGES, LAB_RESOURCES),
}
