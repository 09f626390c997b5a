"""Who may curate which markets."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from markets.models import Market, MarketCurator

EVERY_MARKET = "markets.curate_all_markets"
Person = AbstractBaseUser | AnonymousUser


def may_curate(user: Person, market: Market) -> bool:
    """Say whether a person may change what a market serves; at most three queries, remembered for the permission."""
    return may_curate_all(user) or (_is_there(user) and _granted(user).filter(market=market).exists())


def may_curate_all(user: Person) -> bool:
    """Say whether a person may curate every market, those that are yet to come too."""
    return isinstance(user, User) and user.has_perm(EVERY_MARKET)  # a superuser has all; an inactive one none


def curated_by(user: Person) -> QuerySet[Market]:
    """Return the markets that a person may curate."""
    if may_curate_all(user):
        return Market.objects.all()
    granted = _granted(user).values("market") if _is_there(user) else []
    return Market.objects.filter(pk__in=granted)


def require(user: Person, markets: Iterable[str]) -> None:
    """Raise PermissionDenied unless a person may curate all these markets; at most three queries."""
    if may_curate_all(user):
        return
    granted = set(_granted(user).values_list("market_id", flat=True)) if _is_there(user) else set()
    if missing := sorted(set(markets) - granted):
        names = ", ".join(map(str, Market.objects.filter(pk__in=missing[:5]).by_name())) or missing[0]
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise PermissionDenied(f"You may not curate {names}{more}. Nothing was changed.")


def _is_there(user: Person) -> bool:
    return isinstance(user, User) and user.is_active


def _granted(user: Person) -> QuerySet[MarketCurator]:
    return MarketCurator.objects.filter(user=user.pk)
