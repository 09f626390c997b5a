"""What is known of nodes' machines: kept by who said it, and joined to the one row that lists and pages read.

The host manager says it twice: what a node joined with (specs) and what was measured last (metrics); the node itself
says it too, and nobody checks that. Where two say a fact, the first of them in the order of `MachineSource` counts:
metrics round, and the host manager goes by specs when it lets a node into a market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from explorer.nosana.payloads import NodePayload
from markets.choices import MachineSource
from markets.models import MachineReport, Node

#: How long a node's answer about its machine holds, and how soon a failed one is asked again.
SPECS_HOLD: Final = timedelta(hours=6)
SPECS_RETRY: Final = timedelta(minutes=10)

_TEXTS: Final = (
    "status",
    "country",
    "cpu",
    "cuda_version",
    "driver_version",
    "node_version",
    "system_environment",
)
_NUMBERS: Final = ("ram_mb", "disk_gb", "download_mbps", "upload_mbps", "ping_ms")
#: What everybody who speaks of a machine should say.
_EXPECTED: Final = ("country", "cpu", "ram_mb", "disk_gb", "cuda_version", "driver_version", "node_version")


def has_gaps(node: NodePayload) -> bool:
    """Say whether an answer leaves out what another source may have."""
    return any(getattr(node, name) is None for name in _EXPECTED) or not _has_memory(node.gpus)


def _has_memory(gpus: Sequence[Any]) -> bool:
    return bool(gpus) and all(gpu.memory_mb is not None for gpu in gpus)


@transaction.atomic
def store_specs(*, node: NodePayload, source: MachineSource = MachineSource.SPECS) -> None:
    """Write what a source says of a node's machine; its market follows where its jobs run, not what anybody says.

    An answer of the host manager puts off the next question; the node's own does not. Four statements.
    """
    now = timezone.now()
    MachineReport.objects.update_or_create(
        node=node.address, source=source, defaults={"facts": _facts(node), "at": now}
    )
    reports = {report.source: report.facts for report in MachineReport.objects.filter(node=node.address)}
    asked: dict[str, Any] = {"specs_due_at": now + SPECS_HOLD, "specs_error": ""} if source != "node" else {}
    joined = _joined([reports[each] for each in MachineSource.values if each in reports])
    Node.objects.filter(pk=node.address).update(**joined, **asked, specs_at=now)


def _facts(node: NodePayload) -> dict[str, Any]:
    """Return what an answer says, without what it leaves out, the cache and the address."""
    facts = {name: getattr(node, name) for name in (*_TEXTS, *_NUMBERS, "market")}
    return {
        **{name: value for name, value in facts.items() if value is not None},
        **({"gpus": [asdict(gpu) for gpu in node.gpus]} if node.gpus else {}),
    }


def _joined(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns of a node by these answers, the one that counts most first."""

    def first(name: str, otherwise: object) -> Any:
        return next((report[name] for report in reports if name in report), otherwise)

    gpus = _gpus([report["gpus"] for report in reports if "gpus" in report])
    memories = [gpu["memory_mb"] for gpu in gpus if gpu["memory_mb"] is not None]
    return {
        **{name: first(name, "")[: _longest(name)] for name in _TEXTS},
        **{name: first(name, None) for name in _NUMBERS},
        "gpus": gpus,
        "gpu_name": gpus[0]["name"][: _longest("gpu_name")] if gpus else "",
        "gpu_count": len(gpus),
        "vram_mb": sum(memories) if memories else None,
    }


def _longest(column: str) -> int:
    """Return how much of a stranger's text a column takes."""
    field: Any = Node._meta.get_field(column)
    return int(field.max_length)


def _gpus(answers: Sequence[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the first answer about the GPUs that has the memory of all, else the first."""
    whole = (gpus for gpus in answers if all(gpu["memory_mb"] is not None for gpu in gpus))
    return next(whole, answers[0] if answers else [])


def note_specs_error(*, node: str, error: str, wait: timedelta, at: datetime) -> None:
    """Note that the host manager gave no answer about a node, and when it is asked again."""
    Node.objects.filter(pk=node).update(specs_error=error, specs_due_at=at + wait)
