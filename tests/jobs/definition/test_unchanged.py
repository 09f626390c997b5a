from __future__ import annotations

from pathlib import Path

import pytest

from jobs.definition.check import check
from jobs.definition.document import read
from jobs.definition.edit.patches import apply_patch

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["unix", "windows"])
def test_a_definition_that_nobody_edits_keeps_every_byte(path: Path, ends: bytes) -> None:
    data = path.read_bytes().replace(b"\n", ends)

    assert check(data).document.text.encode() == data
    assert apply_patch(read(data), ()).text.encode() == data
