"""All families together, and the templates that the network's dashboard offers."""

from __future__ import annotations

from random import Random

from explorer.sample import draw
from explorer.sample.definitions import chat, literals, media, seeds, tools
from explorer.sample.definitions.blocks import Family
from explorer.sample.draw import JsonObject

OLD_FAMILIES = (Family("llama2 old", seeds.llama2_old, 8, 2), Family("hello old", seeds.hello_old, 0, 1.5))
SEED_FAMILIES = (Family("whisper seed", seeds.whisper_seed, 4, 0), Family("tinyllama seed", seeds.tinyllama_seed, 4, 0))
FAMILIES: tuple[Family, ...] = (*chat.FAMILIES, *media.FAMILIES, *tools.FAMILIES, *literals.FAMILIES, *OLD_FAMILIES)
BY_NAME = {family.name: family for family in (*FAMILIES, *SEED_FAMILIES)}
# id, family, name, categories (the interface has them as a list, or as one text), stars
TEMPLATES: tuple[tuple[str, str, str, list[str] | str, int], ...] = (
    ("llama2", "llama2", "Llama 2", ["LLM"], 812),
    ("ollama-llama3", "llama3 ollama", "Llama 3 with Ollama", ["LLM", "API"], 2310),
    ("tinyllama", "tinyllama", "TinyLlama", "LLM|API", 340),
    ("vllm", "vllm", "vLLM server", ["LLM", "API"], 1904),
    ("open-webui", "open-webui", "Open WebUI", ["LLM", "Web UI"], 1542),
    ("stable-diffusion", "stable diffusion", "Stable Diffusion", "Image Generation", 988),
    ("comfyui", "comfyui", "ComfyUI", ["Image Generation", "Web UI"], 1377),
    ("whisper", "whisper", "Whisper", ["Audio"], 655),
    ("jupyter", "jupyter", "Jupyter Notebook", ["Development"], 1120),
)


def build(family: str, rng: Random) -> JsonObject:
    """Return a definition of the named family."""
    return BY_NAME[family].build(rng)


def templates(seed: int) -> list[JsonObject]:
    """Return the dashboard's templates in the shape of its interface."""
    return [_template(seed, *row) for row in TEMPLATES]


def _template(seed: int, key: str, family: str, name: str, category: list[str] | str, stars: int) -> JsonObject:
    return {
        "id": key,
        "name": name,
        "description": f"{name} on a GPU of your choice.",
        "category": category,
        "icon": f"https://templates.example/{key}.svg",
        "avatar_url": f"https://templates.example/{key}.png",
        "stargazers_count": stars,
        "readme": f"# {name}\n\nStarts {name} and shows its address once it is healthy.\n",
        "jobDefinition": build(family, draw.rng(seed, "template", key)),
        "is_variant_template": False,
        "parent_template_id": None,
    }
