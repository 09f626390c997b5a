"""URLs of markets and nodes."""

from __future__ import annotations

from django.urls import include, path

from markets import api, views
from markets.views import lists_json

app_name = "markets"

urlpatterns = [
    path("markets/", views.market_list, name="list"),
    path("markets.json", lists_json.market_list, name="list_json"),
    path("markets/compare/", views.compare_markets, name="compare"),
    path("markets/compare.json", views.compare_json, name="compare_json"),
    path("markets/<str:key>.json", views.market_as_json, name="market_json"),
    path("markets/<str:key>/", views.market_page, name="detail"),
    path("markets/<str:address>/required-resources.json", views.required_resources, name="required"),
    path("markets/<str:address>/curate/", views.curate, name="curate"),
    path("markets/<str:address>/refresh/", views.refresh, name="refresh"),
    path("markets/<str:address>/history/", views.market_history, name="history"),
    path("markets/<str:address>/history/<int:number>/", views.revision_page, name="revision"),
    path("markets/<str:address>/history/<int:number>/revert/", views.revert_to, name="revert"),
    path("api/markets/<str:key>/required-resources", api.required_resources, name="api-required"),
    path("api/markets/<str:key>/required-resources/", api.required_resources),
    path("nodes/", views.node_list, name="nodes"),
    path("nodes.json", lists_json.node_list, name="nodes_json"),
    path("", include("jobs.node_urls")),  # most of a node's page is what jobs say
]
