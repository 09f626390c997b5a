from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from jobs.builder.panels import tree as tree_module
from jobs.builder.panels.findings import FindingRow, findings_panel, fix_label
from jobs.builder.panels.graph import graph, said
from jobs.builder.panels.paths import path_of
from jobs.builder.panels.runs import GLOBAL, MOST, NODE, OP, Variable, plan_panel, runs_panel
from jobs.builder.panels.tree import Line, tree
from jobs.definition.check import check
from jobs.definition.document import read
from jobs.definition.explain.plan import plan
from jobs.definition.findings import PatchOp


def op(name: str, *, group: str = "", after: tuple[str, ...] = (), **args: Any) -> dict[str, Any]:
    execution = {**({"group": group} if group else {}), **({"depends_on": [*after]} if after else {})}
    body = {"type": "container/run", "id": name, "args": {"image": "ubuntu:24.04", "cmd": "true", **args}}
    return body | ({"execution": execution} if execution else {})


def text_of(*ops: dict[str, Any], **others: Any) -> str:
    return json.dumps({"version": "0.1", "type": "container", **others, "ops": ops}, indent=1)


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", "definition"),
        ("/ops/2/execution/depends_on/0", "ops[2].execution.depends_on[0]"),
        ("/ops/0/args/env/A~1B", 'ops[0].args.env["A/B"]'),
        ("/a\u202eb", '["a[U+202E]b"]'),
    ],
)
def test_places_are_named_as_people_read_them(pointer: str, path: str) -> None:
    assert path_of(pointer) == path


@pytest.mark.parametrize(
    ("fix", "label"),
    [
        (PatchOp("replace", "/ops/0/args/cmd", "nvidia-smi -L"), 'Use "nvidia-smi -L"'),
        (PatchOp("replace", "/ops/0/args/gpu", True), "Use true"),
        (PatchOp("replace", "/ops/0/args/expose", 80), "Use 80"),
        (PatchOp("replace", "/ops/0/args/cmd", "x" * 60), "Mend it"),
        (PatchOp("replace", "/ops/0/args/cmd", ["a"]), "Make it a list"),
        (PatchOp("replace", "/ops/0/args/env/HF_TOKEN", "hf_secretsecretsecretsecret"), "Use a value"),
        (PatchOp("remove", "/ops/0/args/imagee"), "Remove imagee"),
        (PatchOp("move", "/ops/0/args/image", source="/ops/0/args/imagee"), "Rename to image"),
        (PatchOp("add", "/meta", {}), "Add meta"),
    ],
)
def test_a_fix_button_says_what_it_does(fix: PatchOp, label: str) -> None:
    assert fix_label((fix,)) == label


def test_findings_are_counted_and_listed_with_their_ways_and_fixes() -> None:
    report = check(text_of(op("a", cmd=["echo a b"], image=7), op("b", after=("c",))))
    panel = findings_panel(report)
    assert (panel.errors, panel.warnings, panel.count) == (1, 2, panel.errors + panel.warnings + panel.hints)
    rows = {row.finding.code: row for row in panel.rows}
    row = rows["ND090"]
    assert row == FindingRow(
        row.finding, "ops[0].args.cmd", "c.ops.0.args.cmd", 'Use "echo a b"', "ND090:/ops/0/args/cmd"
    )
    assert panel.key == findings_panel(report).key
    assert panel.key != findings_panel(check(text_of(op("a")))).key


def test_of_many_findings_the_worst_are_listed_in_the_order_of_the_text() -> None:
    many = [op(f"a{index}", image="ubuntu" if index % 2 else 7, cmd=["a b"]) for index in range(300)]
    panel = findings_panel(check(text_of(*many)))
    assert len(panel.rows) == 200
    assert panel.count == len(panel.rows) + panel.more
    lines = [row.finding.line for row in panel.rows]
    assert lines == sorted(lines)
    assert sum(row.finding.severity == "error" for row in panel.rows) == panel.errors


def test_slips_of_writing_have_one_button_each_that_mends_all_of_them() -> None:
    panel = findings_panel(check('{"version": "0.1", "type": "container", "ops": [],}'))
    assert [(row.fix, row.wanted) for row in panel.rows if row.wanted == "repair"] == [("Write it as JSON", "repair")]


def test_ops_are_listed_by_turns_with_what_is_wrong_in_them() -> None:
    text = text_of(
        op("first"), op("one", group="g"), op("two", group="g", after=("one",)), op("last", image=7), **{"global": {}}
    )
    report = check(text)
    found = tree(report.document, report.findings, "/ops/2")
    assert [(turn.number, turn.name, [line.title for line in turn.lines]) for turn in found.turns] == [
        (1, "", ["first"]),
        (2, "g", ["one", "two"]),
        (3, "", ["last"]),
    ]
    assert found.current == Line("two", "/ops/2", "box", 0, 0, is_current=True)
    assert (found.index, found.count, found.earlier, found.later) == (2, 4, "", "")
    assert found.turns[2].lines[0].errors == 1
    assert found.key != tree(report.document, report.findings, "/ops/1").key


