"""What a person sees of markets in the admin: all of them with Django's permissions, else those that they curate."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from explorer.admin import ReadOnlyAdmin
from explorer.nosana import base58
from markets.curation import curated_by, may_curate, may_curate_all
from markets.models import Market


class MarketPermissions(ReadOnlyAdmin):
    """A curator of one market sees and changes that one."""

    def sees_all(self, request: HttpRequest) -> bool:
        """Say whether the person may look at every market."""
        return super().has_view_permission(request) or may_curate_all(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to whoever has anything to do in it."""
        return super().has_module_permission(request) or self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Market | None = None) -> bool:
        """Say whether the person may look at this market, or at any; at most two queries."""
        if self.sees_all(request):
            return True
        return may_curate(request.user, obj) if obj else curated_by(request.user).exists()

    def has_curate_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may curate any market: what the actions ask for."""
        return curated_by(request.user).exists()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Market]:
        """Return the markets that the person may look at."""
        found: QuerySet[Market] = super().get_queryset(request)
        return found if self.sees_all(request) else found.filter(pk__in=curated_by(request.user).values("pk"))

    def market_or_403(self, request: HttpRequest, address: str, *, to_curate: bool = False) -> Market:
        """Return a market that the person may look at, or may curate; 404 where there is none, 403 where not."""
        market = Market.objects.filter(pk=address).first() if base58.is_address(address) else None
        if market is None:
            raise Http404("No market is known by this address.")
        allowed = may_curate(request.user, market) if to_curate else self.has_view_permission(request, market)
        if not allowed:
            raise PermissionDenied
        return market

    def curator_or_403(self, request: HttpRequest) -> None:
        """Refuse whoever may curate no market at all."""
        if not self.has_curate_permission(request):
            raise PermissionDenied


def person(request: HttpRequest) -> User:
    """Return who is signed in; the admin lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
