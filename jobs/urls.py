"""The overview, the jobs and the search."""

from __future__ import annotations

from django.urls import include, path

from jobs.views import charts, definitions, explain, export, findings, job, jobs, overview, readiness, search

app_name = "jobs"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("charts/", charts.chart_page, name="charts"),
    path("charts.json", charts.chart_json, name="charts_json"),
    path("jobs/", jobs.job_list, name="list"),
    path("jobs/news/", jobs.job_news, name="news"),
    path("jobs/facets/", jobs.job_facets, name="facets"),
    path("jobs/export/", export.job_export, name="export"),
    path("jobs/export.<str:kind>", export.job_file, name="file"),
    path("jobs/feed.atom", export.job_feed, name="feed"),
    path("jobs/<str:address>/", job.job_detail, name="detail"),
    path("jobs/<str:address>/head/", job.job_head, name="head"),
    path("jobs/<str:address>/log/", job.job_log, name="log"),
    path("jobs/<str:address>/log.txt", job.log_text, name="log_text"),
    path("jobs/<str:address>/definition.json", job.definition_text, name="definition"),
    path("api/explain", explain.explain, name="explain"),
    path("api/readiness", readiness.readiness, name="readiness_api"),
    path("api/validate", definitions.validate, name="validate"),
    path("", include("jobs.catalog_urls")),
    path("docs/findings/", findings.finding_list, name="findings"),
    path("docs/findings/<str:code>/", findings.finding, name="finding"),
    path("search/", search.search, name="search"),
]
