"""Snippets run as they are printed: with sh, curl, Python and node, against a real sample network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from explorer.sample import SampleServer
from explorer.sample.clock import Clock
from explorer.sample.markets import SEED_MARKET
from jobs.builder.snippets import Snippet, Target, embeddable, snippets
from jobs.definition.document import read
from tests.explorer.sample.networks import http_get

KEYS = {"NOSANA_API_KEY": "nos_snippet", "PINATA_JWT": "jwt"}
#: Definitions that are hard to put into a program: every quote, escapes, ends of here-documents, other scripts.
HARD = (
    '{"version": "0.1", "type": "container", "ops": []}',
    '{\n  "version": "0.1",\n  "type": "container",\n  "meta": {"x": 1.50},\n  "ops": []\n}',
    json.dumps(
        {
            "version": "0.1",
            "type": "container",
            "meta": {"a": 'it\'s "${HOME}" `id` $(id) \\ %s {x} \\n é 漢'},
            "ops": [],
        }
    ),
    json.dumps({"version": "0.1", "type": "container", "meta": {"a": "'''", "b": '"""', "c": "\\"}, "ops": []}),
    '{"version": "0.1",\n"type": "container", "ops": [], "meta": {"a":\n"END_OF_DEFINITION"\n}}',
    json.dumps(
        {"version": "0.1", "type": "container", "meta": {"a": "\u202e\u2028\x7f\ufeff"}, "ops": []}, ensure_ascii=False
    ),
    '{"version": "0.1", "type": "container", "meta": {"__proto__": {"x": "1"}}, "ops": []}',
    "// why\n{'version': '0.1', 'type': 'container', 'ops': [],}",
    "version: '0.1'\ntype: container\nops: []\n",
)


@pytest.fixture(scope="module")
def network() -> Iterator[SampleServer]:
    """A sample network whose clock stands still."""
    with SampleServer(clock=Clock(lambda: 1_790_000_000.0), past_jobs=30) as server:
        server.pause()
        yield server


def target(server: SampleServer | None = None, network: str = "sample") -> Target:
    """Return a market of the sample network, under the name of another network if a key is to be asked for."""
    url = server.url if server else "http://127.0.0.1:9"
    return Target(network, f"{url}/api", f"{url}/pinning/pinJSONToIPFS", SEED_MARKET, "nvidia-3060", 90)


def snippet(slug: str, definition: str, to: Target) -> Snippet:
    """Return one snippet."""
    return next(one for one in snippets(embeddable(read(definition)), to) if one.slug == slug)


def program(slug: str) -> list[str]:
    """Return what runs a snippet's file; node in the place of tsx, which only adds types to it."""
    return {"curl": ["sh"], "cli": ["sh"], "python": [sys.executable], "typescript": ["node"]}[slug]


