"""Which account runs PostgreSQL: it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the machine that root hands a server to."""

    name: str
    uid: int
    gid: int

    def can_reach(self, folder: Path) -> bool:
        """Tell whether this account can enter `folder`; one process."""
        return self._test("-x", [folder])

    def can_read(self, files: Iterable[Path]) -> bool:
        """Tell whether this account can read every file; one process a file."""
        return self._test("-r", files)

    def _test(self, flag: str, paths: Iterable[Path]) -> bool:
        # asking the system, as that account, knows about access lists and mounts; reading mode bits does not
        try:
            return all(
                subprocess.run(["test", flag, str(path)], cwd="/", check=False, **credentials(self)).returncode == 0
                for path in paths
            )
        except PermissionError as error:
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and this root may not start programs as {self.name} ({error})."
                " Start as an ordinary user, or set DATABASE_URL."
            ) from error


def credentials(account: Account | None) -> dict[str, Any]:
    """Return the arguments of `subprocess` that run a program as `account`, and as ourselves for None."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def for_postgres(data: Path) -> Account | None:
    """Return the account to run PostgreSQL under, or None for the one that runs now.

    Root hands it to the owner of an existing data folder, else to `postgres`, else to `nobody`; accounts are never
    added. An ordinary user that meets another user's data folder gets an EmbeddedError.
    """
    try:
        facts = data.stat()
    except FileNotFoundError:
        facts = None
    if os.geteuid() != 0:
        if facts and facts.st_uid != os.geteuid():
            raise EmbeddedError(
                f"{data} belongs to {_name(facts.st_uid)}. Nothing was changed. Start as that user or as root,"
                " or choose another data folder with VAR=..."
            )
        return None
    if facts and facts.st_uid:
        return Account(_name(facts.st_uid), facts.st_uid, facts.st_gid)
    return _system_account()


def _system_account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody."
        " Start as an ordinary user, or set DATABASE_URL."
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
