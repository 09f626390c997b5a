"""Keeps credentials that people wrote into their definitions off the pages. Pure Python.

Definitions are public, so this hides nothing from someone who looks for it; it keeps keys out of screenshots, page
caches and search engines. Both names and values are judged, because either may give a secret away.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

HIDDEN = "•••"
#: No more of a text than this is looked at, and shown.
LIMIT = 20_000
#: About as long as a credential gets.
LONGEST = 4000
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ALONE = {"secret", "password", "passwd", "passphrase", "token", "credential", "credentials", "apikey", "authorization"}
_ALONE |= {"bearer", "cookie", "mnemonic", "jwt", "accesstoken", "authtoken", "privatekey", "secretkey", "iam", "pat"}
_KEYS = {"api", "access", "private", "secret", "ssh", "signing", "encryption", "auth", "license", "account", "master"}
_VALUES = re.compile(
    r"hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{30,}|xox[abeprs]-[\w-]{10,}|dckr_pat_[\w-]{16,}|npm_[A-Za-z0-9]{20,}"
    r"|r8_[A-Za-z0-9]{30,}|nos_[\w-]{20,}"
    r"|(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"
    r"|(?<![1-9A-HJ-NP-Za-km-z])[1-9A-HJ-NP-Za-km-z]{86,88}(?![1-9A-HJ-NP-Za-km-z])"  # a Solana key pair
    r"|(?<=://)[^\s/@:'\"]{0,200}:[^\s/@'\"]{1,200}(?=@)",  # user:password of a URL
    re.DOTALL,
)
#: `--api-key abc`, `--token=abc`, `HF_TOKEN=abc`, "Authorization: Bearer abc" in a command line; not `--token $TOKEN`.
_ASSIGNED = re.compile(
    r"(?P<name>(?<![\w-])--?[A-Za-z][\w-]{0,60}(?==|\s)|\b[A-Za-z][\w-]{0,60}(?=\s?[=:]))"
    r"\s?[=:]?\s?(?:(?:Bearer|Basic)\s{1,9})?[\"']?(?=[^\s\"'$%;|&<>()-][^\s\"'$%;|&<>()]{3})",
)
_WORD = re.compile(r"[^\s\"'$%;|&<>()]+")


@lru_cache(maxsize=4096)  # the same few hundred names stand in a hundred thousand definitions
def is_secret_name(name: str) -> bool:
    """Say whether a variable or field of this name holds a credential: HF_TOKEN, accessToken, DB_PASSWORD, API_KEY.

    MAX_TOKENS, TOKENIZERS_PARALLELISM and KEYCLOAK_URL do not.
    """
    words = [word.lower() for word in _WORDS.findall(name[:200])]
    if _ALONE & set(words) or any(first in _KEYS and second == "key" for first, second in pairwise(words)):
        return True
    return bool(words) and (words[-1] == "key" or (len(words) > 1 and words[-1] in {"pass", "pwd"}))


def holds_secret(value: str) -> bool:
    """Say whether a value looks like a credential by itself."""
    return _VALUES.search(value) is not None


def masked(text: str, limit: int = LIMIT, mark: str = HIDDEN) -> str:
    """Return a text, such as a command line, cut at `limit`, with what looks like a credential replaced by `mark`."""
    near = text[: limit + LONGEST]  # a credential across the cut must still be recognised
    whole = _without_assignments(_VALUES.sub(mark, near), mark)
    return whole if len(text) <= limit else whole[:limit]


def _without_assignments(text: str, mark: str) -> str:
    """Return a text with the values masked that it gives to secret names."""
    kept: list[str] = []
    position = start = 0
    while found := _ASSIGNED.search(text, start):
        start = found.end("name")
        if is_secret_name(found["name"]):
            kept += [text[position : found.end()], mark]
            word = _WORD.match(text, found.end())
            position = start = word.end() if word else found.end()
    return "".join(kept) + text[position:]
