"""Deployers; part of the "jobs" namespace."""

from __future__ import annotations

from django.urls import path

from jobs.views import deployers, deployers_json

urlpatterns = [
    path("deployers/", deployers.deployer_list, name="deployers"),
    path("deployers.json", deployers_json.deployer_list, name="deployers_json"),
    path("deployers/<str:address>/", deployers.deployer_detail, name="deployer"),
    path("deployers/<str:address>.json", deployers_json.deployer_detail, name="deployer_json"),
]
