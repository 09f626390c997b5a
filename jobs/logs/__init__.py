"""Logs of jobs: gathered from a result, packed for the database, read back by the window, searched, followed."""

from __future__ import annotations

from jobs.logs.lines import Line, lines_of
from jobs.logs.packed import Summary, every_line, is_readable, pack, picked, summary, texts, window, window_before

__all__ = [
    "Line",
    "Summary",
    "every_line",
    "is_readable",
    "lines_of",
    "pack",
    "picked",
    "summary",
    "texts",
    "window",
    "window_before",
]
