"""What frames every page: its scripts, the marks of its bar, the word for its sync (builtins, no {% load %})."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from explorer.markup import filled
from explorer.nosana.errors import BudgetUnavailable, OverBudget
from explorer.sources import Health
from explorer.static_files import SCRIPTS

register = template.Library()


@register.simple_tag
def page_scripts() -> SafeString:
    """Name the scripts of every page: one where they were joined for production."""
    names = getattr(staticfiles_storage, "page_scripts", SCRIPTS)
    return SafeString("".join(filled('<script src="{}"></script>', static(name)) for name in names))


@register.simple_tag(takes_context=True)
def nav_current(context: Mapping[str, Any], page: str, *below: str) -> SafeString:
    """Mark a link of the bar: the page itself by its URL name, or a page `below` it ("builder:*" is a whole part)."""
    match = getattr(context.get("request"), "resolver_match", None)
    name = match.view_name if match else ""
    if name == page:
        return mark_safe('aria-current="page"')  # noqa: S308 - a constant
    is_below = name in below or f"{name.partition(':')[0]}:*" in below
    return mark_safe('aria-current="true"') if is_below else SafeString("")  # noqa: S308 - a constant


PATIENT = {OverBudget.kind, BudgetUnavailable.kind}  # errors that are only a wait


@register.simple_tag
def sync_state(health: Health) -> str:
    """Return the sync in a word: unreachable, failing, connecting (nothing came yet), late or fine.

    That the explorer's own request budget says "not now" is no failure: the data only ages a little.
    """
    if health.is_unreachable:
        return "unreachable"
    if any(record.error_kind not in PATIENT for record in health.failing):
        return "failing"
    if health.synced_at is None:
        return "connecting"
    return "late" if health.is_late else "fine"
