"""The management command as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.explorer.sample.networks import http_get

ROOT = Path(__file__).resolve().parents[3]


def test_command_serves_until_terminated_and_keeps_its_state(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "sample_network", "--port", "0", "--state", str(tmp_path), "--seed", "3"]
    environment = {**os.environ, "VAR": str(tmp_path / "var"), "NETWORK": "sample"}
    totals = []
    for _ in range(2):
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("Sample network (seed 3) at http://127.0.0.1:")
        totals.append(http_get(line.split()[-1] + "/api/jobs/count").json()["total"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stdout.close()
    assert totals[0] > 1800
    assert totals[1] in range(totals[0] - 5, totals[0] + 10)


def test_command_wrong_speed_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "sample_network", "--speed", "0", "--state", str(tmp_path)]
    environment = {**os.environ, "VAR": str(tmp_path / "var")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "CommandError: --speed: use a number from 0.1 to 1000")
