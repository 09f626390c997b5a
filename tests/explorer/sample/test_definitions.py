"""The definitions that are posted."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from explorer.sample import deployers, order, world
from explorer.sample.definitions import odd
from explorer.sample.definitions.catalogue import BY_NAME, SEED_FAMILIES, build
from explorer.sample.draw import rng
from explorer.sample.fate import ops_of


@pytest.mark.parametrize("family", sorted(BY_NAME))
def test_family_same_draw_gives_the_same_definition(family: str) -> None:
    first, second = (json.dumps(build(family, rng(family, 3))) for _ in range(2))
    assert first == second
    assert ops_of(json.loads(first)) is not None


def test_families_cover_every_shape_of_a_definition() -> None:
    drawn = [build(family, rng(family, number)) for family in BY_NAME for number in range(40)]
    args = [op["args"] for definition in drawn for op in definition["ops"]]
    assert {type(arg.get("cmd")) for arg in args} == {str, list, type(None)}
    assert {type(arg.get("expose")) for arg in args} == {int, list, dict, str, type(None)}
    assert {type(arg.get("entrypoint")) for arg in args} == {str, list, type(None)}
    assert {type(arg.get("restart_policy")) for arg in args} == {str, dict, type(None)}
    assert {type(arg.get("aliases")) for arg in args} == {str, list, type(None)}
    rules = [rule for definition in drawn for op in definition["ops"] for rule in op.get("results", {}).values()]
    assert {type(rule) for rule in rules} == {str, dict}
    resources = [item for arg in args for item in arg.get("resources", []) if isinstance(item, dict)]
    assert {item.get("type") for item in resources} == {"S3", "HF", "Ollama", None}
    assert {op["type"] for definition in drawn for op in definition["ops"]} == {
        "container/run",
        "container/create-volume",
    }
    tops = {key for definition in drawn for key in definition}
    assert tops == {"version", "type", "meta", "ops", "global", "deployment_id", "logistics", "ssh"}


def test_seed_jobs_are_the_documented_ones() -> None:
    whisper, tinyllama = (family.build(rng("any")) for family in SEED_FAMILIES)
    assert [(op["id"], op["args"]["image"], op["args"]["cmd"][0], op["args"]["gpu"]) for op in whisper["ops"]] == [
        ("gpu-stats", "ubuntu", "sh -c ", True),
        ("run-whisper", "docker.io/nosana/whisper:cuda-check", "sh -c ", True),
    ]
    assert tinyllama == {
        "version": "0.1",
        "type": "container",
        "meta": {"trigger": "cli"},
        "ops": [
            {
                "type": "container/run",
                "id": "huggingface",
                "args": {
                    "image": "ubuntu",
                    "cmd": ["ls", "/data-models"],
                    "gpu": True,
                    "resources": [
                        {"type": "HF", "repo": "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "target": "/data-models/"}
                    ],
                },
            }
        ],
    }


def test_odd_definitions_are_at_most_one_percent() -> None:
    found = world.make(1)
    projects = Counter(deployers.choose(1, found.deployers, n, 1_790_000_000.0)[1].family for n in range(3000))
    assert 0 < projects["odd"] <= 30


def test_odd_definitions_hold_one_that_is_not_json_and_one_that_is_not_an_object() -> None:
    assert sorted(order.read(text)[0] for text in odd.ODD) == [0, 0, 0, 0, 0, 1, 2]
    assert max(map(len, odd.ODD)) < 110_000 < max(map(len, odd.worst()))
