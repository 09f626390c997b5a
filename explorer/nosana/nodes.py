"""Reads what is said of a node's machine: the host manager's specs and metrics, and the node's own /node/info.

The three give the same facts under many names, flat or nested, in any case, numbers as text. So the objects of an
answer are laid flat under plain names ("RAM_MB" and "ramMb" are both "rammb"), and each fact is the first of its
names that holds a usable value. Nothing but the shape is strict: a fact that cannot be used is None.
"""

from __future__ import annotations

import re
from typing import Final

from explorer.nosana import fields, strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import GpuPayload, JsonObject, JsonValue, NodePayload

_SEPARATORS: Final = re.compile(r"[^a-z0-9]")
_MB_PER_GB: Final = 1024
#: A machine has fewer GPUs, and a cache fewer entries.
_MAX_GPUS: Final = 64
_MAX_CACHED: Final = 10_000

_CPU: Final = ("cpumodel", "cpu")
_DISK: Final = ("diskspace", "diskspacegb", "diskgb")
_CUDA: Final = ("cudaversion", "cudadriverversion", "cudadriver", "runtimeversion")
_DRIVER: Final = ("nvmlversion", "nvmldriverversion", "nvmldriver")
_VERSION: Final = ("nodeversion", "version")
_SYSTEM: Final = ("systemenvironment", "platformos")
_DOWNLOAD: Final = ("avgdownload10", "downloadmbps", "downloadspeedmb")
_UPLOAD: Final = ("avgupload10", "uploadmbps", "uploadspeedmb")
_PING: Final = ("avgping10", "pingms", "latencyms")


def parse(answer: JsonValue, address: str) -> NodePayload:
    """Read any of the three answers about the node `address`; Malformed when it is no object or says nothing."""
    facts = _Facts(fields.mapping(strict_json.clean(answer)))
    if not facts.flat:
        raise Malformed("it says nothing about the node")
    return NodePayload(
        address=address,
        status=facts.text("status"),
        market=fields.address(facts.flat.get("marketaddress")),
        country=facts.text("country"),
        cpu=facts.text(*_CPU),
        ram_mb=facts.ram(),
        disk_gb=facts.whole(*_DISK),
        gpus=facts.gpus(),
        cuda_version=facts.text(*_CUDA),
        driver_version=facts.text(*_DRIVER),
        node_version=facts.text(*_VERSION),
        system_environment=facts.text(*_SYSTEM),
        download_mbps=facts.measure(*_DOWNLOAD),
        upload_mbps=facts.measure(*_UPLOAD),
        ping_ms=facts.measure(*_PING),
        cached_images=facts.cached("images"),
        cached_volumes=facts.cached("volumes"),
    )


class _Facts:
    """An answer laid flat: the outermost value of each plain name."""

    def __init__(self, answer: JsonObject) -> None:
        self.flat = _flat(answer)

    def text(self, *names: str) -> str | None:
        """Return the first usable text; an object stands for its model or name."""
        for name in names:
            value = self.flat.get(name)
            if isinstance(value, dict):
                inner = _flat(value)
                value = inner.get("model") or inner.get("cpumodel") or inner.get("name")
            if found := (fields.label(value) or "").strip():
                return found
        return None

    def whole(self, *names: str) -> int | None:
        """Return the first usable whole number."""
        return next((found for name in names if (found := fields.small(self.flat.get(name))) is not None), None)

    def measure(self, *names: str) -> float | None:
        """Return the first usable measurement."""
        return next((found for name in names if (found := fields.measure(self.flat.get(name))) is not None), None)

    def ram(self) -> int | None:
        """Return the memory in MB, whichever unit it was given in."""
        if (found := self.whole("rammb", "memorymb", "ram")) is not None:
            return found
        gigabytes = self.measure("ramgb", "memorygb")
        return None if gigabytes is None else fields.small(gigabytes * _MB_PER_GB)

    def gpus(self) -> tuple[GpuPayload, ...]:
        """Return the GPUs: a list of them, or the devices beside the driver's versions."""
        listed = self.flat.get("gpus")
        devices = listed if isinstance(listed, list) and listed else self.flat.get("devices")
        found = devices[:_MAX_GPUS] if isinstance(devices, list) else []
        return tuple(_gpu(_flat(device)) for device in found if isinstance(device, dict))

    def cached(self, kind: str) -> tuple[str, ...] | None:
        """Return the images or volumes in the node's cache; None when it does not say.

        `resources` stands in `info` or beside it, and gives a list of names, or an object by name, as the node's own
        file has it.
        """
        resources = self.flat.get("resources")
        held = resources.get(kind) if isinstance(resources, dict) else None
        held = [*held] if isinstance(held, dict) else held
        return tuple(dict.fromkeys(fields.labels(held[:_MAX_CACHED], 2000))) if isinstance(held, list) else None


def _flat(answer: JsonObject) -> dict[str, JsonValue]:
    """Return every value of the nested objects by plain name, the outer ones first; nulls are left out."""
    found: dict[str, JsonValue] = {}
    level: list[JsonObject] = [answer]
    while level:
        values = [(_SEPARATORS.sub("", key.lower()), value) for each in level for key, value in each.items()]
        for name, value in values:
            if value is not None:
                found.setdefault(name, value)
        level = [value for _, value in values if isinstance(value, dict)]
    return found


def _gpu(device: dict[str, JsonValue]) -> GpuPayload:
    names = (fields.label(device.get(name)) for name in ("gpu", "name", "devicename", "gpuname"))
    memory = (fields.small(device.get(name)) for name in ("vrammb", "vramtotalmb", "memorymb", "totalmb", "memory"))
    return GpuPayload(
        name=next((name for name in names if name), ""),
        memory_mb=next((size for size in memory if size is not None), None),
        architecture=_architecture(device),
    )


def _architecture(device: dict[str, JsonValue]) -> str | None:
    """Return the compute capability: "8.9", or made of its major and minor number."""
    if (whole := device.get("architecture")) is not None and not isinstance(whole, dict):
        return fields.label(whole)
    for major, minor in (("majorarchitecture", "minorarchitecture"), ("major", "minor")):
        numbers = fields.small(device.get(major)), fields.small(device.get(minor))
        if None not in numbers:
            return f"{numbers[0]}.{numbers[1]}"
    return None
