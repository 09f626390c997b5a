"""Values of several shapes: choosing one, changing one's mind, and typing without changing the shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.builder.form.keeping import Visit
from jobs.builder.form.posting import changes_of
from jobs.definition.document import read
from tests.jobs.builder.form.posts import edited, page_of, posted


def job(**args: Any) -> str:
    op = {"type": "container/run", "id": "a", "args": {"image": "ubuntu:24.04", **args}}
    return json.dumps({"version": "0.1", "type": "container", "ops": [op]}, indent=2)


def args_of(text: str) -> dict[str, Any]:
    args: dict[str, Any] = json.loads(text)["ops"][0]["args"]
    return args


ARGS = "/ops/0/args"
CHECK = {"type": "http", "path": "/", "method": "GET", "expected_status": 200, "continuous": False}

TURNS = [
    ("cmd", "python main.py --n 'a b'", "list", ["python", "main.py", "--n", "a b"]),
    ("cmd", "echo $HOME | wc", "list", ["/bin/sh", "-c", "echo $HOME | wc"]),
    ("cmd", ["/bin/sh", "-c", "echo $HOME | wc"], "text", "echo $HOME | wc"),
    ("cmd", ["echo", "a b"], "text", "echo 'a b'"),
    ("entrypoint", "/bin/sh", "list", ["/bin/sh"]),
    ("entrypoint", ["/bin/sh", "-c"], "text", "/bin/sh"),
    ("expose", 80, "list", [{"port": 80}]),
    ("expose", 80, "port", {"port": 80}),
    ("expose", {"port": 80, "type": "api"}, "list", [{"port": 80, "type": "api"}]),
    ("expose", [{"port": 81}, 82], "number", 81),
    ("expose", 80, "literal", "%%global.variables.NAME%%"),
    ("expose", "%%global.variables.PORT%%", "list", ["%%global.variables.PORT%%"]),
    ("expose", "%%global.variables.PORT%%", "spread", {"__spread__": "%%global.variables.PORT%%"}),
    ("restart_policy", "always", "limited", {"policy": "on-failure", "restart_tries": 3}),
    ("restart_policy", {"policy": "on-failure", "restart_tries": 9}, "word", "on-failure"),
    ("aliases", "db, cache", "list", ["db", "cache"]),
    ("aliases", ["db", "cache"], "text", "db,cache"),
]


@pytest.mark.parametrize(("member", "value", "shape", "expected"), TURNS)
def test_a_value_becomes_another_shape_with_the_same_meaning(member, value, shape, expected):
    turned = edited(job(**{member: value}), f"{ARGS}/{member}", **{f"k:{ARGS}/{member}": shape})

    assert args_of(turned) == {"image": "ubuntu:24.04", member: expected}


@pytest.mark.parametrize("member", ["cmd", "entrypoint", "expose", "restart_policy", "aliases"])
def test_not_set_takes_the_member_out_and_back(member):
    values = {"cmd": ["a", "b"], "entrypoint": "x", "expose": [{"port": 1}], "restart_policy": "no", "aliases": ["n"]}
    text = job(**{member: values[member]})
    kept = Visit({})
    shape = dict(page_of(read(text), ARGS).fields)[f"b:{ARGS}/{member}"]

    gone = edited(text, ARGS, kept=kept, **{f"k:{ARGS}/{member}": "none"})
    back = edited(gone, ARGS, kept=kept, **{f"k:{ARGS}/{member}": shape})

    assert (args_of(gone), args_of(back)) == ({"image": "ubuntu:24.04"}, args_of(text))


RESOURCES: dict[str, dict[str, Any] | str] = {
    "S3": {"type": "S3", "url": "https://example.com/m", "target": "/m", "files": ["a", "b"]},
    "S3-bucket": {"type": "S3", "url": "https://example.com", "bucket": "b", "target": "/m"},
    "S3-buckets": {"type": "S3", "target": "/m", "buckets": [{"url": "s3://a"}, {"url": "s3://b", "files": ["x"]}]},
    "HF": {"type": "HF", "repo": "a/b", "target": "/m", "revision": "main", "accessToken": "hf_x"},
    "Ollama": {"type": "Ollama", "model": "tiny", "target": "/m"},
    "spread": {"__spread__": "%%ops.a.results.r%%"},
    "marker": "__remove-if-empty__",
}


@pytest.mark.parametrize("start", RESOURCES)
@pytest.mark.parametrize("other", RESOURCES)
def test_a_resource_is_every_other_kind_and_back_again(start, other):
    text, place = job(resources=[RESOURCES[start]]), f"{ARGS}/resources/0"
    kept = Visit({})

    there = edited(text, place, kept=kept, **{f"k:{place}": other})
    back = edited(there, place, kept=kept, **{f"k:{place}": start})

    assert dict(page_of(read(there), place).fields)[f"b:{place}"] == other
    assert args_of(back) == args_of(text)


def test_what_both_kinds_have_is_taken_along():
    text, place = job(resources=[RESOURCES["HF"]]), f"{ARGS}/resources/0"
    kept = Visit({})

    there = edited(text, place, kept=kept, **{f"k:{place}": "Ollama"})
    moved = edited(there, place, kept=kept, **{f"f:{place}/target": "/elsewhere"})
    back = edited(moved, place, kept=kept, **{f"k:{place}": "HF"})

    assert args_of(back)["resources"] == [
        {"type": "HF", "repo": "a/b", "target": "/elsewhere", "revision": "main", "accessToken": "hf_x"}
    ]


def test_only_the_lines_of_the_shape_change():
    text, place = job(resources=[RESOURCES["HF"]]), f"{ARGS}/resources/0"

    there = edited(text, place, **{f"k:{place}": "Ollama"})

    assert [line for line in text.split("\n") if line not in there.split("\n")] == [
        '            "type": "HF",',
        '            "repo": "a/b",',
        '            "target": "/m",',
        '            "revision": "main",',
        '            "accessToken": "hf_x"',
    ]
    assert args_of(there)["resources"] == [{"type": "Ollama", "model": ""}]


def test_an_op_becomes_a_volume_and_again_what_it_was():
    text = job(cmd="x", gpu=True)
    kept = Visit({})

    volume = edited(text, "/ops/0", kept=kept, **{"k:/ops/0": "container/create-volume"})
    back = edited(volume, "/ops/0", kept=kept, **{"k:/ops/0": "container/run"})

    assert json.loads(volume)["ops"] == [{"type": "container/create-volume", "id": "a", "args": {"name": "work"}}]
    assert json.loads(back) == json.loads(text)


def test_checks_results_and_bodies_have_their_shapes():
    text = job(expose=[{"port": 80, "health_checks": [CHECK]}])
    check = f"{ARGS}/expose/0/health_checks/0"

    socket = edited(text, check, **{f"k:{check}": "websocket"})
    body = edited(text, check, **{f"k:{check}/body": "json"})

    assert args_of(socket)["expose"][0]["health_checks"] == [
        {"type": "websocket", "continuous": False, "expected_response": ""}
    ]
    assert args_of(body)["expose"][0]["health_checks"] == [{**CHECK, "body": {}}]


def test_a_result_is_looked_for_in_chosen_logs():
    whole = json.loads(job())
    whole["ops"][0]["results"] = {"n": "n=(.*)"}
    place = "/ops/0/results/n"

    chosen = edited(json.dumps(whole), place, **{f"k:{place}": "chosen"})
    both = edited(chosen, place, **{f"f:{place}/logType": ["stdout", "stderr"]})
    none = edited(both, place, **{f"f:{place}/logType": None})

    assert [json.loads(text)["ops"][0]["results"]["n"] for text in (chosen, both, none)] == [
        {"regex": "n=(.*)", "logType": ["stdout"]},
        {"regex": "n=(.*)", "logType": ["stdout", "stderr"]},
        {"regex": "n=(.*)", "logType": []},
    ]


def test_typing_never_changes_the_shape():
    """A number that is no number yet is a text in the definition, and still the number's field in the form."""
    kept, place = Visit({}), f"{ARGS}/expose"
    text = job(expose=8000)
    document = read(text)
    changes = changes_of(document, posted(page_of(document, place), **{f"f:{place}": "80x"}), kept=kept)
    typed = edited(text, place, **{f"f:{place}": "80x"})
    kept.pick(read(typed), changes.picks)
    right = edited(typed, place, kept=kept, **{f"f:{place}": "8080"})

    assert args_of(typed)["expose"] == "80x"
    fields = dict(page_of(read(typed), place, picks=kept.picks(read(typed))).fields)
    assert (fields[f"b:{place}"], fields[f"k:{place}"], fields[f"f:{place}"]) == ("number", "number", "80x")
    assert args_of(right)["expose"] == 8080


def test_what_is_typed_before_a_shape_is_chosen_has_the_first_one():
    assert [
        args_of(edited(job(), ARGS, **{f"f:{ARGS}/{name}": typed}))[name]
        for name, typed in (("cmd", "python x.py"), ("expose", "8000"), ("aliases", "db\nqueue"), ("entrypoint", "sh"))
    ] == ["python x.py", 8000, ["db", "queue"], "sh"]


def test_a_shape_and_its_value_in_one_post():
    """Without a script both go together: the value is read as it was shown, then turned."""
    text = job(cmd="old")

    both = edited(text, ARGS, **{f"f:{ARGS}/cmd": "new words", f"k:{ARGS}/cmd": "list"})

    assert args_of(both)["cmd"] == ["new", "words"]
