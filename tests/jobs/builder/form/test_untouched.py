"""A form that nobody edited changes nothing, whatever the definition."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from jobs.builder.form.posting import changes_of
from jobs.definition.document import read
from tests.jobs.builder.form.posts import page_of, posted

CORPUS = Path(__file__).parents[2] / "definition" / "corpus"
FILES = sorted(CORPUS.glob("*.json"))


def parts_of(text: str) -> list[str]:
    return ["/version", "/global/gpu", *(f"/ops/{index}" for index in range(len(read(text).ops)))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_definition_opens_and_posts_back_unchanged(file):
    text = file.read_text()
    document = read(text)

    for at in parts_of(text):
        changes = changes_of(document, posted(page_of(document, at)))
        assert (changes.patches, changes.refusals) == ([], []), at


TEXTS = st.text(max_size=8) | st.sampled_from(
    ["", "a\nb", "a\r\nb", "\r", "\0", "\ud800", " ", "%%global.job%%", "</textarea>"]
)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9999) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
NAMES = (
    st.sampled_from(
        [
            "id",
            "type",
            "args",
            "image",
            "cmd",
            "env",
            "expose",
            "resources",
            "port",
            "health_checks",
            "regex",
            "logType",
        ]
    )
    | st.sampled_from(["results", "execution", "depends_on", "group", "docker", "IAM", "files", "__spread__", "path"])
    | TEXTS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
ARGS = st.dictionaries(
    st.sampled_from(["image", "cmd", "env", "expose", "resources", "volumes", "aliases", "restart_policy", "gpu", "x"]),
    VALUES,
    max_size=4,
)
OPS = st.fixed_dictionaries(
    {"type": st.sampled_from(["container/run", "container/create-volume"]) | VALUES, "args": ARGS | VALUES},
    optional={"id": VALUES, "results": VALUES, "execution": VALUES, "odd": VALUES},
)
DEFINITIONS = st.fixed_dictionaries(
    {"ops": st.lists(OPS | VALUES, max_size=2) | VALUES},
    optional={"version": VALUES, "type": VALUES, "meta": VALUES, "global": VALUES, "logistics": VALUES, "ssh": VALUES},
)


@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(value=DEFINITIONS, indent=st.sampled_from([None, 2]))
def test_any_json_posts_back_unchanged(value, indent):
    text = json.dumps(value, indent=indent)
    document = read(text)

    for at in parts_of(text):
        changes = changes_of(document, posted(page_of(document, at)))
        assert (changes.patches, changes.refusals) == ([], []), at
