"""The form over HTTP and without a script: every button is a plain post that leads back to its place."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from jobs.builder import store
from jobs.definition.check import check
from jobs.models import Draft
from tests.jobs.builder.form.posts import Page, posted

pytestmark = pytest.mark.django_db

TEXT = json.dumps(
    {
        "version": "0.1",
        "type": "container",
        "ops": [{"type": "container/run", "id": "a", "args": {"image": "ubuntu:24.04", "env": {"A": "1"}}}],
    },
    indent=2,
)


class Browser:
    """A browser without script, on the page of one draft."""

    def __init__(self, client: Client, text: str | None = TEXT) -> None:
        self.client = client
        response = client.post("/build/", {} if text is None else {"definition": text})
        self.url = response["Location"]
        self.draft = Draft.objects.get(pk=self.url.split("/")[2])
        self.html = ""
        self.open(self.url)

    @property
    def text(self) -> str:
        return store.text_of(Draft.objects.get(pk=self.draft.pk))

    @property
    def value(self) -> Any:
        return json.loads(self.text)

    def open(self, url: str) -> None:
        response = self.client.get(url)
        assert response.status_code == 200
        self.html = response.content.decode()

    @property
    def page(self) -> Page:
        page = Page()
        found = re.search(r'<section class="zone" id="form".*?</section>', self.html, re.DOTALL)
        assert found
        page.feed(found[0])
        return page

    def press(self, action: str, **changes: Any) -> None:
        """Press a button of the form after typing, and follow where it leads."""
        page = self.page
        assert action in page.buttons, action
        data = posted(page, **changes)
        data["action"] = action
        answer = self.client.post(
            f"/build/{self.draft.pk}/edit/", data.urlencode(), "application/x-www-form-urlencoded"
        )
        assert answer.status_code == 302, answer.content.decode()[:2000]
        self.at = parse_qs(urlsplit(answer["Location"]).query).get("at", [""])[0]
        self.fragment = urlsplit(answer["Location"]).fragment
        self.open(answer["Location"].partition("#")[0])


def test_the_whisper_job_is_built_from_nothing(client: Client) -> None:
    browser = Browser(client, None)

    browser.press("add-gpu-command:/ops")
    browser.press(
        "apply",
        **{
            "f:/ops/0/id": "run-whisper",
            "f:/ops/0/args/image": "docker.io/nosana/whisper:latest",
            "f:/ops/0/args/cmd": "python openai-whisper.py -p hello.mp3",
        },
    )
    browser.open(f"/build/{browser.draft.pk}/?at=/meta")
    browser.press("apply", **{"f:/meta/trigger": "cli"})

    assert browser.value == {
        "version": "0.1",
        "type": "container",
        "ops": [
            {
                "type": "container/run",
                "id": "run-whisper",
                "args": {
                    "image": "docker.io/nosana/whisper:latest",
                    "cmd": "python openai-whisper.py -p hello.mp3",
                    "gpu": True,
                },
            }
        ],
        "meta": {"trigger": "cli"},
    }
    assert check(browser.text).valid


def test_a_button_leads_back_to_the_place_that_it_made(client: Client) -> None:
    browser = Browser(client)

    browser.press("add:/ops/0/args/resources")

    assert (browser.at, browser.fragment) == ("/ops/0/args/resources/0", "c.ops.0.args.resources.0")
    assert f'id="{browser.fragment}"' in browser.html


def test_a_shape_that_was_left_is_kept_for_the_visit(client: Client) -> None:
    browser = Browser(client, TEXT.replace('"env": {', '"cmd": ["one", "two words"],\n        "env": {'))

    browser.press("apply", **{"k:/ops/0/args/cmd": "text"})
    changed = browser.value["ops"][0]["args"]["cmd"]
    browser.press("apply", **{"f:/ops/0/args/cmd": "something else"})
    browser.press("apply", **{"k:/ops/0/args/cmd": "list"})

    assert (changed, browser.value["ops"][0]["args"]["cmd"]) == ("one 'two words'", ["one", "two words"])


def test_what_was_refused_is_said_once_and_stays_in_its_field(client: Client) -> None:
    browser = Browser(client)

    browser.press("apply", **{"f:/ops/0/id": "two words"})

    assert browser.text == TEXT
    assert dict(browser.page.fields)["f:/ops/0/id"] == "two words"
    assert "must not be empty, nor have a space" in browser.html
    browser.open(f"/build/{browser.draft.pk}/")
    assert dict(browser.page.fields)["f:/ops/0/id"] == "a"


def test_what_a_button_could_not_do_is_said_and_the_rest_is_kept(client: Client) -> None:
    browser = Browser(client)

    browser.press(
        "add:/ops/0/args/env", **{"+n:/ops/0/args/env": "A", "+f:/ops/0/args/env": "2", "f:/ops/0/args/work_dir": "/w"}
    )

    assert browser.value["ops"][0]["args"] == {"image": "ubuntu:24.04", "env": {"A": "1"}, "work_dir": "/w"}
    assert "Not done: There is a “A” already." in browser.html


def test_an_edit_of_an_older_state_is_a_conflict_and_shows_what_was_typed(client: Client) -> None:
    browser = Browser(client)
    data = posted(browser.page, **{"f:/ops/0/args/image": "mine:1"})
    browser.press("apply", **{"f:/ops/0/args/image": "theirs:1"})

    answer = client.post(f"/build/{browser.draft.pk}/edit/", data.urlencode(), "application/x-www-form-urlencoded")

    assert answer.status_code == 409
    assert browser.value["ops"][0]["args"]["image"] == "theirs:1"
    assert "mine:1" in answer.content.decode()


def test_a_text_that_cannot_be_read_freezes_the_form_and_keeps_everything(client: Client) -> None:
    text = TEXT.replace('"ops": [', '"ops": [ oops')
    browser = Browser(client, text)

    assert "until then the form waits" in browser.html
    assert browser.page.buttons == []
    answer = client.post(f"/build/{browser.draft.pk}/edit/", {"seen": 1, "number": 1, "action": "add:/ops"})
    assert (answer.status_code, browser.text) == (422, text)


def test_yaml_is_made_json_by_a_button(client: Client) -> None:
    browser = Browser(client, "version: '0.1'\ntype: container\nops: []\n")
    if browser.page.buttons:  # kept as it was pasted: the form offers to convert it
        browser.press("convert:")

    assert browser.value == {"version": "0.1", "type": "container", "ops": []}


def test_nobody_else_edits_a_draft(client: Client) -> None:
    browser = Browser(client)

    answer = Client().post(f"/build/{browser.draft.pk}/edit/", {"seen": 1, "number": 1, "f:/ops/0/args/image": "x"})

    assert (answer.status_code, browser.text) == (404, TEXT)


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "add:/ops/99/args"},
        {"action": "remove:///"},
        {"f:not a pointer": "x", "k:also not": "y", "b:": "z", "n:~": "", "f:": "{}"},
        {"f:/ops/0/args/env/A": "</textarea><script>alert(1)</script>"},
        {"f:/ops/0/args/expose": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")},
        {"k:/ops/0": "nonsense", "k:/ops/0/args/expose": "nonsense"},
    ],
)
def test_hostile_posts_neither_break_nor_run(client: Client, fields: dict[str, str]) -> None:
    browser = Browser(client)

    answer = client.post(f"/build/{browser.draft.pk}/edit/", {"seen": 1, "number": 1, **fields})

    assert answer.status_code == 302
    assert check(browser.text).document.is_readable
    page = client.get(f"/build/{browser.draft.pk}/").content.decode()
    assert "<script>alert" not in page


def hostile(kind: str) -> str:
    script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\u0000"
    args: dict[str, Any] = {"image": script, "cmd": [script] * 3, "expose": script, script: {script: [script]}}
    if kind == "halves":
        script = "\ud800<b>"
        args |= {script: {script: [script]}, "env": {script: script}, "expose": [{"port": script, script: 1}]}
        args["resources"] = [{"type": script}, {"type": "HF", "repo": script}, script]
    if kind == "keys":
        args["env"] = {f"K{index}": "v" for index in range(10_000)}
    if kind == "long":
        args["cmd"] = "x" * 900_000
    if kind == "deep":
        deep: Any = script
        for _ in range(58):
            deep = {"a": deep} if len(str(deep)) % 2 else [deep]
        args["resources"] = deep
    if kind == "many":
        args["expose"] = [
            {"port": n, "health_checks": [{"type": "http", "headers": {script: "x"}}] * 20} for n in range(90)
        ]
    op = {"type": script, "id": script, "args": args, "results": {script: {"regex": script, "logType": [script]}}}
    return json.dumps({"version": script, "type": script, "meta": {script: script}, "ops": [op], script: script})


@pytest.mark.parametrize("kind", ["strings", "halves", "keys", "long", "deep", "many"])
def test_hostile_drafts_are_shown_inert_and_not_at_length(client: Client, kind: str) -> None:
    browser = Browser(client, hostile(kind))

    for at in ("", "/version", "/ops/0/args/env/K9999", "/ops/0/args/expose/80/health_checks/3"):
        browser.open(f"/build/{browser.draft.pk}/?at={at}")
        form = re.search(r'<section class="zone" id="form".*?</section>', browser.html, re.DOTALL)
        assert form
        assert "<script>alert" not in browser.html
        assert "<img src=x" not in browser.html
        assert len(form[0]) < 900_000, at
        assert len(browser.page.fields) < 1000, at


def test_members_beyond_the_window_are_reached(client: Client) -> None:
    browser = Browser(client, hostile("keys"))

    browser.open(f"/build/{browser.draft.pk}/?at=/ops/0/args/env/K9999")

    assert "f:/ops/0/args/env/K9999" in dict(browser.page.fields)
    browser.press("apply", **{"f:/ops/0/args/env/K9999": "changed"})
    assert browser.value["ops"][0]["args"]["env"]["K9999"] == "changed"


def test_the_page_of_fields_describes_every_one(client: Client) -> None:
    page = client.get("/docs/fields/").content.decode()

    assert 'id="ops.args.cmd"' in page
    assert "/bin/sh -c" in page
    assert client.get("/docs/fields/").status_code == 200


def test_every_way_to_a_description_leads_to_one(client: Client) -> None:
    text = json.dumps(
        {
            "version": "0.1",
            "type": "container",
            "meta": {"system_requirements": {"required_vram": 1}},
            "ops": [
                {
                    "type": "container/run",
                    "id": "a",
                    "args": {
                        "image": "x:1",
                        "expose": [{"port": 1, "health_checks": [{"type": "http"}]}],
                        "resources": [{"type": "S3", "buckets": [{"url": "x"}]}, {"type": "HF"}, {"type": "Ollama"}],
                        "restart_policy": {"policy": "on-failure"},
                    },
                    "results": {"r": {"regex": "x", "logType": ["stdout"]}},
                }
            ],
        }
    )
    browser = Browser(client, text)
    anchors = set()
    for at in ("/ops/0", "/version", "/global"):
        browser.open(f"/build/{browser.draft.pk}/?at={at}")
        anchors |= set(re.findall(r'href="/docs/fields/#([^"]+)"', browser.html))

    page = client.get("/docs/fields/").content.decode()
    assert len(anchors) > 40
    assert sorted(anchor for anchor in anchors if f'id="{anchor}"' not in page) == []
