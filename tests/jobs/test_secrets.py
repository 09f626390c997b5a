"""Credentials are kept off the pages."""

from __future__ import annotations

import time

import pytest

from jobs.secrets import HIDDEN, LIMIT, holds_secret, is_secret_name, masked

TOKEN = "hf_" + "aB3" * 12


@pytest.mark.parametrize(
    "name",
    ["HF_TOKEN", "accessToken", "SECRET_ACCESS_KEY", "ACCESS_KEY_ID", "DB_PASSWORD", "API_KEY", "apiKey", "OPENAI_KEY"]
    + ["AWS_SESSION_TOKEN", "CLIENT_SECRET", "DB_PASS", "MYSQL_PWD", "Authorization", "github-token", "APIKEY", "key"],
)  # fmt: skip
def test_secret_names_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["MAX_TOKENS", "TOKENIZERS_PARALLELISM", "TOKENIZER", "PWD", "KEYBOARD", "KEYCLOAK_URL", "PASSTHROUGH", "MODEL", ""]
    + ["public_keys", "keys", "SECRETARY", "BYPASS", "REGION", "VLLM_LOGGING_LEVEL", "1234"],
)  # fmt: skip
def test_other_names_are_not(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"huggingface-cli login --token {TOKEN}", f"huggingface-cli login --token {HIDDEN}"),
        (f"echo {TOKEN}", f"echo {HIDDEN}"),
        ("server --api-key=s3cret --port 8000", f"server --api-key={HIDDEN} --port 8000"),
        ("server --api-key s3cret --port 8000", f"server --api-key {HIDDEN} --port 8000"),
        ("export DB_PASSWORD='hunter2'; run", f"export DB_PASSWORD='{HIDDEN}'; run"),
        ("curl -H 'Authorization: Bearer abcd1234'", f"curl -H 'Authorization: Bearer {HIDDEN}'"),
        ("postgres://me:hunter2@db/x", f"postgres://{HIDDEN}@db/x"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", HIDDEN),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end", f"{HIDDEN} end"),
        ("AKIAIOSFODNN7EXAMPLE", HIDDEN),
        ("5" * 88, HIDDEN),  # a Solana key pair
        ("vllm serve --max-tokens 2048 --tokenizer mistral", "vllm serve --max-tokens 2048 --tokenizer mistral"),
        ("DED9ouBKxaYktQryy5Qog5vVPUzMk6FgGFxPCtRe6XZN", "DED9ouBKxaYktQryy5Qog5vVPUzMk6FgGFxPCtRe6XZN"),
        ("QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p", "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p"),
        ("the token is spent, the password = none", f"the token is spent, the password = {HIDDEN}"),
        ("python --token $HF_TOKEN --key ${KEY}", "python --token $HF_TOKEN --key ${KEY}"),
    ],
)  # fmt: skip
def test_credentials_in_text_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_a_value_that_looks_secret_is_known_without_its_name() -> None:
    assert [holds_secret(text) for text in (TOKEN, "mistral", "")] == [True, False, False]


def test_a_long_text_is_cut_and_quick() -> None:
    began = time.perf_counter()
    for text in ("a" * 1_000_000, "a-" * 500_000, "--token " * 125_000, "://a:" * 200_000, "eyJ" * 300_000):
        assert len(masked(text)) <= LIMIT
    assert time.perf_counter() - began < 2

    assert masked("x" * (LIMIT - 5) + TOKEN) == "x" * (LIMIT - 5) + HIDDEN
