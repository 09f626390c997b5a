"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "explorer.settings")

application = get_wsgi_application()

# What is loaded by now lives as long as the process: gunicorn forks after this, and the collector neither looks through
# it with every page nor, by marking it, copies the memory that the workers share.
gc.collect()
gc.freeze()
