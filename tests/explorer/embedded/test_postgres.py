"""The embedded PostgreSQL: starting, crashing, starting again, and refusing what it cannot serve."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.embedded import EmbeddedError, addresses, postgres, process
from explorer.embedded.account import credentials
from tests.explorer.embedded.stars import connect, start_postgres, write_row
from tests.processes import is_running, wait_until

ROOT = Path(__file__).resolve().parents[3]


def test_postgres_started_serves_a_private_database(var: Path, started: list[process.Child]) -> None:
    started.append(start_postgres(var).child)
    with connect(var) as connection:
        facts = connection.execute(
            "SELECT current_user, rolsuper, current_setting('listen_addresses'), current_setting('TimeZone'),"
            " current_setting('server_encoding'), upper('é'), current_setting('synchronous_commit')"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert facts == ("explorer", False, "", "UTC", "UTF8", "É", "on")
    sockets = addresses.postgres_folder(var)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (sockets, var / "postgres")] == [0o700, 0o700]


@pytest.mark.parametrize(
    ("megabytes", "settings"),
    [
        (512, ("128MB", "256MB", "128MB")),
        (8192, ("1024MB", "4096MB", "256MB")),
        (64_000, ("2048MB", "32000MB", "512MB")),
    ],
)
def test_buffers_are_a_part_of_the_memory(megabytes: int, settings: tuple[str, str, str]) -> None:
    assert tuple(postgres.buffers(megabytes).values()) == settings


def test_memory_is_that_of_the_machine_or_what_a_container_may_use(tmp_path: Path) -> None:
    whole, limit = postgres.memory(tmp_path / "none"), tmp_path / "memory.max"

    limit.write_text("max\n")
    assert postgres.memory(limit) == whole >= 256
    limit.write_text("134217728\n")
    assert postgres.memory(limit) == 128


def test_postgres_killed_keeps_its_data(var: Path, started: list[process.Child]) -> None:
    first = start_postgres(var)
    assert "new data folder" in first.note
    assert write_row(var) == 1
    first.child.process.send_signal(signal.SIGKILL)
    first.child.process.wait()
    account = first.child.program.account
    with subprocess.Popen(["sleep", "60"], **credentials(account)) as other:  # has the killed server's number by now
        (var / "postgres" / "postmaster.pid").write_text(f"{other.pid}\n{var}/postgres\n")
        second = start_postgres(var)
        other.kill()
    started.append(second.child)
    assert "new data folder" not in second.note
    assert write_row(var) == 2


def test_postgres_after_an_interrupted_initdb_starts_afresh(var: Path, started: list[process.Child]) -> None:
    (var / "postgres.new" / "base").mkdir(parents=True)
    (var / "postgres.new" / "PG_VERSION").write_text("18\n")
    started.append(start_postgres(var).child)
    assert write_row(var) == 1
    assert not (var / "postgres.new").exists()


def test_postgres_with_a_folder_that_holds_no_database_sets_it_aside(var: Path, started: list[process.Child]) -> None:
    (var / "postgres").mkdir()
    (var / "postgres" / "PG_VERSION").write_text("18\n")
    server = start_postgres(var)
    started.append(server.child)
    assert "it held no database" in server.note
    (aside,) = var.glob("postgres.unusable-*")
    assert (aside / "PG_VERSION").read_text() == "18\n"


def test_postgres_with_data_of_another_major_version_changes_nothing(var: Path) -> None:
    process.stop([start_postgres(var).child], seconds=5)
    (var / "postgres" / "PG_VERSION").write_text("17\n")
    before = sorted((path, path.lstat().st_mtime_ns) for path in (var / "postgres").rglob("*"))
    with pytest.raises(EmbeddedError, match=r"was written by PostgreSQL 17; this one is 18\.\d+\. Nothing was changed"):
        start_postgres(var)
    assert sorted((path, path.lstat().st_mtime_ns) for path in (var / "postgres").rglob("*")) == before


def test_postgres_that_cannot_start_shows_its_log(var: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"(?s)ended with 1 while starting.*unrecognized configuration parameter"):
        postgres.start(var, name="sky", settings={"fsync": "off", "nonsense": "1"})


def test_postgres_when_its_starter_is_killed_ends(var: Path) -> None:
    script = """if True:
        import sys, time
        from pathlib import Path
        from tests.explorer.embedded.stars import start_postgres
        print(start_postgres(Path(sys.argv[1])).child.process.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", script, str(var)], cwd=ROOT, stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        starter.kill()
    assert wait_until(lambda: not is_running(pid), seconds=10)
