"""What a definition needs, whatever its shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.readiness.needs import MOST_ITEMS, Needs, needs_of, parameters_of


def run(op_id: str = "op", /, **args: Any) -> dict[str, Any]:
    """Return an op that runs a container."""
    return {"type": "container/run", "id": op_id, "args": args}


def whole(*ops: Any, **others: Any) -> dict[str, Any]:
    """Return a definition."""
    return {"version": "0.1", "type": "container", "ops": [*ops], **others}


def named(definition: Any) -> list[tuple[str, str, str]]:
    """Return op, kind and name of all items."""
    return [(item.op, item.kind, item.name) for item in needs_of(definition).items]


def test_items_are_listed_by_op_images_first() -> None:
    s3 = {"type": "S3", "url": "s3://a", "target": "/a"}
    joined = {"type": "S3", "buckets": [{"url": "s3://b"}, {"url": "s3://c"}], "target": "/b"}
    definition = whole(
        run("one", image="ubuntu", resources=[s3, {"type": "HF", "repo": "o/m", "target": "/m"}]),
        {"type": "container/create-volume", "id": "two", "args": {"name": "v"}},
        run("three", image="redis:7", resources=[joined, {"type": "Ollama", "model": "m:1b"}]),
    )
    assert named(definition) == [
        ("one", "image", "ubuntu"),
        ("one", "resource", "s3://a"),
        ("one", "resource", "o/m"),
        ("three", "image", "redis:7"),
        ("three", "resource", "s3://b-s3://c"),
        ("three", "resource", "m:1b"),
    ]


def test_literals_of_variables_are_replaced_first() -> None:
    definition = whole(
        run(image="%%global.variables.IMAGE%%:1", resources=[{"type": "HF", "repo": "%%global.variables.REPO%%"}]),
        **{"global": {"variables": {"IMAGE": "o/x", "REPO": "o/m"}}},
    )
    assert named(definition) == [("op", "image", "o/x:1"), ("op", "resource", "o/m")]
    assert [item.problem for item in needs_of(definition).items] == ["", ""]


@pytest.mark.parametrize(
    "literal",
    ["%%global.variables.ABSENT%%", "%%ops.first.results.name%%", "%%global.job%%", "o/x:%%ops.first.host.x%%"],
)
def test_literals_without_a_value_are_said(literal: str) -> None:
    resource = {"type": "HF", "repo": literal}
    definition = whole(
        {**run("first", image="ubuntu"), "results": {"name": ".*"}},
        run("second", image=literal, resources=[resource], env={"X": "%%ops.first.results.name%%"}),
        **{"global": {"variables": {"IMAGE": "o/x"}}},
    )
    first, image, repo = needs_of(definition).items
    said = "Its name holds a literal without a value here, so that no node can have it before the job runs."
    assert (first.problem, image.name, image.problem, repo.name, repo.problem) == ("", literal, said, literal, said)


def test_literal_that_nodes_leave_as_it_is_is_said() -> None:
    definition = whole(run(image="%%globals.variables.A%%"), **{"global": {"variables": {"A": "o/x"}}})
    (item,) = needs_of(definition).items
    assert (item.name, item.problem) == (
        "%%globals.variables.A%%",
        "Its name holds what looks like a literal, but nodes do not replace it.",
    )


def test_literals_elsewhere_do_not_matter() -> None:
    definition = whole(run(image="ubuntu", env={"X": "%%global.variables.ABSENT%%"}, cmd="%%global.job%%"))
    assert [(item.name, item.problem) for item in needs_of(definition).items] == [("ubuntu", "")]


def test_resources_from_a_spread_literal_are_unpacked() -> None:
    listed = '[{"type":"HF","repo":"o/m","target":"/m"}]'
    definition = whole(
        run(image="ubuntu", resources=[{"__spread__": "%%global.variables.ALL%%"}, "__remove-if-empty__"]),
        **{"global": {"variables": {"ALL": listed}}},
    )
    assert named(definition) == [("op", "image", "ubuntu"), ("op", "resource", "o/m")]


def test_items_that_are_the_same_to_a_node_share_a_number() -> None:
    first = {"type": "S3", "url": "s3://a", "target": "/a", "IAM": {"REGION": "eu"}}
    second = {"type": "S3", "url": "s3://a", "target": "/b"}
    part = {"type": "S3", "url": "s3://a", "target": "/b", "files": ["x"]}
    login = {"docker": {"username": "u"}}
    definition = whole(
        run(image="ubuntu", resources=[first, second, part]),
        run(image="ubuntu"),
        run(image="ubuntu", authentication=login),
    )
    numbers = [(item.kind, item.number, item.is_private) for item in needs_of(definition).items]
    assert numbers == [
        ("image", 0, False),
        ("resource", 1, False),
        ("resource", 1, False),
        ("resource", 2, False),
        ("image", 0, False),
        ("image", 3, True),
    ]


@pytest.mark.parametrize("image", [None, "", 3, ["ubuntu"]])
def test_op_without_an_image_is_said(image: Any) -> None:
    (item,) = needs_of(whole(run(image=image))).items
    assert (item.name, item.problem) == ("", "The op names no image, so that no node can run it.")


@pytest.mark.parametrize(
    ("definition", "vram_mb"),
    [
        (whole(run(), meta={"system_requirements": {"vram_total_mb": 4096}}), 4096),
        (whole(run(), meta={"system_requirements": {"required_vram": 44}}), 45056),
        (whole(run(), meta={"system_resources": {"required_vram": 18}}), 18432),
        (whole(run(), meta={"system_requirements": {"required_vram": "24"}}), 24576),
        (whole(run(), meta={"system_requirements": {"required_vram": "24GB"}}), 24576),
        (whole(run(), meta={"system_requirements": {"required_vram": "8192 MiB"}}), 8192),
        (whole(run(), meta={"system_requirements": {"required_vram": 5.5}}), 5632),
        (whole(run(), meta={"system_requirements": {"required_vram": 4, "vram_total_mb": 8192}}), 8192),
        (whole(run(required_vram=6), run(required_vram=8)), 8192),
        (whole(run(), meta={"system_requirements": {"required_vram": 0}}), None),
        (whole(run(), meta={"system_requirements": {"required_vram": -4}}), None),
        (whole(run(), meta={"system_requirements": {"required_vram": True}}), None),
        (whole(run(), meta={"system_requirements": {"required_vram": "much"}}), None),
        (whole(run(), meta={"system_requirements": {"required_vram": 1e300}}), None),
        (whole(run(), meta={"system_requirements": [24]}), None),
        (whole(run(), meta=None), None),
    ],
)
def test_memory_is_read_in_every_form(definition: Any, vram_mb: int | None) -> None:
    assert needs_of(definition).vram_mb == vram_mb


@pytest.mark.parametrize(
    ("said", "cuda"),
    [
        (["11.8", "12.1", "12.1"], ("11.8", "12.1")),
        ([12.4, 12], ("12.4", "12")),
        ("12.4", ("12.4",)),
        (12.4, ("12.4",)),
        (["any", None, "12.x", True], ()),
        (None, ()),
    ],
)
def test_cuda_is_read_in_every_form(said: Any, cuda: tuple[str, ...]) -> None:
    assert needs_of(whole(run(), meta={"system_requirements": {"required_cuda": said}})).cuda == cuda


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("llama3.1:70b", 70),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", 1.1),
        ("Qwen/Qwen3-30B-A3B-Instruct-2507", 30),
        ("gemma3:4b-it-qat", 4),
        ("https://models.nosana.io/hugging-face/llama3.1/70b/4x-https://models.nosana.io/llama/8b", 70),
        ("mixtral:8x7b", 0),
        ("o/whisper-large-v3", 0),
        ("o/web4b2", 0),
        ("gemma3n:e4b", 0),
        ("", 0),
    ],
)
def test_parameters_are_read_from_the_names_of_models(name: str, parameters: float) -> None:
    assert parameters_of(name) == parameters
    models = [{"type": "Ollama", "model": "small:0.5b"}, {"type": "HF", "repo": name}]
    assert needs_of(whole(run(image="o/x-900b:1", resources=models))).parameters == max(parameters, 0.5)


@pytest.mark.parametrize(
    ("definition", "has_gpu"),
    [
        (whole(run(gpu=True)), True),
        (whole(run(), run(gpu=True)), True),
        (whole(run(gpu=False), **{"global": {"gpu": True}}), True),
        (whole(run(gpu=False)), False),
        (whole(**{"global": {"gpu": True}}), False),
        (whole({"type": "container/create-volume", "id": "v", "args": {"name": "v", "gpu": True}}), False),
    ],
)
def test_gpu_is_asked_for_by_an_op_or_for_all(definition: Any, has_gpu: bool) -> None:
    assert needs_of(definition).has_gpu is has_gpu


def test_endless_definition_is_cut() -> None:
    many = [{"type": "HF", "repo": f"o/{n}"} for n in range(MOST_ITEMS + 10)]
    assert len(needs_of(whole(run(image="ubuntu", resources=many))).items) == MOST_ITEMS
    assert needs_of(whole(run(image="x" * 2001))).items[0].problem == "Its name is longer than any that can be kept."


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(["container/run", "HF", "S3"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["ops", "args", "image", "resources", "type", "id", "url", "meta", "global", "files", "repo"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_shape_is_read(definition: Any) -> None:
    assert isinstance(needs_of(definition), Needs)
    assert isinstance(needs_of(whole(run(image="x", resources=[definition]), definition, meta=definition)), Needs)
