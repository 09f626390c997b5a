"""The templates that the explorer ships: each is what the gallery says of it, and runs as it is."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from typing import Any

import pytest

from jobs.builder import templates
from jobs.builder.readme import rendered
from jobs.builder.templates import CATEGORIES, FOLDER, Template
from jobs.definition.check import check
from jobs.definition.explain.report import explain
from jobs.definition.masking import masked

EVERY = templates.every()
EACH = pytest.mark.parametrize("template", EVERY, ids=[template.slug for template in EVERY])


def args(template: Template) -> list[dict[str, Any]]:
    """Return the arguments of a template's ops."""
    return [op["args"] for op in json.loads(template.text)["ops"]]


@EACH
def test_a_template_is_accepted_and_nothing_is_to_be_remarked(template: Template) -> None:
    report = check(template.text)
    assert (report.valid, [finding.as_json() for finding in report.findings]) == (True, [])
    assert report.document.syntax == "json"


@EACH
def test_a_template_runs_without_a_problem_and_waits_only_for_results(template: Template) -> None:
    ops = explain(template.value).ops
    assert [op.problems for op in ops] == [()] * len(ops)
    assert {
        pending for op in ops for pending in op.pending if ".results." not in pending and ".host" not in pending
    } == set()


@EACH
def test_a_template_is_written_as_a_draft_is(template: Template) -> None:
    assert template.text == json.dumps(json.loads(template.text), indent=2, ensure_ascii=False) + "\n"


@EACH
def test_a_template_has_no_secrets_and_names_versions(template: Template) -> None:
    assert masked(template.text).names == ()
    for image in template.images:
        assert image.rpartition("/")[2].partition(":")[2] not in ("", "latest")
        assert "." in image.split("/")[0]


@EACH
def test_a_template_says_what_it_is(template: Template) -> None:
    assert template.name == " ".join(template.name.split())
    assert len(template.name) <= 40
    assert template.summary.endswith(".")
    assert 20 <= len(template.summary) <= 120
    assert template.categories
    assert len(template.readme) > 100
    assert all(link.url.startswith("https://") for link in template.links)
    assert rendered(template.readme)
    assert template.has_gpu


@EACH
def test_the_files_of_a_template_are_all_there_is(template: Template) -> None:
    folder = FOLDER / template.slug
    assert sorted(path.name for path in folder.iterdir()) == ["definition.json", "facts.toml", "readme.md"]
    facts = tomllib.loads((folder / "facts.toml").read_text())
    assert set(facts) <= {"name", "summary", "categories", "shows", "links"}


@EACH
def test_every_port_that_a_template_serves_is_checked(template: Template) -> None:
    """An exposed port without a health check never tells that it is ready."""
    exposed = [port for arg in args(template) if "expose" in arg for port in arg["expose"]]
    assert all(port["health_checks"] for port in exposed)


#: What has to stand in a definition that is an example of something.
EVIDENCE = {
    "volume": "container/create-volume",
    "S3": '"type": "S3"',
    "Hugging Face": '"type": "HF"',
    "Ollama resource": '"type": "Ollama"',
    "fixed revision": '"revision"',
    "chosen files": '"files"',
    "health check": '"health_checks"',
    "goes on": '"continuous": true',
    "private": '"private": true',
    "results": '"results"',
    "result literals": ".results.",
    "host literal": ".host%%",
    "depends_on": '"depends_on"',
    "alias": '"aliases"',
    "group": '"group"',
    "global variable": '"variables"',
    "restart policy": '"restart_policy"',
    "entrypoint": '"entrypoint"',
    "environment": '"env"',
    "working directory": '"work_dir"',
    "cmd as a text": '"cmd": "',
    "cmd as a list": '"cmd": [',
    "a script in cmd": "import ",
    "port types": '"type": "api"',
}


@EACH
def test_a_template_is_an_example_of_what_it_says(template: Template) -> None:
    for shown in template.shows:
        for words, evidence in EVIDENCE.items():
            if words in shown:
                assert evidence in template.text, (shown, evidence)


def test_there_are_enough_templates_and_every_category_has_some() -> None:
    assert len(EVERY) >= 20
    counts = Counter(category for template in EVERY for category in template.categories)
    assert set(counts) == set(CATEGORIES)
    assert len({template.name for template in EVERY}) == len(EVERY)


@pytest.mark.parametrize(
    "slug",
    [
        *("llama2", "llama3", "tinyllama", "stable-diffusion", "whisper", "jupyter", "vllm", "ollama", "comfyui"),
        *("tgi", "lmdeploy", "pytorch", "train-and-evaluate", "comfyui-volumes", "gpu-service", "results-literals"),
    ],
)
def test_what_the_network_documents_is_there(slug: str) -> None:
    assert templates.find(slug) is not None


def test_multi_op_templates_order_their_ops_as_they_say() -> None:
    plans = {
        slug: found.value
        for slug in ("train-and-evaluate", "open-webui", "results-literals")
        if (found := templates.find(slug))
    }
    assert {slug: explain(value).as_json()["plan"] for slug, value in plans.items()} == {
        "train-and-evaluate": [["make-checkpoints"], ["train"], ["evaluate"]],
        "open-webui": [["ollama", "webui"]],
        "results-literals": [["choose"], ["serve"]],
    }


def test_a_category_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        templates.template_of("x", {"name": "x", "summary": "x", "categories": ["nothing"]}, "{}", "")


def test_what_a_template_needs_is_read_from_its_definition() -> None:
    found = templates.find("comfyui")
    assert found is not None
    assert (found.images, found.resources, found.resource_keys, found.vram_mb, found.op_count) == (
        ("docker.io/nosana/comfyui:2.0.5",),
        ("https://models.nosana.io/stable-diffusion/1.5",),
        ("https://models.nosana.io/stable-diffusion/1.5",),
        6144,
        1,
    )
    assert (found.vram_gb, found.category_names) == (6.0, ("Images",))
