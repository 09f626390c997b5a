from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from jobs.builder import store
from jobs.models import Draft, DraftVersion
from tests.bench.definition import definition

pytestmark = pytest.mark.django_db

TEXT = """{
  "version": "0.1",
  "type": "container",
  "ops": [
    { "type": "container/run", "id": "say", "args": { "image": "ubuntu:24.04", "cmd": ["echo a b"] } },
    { "type": "container/run", "id": "end", "args": { "image": "ubuntu:24.04", "cmd": "true" } }
  ]
}
"""
IMAGE = "f:/ops/0/args/image"


class Editor:
    """A browser that edits a draft by live steps, and keeps the text as its page would."""

    def __init__(self, client: Client, text: str = TEXT) -> None:
        self.client = client
        self.url = client.post("/build/", {"definition": text})["Location"].partition("?")[0].partition("#")[0]
        self.seen, self.number, self.at = 1, 1, "/ops/0"
        self.have: dict[str, str] = {}
        self.shown = text

    def post(self, change: str, **fields: str) -> Any:
        have = ",".join(f"{name}={key}" for name, key in self.have.items())
        own = {"change": change, "seen": self.seen, "number": self.number, "at": self.at, "have": have}
        return self.client.post(f"{self.url}live/", own | fields)

    def step(self, change: str, **fields: str) -> dict[str, Any]:
        response = self.post(change, **fields)
        assert response.status_code == 200, response.content
        answer: dict[str, Any] = response.json()
        self.seen, self.number = answer["revision"], answer["number"]
        self.have |= {"form": answer["form"]["state"], **{name: key for name, (key, _) in answer["parts"].items()}}
        if "splice" in answer:
            start, end, insert = answer["splice"]
            self.shown = self.shown[:start] + insert + self.shown[end:]
        assert answer["size"] == len(self.shown) or change == "text"
        return answer

    @property
    def kept(self) -> str:
        """The text that the explorer has."""
        return store.text_of(Draft.objects.get(pk=self.url.split("/")[2]))


@pytest.fixture
def editor(client: Client) -> Editor:
    return Editor(client)


def test_a_look_brings_the_form_and_what_the_browser_does_not_have(editor: Editor) -> None:
    first = editor.step("look")
    assert (first["part"], first["frozen"], first["errors"], first["undo"]) == ("/ops/0", False, 0, 0)
    assert 'name="f:/ops/0/args/image"' in first["form"]["html"]
    assert set(first["parts"]) == {"findings", "ops", "plan"}
    assert [mark[:2] for mark in first["marks"]] == [[5, "hint"], [5, "warning"]]
    again = editor.step("look")
    assert again["parts"] == {}
    assert "html" not in again["form"]
    assert again["revision"] == 1


def test_a_look_elsewhere_brings_the_form_of_that_part_and_the_list_of_ops(editor: Editor) -> None:
    editor.step("look")
    editor.at = "/ops/1/args/cmd"
    answer = editor.step("look")
    assert (answer["part"], answer["at"]) == ("/ops/1", "/ops/1/args/cmd")
    assert 'name="f:/ops/1/args/image"' in answer["form"]["html"]
    assert set(answer["parts"]) == {"ops"}


def test_typing_in_a_control_changes_only_its_value_and_sends_no_form(editor: Editor) -> None:
    editor.step("look")
    answer = editor.step("form", key=IMAGE, **{IMAGE: "ubuntu"})
    assert editor.shown == editor.kept == TEXT.replace("ubuntu:24.04", "ubuntu", 1)
    assert "html" not in answer["form"]
    assert set(answer["parts"]) == {"findings"}
    assert (
        list(answer["form"]["errs"]) == ["c.ops.0.args.cmd-e", "c.ops.0.args.image-e"]
        or "c.ops.0.args.image-e" in answer["form"]["errs"]
    )
    assert "ND140" in answer["form"]["errs"]["c.ops.0.args.image-e"]


def test_key_presses_in_one_control_are_one_step(editor: Editor) -> None:
    editor.step("look")
    for typed in ("ubuntu:2", "ubuntu:26", "ubuntu:26.04"):
        answer = editor.step("form", key=IMAGE, **{IMAGE: typed})
    assert (answer["undo"], answer["revision"], answer["number"]) == (1, 4, 2)
    answer = editor.step("undo")
    assert editor.shown == editor.kept == TEXT
    assert (answer["undo"], answer["redo"]) == (0, 1)
    assert "html" in answer["form"]  # what the controls show is other than before
    editor.step("redo")
    assert "ubuntu:26.04" in editor.shown


