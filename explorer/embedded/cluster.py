"""The data folder of the embedded PostgreSQL: where it is, who owns it, how it is made."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.embedded import account as accounts
from explorer.embedded import addresses, binaries, folders, logfile, process
from explorer.embedded.account import Account
from explorer.embedded.errors import EmbeddedError

#: Where root keeps the data of a `var` that PostgreSQL's account cannot reach, such as one under /root.
ELSEWHERE = Path("/var/lib/nosana-explorer")
SUPERUSER = "postgres"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder that is ready to be served, the programs for it, and the account that runs them."""

    data: Path
    bin: Path
    sockets: Path
    account: Account | None
    version: str
    note: str  # what is worth knowing about this start, or nothing


def prepare(var: Path, *, keep: Sequence[int] = (), durable: bool = True) -> Cluster:
    """Return the cluster of `var`, made by initdb on the first start (about a second).

    The caller holds the lock of `var`, one of the open files `keep`. Raises EmbeddedError without touching data that
    it cannot serve: of another account or of another major version.
    """
    folders.make_run_folder(var)
    home, account = _home(var)
    bin_folder = binaries.postgres_for(account, home)
    version = subprocess.run([bin_folder / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    data, notes = home / "postgres", []
    shutil.rmtree(home / "postgres.new", ignore_errors=True)  # an initdb that was cut short
    if _is_foreign(data):
        notes.append(f"set {data} aside as {_set_aside(data).name}: it held no database")
    if not (data / "PG_VERSION").exists():
        _initialise(var, data, bin_folder, account, keep, durable=durable)
        notes.append("new data folder")
    _check_version(data, version)
    if home != var:
        (var / "postgres-is-elsewhere.txt").write_text(
            f"PostgreSQL runs as {account.name if account else 'this user'}, which cannot enter this folder.\n"
            f"Its data is in {data}\n"
        )
        notes.append(f"its data is in {data}, because {account.name if account else 'it'} cannot enter {var}")
    return Cluster(data, bin_folder, _sockets(var, home, account), account, version.split()[-1], "; ".join(notes))


def _home(var: Path) -> tuple[Path, Account | None]:
    """Return the folder that holds data and programs, and the account. A place with data stays in use."""
    elsewhere = ELSEWHERE / addresses.digest(var)
    if os.geteuid() == 0 and not (var / "postgres").exists():
        account = accounts.for_postgres(elsewhere / "postgres")
        if account and ((elsewhere / "postgres").exists() or not account.can_reach(var)):
            for folder in (ELSEWHERE, elsewhere):
                folder.mkdir(mode=0o755, parents=True, exist_ok=True)
                folder.chmod(0o755)
            return elsewhere, account
    account = accounts.for_postgres(var / "postgres")
    if account and not account.can_reach(var):
        raise EmbeddedError(
            f"{var}/postgres holds the data, but {account.name}, which is to serve it, cannot enter {var}."
            " Nothing was changed. Let that account pass through the folders above it, or start as their owner."
        )
    return var, account


def _is_foreign(data: Path) -> bool:
    return data.exists() and any(data.iterdir()) and not (data / "global" / "pg_control").exists()


def _set_aside(data: Path) -> Path:
    return data.rename(data.with_name(f"postgres.unusable-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"))


def _initialise(
    var: Path, data: Path, bin_folder: Path, account: Account | None, keep: Sequence[int], *, durable: bool
) -> None:
    """Run initdb beside the data folder's place and move it there when it is whole."""
    new = data.with_name("postgres.new")
    new.mkdir(mode=0o700)
    if account:
        os.chown(new, account.uid, account.gid)
    flags = f"--auth=trust --username={SUPERUSER} --encoding=UTF8 --locale=C --locale-provider=builtin".split()
    flags += ["--builtin-locale=C.UTF-8", "--no-instructions", *([] if durable else ["--no-sync"])]
    initdb = process.Program(
        "initdb",
        [str(bin_folder / "initdb"), *flags, "--pgdata", str(new)],
        var / "logs" / "postgres.log",
        account=account,
        environment={"PATH": os.defpath, "TZ": "UTC"},
    )
    child = initdb.start(keep)
    try:
        code = child.process.wait()
    except BaseException:
        child.kill()
        raise
    if code:
        raise EmbeddedError(f"initdb ended with {code}:\n{logfile.last_lines(initdb.log)}")
    if data.exists():
        data.rmdir()  # empty, or _is_foreign had it set aside
    new.rename(data)


def _check_version(data: Path, version: str) -> None:
    served = re.findall(r"\d+", version)[0]
    found = (data / "PG_VERSION").read_text().strip()
    if found != served:
        raise EmbeddedError(
            f"{data} was written by PostgreSQL {found}; this one is {version.split()[-1]}. Nothing was changed."
            f" Export it with PostgreSQL {found} (docs/operations.md, Upgrading), or choose another data folder"
            " with VAR=..."
        )


def _sockets(var: Path, home: Path, account: Account | None) -> Path:
    """Create the socket's folder, private to the account, and have the clients' path lead to it."""
    asked = addresses.postgres_folder(var)
    inside = home == var and asked.parent.parent == var
    folder = asked if account is None or inside else ELSEWHERE / addresses.digest(var) / "run"
    if asked.is_symlink():
        asked.unlink()
    if folder != asked:
        folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        asked.symlink_to(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    return folder
