"""Draws the controls of the builder's form. In Python, for an op can have hundreds of them."""

from __future__ import annotations

import re
from typing import Final

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from explorer.templatetags.explorer import icon
from explorer.text import shortened, visible
from jobs.builder.form.naming import control_id
from jobs.builder.form.nodes import Block, Control, Picker
from jobs.builder.form.shown import encodable
from jobs.definition.findings import Finding

register = template.Library()

_CODE: Final = re.compile(r"`([^`]+)`")
_AREAS: Final = frozenset(("area", "lines", "json"))
_EXCERPT: Final = 300
#: Without a script, what was chosen is taken over by a button.
_SET: Final = SafeString(
    '<noscript><button type="submit" class="btn btn-small" name="action" value="apply">Set</button></noscript>'
)
_SEVERITIES: Final = {
    "error": ("is-failed", "circle-x"),
    "warning": ("is-queued", "triangle-alert"),
    "hint": ("", "info"),
}
register.filter("control_id", control_id)
register.filter("encodable", encodable)


@register.filter
def with_code(text: str) -> SafeString:
    """Return a sentence with what stands between backticks as code."""
    escaped = conditional_escape(text)
    return mark_safe(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S308 - escaped before; only the marks are ours


@register.filter
def ids_of(control: Control) -> str:
    """Return the ids of what describes a control: its help, and what is wrong with it."""
    return " ".join(filter(None, (f"{control.id}-h" if control.help else "", f"{control.id}-e")))


@register.simple_tag
def entry(control: Control, label: str = "") -> SafeString:
    """Draw what is typed into or chosen from, without its label; `label` names it where there is none in sight."""
    shared = _attributes(control, label)
    if control.kind in _AREAS:
        return format_html(
            '<textarea class="input mono" name="{}" rows="{}"{}>\n{}</textarea>',
            control.name,
            control.rows,
            shared,
            control.shown,
        )
    if control.kind == "choice":
        return format_html('<select class="input" name="{}"{}>{}</select>', control.name, shared, _options(control))
    if control.kind == "fixed":
        return _fixed(control)
    return _input(control, shared)


def _attributes(control: Control, label: str) -> SafeString:
    named = format_html(' aria-label="{}"', visible(label)) if label else ""
    wrong = mark_safe(' aria-invalid="true"') if control.is_wrong else ""
    hint = format_html(' placeholder="{}"', control.placeholder) if control.placeholder else ""
    return format_html(
        ' id="{}" data-pointer="{}" aria-describedby="{}" autocomplete="off" spellcheck="false"{}{}{}',
        control.id,
        control.pointer,
        ids_of(control),
        named,
        wrong,
        hint,
    )


def _input(control: Control, shared: SafeString) -> SafeString:
    """Draw a field of one line; never of the type number, which throws away what is none."""
    extra = format_html(' list="l-{}"', control.suggestions) if control.suggestions else ""
    if control.kind == "number":
        extra = mark_safe(' inputmode="decimal"')
    kind = "password" if control.is_secret else "text"
    drawn = format_html(
        '<input class="input mono" type="{}" name="{}" value="{}"{}{}>',
        kind,
        control.name,
        control.shown,
        shared,
        extra,
    )
    if not control.unit:
        return drawn
    return format_html('<span class="with-unit">{}<span class="unit">{}</span></span>', drawn, control.unit)


def _options(control: Control) -> SafeString:
    rows = ((one.value, mark_safe(" selected") if one.is_on else "", visible(one.label)) for one in control.options)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


def _fixed(control: Control) -> SafeString:
    """Show the beginning of a value that no form field gives back as it is."""
    return format_html(
        '<p class="fixed mono" id="{}" data-pointer="{}" tabindex="-1"><bdi>{}</bdi></p>',
        control.id,
        control.pointer,
        visible(shortened(control.shown, _EXCERPT)),
    )


@register.simple_tag
def describe(node: Control | Block) -> SafeString:
    """Draw the way to the description of a field."""
    if not node.anchor:
        return SafeString("")
    return format_html(
        '<a class="about" href="{}#{}" aria-label="About {}" title="What a node does with it">{}</a>',
        reverse("builder:fields"),
        node.anchor,
        visible(node.label),
        icon("info"),
    )


@register.simple_tag
def about(node: Control | Block) -> SafeString:
    """Draw what a node does with a value, and what is wrong with it."""
    told = format_html('<p class="help" id="{}-h">{}</p>', node.id, with_code(node.help)) if node.help else ""
    problem = _line("is-failed", "circle-x", node.problem) if isinstance(node, Control) and node.problem else ""
    return format_html(
        '{}<div class="errs" id="{}-e" data-errs="{}">{}{}</div>', told, node.id, node.pointer, problem, found(node)
    )


@register.simple_tag
def found(node: Control | Block) -> SafeString:
    """Draw the findings of a control."""
    return format_html_join(
        "",
        "{}",
        ((_line(*_SEVERITIES[one.severity.value], _sentence(one)),) for one in node.findings),
    )


def _sentence(finding: Finding) -> SafeString:
    url = reverse("jobs:finding", args=[finding.code])
    return format_html('<a href="{}">{}</a> {}', url, finding.code, finding.message)


def _line(css: str, symbol: str, sentence: str) -> SafeString:
    return format_html('<p class="err {}">{}<span>{}</span></p>', css, icon(symbol), sentence)


@register.simple_tag
def picker(one: Picker | None) -> SafeString:
    """Draw what chooses the shape of a value: buttons in a row, or a menu."""
    if one is None:
        return SafeString("")
    shown = format_html('<input type="hidden" name="b:{}" value="{}">{}', one.pointer, one.shown, _SET)
    if one.is_menu:
        rows = ((each.value, mark_safe(" selected") if each.is_on else "", each.label) for each in one.options)
        return format_html(
            '{}<select class="input input-small" name="k:{}" id="{}" aria-label="{}" data-pointer="{}">{}</select>',
            shown,
            one.pointer,
            one.id,
            one.label or "Shape",
            one.at or one.pointer,
            format_html_join("", '<option value="{}"{}>{}</option>', rows),
        )
    radios = format_html_join(
        "",
        '<label><input class="vh" type="radio" name="k:{}" value="{}"{}>{}</label>',
        ((one.pointer, each.value, mark_safe(" checked") if each.is_on else "", each.label) for each in one.options),
    )
    return format_html(
        '{}<span class="seg seg-small" role="radiogroup" id="{}" aria-label="{}" data-pointer="{}">{}</span>',
        shown,
        one.id,
        one.label or "Shape",
        one.pointer,
        radios,
    )
