"""Amounts in the units that the chain counts in."""

from __future__ import annotations

from decimal import Decimal

from django import template

from explorer import formats, money

register = template.Library()


@register.filter
def micro_nos(amount: Decimal | int | None) -> str:
    """Show millionths of a NOS as NOS; None is a dash."""
    return formats.DASH if amount is None else formats.nos(Decimal(amount) / money.MICRO)


@register.filter
def letter(number: int) -> str:
    """Return the letter of a column: A for 1."""
    return chr(ord("A") + number - 1)
