"""The verdict under the profile `network` is that of the schema and the two rules beside it, used directly."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from jobs.definition.check import check
from jobs.definition.codes.catalogue import ENTRIES
from jobs.definition.findings import Severity
from jobs.definition.validation import profiles
from jobs.definition.validation.profiles import PROFILES
from tests.jobs.definition import corpora, mutants

SCHEMA = resources.files("jobs.definition").joinpath("schemas", "network.json").read_text("utf-8")
NETWORK = jsonschema_rs.Draft7Validator(json.loads(SCHEMA))
MUTANTS, PARTS = 10_000, 8


def accepts(value: Any) -> bool:
    """Say whether the network takes a definition."""
    return NETWORK.is_valid(value) and _ids_differ(value) and all(_ports_differ(op) for op in value["ops"])


def _ids_differ(value: Any) -> bool:
    ids = [op["id"] for op in value["ops"]]
    return len(ids) == len(set(ids))


def _ports_differ(op: Any) -> bool:
    exposed = op["args"].get("expose")
    if not isinstance(exposed, list):
        return True
    ports = [item["port"] if isinstance(item, dict) and "port" in item else item for item in exposed]
    numbers = [float(port) for port in ports if isinstance(port, int | float)]
    return len(numbers) == len(set(numbers))


def assert_agrees(text: str | bytes, value: Any) -> bool:
    """Check a definition, compare the verdict, and return it."""
    report = check(text)
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    assert report.valid is accepts(value), text
    assert report.valid is not bool(errors), text
    return report.valid


def test_network_schema_is_the_one_that_was_compared_with_the_network() -> None:
    canonical = json.dumps(json.loads(SCHEMA), sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(canonical).hexdigest() == "0ea47b4e5ac3418a603c4f1891c62c76e380a8795c5ea4f7f02b67e3bd33c19f"


@pytest.mark.parametrize("path", corpora.PATHS, ids=corpora.name_of)
def test_verdict_of_a_definition_is_that_of_the_network(path: Path) -> None:
    valid = assert_agrees(path.read_bytes(), json.loads(path.read_text("utf-8")))
    if path in corpora.OWN:
        assert valid is not path.stem.startswith("refused")


@pytest.mark.parametrize("part", range(PARTS))
def test_verdict_of_mutants_is_that_of_the_network(part: int) -> None:
    originals = [json.loads(path.read_text("utf-8")) for path in corpora.PATHS]
    random = Random(part)
    verdicts = []
    for _ in range(MUTANTS // PARTS):
        value = mutants.mutant(random.choice(originals), originals, random)
        verdicts.append(assert_agrees(json.dumps(value), value))
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.6  # both kinds are well represented


def test_findings_of_mutants_point_at_what_is_there_and_fit_on_a_line() -> None:
    originals = [json.loads(path.read_text("utf-8")) for path in corpora.PATHS]
    random = Random(1000)
    for _ in range(500):
        value = mutants.mutant(random.choice(originals), originals, random)
        for profile in PROFILES:
            report = check(json.dumps(value, indent=1), profile=profile)
            for finding in report.findings:
                assert report.document.value_span(finding.pointer) is not None, (finding, value)
                assert finding.message.isprintable(), finding
                assert finding.message.endswith("."), finding
                assert len(finding.message) < 260, finding


def test_verdict_under_the_documented_profile_is_that_of_its_schema_and_the_two_rules() -> None:
    schema = jsonschema_rs.Draft7Validator(profiles.schema("documented"))
    originals = [json.loads(path.read_text("utf-8")) for path in corpora.PATHS]
    random = Random(2000)
    verdicts = []
    for _ in range(1000):
        value = mutants.mutant(random.choice(originals), originals, random)
        valid = check(json.dumps(value), profile="documented").valid
        assert valid is (schema.is_valid(value) and _ids_differ(value) and all(map(_ports_differ, value["ops"]))), value
        verdicts.append(valid)
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.6


def test_rules_are_never_errors() -> None:
    codes = {entry.code for entry in ENTRIES if entry.severity is Severity.ERROR}
    assert {code for code in codes if code >= "ND050"} == set()
