"""URLs of markets and nodes."""

from __future__ import annotations

from django.urls import path

from markets import views

app_name = "markets"

urlpatterns = [
    path("markets/", views.market_list, name="list"),
    path("markets/<str:key>/", views.market_page, name="detail"),
    path("markets/<str:address>/required-resources.json", views.required_resources, name="required"),
    path("nodes/", views.node_list, name="nodes"),
    path("nodes/<str:address>/", views.node_page, name="node"),
]
