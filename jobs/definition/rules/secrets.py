"""Credentials in clear text: definitions are pinned to IPFS, where everyone reads them for good."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from explorer.nosana.payloads import JsonObject
from jobs import secrets
from jobs.definition import masking, pointers
from jobs.definition.facts import Job, Op, all_texts, members, objects, text
from jobs.definition.found import Found
from jobs.definition.naming import short

#: A cheap look for texts that are worth the careful one: parts of names, and how keys begin, in small letters.
_PARTS: Final = (
    "key",
    "token",
    "secret",
    "passw",
    "bearer",
    "authorization",
    "jwt",
    "hf_",
    "sk-",
    "gh",
    "akia",
    "asia",
    "aiza",
    "xox",
    "eyj",
    "npm_",
    "r8_",
    "nos_",
    "pat",
    "begin",
    "@",
)
#: No more of a text than this is looked at.
_LONGEST: Final = 100_000
#: No credential, and no address with one, is shorter.
_SHORTEST: Final = 8
_LONG: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{86}")
_ADVICE: Final = "definitions are public for good, so make it short-lived or post the job as confidential."
_IN_TEXT: Final = f"This looks like a credential in clear text; {_ADVICE}"
_ELSEWHERE: Final = re.compile(r"/args/(?:env/|resources/\d+/(?:accessToken|IAM/)|authentication/)")


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield the op's credentials. `global` is looked at with the first op."""
    if op.index == 0:
        yield from _named(members(job.globals, "env"), "/global/env", may_hold=True)
        yield from _named(members(job.globals, "variables"), "/global/variables", may_hold=True)
    holds = _may_hold("\n".join((*op.words, *op.env.values())))
    yield from _named(op.env, f"{op.pointer}/args/env", may_hold=holds)
    for index, resource in objects(op.args.get("resources")):
        pointer = f"{op.pointer}/args/resources/{index}"
        yield from _of_resource(members(resource, "IAM"), text(resource, "accessToken"), pointer)
    if _is_secret(text(members(members(op.args, "authentication"), "docker"), "password")):
        pointer = op.at("authentication", "docker", "password")
        yield Found("ND163", pointer, f"The registry password stands in clear text; {_ADVICE}")
    yield from _in_headers(op)
    if holds:
        yield from _in_texts(op)


def _of_resource(iam: object, token: str | None, pointer: str) -> Iterator[Found]:
    if isinstance(iam, dict) and _is_secret(text(iam, "SECRET_ACCESS_KEY")):
        message = f"The S3 key stands in clear text; {_ADVICE}"
        yield Found("ND161", pointers.join(pointer, "IAM", "SECRET_ACCESS_KEY"), message)
    if _is_secret(token):
        message = f"The Hugging Face token stands in clear text; {_ADVICE}"
        yield Found("ND162", pointers.join(pointer, "accessToken"), message)


def _named(variables: JsonObject | dict[str, str], pointer: str, *, may_hold: bool) -> Iterator[Found]:
    """Yield variables that hold a credential; `may_hold` says whether any value could by itself."""
    for name, value in variables.items():
        if not isinstance(value, str) or not (_is_secret_name(name) or may_hold) or not _is_secret(value):
            continue
        if _is_secret_name(name) or (len(value) >= _SHORTEST and _may_hold(value) and secrets.holds_secret(value)):
            message = f"{short(name)} looks like a credential in clear text; {_ADVICE}"
            yield Found("ND160", pointers.join(pointer, name), message)


def _in_headers(op: Op) -> Iterator[Found]:
    for port in op.ports:
        for pointer, check in port.checks:
            for name, value in members(check, "headers").items():
                if isinstance(value, str) and _is_secret_name(name) and _is_secret(value):
                    yield Found("ND164", pointers.join(pointer, "headers", name), _IN_TEXT)


def _in_texts(op: Op) -> Iterator[Found]:
    for pointer, value in all_texts(op.args, f"{op.pointer}/args"):
        if len(value) >= _SHORTEST and _may_hold(value) and _holds(pointer, value):
            yield Found("ND164", pointer, _IN_TEXT)


def _holds(pointer: str, value: str) -> bool:
    """Say whether a text holds a credential that no other rule tells about."""
    if _ELSEWHERE.search(pointer) or ("/headers/" in pointer and _is_secret_name(pointer.rpartition("/")[2])):
        return False
    near = value[:_LONGEST]
    return secrets.masked(near, _LONGEST) != near


def _may_hold(value: str) -> bool:
    lower = value.lower()
    for part in _PARTS:
        if part in lower:
            return True
    return len(value) > 85 and _LONG.search(value) is not None


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
    return secrets.is_secret_name(name)


def _is_secret(value: str | None) -> bool:
    return value is not None and not masking.is_placeholder(value)
