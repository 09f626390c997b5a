"""Run lines that nobody would write."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.definition.imports.run_line import MOST_LINES, import_run_lines

PIECES = st.sampled_from(
    [
        "docker run ",
        "podman run ",
        "-e ",
        "A=b ",
        "-p ",
        "80:80 ",
        "-v ",
        "a:/b:ro ",
        "--mount ",
        "type=bind,",
        "'",
        '"',
    ]
    + [
        "\\",
        "$X",
        "$(",
        ")",
        "`",
        "--",
        "-",
        "=",
        " ",
        "\n",
        "\\\n",
        "img ",
        "--gpus ",
        "--health-cmd ",
        "http://localhost:x/",
    ]
    + ["--entrypoint ", "[", "]", "--restart ", "on-failure:9", ":", "/", "-itd", "é", "\x00", "\ud800", "<", ">", "&1"]
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_import_run_lines_never_raises(text: str) -> None:
    imported = import_run_lines(text)
    assert (imported.value is None) <= bool(imported.report)


@pytest.mark.parametrize(
    "piece", ["$(", "${", "`", "-p ", "-v a:/a ", "a'b'", "$a", "\\\n", "<", "-e A=", "(", "docker run x;"]
)
def test_import_run_lines_long_text_in_time(piece: str) -> None:
    started = time.monotonic()
    import_run_lines("docker run " + piece * (99_000 // len(piece)))
    assert time.monotonic() - started < 5


def test_import_run_lines_takes_no_more_than_some() -> None:
    imported = import_run_lines("docker run x;" * 1000)
    assert imported.value is not None
    ops = imported.value["ops"]
    assert isinstance(ops, list)
    assert len(ops) == MOST_LINES
    assert f"Only the first {MOST_LINES} are taken over." in [entry.why for entry in imported.report]
