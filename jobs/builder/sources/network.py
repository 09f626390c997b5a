"""Definitions that the network has: those of jobs, by address, and any file by its CID."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from typing import Final

from explorer.clients import open_client
from explorer.nosana import base58, ipfs
from explorer.nosana.client import Client
from explorer.nosana.errors import NosanaError, NotFound
from explorer.nosana.fetch import Bounds
from explorer.nosana.payloads import JobPayload
from jobs import ops
from jobs.builder.sources.indenting import indented
from jobs.builder.sources.start import NoStart, Start, name_of
from jobs.builder.sources.texts import start_from
from jobs.definition import encoding
from jobs.definition.document import read
from jobs.definition.imports.outcome import Leftover
from jobs.models import Definition, Job

#: A page waits for this, so it is tried once, and not for long.
_BOUNDS: Final = Bounds(connect=3, read=8, total=12, tries=1)
_ADDRESS: Final = re.compile(r"(?<![0-9A-Za-z])[1-9A-HJ-NP-Za-km-z]{32,44}(?![0-9A-Za-z])")
_CID: Final = re.compile(r"(?<![0-9A-Za-z])(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{58})(?![0-9A-Za-z])")
#: Version 1, a Merkle DAG node, SHA-256 of 32 bytes: the CIDs that have a version 0.
_DAG_NODE: Final = bytes([0x01, 0x70, 0x12, 0x20])
_REWRITTEN: Final = Leftover(
    "The spelling of the text", "This is the network's own copy: the order of members may differ from the original's."
)
_CONFIDENTIAL: Final = Leftover("The ops", "This job is confidential: its ops went to its node, and are not public.")


def from_job(text: str) -> Start:
    """Return a start from the job whose address a text holds, such as a link to it; it asks the network if need be."""
    address = next(filter(base58.is_address, _ADDRESS.findall(text[:2000])), None)
    if address is None:
        raise NoStart("That holds no job's address, which has 32 to 44 letters and digits.", "job")
    try:
        definition, report = _definition(address)
    except NotFound:
        raise NoStart(f"No job with the address {address} is known.", "job") from None
    except NosanaError as problem:
        raise NoStart(str(problem), "job") from None
    document = read(definition)
    if isinstance(document.value, dict) and ops.is_confidential(document.value):
        report = (*report, _CONFIDENTIAL)
    return Start(indented(document), name_of(document.value), "job", address, report)


def from_cid(text: str) -> Start:
    """Return a start from the file on IPFS whose CID a text holds, such as a gateway's link to it."""
    found = _CID.search(text[:2000])
    cid = _version_0(found[0]) if found else None
    if cid is None:
        raise NoStart("That holds no CID of the network, which begins with Qm and has 46 letters and digits.", "cid")
    try:
        with open_client(bounds=_BOUNDS) as client:
            body = client.ipfs(cid)
    except NosanaError as problem:
        raise NoStart(str(problem), "cid") from None
    start = start_from(_decoded(body), "cid", "cid")
    return replace(start, text=indented(read(start.text)), reference=cid)


def _definition(address: str) -> tuple[str, tuple[Leftover, ...]]:
    """Return what a job runs, exactly where that can be had: from the database, else from IPFS, else a copy."""
    job = Job.objects.filter(pk=address).only("ipfs_job").first()
    kept = Definition.objects.filter(pk=(job.ipfs_job or address) if job else address).first()
    if kept and kept.text and kept.is_exact:
        return kept.text, ()
    with open_client(bounds=_BOUNDS) as client:
        known = None if job else client.job(address)
        cid = job.ipfs_job if job else (known.ipfs_job if known else None)
        copy = kept.text if kept else _copy(known)
        return _fetched(client, cid, copy)


def _copy(known: JobPayload | None) -> str:
    return known.definition.text if known and known.definition else ""


def _fetched(client: Client, cid: str | None, copy: str) -> tuple[str, tuple[Leftover, ...]]:
    """Return the text from IPFS, or else the copy; raises NosanaErrors where there is neither."""
    if not cid:
        if not copy:
            raise NoStart("What this job runs is not known yet; try again in a minute.", "job")
        return copy, (_REWRITTEN,)
    try:
        return _decoded(client.ipfs(cid)), ()
    except NosanaError:
        if not copy:
            raise
        return copy, (_REWRITTEN,)


def _decoded(body: bytes) -> str:
    return encoding.decode(body)[0]


def _version_0(cid: str) -> str | None:
    """Return a CID as the network writes it; None for one that has no such form."""
    if ipfs.is_cid(cid):
        return cid
    try:
        decoded = base64.b32decode(cid[1:].upper() + "=" * (-len(cid[1:]) % 8))
    except binascii.Error:
        return None
    return ipfs.cid_of(decoded[4:]) if decoded[:4] == _DAG_NODE and len(decoded) == 36 else None
