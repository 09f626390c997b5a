"""The keeper of programs: starting again, stopping, and what happens when it is killed itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.embedded.process import Program
from explorer.supervisor.keeper import Ended, Keeper
from tests.processes import is_running, wait_until

ROOT = Path(__file__).resolve().parents[3]
#: Ignores every polite signal, and so do its two children in the same group, which run once it says that it is ready.
STUBBORN = ["sh", "-c", "trap '' TERM QUIT INT; sleep 60 & sleep 60 & echo ready; wait; exit 3"]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def keeper(said: list[str]) -> Iterator[Keeper]:
    keeper = Keeper(said.append, [])
    yield keeper
    keeper.stop(last=())


def test_keeper_starts_a_program_again_with_growing_pauses(keeper: Keeper, said: list[str], tmp_path: Path) -> None:
    log = tmp_path / "flaky.log"
    keeper.start(Program("flaky", ["sh", "-c", "echo no luck; exit 7"], log))
    deadline = time.monotonic() + 10
    while len(said) < 2 and time.monotonic() < deadline:
        keeper.check()
        time.sleep(0.01)
    first, second = said
    assert first == f"flaky ended (exit code 7). {log} ends with:\n    no luck\n  flaky starts again in 1 s."
    assert second.endswith("    no luck\n    no luck\n  flaky starts again in 2 s.")


def test_keeper_waiting_for_a_program_that_ends_raises(keeper: Keeper, tmp_path: Path) -> None:
    child = keeper.start(Program("web", ["sh", "-c", "echo address in use; exit 1"], tmp_path / "web.log"))
    with pytest.raises(Ended, match=r"(?s)^web ended \(exit code 1\)\. .*web\.log ends with:\n    address in use$"):
        keeper.wait_for(child, lambda: False, seconds=5)


def test_keeper_waiting_for_an_answer_that_does_not_come_raises(keeper: Keeper, tmp_path: Path) -> None:
    child = keeper.start(Program("web", ["sleep", "60"], tmp_path / "web.log"))
    with pytest.raises(Ended, match=r"^web does not answer after 0 s\. .*web\.log is empty\.$"):
        keeper.wait_for(child, lambda: False, seconds=0.2)


def test_keeper_stopping_a_stubborn_program_kills_its_whole_group(said: list[str], tmp_path: Path) -> None:
    keeper = Keeper(said.append, [])
    child = keeper.start(Program("stubborn", STUBBORN, tmp_path / "log"))
    assert wait_until(lambda: (tmp_path / "log").read_text() == "ready\n", seconds=5)
    sleepers = subprocess.run(["pgrep", "-g", str(child.process.pid)], capture_output=True, text=True, check=True)
    began = time.monotonic()
    keeper.stop(last=())
    assert time.monotonic() - began < 5
    assert said == ["  killed, because they did not stop in time: stubborn"]
    assert len(sleepers.stdout.split()) == 3
    assert wait_until(lambda: not any(is_running(int(pid)) for pid in sleepers.stdout.split()), seconds=5)


def test_keeper_killed_takes_stubborn_programs_along(tmp_path: Path) -> None:
    script = """if True:
        import sys, time
        from pathlib import Path
        from explorer.embedded.process import Program
        from explorer.supervisor.keeper import Keeper
        from tests.explorer.supervisor.test_keeper import STUBBORN
        child = Keeper(print, []).start(Program("stubborn", STUBBORN, Path(sys.argv[1])))
        print(child.process.pid, flush=True)
        time.sleep(60)
    """
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", script, str(log)], cwd=ROOT, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout
        group = supervisor.stdout.readline().decode().strip()
        assert wait_until(lambda: log.read_text() == "ready\n", seconds=5)
        pids = subprocess.run(["pgrep", "-g", group], capture_output=True, text=True, check=True).stdout.split()
        supervisor.kill()
    assert len(pids) == 3
    assert wait_until(lambda: not any(is_running(int(pid)) for pid in pids), seconds=8)