def run(one: Snippet, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Keep a snippet in its file and run it as its page says."""
    file = folder / (one.file if one.slug != "typescript" else "post.mjs")
    file.write_text(one.text, encoding="utf-8")
    path = environ.pop("PATH", os.environ["PATH"])
    env = {"PATH": path, "HOME": str(folder), "NO_PROXY": "127.0.0.1", **environ}
    return subprocess.run(
        [*program(one.slug), str(file)], cwd=folder, env=env, capture_output=True, text=True, timeout=120
    )


def needs(slug: str) -> Any:
    """Skip where this machine lacks what runs a snippet."""
    name = {"curl": "curl", "python": sys.executable, "typescript": "node"}[slug]
    return pytest.param(slug, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not here"))


RUNNABLE = [needs("curl"), needs("python"), needs("typescript")]


@pytest.mark.parametrize("slug", RUNNABLE)
@pytest.mark.parametrize("definition", HARD, ids=range(len(HARD)))
def test_a_snippet_posts_exactly_the_definition(
    network: SampleServer, tmp_path: Path, slug: str, definition: str
) -> None:
    ran = run(snippet(slug, definition, target(network)), tmp_path, NOSANA_API_KEY="nos_snippet")
    assert (ran.returncode, ran.stderr) == (0, "")
    answer = json.loads(ran.stdout)
    job = http_get(f"{network.url}/api/jobs/{answer['job']}").json()
    pinned = http_get(f"{network.url}/ipfs/{job['ipfsJob']}").json()
    assert (job["market"], job["timeout"], pinned) == (SEED_MARKET, 5400, read(definition).value)


@pytest.mark.parametrize("slug", RUNNABLE)
def test_a_snippet_for_mainnet_gives_each_service_its_own_key(
    httpserver: HTTPServer, tmp_path: Path, slug: str
) -> None:
    url = httpserver.url_for("").rstrip("/")
    to = Target("mainnet", f"{url}/api", f"{url}/pin", SEED_MARKET, "nvidia-3060", 90)
    order = {"ipfsHash": "QmX", "market": SEED_MARKET, "timeout": 5400}
    pin_key, api_key = {"Authorization": "Bearer jwt"}, {"Authorization": "Bearer nos_snippet"}
    httpserver.expect_ordered_request("/pin", "POST", headers=pin_key, json=json.loads(HARD[0])).respond_with_json(
        {"PinSize": 1, "IpfsHash": "QmX", "Timestamp": "now"}
    )
    httpserver.expect_ordered_request("/api/jobs/list", "POST", headers=api_key, json=order).respond_with_json(
        {"job": "J"}
    )
    one = snippet(slug, HARD[0], to)
    ran = run(one, tmp_path, **KEYS)
    assert (ran.returncode, ran.stderr, json.loads(ran.stdout)) == (0, "", {"job": "J"})
    assert one.needs == ("NOSANA_API_KEY", "PINATA_JWT")


@pytest.mark.parametrize("slug", RUNNABLE)
def test_a_snippet_without_its_key_fails_and_posts_nothing(network: SampleServer, tmp_path: Path, slug: str) -> None:
    before = http_get(f"{network.url}/api/jobs/count").json()["total"]
    ran = run(snippet(slug, HARD[0], target(network)), tmp_path)
    assert ran.returncode != 0
    assert http_get(f"{network.url}/api/jobs/count").json()["total"] == before


@pytest.mark.parametrize("definition", HARD, ids=range(len(HARD)))
def test_the_command_line_gets_the_definition_in_a_file(tmp_path: Path, definition: str) -> None:
    """The program itself is not here: one that writes its arguments down stands on the path instead."""
    (tmp_path / "bin").mkdir()
    nosana = tmp_path / "bin" / "nosana"
    nosana.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$HOME/arguments"\n')
    nosana.chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    ran = run(snippet("cli", definition, target(network="devnet")), tmp_path, PATH=path)
    assert (ran.returncode, ran.stderr) == (0, "")
    order = "job post --file job.json --market nvidia-3060 --timeout 90 --network devnet --wait"
    assert " ".join((tmp_path / "arguments").read_text().split("\n")) == f"{order} "
    assert json.loads((tmp_path / "job.json").read_text(encoding="utf-8")) == read(definition).value


def test_the_text_of_a_definition_stays_as_it_is_written() -> None:
    assert embeddable(read('{"b": 1.50,\r\n "a": [ ]}\n')) == '{"b": 1.50,\n "a": [ ]}'


def test_what_a_page_cannot_show_is_escaped() -> None:
    assert embeddable(read('{"a": "\u202e"}')) == '{\n  "a": "\\u202e"\n}'


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())))
def test_any_definition_can_stand_in_a_python_program(value: dict[str, Any]) -> None:
    text = embeddable(read(json.dumps(value, ensure_ascii=False)))
    assert json.loads(text) == value
    source = snippet("python", json.dumps(value), target()).text
    literal = source.split("DEFINITION = json.loads(", 1)[1].rsplit(")\n\n\ndef post", 1)[0]
    assert json.loads(eval(literal)) == value  # noqa: S307 - the literal is this project's own