def test_of_very_many_ops_those_around_the_one_in_sight_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MOST", 4)
    document = read(text_of(*(op(f"a{index}") for index in range(20))))
    found = tree(document, (), "/ops/10")
    shown = [line.pointer for turn in found.turns for line in turn.lines]
    assert shown == ["/ops/8", "/ops/9", "/ops/10", "/ops/11"]
    assert (found.earlier, found.later) == ("/ops/7", "/ops/12")


def test_the_graph_draws_each_op_and_dependency_once() -> None:
    ops = [op("a", group="g"), op("b", group="g", after=("a",)), op("c", group="g", after=("a", "b")), op("d")]
    drawn = ElementTree.fromstring(graph(plan(ops), current=1, worst={3: "g-failed"}))  # noqa: S314 - our own markup
    titles = [node.text for node in drawn.iter("title")]
    assert titles == ["a", "b", "c", "d"]
    boxes = [node.get("class") for node in drawn.iter("rect")]
    assert boxes == ["g-node", "g-node g-on", "g-node", "g-node g-failed"]
    edges = [node for node in drawn.iter("path") if node.get("class") == "g-edge"]
    assert len(edges) == 4  # a-b, a-c, b-c, and the way to the next group
    assert drawn.get("aria-label") == "a with b with c, then d; b waits for a; c waits for a or b"


def test_a_graph_of_strange_ids_is_well_formed_and_of_many_ops_cut() -> None:
    ops = [op("<script>alert(1)</script>\u202e"), *(op(f"n{index}") for index in range(200))]
    drawn = ElementTree.fromstring(graph(plan(ops)))  # noqa: S314 - our own markup
    assert next(drawn.iter("title")).text == "<script>alert(1)</script>[U+202E]"
    assert len([*drawn.iter("rect")]) == 60
    assert [node.text for node in drawn.iter("text")][-1] == "141 more ops are not drawn"


def test_a_circle_of_dependencies_is_drawn_and_told_as_never_starting() -> None:
    found = plan([op("a", group="g", after=("b",)), op("b", group="g", after=("a",))])
    assert graph(found).count("<rect") == 2
    assert said(found) == "a with b; a waits for b; b waits for a; a never starts; b never starts"


def test_one_op_needs_no_graph() -> None:
    assert graph(plan([op("a")])) == ""


def test_the_plan_names_what_never_starts() -> None:
    panel = plan_panel(plan([op("web", group="g", expose=80), op("test", group="g", after=("web",)), op("end")]))
    assert [[one.step.id for one in turn] for turn in panel.turns] == [["web", "test"], ["end"]]
    assert [one.step.id for one in panel.doomed] == ["test"]
    assert (panel.count, panel.more, panel.problems) == (3, 0, ())


def test_run_lines_show_who_sets_a_variable_and_no_secret() -> None:
    text = text_of(
        op("a", env={"MODE": "own", "HF_TOKEN": "hf_abcdefghijklmnopqrstuvwxyz"}),
        **{"global": {"env": {"MODE": "shared", "PLACE": "here"}}},
    )
    runs, more = runs_panel(read(text), "/ops/0", domain="example.test")
    assert more == 0
    assert [*runs[0].variables] == [
        Variable("MODE", "own", OP),
        Variable("PLACE", "here", GLOBAL),
        Variable("HF_TOKEN", "***", OP),
        Variable("NOSANA_ID", "JOB", NODE),
    ]
    assert (runs[0].is_current, runs[0].own) == (True, 2)
    assert "hf_abc" not in runs[0].op.podman + runs[0].op.docker


def test_of_very_many_ops_those_around_the_one_in_sight_are_explained() -> None:
    document = read(text_of(*(op(f"a{index}") for index in range(200))))
    runs, more = runs_panel(document, "/ops/150", domain="example.test")
    assert len(runs) == MOST
    assert more == 200 - MOST
    assert [run.pointer for run in runs if run.is_current] == ["/ops/150"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"ops": 3}', '{"ops": [1, null, {}]}'])
def test_panels_take_any_text(text: str) -> None:
    report = check(text)
    found = tree(report.document, report.findings, "")
    assert findings_panel(report).count == len(report.findings)
    assert runs_panel(report.document, "", domain="example.test")[0] == [] or text.startswith('{"ops": [1')
    assert plan_panel(found.plan).problems == ()
