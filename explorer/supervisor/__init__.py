"""What `manage.py run` is made of: programs kept running, and the steps before the first of them."""

from __future__ import annotations
