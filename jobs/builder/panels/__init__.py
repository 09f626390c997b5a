"""What stands around form and text: ops with their graph, findings, the plan, run lines. Markup aside, pure Python."""

from __future__ import annotations
