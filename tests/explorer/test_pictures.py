"""The pictures of a job's ops: a timeline and a graph, as SVG that a browser reads and nobody can bring to life."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from explorer.gantt import Row, Span, gantt
from explorer.graph import Group, Node, graph

NAMESPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"' onload=x \u202e\x07" + "A" * 500


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - ours


def found(svg: str, path: str) -> list[ElementTree.Element]:
    return read(svg).findall(".//" + "/".join(NAMESPACE + part for part in path.split("/")))


def bars(svg: str) -> list[tuple[str, str, float, float]]:
    """Return class, title, left edge and width of every bar."""
    return [
        (bar.get("class", ""), bar[0].text or "", float(bar.get("x", 0)), float(bar.get("width", 0)))
        for bar in found(svg, "rect")
    ]


def test_gantt_draws_spans_to_scale() -> None:
    rows = [
        Row("pull", "#op-0", [Span(0, 410, "m-pull", "pulling"), Span(410, 410, "m-run", "ran")], value="6m 50s"),
        Row("other", "#op-1", [Span(819, 0.1, "m-fail", "failed")], expected=Span(0, 5000, "plan", "expected")),
    ]
    svg = gantt(rows, seconds=820, label="When")

    assert bars(svg) == [
        ("m-pull", "pulling", 132.0, 410.0),
        ("m-run", "ran", 542.0, 410.0),
        ("plan", "expected", 132.0, 823.0),  # cut where the picture ends
        ("m-fail", "failed", 951.0, 3.0),  # never too short to be seen
    ]
    assert [link.get("href") for link in found(svg, "a")] == ["#op-0", "#op-1"]
    assert [text.text for text in found(svg, "text") if text.get("class") == "t-ax"] == [
        "0:00 h", "0:02 h", "0:04 h", "0:06 h", "0:08 h", "0:10 h", "0:12 h",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "last"), [(0, "0:00"), (7, "0:07"), (80, "1:15"), (4900, "1:15 h"), (900_000, "10d 00h")]
)
def test_gantt_has_few_ticks_whatever_the_length(seconds: float, last: str) -> None:
    labels = [text.text for text in found(gantt([], seconds=seconds, label="x"), "text")]

    assert 1 <= len(labels) <= 8
    assert labels[-1] == last


def test_graph_draws_groups_in_order_and_arrows_to_what_waits() -> None:
    groups = [
        Group("setup", [Node("a", "exit 0", "is-done", "circle-check", "#op-0")]),
        Group("serve", [Node("c", waits_for=("b",)), Node("b"), Node("d", waits_for=("b", "nobody", "d"))]),
    ]
    svg = graph(groups, label="Order")

    names = [node.findall(f"{NAMESPACE}text")[0].text for node in found(svg, "g")]
    assert names == ["a", "b", "c", "d"]  # each after what it waits for
    arrows = [path.get("d") for path in found(svg, "path") if path.get("class") == "arrow"]
    assert arrows == [
        "M329 76v18",  # from b down to c, the next one
        "M413 56C425 56 425 176 415 176",  # from b to d, around c
        "M200 117h24",  # from the first group to the second
    ]
    texts = [text.text for text in found(svg, "text") if text.get("class") == "t-ax"]
    assert texts == ["1. setup", "exit 0", "2. serve", None, None, None]


def test_graph_of_ops_that_wait_for_each_other_has_them_all() -> None:
    svg = graph([Group("g", [Node("a", waits_for=("b",)), Node("b", waits_for=("a",))])], label="x")

    assert len(found(svg, "g")) == 2


def test_pictures_of_hostile_text_are_inert() -> None:
    span = Span(0, 1, "m-run", HOSTILE)
    svgs = [
        gantt([Row(HOSTILE, "#op-0", [span], span, HOSTILE)], seconds=9, label=HOSTILE[:50]),
        graph([Group(HOSTILE, [Node(HOSTILE, HOSTILE, "x", "y", "#z")])], label=HOSTILE[:50]),
    ]

    for svg in svgs:
        tags = {
            element.tag.removeprefix(NAMESPACE)
            for element in read(svg.replace("\u202e", "").replace("\x07", "")).iter()
        }
        assert tags <= {"svg", "path", "rect", "text", "title", "a", "g", "use", "defs", "marker"}
        assert "<script" not in svg
        assert len(svg) < 6000
