"""The overview, the jobs and the search."""

from __future__ import annotations

from django.urls import path

from jobs.views import definitions, explain, findings, job, jobs, overview, search

app_name = "jobs"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("jobs/", jobs.job_list, name="list"),
    path("jobs/news/", jobs.job_news, name="news"),
    path("jobs/<str:address>/", job.job_detail, name="detail"),
    path("jobs/<str:address>/head/", job.job_head, name="head"),
    path("jobs/<str:address>/log/", job.job_log, name="log"),
    path("jobs/<str:address>/log.txt", job.log_text, name="log_text"),
    path("jobs/<str:address>/definition.json", job.definition_text, name="definition"),
    path("api/explain", explain.explain, name="explain"),
    path("api/validate", definitions.validate, name="validate"),
    path("docs/findings/", findings.finding_list, name="findings"),
    path("docs/findings/<str:code>/", findings.finding, name="finding"),
    path("search/", search.search, name="search"),
]
