"""The pieces every page is made of, as template tags and filters (builtins, no {% load %}).

All of them take text from strangers: every value is escaped, control and direction-changing characters are made
visible, and long values are cut here with the rest in reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.safestring import SafeString

from explorer import images
from explorer.formats import (
    DASH,
    Number,
    ago,
    byte_size,
    day,
    duration,
    in_column,
    iso,
    mb_as_gb,
    nos,
    percent,
    thousands,
    usd,
    utc,
)
from explorer.markup import filled
from explorer.text import shortened, visible

register = template.Library()


def _or_dash(shown: Callable[[Any], str]) -> Callable[[Any], str]:
    """Show None as a dash, and the empty text, which is what a template makes of an attribute of None."""
    return lambda value: DASH if value is None or value == "" else shown(value)


for name, function in {
    "bytes": byte_size,
    "duration": duration,
    "in_column": in_column,
    "mb_as_gb": mb_as_gb,
    "nos": nos,
    "percent": percent,
    "thousands": thousands,
    "usd": usd,
}.items():
    register.filter(name, _or_dash(function))
register.filter("visible", visible)

#: A title carries a whole value up to this length; beyond, its page or download does.
TITLE_LIMIT = 1000
#: Longer than any real image reference; not worth parsing.


@register.simple_tag
@lru_cache(maxsize=512)  # a page draws a hundred, and each would look up where the sprite is
def icon(name: str, extra: str = "") -> SafeString:
    """Draw the icon `name` of static/icons/sprite.svg; `extra` is one more CSS class."""
    css = f"icon {extra}" if extra else "icon"
    return filled(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', css, static("icons/sprite.svg"), name
    )


#: icon, CSS class and word of a job's state, by the network's number
STATES: Mapping[int, tuple[str, str, str]] = {
    0: ("clock", "is-queued", "Queued"),
    1: ("circle-play", "is-running", "Running"),
    2: ("circle-check", "is-done", "Completed"),
    3: ("circle-stop", "is-stopped", "Stopped"),
}
FAILED = ("circle-x", "is-failed", "Failed")
WITHDRAWN = ("circle-slash", "is-stopped", "Withdrawn")
UNKNOWN = ("circle-dashed", "is-stopped")

#: icon and CSS class of an op's status word
OP_STATES: Mapping[str, tuple[str, str]] = {
    "init": ("circle-dashed", "is-stopped"),
    "pending": ("clock", "is-queued"),
    "waiting": ("clock", "is-queued"),
    "starting": ("circle-play", "is-running"),
    "running": ("circle-play", "is-running"),
    "restarting": ("refresh-cw", "is-running"),
    "stopping": ("circle-stop", "is-stopped"),
    "stopped": ("circle-stop", "is-stopped"),
    "finished": ("circle-check", "is-done"),
    "success": ("circle-check", "is-done"),
    "failed": ("circle-x", "is-failed"),
}


@lru_cache(maxsize=512)
def _pill(symbol: str, css: str, word: str, extra: str = "") -> SafeString:
    return filled('<span class="state {}{}">{}{}</span>', css, extra, icon(symbol), word)


def _job_state(job: Any) -> tuple[str, str, str]:
    if job.delisted_at:
        return WITHDRAWN
    if job.outcome == "failed":
        return FAILED
    return STATES.get(job.state, (*UNKNOWN, f"State {job.state}"))


@register.simple_tag
def state(job: Any) -> SafeString:
    """Show a job's state as icon and word; an op that failed makes it Failed, a withdrawn job Withdrawn."""
    return _pill(*_job_state(job))


@register.simple_tag
def lamp(job: Any) -> SafeString:
    """Show a job's state tinted, for the head of its page."""
    return _pill(*_job_state(job), extra=" lamp")


@register.simple_tag
def op_state(word: str) -> SafeString:
    """Show an op's status as icon and word; a word the network has not used before is shown as it is."""
    known = OP_STATES.get(word, UNKNOWN)
    return _pill(*known, word=shortened(visible(word), 40).capitalize() or DASH)


def _copy(value: str, name: str) -> SafeString:
    return filled(
        '<button class="copy" type="button" data-copy="{}" aria-label="Copy {}">{}</button>',
        value,
        shortened(visible(name), 60),
        icon("copy"),
    )


@register.simple_tag
def copy(value: Any, name: str) -> SafeString:
    """Draw a button that copies `value`; `name` says what it is. It shows only where scripts run."""
    return _copy(str(value), name)


def _short(value: str) -> SafeString:
    if len(value) <= 12:
        return filled("{}", value)
    return filled("{}<i>…</i>{}", value[:4], value[-4:])


