"""URLs of markets and nodes."""

from __future__ import annotations

from django.urls import path

from markets import api, views

app_name = "markets"

urlpatterns = [
    path("markets/", views.market_list, name="list"),
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
    path("nodes/<str:address>/", views.node_page, name="node"),
]
