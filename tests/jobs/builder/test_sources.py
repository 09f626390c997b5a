"""What a draft starts from: every field of the form, real files, and the sample gateway as a real server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from explorer.nosana.guarded import PUBLIC, Guard
from jobs.builder.sources import NoStart, Start, start_of
from jobs.builder.sources.indenting import indented
from jobs.builder.starters import STARTERS
from jobs.definition.check import check
from jobs.definition.document import read
from jobs.definition.imports.outcome import Leftover
from tests.jobs.factories import address, cid, make_definition, make_job

HELLO: dict[str, Any] = {
    "version": "0.1",
    "type": "container",
    "ops": [{"type": "container/run", "id": "hello", "args": {"image": "ubuntu:24.04", "cmd": ["echo", "hello"]}}],
}
TEXT = json.dumps(HELLO, indent=2) + "\n"
#: As the network pins it: in one line.
PINNED = json.dumps(HELLO, separators=(",", ":"))


def start(guard: Guard = PUBLIC, file: UploadedFile[bytes] | None = None, **fields: str) -> Start:
    """Start from posted fields."""
    data = QueryDict(mutable=True)
    data.update(fields)
    files: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict({"file": [file]} if file else {})
    return start_of(data, files, guard=guard)


def refusal(**fields: Any) -> tuple[str, str]:
    """Return the sentence and the field of a start that is refused."""
    with pytest.raises(NoStart) as problem:
        start(**fields)
    return problem.value.message, problem.value.field


def upload(name: str, body: bytes | str) -> UploadedFile[bytes]:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, body.encode() if isinstance(body, str) else body)


@pytest.fixture
def gateway(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    """Run the network's interfaces on the test's server."""
    url = httpserver.url_for("")
    settings.NETWORK = replace(settings.NETWORK, ipfs_url=f"{url}/ipfs", jobs_url=f"{url}/api")
    return httpserver


@pytest.mark.parametrize("fields", [{}, {"definition": ""}, {"definition": " \r\n"}, {"at": "/ops/0"}])
def test_nothing_starts_an_empty_definition(fields: dict[str, Any]) -> None:
    text = '{\n  "version": "0.1",\n  "type": "container",\n  "ops": []\n}\n'
    assert start(**fields) == Start(text, "Untitled job", "empty")
    assert check(text).valid


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TEXT, "hello"),
        ('\ufeff{"ops": [ ],\r\n\t"x" : 1.50e3, // why\r\n}', "Untitled job"),
        ("not: json\nversion: '0.1'\n", "Untitled job"),
        ("docker run ubuntu", "Untitled job"),
        ('{"ops": [{"id": "a\u202eb"}, {"id": "c"}, 7]', "Untitled job"),
        ('{"ops": [{"id": "a\u202eb"}, {"id": "c"}, 7, {"id": "d"}, {"id": "e"}]}', "a[U+202E]b + c + d"),
        ("x" * 1_100_000, "Untitled job"),
    ],
)
def test_a_definition_is_kept_to_the_letter_whatever_it_is(text: str, name: str) -> None:
    assert start(definition=text) == Start(text, name, "paste")


def test_a_text_that_no_definition_is_as_long_as_is_refused() -> None:
    assert refusal(definition="é" * 1_000_001) == (
        "The text is longer than 2,000,000 bytes, which no definition is.",
        "definition",
    )


YAML = (
    "# why\nversion: '0.1'\ntype: container\nops:\n  - {type: container/run, id: hello, args: {image: ubuntu:24.04}}\n"
)
JSON_OF_YAML = {**HELLO, "ops": [{"type": "container/run", "id": "hello", "args": {"image": "ubuntu:24.04"}}]}
OF_YAML = (
    Leftover("YAML", "The network reads JSON only, so it is written as JSON here."),
    Leftover("Comments", "JSON has none, so they are left out."),
)


def test_a_paste_of_json_keeps_everything_but_the_line_ends_of_the_text_box() -> None:
    assert start(paste='{"ops": [],\r\n // why\r\n}') == Start('{"ops": [],\n // why\n}', "Untitled job", "paste")


def test_a_paste_of_yaml_becomes_json_and_says_so() -> None:
    found = start(paste=YAML)
    assert (json.loads(found.text), found.name, found.kind, found.report) == (JSON_OF_YAML, "hello", "paste", OF_YAML)


@pytest.mark.parametrize("line", ["docker run -d --name web nginx:1.29", "$ sudo podman run --name web -d nginx:1.29"])
def test_a_paste_of_a_run_line_is_taken_over(line: str) -> None:
    found = start(paste=line)
    ops = [{"type": "container/run", "id": "web", "args": {"image": "nginx:1.29"}}]
    assert (json.loads(found.text), found.name) == ({**HELLO, "ops": ops}, "web")


def test_a_paste_of_a_compose_file_is_taken_over() -> None:
    found = start(paste="services:\n  web:\n    image: nginx:1.29\n")
    assert (json.loads(found.text)["ops"][0]["id"], found.name) == ("web", "web")


def test_a_paste_of_what_an_api_answers_is_unwrapped() -> None:
    found = start(paste=json.dumps({"id": 7, "jobDefinition": HELLO, "state": 2}))
    report = (Leftover("What is around the definition", "Only the definition itself is taken over."),)
    assert (json.loads(found.text), found.report) == (HELLO, report)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<!doctype html><title>x", "That is a web page, not a definition; use the address of the file itself."),
        ('{"status": "success", "opStates": []}', "That is the result of a job, not its definition."),
        ("docker run", "There is no `docker run` or `podman run` with an image in it."),
    ],
)
def test_a_paste_of_something_else_is_refused(text: str, sentence: str) -> None:
    message, field = refusal(paste=text)
    assert (sentence in message, field) == (True, "paste")


def test_a_run_line_tells_what_it_left_out() -> None:
    found = start(run_line="docker run --gpus 1 -e TOKEN --privileged ollama/ollama:0.12.6 serve")
    assert (found.kind, found.name) == ("run_line", "ollama")
    assert [left.what for left in found.report] == ["--gpus 1", "-e TOKEN", "--privileged"]


def test_a_compose_file_tells_what_it_left_out() -> None:
    found = start(
        compose="services:\n  db:\n    image: postgres:17\n    deploy: {replicas: 3}\nsecrets: {x: {file: y}}\n"
    )
    assert (found.kind, found.name, [left.what for left in found.report][0]) == ("compose", "db", "secrets")


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("paste", "Paste a definition, a compose file or a run line."),
        ("job", "Write a job's address, or paste a link to the job."),
        ("cid", "Write the CID of a definition."),
        ("template", "Choose a template."),
        ("url", "Write the address of a file."),
        ("run_line", "Paste a `docker run` or `podman run` line."),
        ("compose", "Paste a compose file."),
        ("starter", "Choose a starter."),
    ],
)
def test_a_way_without_its_input_says_what_to_give(field: str, sentence: str) -> None:
    assert refusal(**{field: " "}) == (sentence, field)


def test_a_form_without_its_file_says_to_choose_one() -> None:
    """A browser sends no file that was not chosen; the form has a hidden field of the same name."""
    with pytest.raises(NoStart, match=r"^Choose a file\.$") as problem:
        start_of(QueryDict("file="), MultiValueDict())
    assert problem.value.field == "file"


@pytest.mark.parametrize("name", ["job.json", "..\\job.json", "x.txt"])
def test_a_file_of_json_is_kept_to_the_letter(name: str) -> None:
    body = '{"version":"0.1", "type":"container",\r\n\t"ops":[ ]}'
    found = start(file=upload(name, body))
    assert (found.text, found.kind, found.report) == (body, "file", ())


def test_a_file_is_called_by_its_ops_or_else_by_its_name() -> None:
    assert start(file=upload("my job.v2.json", TEXT)).name == "hello"
    assert start(file=upload("my job.v2.json", "{")).name == "my job.v2"
    assert start(file=upload("my job.v2.json", "{")).reference == "my job.v2.json"


def test_a_file_of_yaml_or_compose_is_converted() -> None:
    assert json.loads(start(file=upload("job.yaml", YAML)).text) == JSON_OF_YAML
    compose = start(file=upload("compose.yml", "services: {web: {image: nginx:1.29}}"))
    assert json.loads(compose.text)["ops"][0]["args"] == {"image": "nginx:1.29"}


def test_a_file_that_is_not_utf_8_says_so() -> None:
    found = start(file=upload("job.json", b'{"ops": [], "x": "\xe9"}'))
    assert found.text == '{"ops": [], "x": "\ufffd"}'
    assert found.report == (Leftover("Letters", "The text is not UTF-8, which the network expects; save it as UTF-8."),)


def test_a_file_that_is_too_long_is_refused_unread() -> None:
    assert refusal(file=upload("x.json", b" " * 2_000_001)) == (
        "The file is longer than 2,000,000 bytes, which no definition is.",
        "file",
    )


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.slug)
def test_a_starter_is_one_op_that_the_network_accepts(starter: Any) -> None:
    found = start(starter=starter.slug)
    assert json.loads(found.text)["ops"] == [starter.op()]
    assert (found.kind, found.reference, found.name) == ("starter", starter.slug, starter.slug)
    report = check(found.text)
    assert report.valid
    assert {finding.severity for finding in report.findings} <= {"hint"}


def test_an_unknown_starter_or_template_is_refused() -> None:
    assert refusal(starter="nothing\u202e") == ("There is no starter called nothing[U+202E].", "starter")
    assert refusal(template="nothing") == ("There is no template called nothing.", "template")


def test_a_template_is_taken_over_to_the_letter() -> None:
    found = start(template="whisper")
    assert (found.name, found.kind, found.reference, found.report) == ("Whisper", "template", "whisper", ())
    assert read(found.text).value == json.loads(found.text)


@pytest.mark.django_db
class TestJobs:
    """Definitions of jobs, from the database where it has them, else from the network."""

    def test_a_known_job_is_read_from_the_database_and_laid_out(self) -> None:
        job = make_job("known")
        make_definition(job, text=PINNED)
        found = start(job=f"https://explore.example/jobs/{job.address}?network=mainnet")
        assert found == Start(TEXT, "hello", "job", job.address)

    def test_a_text_that_has_lines_already_keeps_them(self) -> None:
        job = make_job("lines")
        text = '{ "ops": [ ],\n\n "version": "0.1", "type":"container" }'
        make_definition(job, text=text)
        assert start(job=job.address).text == text

    def test_what_is_not_fetched_yet_is_fetched(self, gateway: HTTPServer) -> None:
        job = make_job("pending")
        gateway.expect_request(f"/ipfs/{job.ipfs_job}").respond_with_data(PINNED)
        assert start(job=job.address) == Start(TEXT, "hello", "job", job.address)

    def test_the_networks_copy_stands_in_where_ipfs_does_not_answer(self, gateway: HTTPServer) -> None:
        job = make_job("copy")
        make_definition(job, text=PINNED, is_exact=False)
        gateway.expect_request(f"/ipfs/{job.ipfs_job}").respond_with_data("", 500)
        found = start(job=job.address)
        assert (found.text, [left.what for left in found.report]) == (TEXT, ["The spelling of the text"])

    def test_a_job_that_is_not_known_here_is_asked_for(self, gateway: HTTPServer) -> None:
        job = address("elsewhere")
        answer = {
            "id": 1, "address": job, "ipfsJob": cid("elsewhere"), "market": address("m"), "node": None,
            "payer": address("p"), "project": address("p"), "price": 1, "state": 0, "timeout": 60, "timeStart": 0,
            "timeEnd": 0, "jobDefinition": HELLO,
        }  # fmt: skip
        gateway.expect_request(f"/api/jobs/{job}").respond_with_json(answer)
        gateway.expect_request(f"/ipfs/{cid('elsewhere')}").respond_with_data(PINNED)
        assert start(job=job) == Start(TEXT, "hello", "job", job)

    def test_a_job_that_nobody_knows_is_refused(self, gateway: HTTPServer) -> None:
        job = address("nobody's")
        gateway.expect_request(f"/api/jobs/{job}").respond_with_data("", 404)
        assert refusal(job=job) == (f"No job with the address {job} is known.", "job")

    def test_a_gateway_that_fails_is_told_with_its_sentence(self, gateway: HTTPServer) -> None:
        job = make_job("lost")
        gateway.expect_request(f"/ipfs/{job.ipfs_job}").respond_with_data("", 403)
        message, field = refusal(job=job.address)
        assert message.startswith("The IPFS gateway at ")
        assert message.endswith(" answered with the error status 403.")
        assert field == "job"

    def test_a_confidential_job_says_what_it_lacks(self) -> None:
        job = make_job("confidential")
        sides = {"send": {"type": "api-listen", "args": {}}, "receive": {"type": "api-listen", "args": {}}}
        make_definition(job, {"version": "0.1", "type": "container", "logistics": sides, "ops": []})
        left = Leftover("The ops", "This job is confidential: its ops went to its node, and are not public.")
        assert start(job=job.address).report == (left,)

    @pytest.mark.parametrize("text", ["hello", "3EwUexRdXedDk2EL72py5FQd9fG2aVR9trD3EqEbGC", "0" * 44])
    def test_what_holds_no_address_is_refused(self, text: str) -> None:
        sentence = "That holds no job's address, which has 32 to 44 letters and digits."
        assert refusal(job=text) == (sentence, "job")

    @pytest.mark.parametrize("written", ["{}", "ipfs://{}", "https://gateway.example/ipfs/{}?download=true"])
    def test_a_cid_is_fetched_and_laid_out(self, gateway: HTTPServer, written: str) -> None:
        gateway.expect_request(f"/ipfs/{cid('x')}").respond_with_data(PINNED)
        assert start(cid=written.format(cid("x"))) == Start(TEXT, "hello", "cid", cid("x"))

    def test_a_cid_of_version_1_is_the_same_file(self, gateway: HTTPServer) -> None:
        version_0 = "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR"
        version_1 = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
        gateway.expect_request(f"/ipfs/{version_0}").respond_with_data(PINNED)
        assert start(cid=version_1).reference == version_0

    def test_a_result_is_no_definition(self, gateway: HTTPServer) -> None:
        gateway.expect_request(f"/ipfs/{cid('result')}").respond_with_data('{"status": "success", "opStates": []}')
        assert refusal(cid=cid("result")) == ("That is the result of a job, not its definition.", "cid")

    @pytest.mark.parametrize(
        "text", ["hello", "Qm" + "1" * 44, "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"]
    )
    def test_what_holds_no_cid_of_the_network_is_refused(self, text: str) -> None:
        sentence = "That holds no CID of the network, which begins with Qm and has 46 letters and digits."
        assert refusal(cid=text) == (sentence, "cid")


def local(host: str, port: int) -> Sequence[str]:
    """Find every name at the address of the tests' servers."""
    return ["127.0.0.1"]