def test_another_shape_brings_another_form(editor: Editor) -> None:
    editor.step("look")
    answer = editor.step("form", **{"k:/ops/0/args/cmd": "text", "b:/ops/0/args/cmd": "list"})
    assert "html" in answer["form"]
    assert json.loads(editor.kept)["ops"][0]["args"]["cmd"] != ["echo a b"]


def test_a_button_leads_to_the_place_that_it_made(editor: Editor) -> None:
    editor.step("look")
    answer = editor.step("form", action="duplicate:/ops/0")
    assert (answer["at"], answer["part"]) == ("/ops/1", "/ops/1")
    assert [op["id"] for op in json.loads(editor.kept)["ops"]] == ["say", "say-2", "end"]


def test_what_a_button_cannot_do_is_told_and_changes_nothing(editor: Editor) -> None:
    answer = editor.step("form", action="up:/ops/0")
    assert answer["notes"][0].startswith("Not done:")
    assert editor.kept == TEXT


def test_typing_in_the_text_is_sent_as_changes(editor: Editor) -> None:
    editor.step("look")
    at = TEXT.index("say")
    answer = editor.step("text", splices=json.dumps([[at, at + 3, "tell"]]), key="text")
    assert editor.kept == TEXT.replace("say", "tell")
    assert "splice" not in answer  # the browser has it already
    assert "html" in answer["form"]
    assert set(answer["parts"]) == {"ops", "plan"}


@pytest.mark.parametrize("splices", ["", "[", "{}", "[[1]]", "[[0, 1, 2]]", '[[0, 99999, ""]]', '[[true, 1, ""]]'])
def test_changes_that_fit_no_text_are_refused(editor: Editor, splices: str) -> None:
    assert editor.post("text", splices=splices).status_code == 400
    assert editor.kept == TEXT


def test_a_text_that_cannot_be_read_is_kept_and_freezes_the_form(editor: Editor) -> None:
    editor.step("look")
    answer = editor.step("text", splices=json.dumps([[0, 1, "{{"]]))
    assert editor.kept == "{" + TEXT
    assert answer["frozen"] is True
    assert set(answer["parts"]) == {"findings"}  # ops and plan stay as they were
    assert "until then the form waits" in answer["form"]["html"]


def test_lines_that_were_not_typed_in_keep_their_ends(client: Client) -> None:
    text = TEXT.replace("\n", "\r\n")
    editor = Editor(client, text)
    editor.shown = TEXT
    editor.step("look")
    editor.step("text", splices=json.dumps([[0, 1, "{ "]]))
    assert editor.kept == "{ " + text[1:]


def test_a_stale_revision_changes_nothing_and_brings_back_what_was_meant(editor: Editor) -> None:
    editor.step("form", **{IMAGE: "ubuntu:1"})
    editor.seen, editor.number = 1, 1
    response = editor.post("form", **{IMAGE: "ubuntu:2"})
    assert response.status_code == 409
    assert response.json() == {"mine": TEXT.replace("ubuntu:24.04", "ubuntu:2", 1), "revision": 2}
    assert "ubuntu:1" in editor.kept
    response = editor.post("text", splices='[[0, 0, " "]]')
    assert response.json() == {"mine": f" {TEXT}", "revision": 2}
    assert editor.post("look").status_code == 409
    answer = editor.post("look", whole="1").json()
    assert (answer["text"], answer["revision"]) == (editor.kept, 2)


def test_a_text_that_is_too_long_is_refused_with_a_sentence(editor: Editor) -> None:
    response = editor.post("text", text="x" * (store.LONGEST + 1))
    assert response.status_code == 422
    assert "longer than" in response.json()["problem"]
    assert editor.kept == TEXT


def test_fixes_are_applied_one_or_all_and_are_steps(editor: Editor) -> None:
    answer = editor.step("fix", fix="ND090:/ops/0/args/cmd")
    assert editor.kept == TEXT.replace('["echo a b"]', '"echo a b"')
    assert (answer["notes"], answer["undo"]) == (["One finding was fixed."], 1)
    answer = editor.step("fix", fix="ND090:/ops/0/args/cmd")
    assert answer["notes"][0].startswith("Not fixed:")
    assert DraftVersion.objects.filter(draft__id=editor.url.split("/")[2]).count() == 2


