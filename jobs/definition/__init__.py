"""Job definitions: one engine that knows what the network accepts and what a node will do. Pure Python, no Django.

`check.check` reads, validates and lints a text; `document.read` only reads it. Findings and their codes are described
by the catalogue in `codes`.
"""

from __future__ import annotations
