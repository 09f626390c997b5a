"""What the log panel of a job shows."""

from __future__ import annotations

from jobs.selectors.log.panel import LogPanel, log_of, log_panel, tag_of
from jobs.selectors.log.text import log_text

__all__ = ["LogPanel", "log_of", "log_panel", "log_text", "tag_of"]
