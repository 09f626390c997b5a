"""The gallery over HTTP: found, filtered, counted, shown, saved, shared, and nobody else's."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.builder import saved, templates
from jobs.models import Draft, SavedTemplate
from markets.models import Image
from tests.jobs.factories import make_market
from tests.jobs.pages import dangers, part, words
from tests.markets.pages import plain

pytestmark = pytest.mark.django_db

SECRET = "hf_abcdefghijklmnopqrstuvwxyz"
TEXT = json.dumps(
    {
        "version": "0.1",
        "type": "container",
        "ops": [{"type": "container/run", "id": "a", "args": {"image": "mine/app:1", "env": {"HF_TOKEN": SECRET}}}],
    },
    indent=1,
)


def draft(client: Client, text: str = TEXT) -> Draft:
    """Make a draft of a text."""
    location = client.post("/build/", {"definition": text})["Location"]
    return Draft.objects.get(pk=location.split("/")[2])


def save(client: Client, text: str = TEXT, **fields: str) -> SavedTemplate:
    """Save a new draft as a template."""
    response = client.post(f"/build/{draft(client, text).pk}/template/", {"name": "My app", **fields})
    assert response.status_code == 302, plain(response.content.decode())
    return SavedTemplate.objects.get(pk=response["Location"].split("/")[2])


def person(name: str) -> Client:
    """Return the browser of somebody who signed in."""
    client = Client()
    client.force_login(User.objects.create_user(name))
    return client


def found(client: Client, query: str = "") -> dict[str, Any]:
    """Return the gallery as JSON."""
    answer: dict[str, Any] = client.get(f"/templates.json{query}").json()
    return answer


def names(client: Client, query: str = "") -> list[str]:
    return [template["name"] for template in found(client, query)["templates"]]


def test_the_gallery_shows_every_template_with_what_it_needs(client: Client) -> None:
    page = client.get("/templates/").content.decode()
    every = templates.every()
    shown = plain(page)
    assert f"{len(every)} of {len(every)}" in shown
    assert [template.name for template in every if template.name not in shown] == []
    assert (
        "ComfyUI with Stable Diffusion 1.5: workflows of nodes, in the browser. nosana/comfyui :2.0.5 6 GB VRAM 1 op"
        in shown
    )
    assert dangers(page) == []


def test_search_reads_names_readmes_images_models_and_categories(client: Client) -> None:
    assert names(client, "?q=TINYLLAMA") == ["TinyLlama 1.1B"]
    assert names(client, "?q=dreamshaper") == ["Stable Diffusion web UI"]
    assert names(client, "?q=whisper")[0] == "Whisper"
    assert set(names(client, "?q=whisper")) == {"Whisper", "Whisper as a service", "Transcribe, then summarise"}
    assert names(client, "?q=qdrant+documents") == ["Chat with your documents"]
    assert names(client, "?q=nothing-has-this") == []


def test_counts_say_what_each_category_would_show_of_what_was_searched(client: Client) -> None:
    answer = found(client, "?q=whisper&category=pipeline")
    assert [template["name"] for template in answer["templates"]] == ["Transcribe, then summarise"]
    assert answer["categories"] == [
        {"value": "chat", "label": "Language models", "count": 0},
        {"value": "image", "label": "Images", "count": 0},
        {"value": "audio", "label": "Audio", "count": 3},
        {"value": "development", "label": "Development", "count": 0},
        {"value": "data", "label": "Data and training", "count": 0},
        {"value": "pipeline", "label": "Pipelines", "count": 1},
        {"value": "basics", "label": "Basics", "count": 1},
    ]
    assert answer["origins"] == [{"value": "shipped", "label": "Of this explorer", "count": 1}]


def test_counts_add_up_with_every_category_there_is(client: Client) -> None:
    for category in found(client)["categories"]:
        assert len(names(client, f"?category={category['value']}")) == category["count"]


def test_the_filter_is_in_the_url_and_in_the_form(client: Client) -> None:
    page = client.get("/templates/?q=llama&category=chat").content.decode()
    rail = part(page, "filter")
    assert 'value="llama"' in rail
    assert 'id="category-chat" value="chat" checked' in rail
    assert '<a id="json" href="/templates.json?q=llama&amp;category=chat">' in page


def test_a_value_that_cannot_be_used_is_told(client: Client) -> None:
    response = client.get("/templates/?category=x%3Cb%3E")
    sentence = "A category is one of chat, image, audio, development, data, pipeline, basics, not “x<b>”."
    assert (response.status_code, sentence in plain(response.content.decode())) == (400, True)
    assert client.get("/templates/?category=x", headers={"HX-Request": "true"}).status_code == 422
    answer = client.get("/templates.json?origin=x")
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "An origin is one of shipped, own, shared, not “x”."},
    )


def test_htmx_gets_the_list_and_the_count_alone(client: Client) -> None:
    page = client.get("/templates/?q=jupyter", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert 'hx-swap-oob="innerHTML:#count">1 of ' in page
    assert 'hx-swap-oob="innerHTML:#n-category-development">1<' in page
    assert '<a id="json" href="/templates.json?q=jupyter" hx-swap-oob="true">' in page
    assert 'id="filter"' not in page


def test_a_template_says_what_it_runs_needs_and_shows(client: Client) -> None:
    Image.objects.create(reference="docker.io/nosana/comfyui:2.0.5", markets=3, jobs=7)
    page = client.get("/templates/comfyui/").content.decode()
    needs = plain(page.split('id="h-needs"')[1].split("</section>")[0])
    assert "GPU memory 6 GB Image nosana/comfyui :2.0.5 required in 3 markets Resource" in needs
    assert "https://models.nosana.io/stable-diffusion/1.5 not seen on the network yet" in needs
    assert "An example of S3 resource, health check Documented at ComfyUI" in needs
    assert "accepted by the network, nothing to remark" in plain(page)
    assert "podman run -d --name JOB-0" in plain(page)
    assert 'href="/images/docker.io/nosana/comfyui:2.0.5/"' in page
    assert dangers(page.replace('href="https://', 'href="/')) == []


@pytest.mark.parametrize("template", templates.every(), ids=lambda template: template.slug)
def test_every_template_has_a_page_and_starts_a_draft(client: Client, template: templates.Template) -> None:
    assert client.get(f"/templates/{template.slug}/").status_code == 200
    made = client.post("/build/", {"template": template.slug})["Location"]
    assert client.get(f"{made}definition.json").content == template.text.encode()
    assert client.get(f"/templates/{template.slug}/definition.json").content == template.text.encode()


def test_a_template_is_a_file_to_keep(client: Client) -> None:
    response = client.get("/templates/whisper/definition.json?download")
    assert response["Content-Disposition"] == 'attachment; filename="Whisper.json"'


def test_a_template_as_json_has_everything(client: Client) -> None:
    answer = client.get("/templates/hello-world.json").json()
    template = templates.find("hello-world")
    assert template is not None
    assert answer == {
        "slug": "hello-world",
        "name": "Hello, world",
        "summary": "The smallest job there is: one op, one line in the log.",
        "origin": "shipped",
        "categories": ["basics"],
        "shows": ["cmd as a list"],
        "images": ["docker.io/library/ubuntu:24.04"],
        "resources": [],
        "vram_mb": None,
        "gpu": True,
        "ops": 1,
        "changed_at": None,
        "url": "/templates/hello-world/",
        "readme": template.readme,
        "links": [],
        "definition": template.text,
        "valid": True,
        "findings": [],
    }


def test_the_markets_of_a_template_come_soonest_first(client: Client) -> None:
    for number in range(7):
        make_market(f"NVIDIA 30{number}0")
    page = client.get("/templates/llama2/markets/").content.decode()
    assert page.count('class="num end"') == 7
    few = client.get("/templates/llama2/markets/", headers={"HX-Request": "true"}).content.decode()
    assert (few.count('class="num end"'), "All 7 markets" in few) == (5, True)


@pytest.mark.parametrize("path", ["", "definition.json", "markets/", "change/"])
def test_a_template_that_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/templates/nothing/{path}").status_code == 404
    assert client.get("/templates/nothing.json").json() == {
        "error": "There is no such template, or it is private to somebody else."
    }


def test_a_draft_is_saved_as_a_template_for_oneself(client: Client) -> None:
    row = save(client, summary="Does it.", category="data", readme="# Why\nSo.")
    page = client.get(f"/templates/{row.pk}/").content.decode()
    assert (row.text, row.is_shared, row.masked) == (TEXT, False, [])
    assert SECRET not in page
    assert client.get(f"/templates/{row.pk}/definition.json").content == TEXT.encode()
    (mine,) = found(client, "?origin=own")["templates"]
    assert (mine["name"], mine["summary"], mine["categories"], mine["images"]) == (
        "My app",
        "Does it.",
        ["data"],
        ["mine/app:1"],
    )
    assert names(client)[0] == "My app"
    made = client.post("/build/", {"template": row.pk})["Location"]
    assert client.get(f"{made}definition.json").content == TEXT.encode()


def test_a_private_template_is_nobody_elses(client: Client) -> None:
    row = save(client)
    for other in (Client(), person("other")):
        assert other.get(f"/templates/{row.pk}/").status_code == 404
        assert other.get(f"/templates/{row.pk}.json").status_code == 404
        assert other.post(f"/templates/{row.pk}/delete/").status_code == 404
        assert other.post(f"/templates/{row.pk}/change/", {"name": "x"}).status_code == 404
        assert other.post("/build/", {"template": row.pk}).status_code == 422
        assert "My app" not in names(other)
    assert SavedTemplate.objects.get().name == "My app"


def test_a_shared_template_is_everybodys_to_use_and_holds_no_secret() -> None:
    mine, other = person("mine"), Client()
    row = save(mine, is_shared="on")
    assert (SECRET in row.text, row.masked) == (False, ["HF_TOKEN"])
    assert json.loads(row.text)["ops"][0]["args"]["env"] == {"HF_TOKEN": "***"}
    page = other.get(f"/templates/{row.pk}/").content.decode()
    assert "Secrets were taken out before it was shared: HF_TOKEN . Put your own in." in plain(page)
    assert [template["name"] for template in found(other, "?origin=shared")["templates"]] == ["My app"]
    assert other.post("/build/", {"template": row.pk}).status_code == 302
    assert other.post(f"/templates/{row.pk}/delete/").status_code == 404
    assert other.get(f"/templates/{row.pk}/change/").status_code == 404


def test_a_template_that_is_shared_later_loses_its_secrets_then() -> None:
    mine = person("mine")
    row = save(mine)
    assert SECRET in row.text
    response = mine.post(f"/templates/{row.pk}/change/", {"name": "Ours", "is_shared": "on", "category": ""})
    assert response["Location"] == f"/templates/{row.pk}/"
    row.refresh_from_db()
    assert (row.name, row.is_shared, SECRET in row.text, row.masked) == ("Ours", True, False, ["HF_TOKEN"])


def test_sharing_asks_for_an_account(client: Client) -> None:
    kept = draft(client)
    response = client.post(f"/build/{kept.pk}/template/", {"name": "x", "is_shared": "on"})
    sentence = "Sign in to share a template; without an account you can keep it for yourself."
    assert (response.status_code, sentence in plain(response.content.decode())) == (422, True)
    assert not SavedTemplate.objects.exists()


def test_signing_in_adopts_templates(client: Client) -> None:
    row = save(client)
    user = User.objects.create_user("somebody", password="a long enough word")
    client.post("/sign-in/", {"username": "somebody", "password": "a long enough word"})
    assert names(client)[0] == "My app"
    row.refresh_from_db()
    assert (row.owner, row.holder) == (user, "")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "A template needs a name."),
        ({"name": "x" * 81}, "Ensure this value has at most 80 characters (it has 81)."),
        ({"name": "x", "category": "nothing"}, "Select a valid choice. nothing is not one of the available choices."),
        ({"name": "x", "readme": "y" * 10_001}, "Ensure this value has at most 10000 characters (it has 10001)."),
    ],
)
def test_what_cannot_be_saved_is_told_and_stays_in_the_form(
    client: Client, fields: dict[str, str], sentence: str
) -> None:
    response = client.post(f"/build/{draft(client).pk}/template/", {"summary": "kept so", **fields})
    page = response.content.decode()
    assert (response.status_code, sentence in plain(page), 'value="kept so"' in page) == (422, True, True)


def test_a_text_that_is_too_long_for_a_template_is_refused(client: Client) -> None:
    response = client.post(f"/build/{draft(client, 'x' * 100_001).pk}/template/", {"name": "x"})
    assert "A template has at most 100,000 bytes; this definition is longer." in plain(response.content.decode())


def test_nobody_keeps_templates_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    save(client)
    response = client.post(f"/build/{draft(client).pk}/template/", {"name": "x"})
    assert "You have 1 templates, which is as many as are kept. Delete one first." in plain(response.content.decode())


def test_one_deletes_ones_own(client: Client) -> None:
    row = save(client)
    assert client.post(f"/templates/{row.pk}/delete/")["Location"] == "/templates/"
    assert not SavedTemplate.objects.exists()


def test_templates_of_browsers_go_after_90_idle_days(client: Client) -> None:
    idle, used, owned = save(client), save(client, name="used"), save(person("p"), name="owned")
    past = timezone.now() - timedelta(days=91)
    SavedTemplate.objects.update(touched_at=past)
    client.post("/build/", {"template": used.pk})
    assert saved.forget_idle() == 1
    assert set(SavedTemplate.objects.all()) == {used, owned}
    assert idle.pk


HOSTILE = "<script>alert(1)</script>\u202e\"'><img src=x onerror=alert(1)>"


def test_a_strangers_template_is_inert() -> None:
    body = json.dumps(
        {
            HOSTILE: HOSTILE,
            "ops": [
                {
                    "id": HOSTILE,
                    "type": "container/run",
                    "args": {"image": HOSTILE, "cmd": HOSTILE, "resources": [{"type": "S3", "url": HOSTILE}]},
                }
            ],
        }
    )
    mine = person("mine")
    row = save(mine, body, name=HOSTILE[:80], summary=HOSTILE, readme=HOSTILE, is_shared="on")
    for path in (
        "/templates/",
        f"/templates/{row.pk}/",
        f"/templates/{row.pk}/markets/",
        f"/templates/{row.pk}/change/",
    ):
        page = mine.get(path).content.decode()
        assert dangers(page) == [], path


def test_the_gallery_asks_as_often_whatever_there_is(client: Client) -> None:
    save(client)
    client.get("/templates/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/templates/")
    for number in range(5):
        save(client, name=f"more {number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/templates/")
    assert len(many) == len(few)


def test_the_words_of_the_form_say_which_secrets_are_in_it(client: Client) -> None:
    page = client.get(f"/build/{draft(client).pk}/template/").content.decode()
    assert "It holds what looks like secrets: HF_TOKEN ." in plain(page)
    assert dangers(page) == []
    assert words(page, "t-shared").startswith("Sign in to share.")
