"""What a text that somebody typed or pasted asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from django.urls import Resolver404, resolve

from explorer.text import visible

#: How much of a pasted text is looked at.
TEXT_LIMIT: Final = 2000
#: The shortest part of an address that is looked for: shorter ones fit too many.
SHORTEST_PART: Final = 4
#: The longest address, and the longest CID that the network's IPFS gives (version 1, SHA-256).
ADDRESS_LENGTH: Final = 44
CID_LENGTH: Final = 59

_BASE58 = "1-9A-HJ-NP-Za-km-z"
_ADDRESS = re.compile(rf"(?<![0-9A-Za-z])[{_BASE58}]{{32,44}}(?![0-9A-Za-z])")
_CID = re.compile(rf"(?<![0-9A-Za-z])(?:Qm[{_BASE58}]{{44}}|b[a-z2-7]{{58}})(?![0-9A-Za-z])")
#: A signature of 64 bytes names a transaction on Solana.
_SIGNATURE = re.compile(rf"(?<![0-9A-Za-z])[{_BASE58}]{{86,88}}(?![0-9A-Za-z])")
#: The beginning of an address, or its two ends as the explorer shortens it: 3EwU…GDcu.
_PART = re.compile(rf"([{_BASE58}]{{{SHORTEST_PART},44}})(?:(?:…|\.\.\.?)([{_BASE58}]{{2,40}}))?")
#: The same of a CID. One of version 1 begins with what all have, so more of it is asked for.
_CID_PART = re.compile(rf"(Qm[{_BASE58}]{{2,43}}|baf[a-z2-7]{{8,55}})(?:(?:…|\.\.\.?)([0-9A-Za-z]{{2,40}}))?")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Query:
    """What a text asks for: a page of our own, or whole addresses and CIDs, else a part of one of them and a name."""

    text: str
    addresses: Sequence[str] = ()
    cids: Sequence[str] = ()
    part: str = ""  # what an address begins with
    cid_part: str = ""  # what a CID begins with
    end: str = ""  # of the address or the CID
    name: str = ""  # of a market, an image, a resource, or words of a definition
    page: str = ""  # the path and query of a page of this site
    signature: str = ""


def read(text: str, host: str = "") -> Query:
    """Return what `text` asks for, the first three addresses and CIDs of it at most; `host` is this site's own."""
    text = visible(text[:TEXT_LIMIT]).strip()
    if page := _own_page(text, host):
        return Query(text, page=page)
    addresses, cids = _first(_ADDRESS, text), _first(_CID, text)
    if addresses or cids:  # what is as long as an address may be the beginning of a CID
        return Query(text, addresses, cids, cid_part=_begin(_CID_PART.fullmatch(text)))
    if signature := _SIGNATURE.search(text):
        return Query(text, signature=signature[0])
    name = _end_of_path(text) if _LINK.fullmatch(text) else text
    part, cid_part = _PART.fullmatch(name), _CID_PART.fullmatch(name)
    return Query(text, part=_begin(part), cid_part=_begin(cid_part), end=_end(part or cid_part), name=name)


def _begin(part: re.Match[str] | None) -> str:
    return part[1] if part else ""


def _end(part: re.Match[str] | None) -> str:
    return part[2] or "" if part else ""


def _first(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.findall(text)))[:3]


def _own_page(text: str, host: str) -> str:
    """Return the path of a link to this site, unless it names an address or a CID: those are looked for themselves."""
    if not host or not _LINK.fullmatch(text):
        return ""
    try:
        link = urlsplit(text)
        resolve(link.path or "/")
    except (ValueError, Resolver404):
        return ""
    if link.netloc != host or link.path.startswith("//") or _ADDRESS.search(link.path) or _CID.search(link.path):
        return ""
    return (link.path or "/") + (f"?{link.query}" if link.query else "")


def _end_of_path(link: str) -> str:
    """Return what the path of a link ends with, such as a market's slug; the whole link without a path."""
    try:
        parts = [part for part in urlsplit(link).path.split("/") if part]
    except ValueError:
        return link
    return unquote(parts[-1]) if parts else link
