"""Definitions without their secrets, byte by byte the same elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.definition import document
from jobs.definition.masking import Masked, Secret, mask_value, masked, without_secrets
from tests.jobs.definition.corpora import PATHS, name_of

TOKEN = "hf_" + "aB3" * 12
BODY = r"""curl -d '{\"api_key\": \"s3cret99\", \"n\": 1}' http://x"""


@pytest.mark.parametrize(
    ("text", "expected", "names"),
    [
        (f'{{"env": {{"A": 1.50, "HF_TOKEN": "{TOKEN}"}}}}', '{"env": {"A": 1.50, "HF_TOKEN": "***"}}', ["HF_TOKEN"]),
        ('{"cmd": ["a", "--key", "abcd", "-p"]}', '{"cmd": ["a", "--key", "***", "-p"]}', ["--key"]),
        ('{"cmd": ["serve", "--api-key", "--port"]}', None, []),
        (f'{{"cmd": "{BODY}"}}', f'{{"cmd": "{BODY.replace("s3cret99", "***")}"}}', ["cmd"]),
        (
            '{"env": {"__pairs__": [{"key": "HF_TOKEN", "value": "abcd"}]}}',
            '{"env": {"__pairs__": [{"key": "HF_TOKEN", "value": "***"}]}}',
            ["HF_TOKEN"],
        ),
        ('{"url": "https://me:pw@host/x"}', '{"url": "https://***@host/x"}', ["url"]),
        (
            '{"tokens": 5, "API_KEY": 1234, "SECRET": null}',
            '{"tokens": 5, "API_KEY": "***", "SECRET": null}',
            ["API_KEY"],
        ),
        ('{"API_KEY": "EMPTY", "B_KEY": "%%global.variables.K%%"}', None, []),
        ('{"Authorization": "Bearer %%global.variables.K%%"}', None, []),
        ('{"ops": [{"results": {"token": "t: (.*)"}}]}', None, []),
        ('{"note": "••• stays"}', None, []),
    ],
)
def test_masked_replaces_secrets_and_nothing_else(text: str, expected: str | None, names: list[str]) -> None:
    shown = text if expected is None else expected

    assert masked(text) == Masked(shown, tuple(names))
    assert mask_value(json.loads(text)) == json.loads(shown)


def test_masked_looks_into_comments_and_keeps_the_slips() -> None:
    text = f'{{"a": 1, // token {TOKEN}, "https://x//y" is none\n "b": "// HF_TOKEN=%%x%%", /* key=abcd1 */}}\n'

    assert masked(text) == Masked(
        '{"a": 1, // token ***, "https://x//y" is none\n "b": "// HF_TOKEN=%%x%%", /* key=*** */}\n', ("a comment",)
    )


def test_masked_reads_yaml() -> None:
    text = f"env:\n  HF_TOKEN: |\n    {TOKEN}\n  K_KEY: &k abc  # a key: abcdefgh\n  L_KEY: *k\n  B: 2\n"

    assert masked(text) == Masked(
        'env:\n  HF_TOKEN: "***"\n  K_KEY: "***"  # a key: ***\n  L_KEY: "***"\n  B: 2\n',
        ("HF_TOKEN", "K_KEY", "L_KEY"),
    )


def test_masked_hides_the_value_of_a_doubled_key_too() -> None:
    assert masked('{"HF_TOKEN": "one1", "HF_TOKEN": "two2"}').text == '{"HF_TOKEN": "***", "HF_TOKEN": "***"}'


def test_masked_of_what_cannot_be_read_hides_what_looks_like_a_secret() -> None:
    assert masked('{"HF_TOKEN": "one-tw') == Masked('{"HF_TOKEN": "***', ("the text",))
    assert masked(f"{{ {TOKEN}") == Masked("{ ***", ("the text",))
    assert masked("{ nothing") == Masked("{ nothing", ())


def test_secrets_are_told_by_place_and_name() -> None:
    value: Any = {"ops": [{"args": {"env": {"HF_TOKEN": "abcd"}, "cmd": ["--key=abcd1"]}}]}

    assert without_secrets(value)[1] == (
        Secret("/ops/0/args/env/HF_TOKEN", "HF_TOKEN", "***"),
        Secret("/ops/0/args/cmd/0", "cmd", "--key=***"),
    )


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_masked_definitions_differ_in_their_secrets_only(path: Path) -> None:
    text = path.read_text()
    found = masked(text)
    value = document.read(text).value

    assert document.read(found.text).value == (mask_value(value) if isinstance(value, dict) else value)
    assert masked(found.text) == Masked(found.text, ())
    assert bool(found.names) == (found.text != text)


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(0, 99) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(around=st.dictionaries(WORDS, PLAIN, max_size=3), indent=st.sampled_from([None, 2]), ascii=st.booleans())
def test_masked_never_shows_a_token_wherever_it_stands(around: Any, indent: int | None, ascii: bool) -> None:
    value = {**around, "env": {"HF_TOKEN": "plain-word", "X": f"is {TOKEN}"}, "deep": [around, {"cmd": [TOKEN]}]}
    text = json.dumps(value, indent=indent, ensure_ascii=ascii)
    found = masked(text)

    assert TOKEN not in found.text
    assert "plain-word" not in found.text
    assert document.read(found.text).value == mask_value(value)
