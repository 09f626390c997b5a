"""Every URL of the site; apps are included by name."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import views as accounts
from django.urls import URLPattern, URLResolver, include, path

from explorer import views
from explorer.saved import views as saved

site_urls = (
    [
        path("status/", views.status, name="status"),
        path("sync/", views.sync, name="sync"),
        path("healthz", views.healthz, name="healthz"),
        path("readyz", views.readyz, name="readyz"),
        path("sign-in/", accounts.LoginView.as_view(), name="sign_in"),
        path("sign-out/", accounts.LogoutView.as_view(), name="sign_out"),
        path("views/", saved.saved_views, name="views"),
        path("views/<slug:token>/", saved.saved_view, name="view"),
    ],
    "explorer",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(site_urls)),
    path("", include("jobs.urls")),
    path("", include("jobs.builder.urls")),
    path("", include("markets.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "explorer.views.bad_request"
handler404 = "explorer.views.not_found"
handler500 = "explorer.views.server_error"
