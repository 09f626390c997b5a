"""The Nosana network as its public interfaces show it: plain Python, no Django, no Celery.

`client.Client` fetches, `payloads` are what it returns, `errors` what it raises.
"""

from __future__ import annotations
