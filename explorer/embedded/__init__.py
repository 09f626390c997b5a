"""PostgreSQL and Redis of our own, for a start without either: `make run`, and the tests.

Importing this package is cheap and starts nothing; settings.py takes addresses from it. What starts servers is in
`postgres.py` and `redis.py`. No server listens on TCP: both are reached by a socket in a private folder.
Nothing here imports Django.
"""

from __future__ import annotations

from explorer.embedded.addresses import broker_url, database_settings, redis_url
from explorer.embedded.errors import EmbeddedError

__all__ = ["EmbeddedError", "broker_url", "database_settings", "redis_url"]
