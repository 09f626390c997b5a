from __future__ import annotations

import pytest

from jobs.builder.fixing import ALL, MOST, REPAIR, fix
from jobs.definition.check import check
from jobs.definition.document import read
from jobs.definition.edit.splices import EditError

HEAD = '{"version": "0.1", "type": "container", "ops": ['
ONE = '{"type": "container/run", "id": "a", "args": {"image": "ubuntu:24.04", "cmd": ["echo hello world"]}}'
SLIPS = HEAD + ' // mine\n{"type": "container/run", "id": "a", "args": {"image": "ubuntu:24.04", "gpu": "true",}},]}'


def test_one_fix_changes_only_its_place() -> None:
    text = f"{HEAD}{ONE}]}}"
    fixed = fix(read(text), "ND090:/ops/0/args/cmd")
    assert fixed.document.text == text.replace('["echo hello world"]', '"echo hello world"')
    assert (fixed.at, fixed.label, fixed.said) == ("/ops/0/args/cmd", "ND090 fixed", "One finding was fixed.")


def test_a_fix_that_is_not_there_any_more_is_refused() -> None:
    with pytest.raises(EditError, match="not there"):
        fix(read(f"{HEAD}{ONE}]}}"), "ND090:/ops/7/args/cmd")


def test_a_text_with_slips_is_written_as_json_where_they_stand() -> None:
    fixed = fix(read(SLIPS), REPAIR)
    assert fixed.document.syntax == "json"
    assert fixed.document.value == read(SLIPS).value
    assert '"gpu": "true"' in fixed.document.text


def test_yaml_is_laid_out_as_json() -> None:
    fixed = fix(read("version: '0.1'\ntype: container\nops: []\n"), REPAIR)
    assert fixed.document.text == '{\n  "version": "0.1",\n  "type": "container",\n  "ops": []\n}\n'


@pytest.mark.parametrize("text", ["{}", "{", ""])
def test_what_needs_no_repair_or_has_none_is_refused(text: str) -> None:
    with pytest.raises(EditError):
        fix(read(text), REPAIR)


def test_all_fixes_are_applied_and_leave_none() -> None:
    fixed = fix(read(SLIPS.replace('"gpu"', '"cmd": ["echo hello"], "gpu"')), ALL)
    assert not [finding for finding in check(fixed.document.text).findings if finding.fix]
    assert fixed.document.value == {
        "version": "0.1",
        "type": "container",
        "ops": [
            {"type": "container/run", "id": "a", "args": {"image": "ubuntu:24.04", "cmd": "echo hello", "gpu": True}}
        ],
    }
    assert fixed.count == 3


def test_all_fixes_of_many_ops_stop_at_what_one_click_may_cost() -> None:
    ops = ", ".join(ONE.replace('"a"', f'"a{index}"') for index in range(MOST + 30))
    fixed = fix(read(f"{HEAD}{ops}]}}"), ALL)
    assert fixed.count == MOST
    assert fixed.document.text.count('["echo hello world"]') == 30


def test_fixing_all_where_nothing_can_be_fixed_is_refused() -> None:
    with pytest.raises(EditError, match="nothing"):
        fix(read("{"), ALL)