def test_fix_buttons_work_without_script(client: Client) -> None:
    editor = Editor(client)
    response = client.post(f"{editor.url}fix/", {"seen": 1, "number": 1, "fix": "all"})
    assert (response.status_code, response["Location"]) == (302, f"{editor.url}#findings")
    assert json.loads(editor.kept)["ops"][0]["args"]["cmd"] == "echo a b"
    assert client.post(f"{editor.url}fix/", {"seen": 1, "number": 1, "fix": "all"}).status_code in (409, 422)


def test_a_control_that_is_not_taken_over_says_why(editor: Editor) -> None:
    editor.step("look")
    answer = editor.step("form", **{"f:/ops/1/id": "say"})
    assert editor.kept == TEXT
    editor.at = "/ops/1"
    answer = editor.step("form", **{"f:/ops/1/id": "say"})
    assert answer["form"].get("wrong") == ["c.ops.1.id"] or "already" in answer["form"]["html"]


@pytest.mark.parametrize(
    "fields", [{"change": "erase"}, {"change": "look", "at": "ops"}, {"change": "look", "seen": "x"}]
)
def test_what_no_page_sends_is_refused(editor: Editor, fields: dict[str, str]) -> None:
    assert editor.post(**fields).status_code == 400


def test_somebody_elses_draft_is_not_there(editor: Editor) -> None:
    stranger = Client()
    body = {"change": "look", "seen": 1, "number": 1}
    assert stranger.post(f"{editor.url}live/", body).status_code == 404
    assert stranger.post(f"{editor.url}fix/", {"seen": 1, "fix": "all"}).status_code == 404
    assert stranger.get(f"{editor.url}runs/").status_code == 404
    assert stranger.get(f"{editor.url}readiness/").status_code == 404


def test_a_key_press_costs_few_queries_whatever_the_number_of_ops(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for size in (2, 50):
        editor = Editor(client, definition(size))
        editor.step("look")
        editor.step("form", key=IMAGE, **{IMAGE: "ubuntu:1"})
        with django_assert_max_num_queries(12):
            editor.step("form", key=IMAGE, **{IMAGE: "ubuntu:2"})


def test_run_lines_are_told_for_the_part_in_sight(editor: Editor) -> None:
    page = editor.client.get(f"{editor.url}runs/", {"at": "/ops/1/args"}).content.decode()
    assert page.count("<details data-run=") == 2
    assert '<details data-run="/ops/1" open>' in page
    assert "podman run -d --name JOB-1" in page


def test_readiness_is_a_page_and_a_fragment(editor: Editor) -> None:
    url = f"{editor.url}readiness/"
    page = editor.client.get(url, {"timeout": "7200"})
    assert page.status_code == 200
    assert '<option value="7200" selected>' in page.content.decode()
    part = editor.client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "No markets are known yet" in part
    assert editor.client.get(url, {"timeout": "soon"}).status_code == 400
    assert editor.client.get(url, {"timeout": "999999"}, headers={"HX-Request": "true"}).status_code == 422


HOSTILE = {
    "a megabyte": json.dumps({"version": "0.1", "ops": [], "x": "A" * 900_000}),
    "ten thousand keys": json.dumps({"version": "0.1", "ops": [{"type": "container/run", "id": "a", "args": {
        "image": "u:1", "env": {f"K{index}": "v" for index in range(10_000)}}}]}),
    "scripts": json.dumps({"<script>alert(1)</script>": "<script>alert(1)</script>", "ops": [
        {"type": "<script>alert(1)</script>", "id": "</script><img src=x onerror=alert(1)>\u202e",
         "execution": {"group": "\"><script>", "depends_on": ["<script>alert(1)</script>"]}}]}),
    "deep": '{"ops": ' + "[" * 60 + "]" * 60 + "}",
    "too deep": "[" * 5000,
    "two thousand ops": json.dumps({"ops": [{"type": "container/run", "id": f"a{index}"} for index in range(2000)]}),
    "nul": '{"ops": ["\0"]}',
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_drafts_are_inert(client: Client, name: str) -> None:
    editor = Editor(client, HOSTILE[name])
    for url in (editor.url, f"{editor.url}runs/", f"{editor.url}readiness/"):
        response = client.get(url)
        assert response.status_code == 200
        assert b"<script>alert" not in response.content
        assert b"<img src=x" not in response.content
        assert len(response.content) < 3_000_000
    response = editor.post("look")
    assert response.status_code == 200
    html = "".join([response.json()["form"]["html"], *(part for _, part in response.json()["parts"].values())])
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert len(html) < 1_500_000
