from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.contents import LONGEST, MANY, Contents, contents_of, query_of, words_of
from jobs.definition.edit.fingerprint import fingerprint


def op(**args: Any) -> dict[str, Any]:
    return {"type": "container/run", "id": "a", "args": args}


def test_contents_of_a_definition():
    body: dict[str, Any] = {
        "ops": [
            {"type": "container/create-volume", "id": "Disk_1", "args": {"name": "data"}},
            op(
                image="docker.io/nosana/whisper:1.2",
                cmd=["--model", "Large"],
                entrypoint="/bin/run",
                resources=[
                    {"type": "S3", "url": "https://user:secret@host/x?token=1", "target": "/x"},
                    {"type": "Ollama", "model": "llama3"},
                    {"type": "HF", "repo": "org/model", "revision": "main", "accessToken": "hf_secret"},
                    {"type": "HF", "repo": "org/model", "revision": "main"},
                    "no resource",
                ],
            ),
            op(image="redis"),
            op(image="redis"),
        ]
    }
    assert contents_of(body) == Contents(
        images=("docker.io/nosana/whisper:1.2", "redis"),
        resources=(("S3", "https://host/x"), ("Ollama", "llama3"), ("HF", "org/model-main")),
        op_types=("container/create-volume", "container/run"),
        words="1 2 a bin disk docker io large model nosana redis run whisper",
        op_count=4,
        fingerprint=fingerprint(body),
    )


def test_contents_of_replaces_global_variables_only():
    body: dict[str, Any] = {
        "global": {"variables": {"TAG": "v1", "REPO": "org/m", "EMPTY": "", "ODD": 3}},
        "ops": [
            op(image="app:%%global.variables.TAG%%"),
            op(image="app:%%global.variables.EMPTY%%"),
            op(image="app:%%global.variables.ODD%%"),
            op(image="%%ops.a.results.image%%"),
            op(resources=[{"type": "HF", "repo": "%%global.variables.REPO%%", "files": ["%%global.variables.TAG%%"]}]),
            op(resources=[{"type": "HF", "repo": "%%ops.a.results.repo%%"}]),
        ],
    }
    found = contents_of(body)
    assert (found.images, found.resources) == (("app:v1",), (("HF", "org/m-v1"),))


def test_contents_of_leaves_out_what_no_index_takes():
    long = "x" * (LONGEST + 1)
    body: dict[str, Any] = {
        "ops": [op(image=long, resources=[{"type": "Ollama", "model": "é" * 1500}]), {"type": "t" * 41}]
    }
    found = contents_of(body)
    assert (found.images, found.resources, found.op_types, found.image) == ((), (), ("container/run",), "")


def test_contents_of_takes_so_many_entries():
    found = contents_of({"ops": [op(image=f"image:{n}") for n in range(MANY + 5)]})
    assert (len(found.images), found.op_count) == (MANY, MANY + 5)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("%%global.variables.A%%"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "ops",
                    "id",
                    "type",
                    "args",
                    "image",
                    "cmd",
                    "entrypoint",
                    "resources",
                    "url",
                    "repo",
                    "model",
                    "files",
                    "buckets",
                    "global",
                    "variables",
                    "A",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of a JSON value, keys too."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, str):
        yield value


@given(st.dictionaries(st.sampled_from(["ops", "global", "meta"]), JSON))
@settings(max_examples=300, deadline=None)
def test_contents_of_any_json_is_text_that_can_be_stored(body: dict[str, Any]):
    found = contents_of(body)
    assert all(isinstance(text, str) and text for text in (*found.images, *found.op_types))
    assert all(isinstance(text, str) for pair in found.resources for text in pair)
    assert set(found.words.split()) <= words_of("\n".join(texts_in(body)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" -- ", ""),
        ("Whis", "'whis':*"),
        ("whisper ", "'whisper'"),
        ("nosana/whisper:1", "'nosana' & 'whisper' & '1':*"),
        ("it's \\ (a | b) & !c", "'it' & 's' & 'a' & 'b' & 'c':*"),
        ("x" * 100, f"'{'x' * 64}':*"),
    ],
)
def test_query_of_a_text(text: str, expected: str):
    assert query_of(text) == expected


@pytest.mark.django_db
@given(st.text(min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_query_of_any_text_finds_the_words_of_that_text(text: str):
    words, query = " ".join(sorted(words_of(text))), query_of(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [words, query])
        assert cursor.fetchone() == (bool(query),)