#: Tests allow loopback by name; what runs allows public addresses only.
LOCAL = Guard(resolve=local, allows=lambda found: str(found) == "127.0.0.1", ports=None)


def test_a_url_is_fetched(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a/my%20job.json").respond_with_data(TEXT)
    httpserver.expect_request("/a/my job.json").respond_with_data(TEXT)
    url = f"http://files.test:{httpserver.port}/a/my%20job.json"
    assert start(LOCAL, url=f" {url}?token=abc#part ") == Start(TEXT, "hello", "url", url)


def test_a_url_without_ops_is_called_by_its_file(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/empty.v1.json").respond_with_data("{}")
    assert start(LOCAL, url=f"http://files.test:{httpserver.port}/empty.v1.json").name == "empty.v1"


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("https://github.com/o/r/blob/main/a/b.json", "https://raw.githubusercontent.com/o/r/main/a/b.json"),
        ("https://gitlab.com/g/s/r/-/blob/main/b.json", "https://gitlab.com/g/s/r/-/raw/main/b.json"),
        ("https://gist.github.com/o/0123abcd", "https://gist.githubusercontent.com/o/0123abcd/raw"),
        ("https://huggingface.co/o/r/blob/main/b.json", "https://huggingface.co/o/r/resolve/main/b.json"),
        ("files.test/b.json", "https://files.test/b.json"),
    ],
)
def test_a_page_that_shows_a_file_stands_for_the_file(page: str, file: str) -> None:
    asked: list[tuple[str, int]] = []

    def nowhere(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    host = file.split("/")[2]
    with pytest.raises(NoStart) as problem:
        start(Guard(resolve=nowhere), url=page)
    assert asked == [(host, 443)]
    assert problem.value.message == f"{host} is not on the public internet, so nothing was asked there."


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost:8000/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/"),
        *("http://2130706433/", "http://[::ffff:10.0.0.1]/", "file:///etc/passwd", "http://u:p@files.test/"),
    ],
)
def test_a_url_that_is_not_public_is_refused(url: str) -> None:
    message, field = refusal(url=url)
    assert field == "url"
    assert message.endswith(
        (
            "is not on the public internet, so nothing was asked there.",
            "Only addresses that begin with http:// or https:// are fetched.",
            "The address holds a user name or a password; take it out.",
        )
    )


