"""The ops of a job as its page shows them: what the definition asks for beside what the node reported. Pure Python."""

from __future__ import annotations

from jobs.ops.cached import Cache, Held
from jobs.ops.ports import Port
from jobs.ops.resources import Resource
from jobs.ops.running import Runs, Variable
from jobs.ops.view import Capture, OpView, context_of, is_confidential, op_views

__all__ = [
    "Cache",
    "Capture",
    "Held",
    "OpView",
    "Port",
    "Resource",
    "Runs",
    "Variable",
    "context_of",
    "is_confidential",
    "op_views",
]
