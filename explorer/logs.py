"""Logs of every process in one form: a line an event, key=value, to standard error."""

from __future__ import annotations

from typing import Any

import structlog

FIRST = ["timestamp", "level", "logger", "event"]


def configuration(level: str) -> dict[str, Any]:
    """Return Django's LOGGING and set structlog up to go through it; the same for web, worker and commands."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=FIRST, bool_as_flag=False),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # httpx logs whole URLs at INFO, and an RPC URL may carry a key
        "loggers": {"httpx": {"level": "WARNING"}, "celery.beat": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
    }