def test_one_host_is_asked_twenty_times_a_minute_at_most(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x.json").respond_with_data("{}")
    url = f"http://busy-{httpserver.port}.test:{httpserver.port}/x.json"
    for _ in range(20):
        start(LOCAL, url=url)
    with pytest.raises(NoStart, match="The request budget for busy-"):
        start(LOCAL, url=url)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5), st.booleans())
def test_laying_out_changes_nothing_but_the_space_between(value: dict[str, Any], has_spaces: bool) -> None:
    text = json.dumps(value, separators=None if has_spaces else (",", ":"), ensure_ascii=False)
    shown = indented(read(text))
    assert json.loads(shown) == value
    if len(text) > 80 and "\n" not in text:
        assert shown == json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    else:
        assert shown == text


def test_laying_out_keeps_the_spelling_of_numbers_and_escapes() -> None:
    text = '{"a":1.50,"b":1E3,"c":"\\u0041\\/","d":[],"e":{},"f":[1,{"g":-0.0}],"long":"' + "x" * 60 + '"}'
    expected = (
        '{\n  "a": 1.50,\n  "b": 1E3,\n  "c": "\\u0041\\/",\n  "d": [],\n  "e": {},\n  "f": [\n    1,\n    {\n'
        f'      "g": -0.0\n    }}\n  ],\n  "long": "{"x" * 60}"\n}}\n'
    )
    assert indented(read(text)) == expected
    assert settings.NETWORK.name == "sample"
