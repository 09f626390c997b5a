"""ND030 to ND040: other things that the network refuses."""

from __future__ import annotations

from typing import Final

from jobs.definition.codes.entry import Entry
from jobs.definition.codes.examples import of, op, run, whole
from jobs.definition.codes.schema import TYPES
from jobs.definition.findings import Severity

_S3: Final = {"type": "S3", "target": "/models"}

ENTRIES: Final = (
    Entry(
        "ND030",
        Severity.ERROR,
        "Two ops with one id",
        "Two ops have the same id.",
        'Ids must be unique since August 2025; nodes say "Duplicate operation IDs found".',
        f"{TYPES} nosana-cli, createOperationMap.",
        of(whole(run("hello"), run("hello")), "/ops/1/id"),
        of(whole(run("hello"), run("world"))),
    ),
    Entry(
        "ND031",
        Severity.ERROR,
        "One port twice",
        "The list of one op's exposed ports has a port twice.",
        "Each exposed port gets an address of its own; the network refuses doubles within one op.",
        TYPES,
        op("/args/expose/1/port", expose=[8080, {"port": 8080}]),
        op(expose=[8080, {"port": 8081}]),
    ),
    Entry(
        "ND032",
        Severity.ERROR,
        "output",
        "The op has output, a folder whose files were once collected.",
        "Nodes stopped collecting files in January 2025, and types 2.x refuse the key. Upload files from the op "
        "itself.",
        f"{TYPES} nosana-cli 5b8ea5f.",
        op("/args/output", output="/output"),
        op(),
    ),
    Entry(
        "ND033",
        Severity.ERROR,
        "required_vram",
        "The op has required_vram.",
        "SDK 0.4.x took it, types 2.x refuse it. Choose a market with enough memory; meta.system_requirements may tell "
        "people, but nothing acts on it.",
        TYPES,
        op("/args/required_vram", required_vram=8),
        of(whole(run(), meta={"system_requirements": {"required_vram": 8}})),
    ),
    Entry(
        "ND034",
        Severity.ERROR,
        "remoteResources",
        "The op has remoteResources, which was the name of resources in July 2024.",
        "The network refuses the old name.",
        TYPES,
        op("/args/remoteResources", remoteResources=[]),
        op(resources=[]),
    ),
    Entry(
        "ND035",
        Severity.ERROR,
        "Two ways to name S3 data",
        "An S3 resource mixes bucket, buckets and files.",
        "There are three forms: url with files, url with bucket, and buckets, where each has files of its own. The "
        "network refuses mixtures.",
        TYPES,
        op("/args/resources/0/files", resources=[_S3 | {"url": "https://m.example", "bucket": "a", "files": ["b"]}]),
        op(resources=[_S3 | {"url": "https://m.example/a", "files": ["b"]}]),
    ),
    Entry(
        "ND036",
        Severity.ERROR,
        "Unknown kind of resource",
        "A resource has a type other than S3, HF and Ollama.",
        "The documentation speaks of IPFS, but no version of the node ever had it.",
        TYPES,
        op("/args/resources/0/type", resources=[{"type": "IPFS", "url": "https://m.example", "target": "/models"}]),
        op(resources=[_S3 | {"url": "https://m.example"}]),
    ),
    Entry(
        "ND037",
        Severity.ERROR,
        "meta takes less than it seems",
        "meta holds true, false, or values nested more than two levels deep.",
        "meta is open for keys of your own, but their values must be text, numbers, lists of those, or one more object "
        "of such values.",
        TYPES,
        of(whole(run(), meta={"test": True}), "/meta/test"),
        of(whole(run(), meta={"test": "yes"})),
    ),
    Entry(
        "ND038",
        Severity.ERROR,
        "logType",
        "The logType of a result is empty or names a kind of log twice.",
        "It must name one to four different ones of stdin, stdout, stderr and nodeerr.",
        TYPES,
        op("/results/who/logType", results={"who": {"regex": "hello (.+)", "logType": []}}),
        op(results={"who": {"regex": "hello (.+)", "logType": ["stdout"]}}),
    ),
    Entry(
        "ND039",
        Severity.ERROR,
        "Not an object",
        "The text is a list, a text or a number, but not an object.",
        "A definition is one object with version, type and ops.",
        TYPES,
        of([whole(run())]),
        op(),
    ),
    Entry(
        "ND040",
        Severity.ERROR,
        "__spread__ without a literal",
        "The value of __spread__ in expose or resources is not exactly one literal.",
        "__spread__ puts the list that a literal stands for in its place, so it must be one literal and nothing else.",
        TYPES,
        op("/args/expose/0/__spread__", expose=[{"__spread__": "8080, 8081"}]),
        op(expose=[8080, 8081]),
    ),
)
