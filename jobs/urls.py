"""The overview, the jobs and the search."""

from __future__ import annotations

from django.urls import include, path

from jobs.views import (
    charts,
    compared,
    definitions,
    explain,
    export,
    findings,
    history,
    job,
    job_json,
    jobs,
    lists_json,
    log,
    overview,
    readiness,
    search,
)

app_name = "jobs"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("charts/", charts.chart_page, name="charts"),
    path("charts.json", charts.chart_json, name="charts_json"),
    path("overview.json", lists_json.overview, name="overview_json"),
    path("jobs/", jobs.job_list, name="list"),
    path("jobs.json", lists_json.job_list, name="list_json"),
    path("jobs/news/", jobs.job_news, name="news"),
    path("jobs/facets/", jobs.job_facets, name="facets"),
    path("jobs/export/", export.job_export, name="export"),
    path("jobs/export.<str:kind>", export.job_file, name="file"),
    path("jobs/feed.atom", export.job_feed, name="feed"),
    path("jobs/compare/", compared.compare_page, name="compare"),
    path("jobs/compare.json", compared.compare_json, name="compare_json"),
    path("jobs/<str:address>/", job.job_detail, name="detail"),
    path("jobs/<str:address>.json", job_json.job_json, name="detail_json"),
    path("jobs/<str:address>/history/", history.history_page, name="history"),
    path("jobs/<str:address>/history.json", history.history_json, name="history_json"),
    path("jobs/<str:address>/head/", job.job_head, name="head"),
    path("jobs/<str:address>/log/", log.job_log, name="log"),
    path("jobs/<str:address>/log/lines", log.log_lines, name="log_lines"),
    path("jobs/<str:address>/log/live", log.log_live, name="log_live"),
    path("jobs/<str:address>/log/live.txt", log.log_live_text, name="log_live_text"),
    path("jobs/<str:address>/log.txt", log.log_text, name="log_text"),
    path("jobs/<str:address>/definition.json", job.definition_text, name="definition"),
    path("api/explain", explain.explain, name="explain"),
    path("api/readiness", readiness.readiness, name="readiness_api"),
    path("api/validate", definitions.validate, name="validate"),
    path("", include("jobs.catalog_urls")),
    path("", include("jobs.deployer_urls")),
    path("docs/findings/", findings.finding_list, name="findings"),
    path("docs/findings/<str:code>/", findings.finding, name="finding"),
    path("search/", search.search, name="search"),
]
