from __future__ import annotations

import re

import pytest

from explorer.charts import Bar, Point, bars, line, nice_top


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 3), (1, 3), (3, 3), (4, 6), (7, 15), (50, 60), (60, 60), (61, 150), (961, 1500), (0.2, 3)]
)
def test_nice_top_holds_the_highest(highest: float, top: float) -> None:
    assert nice_top(highest) == top


def test_bars_are_stacked_and_told() -> None:
    chart = bars(
        [Bar("one & all", (2, 1), "12:00"), Bar("none", (0, 0))],
        classes=("m-done", "m-fail"),
        label="<two>",
        height=146,
    )

    assert chart == (
        '<svg class="chart plot" height="146" role="img" aria-label="&lt;two&gt;">'
        '<line class="grid" x2="100%" y1="118.0" y2="118.0"/>'
        '<text class="t-ax" x="-8" y="122.0" text-anchor="end">0</text>'
        '<line class="grid" x2="100%" y1="84.7" y2="84.7"/>'
        '<text class="t-ax" x="-8" y="88.7" text-anchor="end">1</text>'
        '<line class="grid" x2="100%" y1="51.3" y2="51.3"/>'
        '<text class="t-ax" x="-8" y="55.3" text-anchor="end">2</text>'
        '<line class="grid" x2="100%" y1="18.0" y2="18.0"/>'
        '<text class="t-ax" x="-8" y="22.0" text-anchor="end">3</text>'
        '<svg viewBox="0 0 980 146" preserveAspectRatio="none">'
        '<g class="m-none"><path d="M0.0 18h367.5V118h-367.5z"><title>one &amp; all</title></path>'
        '<path d="M490.0 18h367.5V118h-367.5z"><title>none</title></path></g>'
        '<path class="m-done" pointer-events="none" d="M0.0 51.3h367.5v65.7h-367.5z"/>'
        '<path class="m-fail" pointer-events="none" d="M0.0 18.0h367.5v32.3h-367.5z"/></svg>'
        '<text class="t-ax" x="0.00%" y="138">12:00</text></svg>'
    )


def test_bars_without_rows_are_an_axis() -> None:
    chart = bars([], classes=("m-done",), label="nothing")

    assert [chart.count("<line"), chart.count("<path"), chart.count("<title")] == [4, 0, 0]


def labels(count: int) -> list[tuple[str, str]]:
    """Return the labels of a chart of so many labelled bars, each with what a phone does not show marked."""
    chart = bars([Bar("", (1,), str(number)) for number in range(count)], classes=("m-done",), label="")
    return re.findall(r'class="t-ax( t-spare)?" x="[0-9.]+%" y="[0-9]+">([0-9]+)<', chart)


def test_few_labels_are_all_for_phones() -> None:
    assert labels(6) == [("", str(number)) for number in range(6)]


def test_every_second_of_many_labels_and_the_last_are_not_for_phones() -> None:
    assert [label for spare, label in labels(9) if not spare] == ["0", "2", "4", "6"]


def test_a_label_beside_a_long_one_is_not_for_phones() -> None:
    months = ["Jan 2026", "", "Mar", "", "May", "", "Jul", "", "Sep", "", "Nov", ""]
    chart = bars([Bar("", (1,), label) for label in months], classes=("m-done",), label="")
    assert re.findall(r'class="t-ax t-spare"[^>]*>([^<]+)<', chart) == ["Mar"]


def test_bars_of_small_amounts_have_a_finer_axis() -> None:
    chart = bars(
        [Bar("little", (0.04,))], classes=("m-run",), label="", least=0.01, numeral=lambda value: f"{value:.2f}"
    )

    assert re.findall(r">([0-9.]+)</text>", chart) == ["0.00", "0.02", "0.04", "0.06"]


def test_line_is_broken_where_a_value_is_missing() -> None:
    points = [Point("a", 0.5, "Mon"), Point("b", 1), Point("c", None), Point("<d>", 0)]
    chart = line(points, css="l-run", label="share", top=1, height=146, numeral=lambda value: f"{value:.0%}")

    assert chart.endswith(
        '<path class="l-run" pointer-events="none" d="M91.9 68.0L336.9 18.0"/>'
        '<path class="l-run dots" pointer-events="none" d="M826.9 118.0h0"/></svg>'
        '<text class="t-ax" x="0.00%" y="138">Mon</text></svg>'
    )
    assert re.findall(r"<title>(.*?)</title>", chart) == ["a", "b", "c", "&lt;d&gt;"]
    assert re.findall(r">([^<]+)</text>", chart) == ["0%", "25%", "50%", "75%", "100%", "Mon"]


@pytest.mark.parametrize("changed", [0, 60, 119], ids=["first", "middle", "last"])
def test_long_chart_is_drawn_anew_where_a_bar_changed(changed: int) -> None:
    def drawn(heights: list[int]) -> list[tuple[str, str]]:
        rows = [Bar(f"{number}: {height}", (height, 1)) for number, height in enumerate(heights)]
        chart = bars(rows, classes=("m-done", "m-fail"), label="", height=146)
        (shapes,) = re.findall(r'class="m-done" pointer-events="none" d="([^"]*)z"', chart)
        marks = [shape.partition(" ")[2] for shape in shapes.split("z")]
        return [*zip(marks, re.findall(r"<title>(.*?)</title>", chart), strict=True)]

    usual = [("34.7h6.1v82.3h-6.1", f"{number}: 5") for number in range(120)]
    assert drawn([5] * 120) == usual

    usual[changed] = ("68.0h6.1v49.0h-6.1", f"{changed}: 3")
    assert drawn([3 if number == changed else 5 for number in range(120)]) == usual


def test_lone_points_are_dots() -> None:
    chart = line([Point("", 1), Point("", None), Point("", 0)], css="l-run", label="", top=1, height=146, numeral=str)

    assert re.findall(r'class="l-run[^"]*"', chart) == ['class="l-run dots"']
    assert chart.count("h0") == 2


def test_line_without_values_is_an_axis() -> None:
    assert 'class="l-run' not in line([Point("", None)], css="l-run", label="", top=1, numeral=str)


def test_long_line_goes_on_to_its_last_point() -> None:
    def end(*last: float | None) -> str:
        points = [Point("", value) for value in (*[0.5] * 118, *last)]
        chart = line(points, css="l-run", label="", top=1, height=146, numeral=str)
        return "".join(re.findall(r'class="l-run[^>]* d="([^"]*)"', chart)).partition("L958.6 68.0")[2]

    assert [end(0.5, 1), end(0.5, None), end(None, 1)] == ["L966.7 68.0L974.9 18.0", "L966.7 68.0", "M974.9 18.0h0"]
