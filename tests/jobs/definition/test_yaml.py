"""Reading YAML."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.definition.check import check
from jobs.definition.document import read

DEFINITION = """\
# what a person writes
version: "0.1"
type: container
ops:
  - type: container/run
    id: hello
    args:
      image: docker.io/library/ubuntu:24.04
      gpu: true
      env: &defaults
        DEBUG: "1"
        SWITCH: on
      cmd: |
        nvidia-smi
        date
  - type: container/run
    id: again
    args: {image: "docker.io/library/ubuntu:24.04", env: *defaults}
"""


def test_read_yaml_gives_plain_values_and_places() -> None:
    document = read(DEFINITION)
    assert (document.syntax, [finding.code for finding in document.findings]) == ("yaml", ["ND013"])
    assert document.get("/ops/0/args/env") == {"DEBUG": "1", "SWITCH": "on"}
    assert document.get("/ops/0/args/cmd") == "nvidia-smi\ndate\n"
    assert document.get("/ops/1/args/env") == {"DEBUG": "1", "SWITCH": "on"}
    assert (document.position("/ops/0/args/gpu").line, document.position("/ops/0/args/gpu").column) == (9, 7)
    assert document.position("/ops/1/args/env/DEBUG").line == 18
    span = document.value_span("/ops/1/args/image")
    assert span is not None
    assert document.text[span.start : span.end] == '"docker.io/library/ubuntu:24.04"'


def test_checked_yaml_is_valid_by_its_values() -> None:
    assert check(DEFINITION).valid


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("yes", "yes"), ("off", "off"), ("2026-01-01", "2026-01-01"), ("12:30", "12:30"), ("1_000", "1_000"),
        ("true", True), ("FALSE", False), ("~", None), ("null", None), ("", None), ("0o17", 15), ("0xff", 255),
        ("007", 7), ("-12", -12), ("1.5e3", 1500.0), (".5", 0.5), ('"true"', "true"), ("'1'", "1"), ("!!str 1", "1"),
        ("! 1", "1"), ("!!int 1", 1), ("0.1", 0.1), ("a: b", None),
    ],
)  # fmt: skip
def test_yaml_scalars_are_those_of_the_core_schema(scalar: str, value: Any) -> None:
    document = read(f"key: {scalar}\n")
    if scalar == "a: b":
        assert document.syntax == "unreadable"
    else:
        assert document.value == {"key": value}
        assert type(document.get("/key")) is type(value)


def test_version_without_quotes_is_told_with_a_fix() -> None:
    (finding,) = [found for found in check(DEFINITION.replace('"0.1"', "0.1")).findings if found.severity == "error"]
    assert (finding.code, finding.pointer, finding.line) == ("ND025", "/version", 2)
    assert finding.fix is not None
    assert finding.fix[0].value == "0.1"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: !!python/object:os.system x\n", "ND014", 1),
        ("a: *nothing\n", "ND014", 1),
        ("a: &a [*a]\n", "ND014", 1),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", "ND014", 3),
        ("? [a]\n: b\n", "ND014", 1),
        ("a: .nan\n", "ND004", 1),
        ("a: -.inf\n", "ND004", 1),
        ("a: 1e999\n", "ND004", 1),
        ("a: " + "[" * 65 + "]" * 65, "ND003", 1),
        ("a: 1\n---\nb: 2\n", "ND002", 2),
        ("a: 1\n b: 2\n", "ND002", 2),
        ("a: \x07\n", "ND002", 1),
        ("# nothing\n", "ND002", 1),
        ("a: " + "x" * 300_000, "ND001", 1),
    ],
)
def test_yaml_that_is_not_read(text: str, code: str, line: int) -> None:
    document = read(text)
    assert (document.value, document.syntax) == (None, "unreadable")
    (finding,) = document.findings
    assert (finding.code, finding.line) == (code, line)


def test_yaml_aliases_stand_for_no_more_than_ten_thousand_values() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    (finding,) = read(bomb).findings
    assert (finding.code, finding.message) == ("ND014", "Aliases stand for more than 10000 values; write them out.")
    assert read("\n".join(bomb.splitlines()[:3])).syntax == "yaml"


def test_yaml_keys_are_text_and_doubled_ones_are_told() -> None:
    document = read("80: a\ntrue: b\n80: c\n")
    assert document.value == {"80": "c", "true": "b"}
    assert [(finding.code, finding.line) for finding in document.findings] == [("ND013", 1), ("ND005", 3)]