@register.simple_tag
def address(value: str | None, url: str | None = None, label: str = "") -> SafeString:
    """Show an address as its first and last four characters, or as `label`, with the whole in reach.

    An empty value is an en dash. `url` makes it a link. A button copies the whole address.
    """
    if not value:
        return SafeString(DASH)
    if not label and 12 < len(value) <= TITLE_LIMIT and value.isascii() and value.isalnum():
        return _plain_address(value, url)
    shown = visible(value)
    inner = filled("<bdi>{}</bdi>", shortened(visible(label), 60)) if label else _short(shown)
    if url:
        inner = filled('<a href="{}">{}</a>', url, inner)
    name = label or (f"{shown[:4]}…{shown[-4:]}" if len(shown) > 12 else shown)
    css = "addr addr-named" if label else "addr"
    return filled(
        '<span class="{}" title="{}">{}{}</span>',
        css,
        shortened(shown, TITLE_LIMIT),
        inner,
        _copy(value, name),
    )


def _plain_address(value: str, url: str | None) -> SafeString:
    """Return the same for letters and digits, in which nothing is to be escaped: a page has a hundred of them."""
    inner = f"{value[:4]}<i>…</i>{value[-4:]}"
    if url:
        inner = f'<a href="{escape(url)}">{inner}</a>'
    return SafeString(
        f'<span class="addr" title="{value}">{inner}<button class="copy" type="button" data-copy="{value}" '
        f'aria-label="Copy {value[:4]}…{value[-4:]}">{icon("copy")}</button></span>'
    )


@register.simple_tag
def address_full(value: str) -> SafeString:
    """Show a whole address on its own page, its ends bold, with a copy button."""
    shown = visible(value)
    head, middle, tail = shown[:4], shown[4:-4], shown[-4:] if len(shown) > 4 else ""
    return filled(
        '<span class="mono addr-full"><b>{}</b><span>{}</span><b>{}</b></span>{}',
        head,
        middle,
        tail,
        _copy(value, "the address"),
    )


@register.simple_tag
def image_ref(reference: str | None, url: str | None = None) -> SafeString:
    """Show an image with registry and tag dim and the name plain; what is not a reference is shown as text."""
    if not reference:
        return SafeString(DASH)
    shown = visible(reference)
    title = shortened(shown, TITLE_LIMIT)
    inner = _image_parts(reference) or filled("<b>{}</b>", shortened(shown, 200))
    if url:
        return filled('<a class="img" href="{}" title="{}">{}</a>', url, title, inner)
    return filled('<span class="img" title="{}">{}</span>', title, inner)


def _image_parts(reference: str) -> SafeString | None:
    """Return the parts as they were written; Docker Hub under its usual name goes unsaid."""
    image = images.parse(reference)
    if image is None:
        return None
    tag = f":{image.tag}" if image.tag else ""
    digest = f"@{image.digest[:14]}…" if image.digest else ""
    return filled(
        "{}<b>{}</b>{}",
        filled('<span class="reg">{}/</span>', image.host) if image.host not in ("", images.DOCKER_HUB) else "",
        image.name,
        filled('<span class="tag">{}{}</span>', tag, digest) if tag or digest else "",
    )


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """Show a time relative to now, its absolute UTC on hover; None is an en dash."""
    if not moment:
        return SafeString(DASH)
    at = moment.astimezone(UTC).isoformat()[:19]
    return SafeString(f'<time class="ago" datetime="{at}Z" title="{at.replace("T", " ")} UTC">{ago(moment)}</time>')


@register.simple_tag
def stamp(moment: datetime | None) -> SafeString:
    """Show an absolute time, "21 Aug 2026, 14:32 UTC"; None is an en dash."""
    if not moment:
        return SafeString(DASH)
    text = f"{day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"
    return filled('<time datetime="{}" title="{}">{}</time>', iso(moment), utc(moment), text)


@register.simple_tag
def meter(share: Number | None) -> SafeString:
    """Draw a share from 0 to 1 as a small bar; it stands beside its number, so it is hidden from readers."""
    width = 32 * min(max(float(share or 0), 0.0), 1.0)
    return filled(
        '<svg class="meter" viewBox="0 0 32 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="meter-bg" width="32" height="4"/><rect class="meter-on" width="{}" height="4"/></svg>',
        f"{width:.1f}",
    )


@register.simple_tag
def text(value: Any, limit: int = 300) -> SafeString:
    """Show a stranger's text: isolated in its direction, odd characters visible, cut at `limit` with a note."""
    whole = str(value)
    shown = filled('<bdi class="text">{}</bdi>', visible(whole[:limit]))
    if len(whole) <= limit:
        return shown
    return filled('{}<span class="faint"> … {} more characters</span>', shown, thousands(len(whole) - limit))
