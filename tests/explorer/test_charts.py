from __future__ import annotations

import pytest

from explorer.charts import Bar, bars, nice_top


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
        '<svg class="chart gantt" viewBox="0 0 1024 146" role="img" aria-label="&lt;two&gt;">'
        '<path class="grid" d="M44 118.0H1024"/><text class="t-ax" x="36" y="122.0" text-anchor="end">0</text>'
        '<path class="grid" d="M44 84.7H1024"/><text class="t-ax" x="36" y="88.7" text-anchor="end">1</text>'
        '<path class="grid" d="M44 51.3H1024"/><text class="t-ax" x="36" y="55.3" text-anchor="end">2</text>'
        '<path class="grid" d="M44 18.0H1024"/><text class="t-ax" x="36" y="22.0" text-anchor="end">3</text>'
        "<g><title>one &amp; all</title>"
        '<rect class="m-none" x="44.0" y="18.0" width="367.5" height="100.0"/>'
        '<rect class="m-done" x="44.0" y="51.3" width="367.5" height="65.7"/>'
        '<rect class="m-fail" x="44.0" y="18.0" width="367.5" height="32.3"/></g>'
        '<text class="t-ax" x="44.0" y="138">12:00</text>'
        '<g><title>none</title><rect class="m-none" x="534.0" y="18.0" width="367.5" height="100.0"/></g></svg>'
    )


def test_bars_without_rows_are_an_axis() -> None:
    chart = bars([], classes=("m-done",), label="nothing")

    assert [chart.count("<path"), chart.count("<rect")] == [4, 0]
