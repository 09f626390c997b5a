"""Job definitions as people post them: families of models and tools, written for this network in their manner.

A family takes a seeded generator and returns a definition, so that the same draw gives the same text.
"""

from __future__ import annotations
