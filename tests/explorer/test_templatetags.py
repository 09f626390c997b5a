from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, resolve
from django.utils import timezone

from explorer.models import SyncRecord
from explorer.sources import Health

NOON = datetime(2026, 8, 21, 12, 0, 5, tzinfo=UTC)
ADDRESS = "2nksMmo5weUaR6X6t57d5eFZiijy7FNgPxCAFcr1x14Z"
HOSTILE = "<script>alert('1')</script>\"\u202e\x00" + "A" * 3000


def render(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def job(**facts: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"state": 2, "outcome": "", "delisted_at": None, **facts})


def copy_button(value: str, name: str) -> str:
    return (
        f'<button class="copy" type="button" data-copy="{value}" aria-label="Copy {name}">'
        '<svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#i-copy"/></svg></button>'
    )


def pill(css: str, icon: str, word: str) -> str:
    return (
        f'<span class="state {css}"><svg class="icon" aria-hidden="true">'
        f'<use href="/static/icons/sprite.svg#i-{icon}"/></svg>{word}</span>'
    )


def test_icon_takes_one_more_class() -> None:
    assert render("{% icon 'clock' 'icon-l' %}") == (
        '<svg class="icon icon-l" aria-hidden="true"><use href="/static/icons/sprite.svg#i-clock"/></svg>'
    )


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"state": 0}, pill("is-queued", "clock", "Queued")),
        ({"state": 1}, pill("is-running", "circle-play", "Running")),
        ({"state": 2}, pill("is-done", "circle-check", "Completed")),
        ({"state": 2, "outcome": "success"}, pill("is-done", "circle-check", "Completed")),
        ({"state": 2, "outcome": "failed"}, pill("is-failed", "circle-x", "Failed")),
        ({"state": 3}, pill("is-stopped", "circle-stop", "Stopped")),
        ({"state": 0, "delisted_at": NOON}, pill("is-stopped", "circle-slash", "Withdrawn")),
        ({"state": 9}, pill("is-stopped", "circle-dashed", "State 9")),
    ],
)
def test_state_of_a_job(facts: dict[str, Any], shown: str) -> None:
    assert render("{% state job %}", job=job(**facts)) == shown


def test_lamp_is_a_tinted_state() -> None:
    assert render("{% lamp job %}", job=job(state=1)) == pill("is-running lamp", "circle-play", "Running")


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("success", pill("is-done", "circle-check", "Success")),
        ("restarting", pill("is-running", "refresh-cw", "Restarting")),
        ("", pill("is-stopped", "circle-dashed", "–")),
        ("<b>\u202enew", pill("is-stopped", "circle-dashed", "&lt;b&gt;[u+202e]new")),
    ],
)
def test_op_state(word: str, shown: str) -> None:
    assert render("{% op_state word %}", word=word) == shown


def test_address_is_short_with_the_whole_in_reach() -> None:
    assert render("{% address value url %}", value=ADDRESS, url="/jobs/x/?a=1&b=2") == (
        f'<span class="addr" title="{ADDRESS}"><a href="/jobs/x/?a=1&amp;b=2">2nks<i>…</i>x14Z</a>'
        f"{copy_button(ADDRESS, '2nks…x14Z')}</span>"
    )


def test_address_with_a_known_name() -> None:
    assert render("{% address value label='NVIDIA 3090' %}", value=ADDRESS) == (
        f'<span class="addr addr-named" title="{ADDRESS}"><bdi>NVIDIA 3090</bdi>'
        f"{copy_button(ADDRESS, 'NVIDIA 3090')}</span>"
    )


@pytest.mark.parametrize("value", ["", None])
def test_address_without_a_value_is_a_dash(value: str | None) -> None:
    assert render("{% address value %}", value=value) == "–"


def test_address_full_has_bold_ends() -> None:
    assert render("{% address_full value %}", value="abcdefghijkl") == (
        '<span class="mono addr-full"><b>abcd</b><span>efgh</span><b>ijkl</b></span>'
        + copy_button("abcdefghijkl", "the address")
    )


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("ubuntu", "<b>ubuntu</b>"),
        ("docker.io/vllm/vllm-openai:v0.5.4", '<b>vllm/vllm-openai</b><span class="tag">:v0.5.4</span>'),
        ("ghcr.io/a/b:1", '<span class="reg">ghcr.io/</span><b>a/b</b><span class="tag">:1</span>'),
        ("localhost:5000/a", '<span class="reg">localhost:5000/</span><b>a</b>'),
        ("nosana/x@sha256:" + "a1" * 32, '<b>nosana/x</b><span class="tag">@sha256:a1a1a1a…</span>'),
        ("not an image <b>", "<b>not an image &lt;b&gt;</b>"),
    ],
)
def test_image_ref(reference: str, parts: str) -> None:
    title = reference.replace("<", "&lt;").replace(">", "&gt;")

    assert render("{% image_ref value %}", value=reference) == f'<span class="img" title="{title}">{parts}</span>'


def test_image_ref_as_a_link_and_without_a_value() -> None:
    assert render("{% image_ref 'nginx' '/x' %}{% image_ref '' %}") == (
        '<a class="img" href="/x" title="nginx"><b>nginx</b></a>–'
    )


