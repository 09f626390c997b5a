"""Every control of every part of every definition can be edited, and only its own lines change."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from jobs.builder.form.building import FormState, form_of
from jobs.builder.form.nodes import Block, Control
from jobs.builder.form.posting import patches_of
from jobs.definition.check import check
from jobs.definition.document import MISSING, Document, read
from jobs.definition.edit.patches import apply_patch
from tests.jobs.builder.form.posts import page_of, posted
from tests.jobs.builder.form.test_untouched import FILES, parts_of

TYPED = {"text": "typed", "area": "typed\nin two lines", "number": "4321", "lines": "one\ntwo", "json": '{"a": 1}'}


def controls_of(document: Document, at: str) -> Iterator[Control]:
    waiting: list[Control | Block] = [
        node for section in form_of(document, state=FormState(at)).sections for node in section.nodes
    ]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Control):
            yield node
        else:
            waiting += [*node.nodes, *(row.node for row in node.rows)]


def typed_into(control: Control) -> tuple[str | None, Any]:
    """Return what is typed into a control, and the value that then stands there."""
    if control.kind == "switch":
        is_on = control.shown == "true"
        return (None, False) if is_on else ("true", True)
    if control.kind == "choice":
        other = next((one.value for one in control.options if one.value and not one.is_on), None)
        return other, other
    typed = TYPED[control.kind]
    value: Any = {"number": 4321, "lines": ["one", "two"], "json": {"a": 1}}.get(control.kind, typed)
    return typed, value


def put(root: Any, pointer: str, value: Any) -> Any:
    """Return a value with another one at a pointer, objects around it made where they are missing."""
    if not pointer:
        return value
    part, more, rest = pointer[1:].partition("/")
    name = part.replace("~1", "/").replace("~0", "~")
    tail = more + rest
    changed = copy.copy(root)
    if isinstance(root, list):
        changed[int(name)] = put(root[int(name)], tail, value)
    else:
        changed[name] = put(root.get(name, {}), tail, value)
    return changed


def lines_of(document: Document, pointer: str) -> tuple[int, int]:
    """Return the first and the last line of a value, counted from 0."""
    span = document.value_span(pointer)
    assert span is not None
    return document.text.count("\n", 0, span.start), document.text.count("\n", 0, span.end)


def changed_lines(old: str, new: str) -> set[int]:
    """Return the lines of the old text that are not in the new one as they were, and those that others follow."""
    before, after = old.split("\n"), new.split("\n")
    found: set[int] = set()
    for tag, start, end, _, _ in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        found |= set(range(start, end)) if tag != "equal" else set()
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_control_changes_only_its_own_lines(file: Path) -> None:
    text = file.read_text()
    document = read(text)

    for at in parts_of(text):
        page = page_of(document, at)
        for control in controls_of(document, at):
            if control.kind in {"several", "picker", "fixed"} or control.name.endswith("/id"):
                continue
            typed, value = typed_into(control)
            if value is None:
                continue
            patches = patches_of(document, posted(page, **{control.name: typed}))
            new = apply_patch(document, patches)

            assert new.value == put(document.value, control.pointer, value), (at, control.pointer)
            assert_only_near(document, new.text, control.pointer)


def assert_only_near(document: Document, new: str, pointer: str) -> None:
    """Assert that the changed lines are those of the value, or, of one that was added, of what holds it."""
    is_there = document.get(pointer) is not MISSING
    while document.get(pointer) is MISSING:
        pointer = pointer.rpartition("/")[0]
    first, last = lines_of(document, pointer)
    changed = changed_lines(document.text, new)
    assert changed <= set(range(first, last + 1)), pointer
    if not is_there:  # a comma after the last member, or the line of an object that was written in one
        assert len(changed) <= 2, pointer


WHOLE = """{
  "version": "0.1",
  "type": "container",
  "meta": { "trigger": "cli", "system_requirements": { "required_vram": 16 } },
  "global": {
    "gpu": true, "work_dir": "/app",
    "entrypoint": ["/bin/sh"],
    "env": { "A": "1" },
    "variables": { "MODEL": "tiny" }
  },
  "logistics": {
    "send": { "type": "api", "args": { "endpoint": "https://example.com/send" } },
    "receive": { "type": "api-listen", "args": {} }
  },
  "ssh": { "public_keys": ["ssh-ed25519 AAAA"] },
  "ops": [
    { "type": "container/create-volume", "id": "disk", "args": { "name": "work" } },
    {
      "type": "container/run",
      "id": "server",
      "args": {
        "image": "ubuntu:24.04",
        "cmd": ["sleep", "10"],
        "expose": [
          8001,
          { "port": 8000, "type": "api", "health_checks": [
            { "type": "http", "path": "/", "method": "GET", "expected_status": 2e2, "continuous": false }
          ] }
        ],
        "env": { "TOKEN": "x" },
        "resources": [
          { "type": "S3", "url": "https://example.com/m", "target": "/m" },
          { "type": "HF", "repo": "a/b", "target": "/hf" },
          { "type": "Ollama", "model": "tiny" }
        ],
        "volumes": [{ "name": "work", "dest": "/data" }],
        "restart_policy": { "policy": "on-failure", "restart_tries": 3 },
        "aliases": ["db"],
        "authentication": { "docker": { "username": "me" } }
      },
      "results": { "n": "n=(.*)", "m": { "regex": "m", "logType": ["stdout"] } },
      "execution": { "group": "first", "timeout": 60 }
    }
  ]
}
"""

#: A control of each section, what is typed, and the one line that then differs.
EDITS = [
    ("f:/deployment_id", "dep", None),
    ("f:/meta/trigger", "web", '  "meta": { "trigger": "web", "system_requirements": { "required_vram": 16 } },'),
    (
        "f:/meta/system_requirements/required_vram",
        "24",
        '  "meta": { "trigger": "cli", "system_requirements": { "required_vram": 24 } },',
    ),
    ("f:/global/work_dir", "/srv", '    "gpu": true, "work_dir": "/srv",'),
    ("f:/global/entrypoint", "/bin/bash", '    "entrypoint": ["/bin/bash"],'),
    ("f:/global/env/A", "2", '    "env": { "A": "2" },'),
    ("f:/global/variables/MODEL", "big", '    "variables": { "MODEL": "big" }'),
    (
        "f:/logistics/send/args/endpoint",
        "https://example.com/x",
        '    "send": { "type": "api", "args": { "endpoint": "https://example.com/x" } },',
    ),
    ("f:/ssh/public_keys", "ssh-rsa BBBB", '  "ssh": { "public_keys": ["ssh-rsa BBBB"] },'),
    (
        "f:/ops/0/args/name",
        "disk",
        '    { "type": "container/create-volume", "id": "disk", "args": { "name": "disk" } },',
    ),
    ("f:/ops/1/id", "backend", '      "id": "backend",'),
    ("f:/ops/1/args/image", "debian:13", '        "image": "debian:13",'),
    ("f:/ops/1/args/cmd", "sleep\n20", '        "cmd": ["sleep", "20"],'),
    ("f:/ops/1/args/expose/0", "8002", "          8002,"),
    ("f:/ops/1/args/expose/1/port", "9000", '          { "port": 9000, "type": "api", "health_checks": ['),
    (
        "f:/ops/1/args/expose/1/health_checks/0/path",
        "/up",
        '            { "type": "http", "path": "/up", "method": "GET", "expected_status": 2e2, "continuous": false }',
    ),
    ("f:/ops/1/args/env/TOKEN", "y", '        "env": { "TOKEN": "y" },'),
    ("f:/ops/1/args/resources/0/url", "s3://b", '          { "type": "S3", "url": "s3://b", "target": "/m" },'),
    ("f:/ops/1/args/resources/1/repo", "c/d", '          { "type": "HF", "repo": "c/d", "target": "/hf" },'),
    ("f:/ops/1/args/resources/2/model", "big", '          { "type": "Ollama", "model": "big" }'),
    ("f:/ops/1/args/volumes/0/dest", "/d", '        "volumes": [{ "name": "work", "dest": "/d" }],'),
    (
        "f:/ops/1/args/restart_policy/restart_tries",
        "5",
        '        "restart_policy": { "policy": "on-failure", "restart_tries": 5 },',
    ),
    ("f:/ops/1/args/aliases", "db\ncache", '        "aliases": ["db", "cache"],'),
    (
        "f:/ops/1/args/authentication/docker/username",
        "you",
        '        "authentication": { "docker": { "username": "you" } }',
    ),
    ("f:/ops/1/results/n", "k", '      "results": { "n": "k", "m": { "regex": "m", "logType": ["stdout"] } },'),
    ("f:/ops/1/execution/timeout", "90", '      "execution": { "group": "first", "timeout": 90 }'),
]


@pytest.mark.parametrize(("name", "typed", "line"), EDITS, ids=[name for name, _, _ in EDITS])
def test_an_edit_in_every_section_changes_one_line_and_stays_valid(name, typed, line):
    document = read(WHOLE)
    new = apply_patch(document, patches_of(document, posted(page_of(document, name[2:]), **{name: typed}))).text

    before, after = WHOLE.split("\n"), new.split("\n")
    if line is None:  # a member that was not there: a comma, and a line
        assert after == [*before[:-3], "  ],", f'  "{name[3:]}": "{typed}"', "}", ""]
    else:
        assert [(was, now) for was, now in zip(before, after, strict=True) if was != now] == [
            (next(was for was, now in zip(before, after, strict=True) if was != now), line)
        ]
    assert (check(WHOLE).valid, check(new).valid) == (True, True)


def test_texts_of_the_corpus_are_as_valid_as_before():
    """One edit that fits the field, in each definition: the verdict is the one it had."""
    for file in FILES:
        text = file.read_text()
        document = read(text)
        if document.get("/ops/0/type") != "container/run" or not isinstance(document.get("/ops/0/args/image"), str):
            continue
        data = posted(page_of(document, "/ops/0"), **{"f:/ops/0/args/image": "docker.io/library/debian:13"})
        new = apply_patch(document, patches_of(document, data)).text
        was, now = ([one.code for one in check(each).findings if one.severity == "error"] for each in (text, new))
        assert (now, json.loads(new)["ops"][0]["args"]["image"]) == (was, "docker.io/library/debian:13"), file.stem