def test_when_is_relative_with_utc_on_hover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(minutes=4))

    assert render("{% when at %} {% when none %}", at=NOON, none=None) == (
        '<time class="ago" datetime="2026-08-21T12:00:05Z" title="2026-08-21 12:00:05 UTC">4m ago</time> –'
    )


def test_stamp_is_absolute() -> None:
    assert render("{% stamp at %} {% stamp missing.at %}", at=NOON, missing=None) == (
        '<time datetime="2026-08-21T12:00:05Z" title="2026-08-21 12:00:05 UTC">21 Aug 2026, 12:00 UTC</time> –'
    )


def test_filters_show_what_is_absent_as_a_dash() -> None:
    source = "{{ a|duration }}{{ a|thousands }}{{ a|nos }}{{ a|usd }}{{ a|bytes }}{{ a|mb_as_gb }}{{ a|percent }}"

    assert [render(source, a=None), render(source.replace("a|", "none.a|"), none=None)] == ["–" * 7] * 2


def test_filters_show_numbers() -> None:
    source = "{{ a|duration }} {{ a|thousands }} {{ a|nos }} {{ a|usd }} {{ a|bytes }} {{ a|mb_as_gb }} {{ b|percent }}"

    assert render(source, a=Decimal(4096), b=0.25) == "1h 08m 4,096 4,096.00 4,096 4.1 kB 4 GB 25.0 %"


@pytest.mark.parametrize(("share", "width"), [(0.5, "16.0"), (7, "32.0"), (-1, "0.0"), (None, "0.0")])
def test_meter(share: Any, width: str) -> None:
    assert render("{% meter share %}", share=share) == (
        '<svg class="meter" viewBox="0 0 32 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="meter-bg" width="32" height="4"/><rect class="meter-on" width="{width}" height="4"/></svg>'
    )


def test_text_is_cut_with_a_note() -> None:
    assert render("{% text value 5 %}", value="abc\x00<xyz" + "é" * 2000) == (
        '<bdi class="text">abc␀&lt;</bdi><span class="faint"> … 2,003 more characters</span>'
    )


@pytest.mark.parametrize(
    "source",
    [
        "{% op_state value %}",
        "{% copy value value %}",
        "{% address value value value %}",
        "{% address value %}",
        "{% address_full value %}",
        "{% image_ref value value %}",
        "{% text value %}",
        "{{ value|visible }}",
    ],
)
def test_hostile_text_is_inert(source: str) -> None:
    shown = render(source, value=HOSTILE)

    assert "<script" not in shown
    assert "alert('1')" not in shown
    assert "\u202e" not in re.sub(r' (data-copy|href)="[^"]*"', "", shown)  # neither is seen


@pytest.mark.parametrize(
    ("path", "marks"),
    [("/status/", 'aria-current="page"|'), ("/healthz", '|aria-current="true"'), ("/readyz", "|")],
)
def test_nav_current(path: str, marks: str) -> None:
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    source = "{% nav_current 'explorer:status' %}|{% nav_current 'explorer:sync' 'explorer:healthz' %}"

    assert Template(source).render(Context({"request": request})) == marks


def test_nav_current_on_a_page_without_a_url() -> None:
    assert render("{% nav_current 'explorer:status' %}") == ""


def failing(kind: str) -> tuple[SyncRecord]:
    return (SyncRecord(source="jobs", failures=1, error_kind=kind),)


@pytest.mark.parametrize(
    ("health", "word"),
    [
        (Health(NOON, (), False), "fine"),
        (Health(NOON, (), True), "late"),
        (Health(None, (), True), "connecting"),
        (Health(NOON, failing("unreachable"), False), "unreachable"),
        (Health(None, failing("unreachable"), True), "unreachable"),
        (Health(NOON, failing("refused"), False), "failing"),
        (Health(NOON, failing("malformed"), True), "failing"),
        (Health(NOON, failing("over_budget"), False), "fine"),
        (Health(NOON, failing("budget_unavailable"), True), "late"),
    ],
)
def test_sync_state(health: Health, word: str) -> None:
    assert render("{% sync_state sync as word %}{{ word }}", sync=health) == word


def test_places_are_those_of_django_with_and_without_arguments() -> None:
    assert render("{% url 'jobs:list' %} {% url name %}", name="markets:list") == "/jobs/ /markets/"
    assert render("{% url 'jobs:detail' key %}{% url 'jobs:list' as here %}", key="abc") == "/jobs/abc/"
    assert render("{% url 'jobs:nowhere' as here %}[{{ here }}]") == "[]"
    with pytest.raises(NoReverseMatch):
        render("{% url 'jobs:nowhere' %}")


def test_place_is_looked_up_anew_below_another_folder() -> None:
    before = render("{% url 'jobs:list' %}")
    with override_script_prefix("/explorer/"):
        below = render("{% url 'jobs:list' %}")

    assert (before, below, render("{% url 'jobs:list' %}")) == ("/jobs/", "/explorer/jobs/", "/jobs/")
