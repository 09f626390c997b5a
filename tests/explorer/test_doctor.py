"""`manage.py doctor`: one line a check, and an exit code for scripts."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_doctor_with_everything_there_finds_nothing_missing() -> None:
    out = io.StringIO()
    call_command("doctor", stdout=out)
    states = {line[9:21].strip(): line[:8].strip() for line in out.getvalue().splitlines()}
    assert states["PostgreSQL"] == states["Redis"] == states["migrations"] == states["Python"] == "ok"
    assert "missing" not in states.values()


def test_doctor_with_servers_out_of_reach_says_so_without_passwords(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "VAR": str(tmp_path),
        "DATABASE_URL": "postgresql://ann:s3cret@127.0.0.1:9/sky",
        "REDIS_URL": "redis://:s3cret@127.0.0.1:9/0",
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "doctor"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    missing = [line[9:21].strip() for line in done.stdout.splitlines() if line.startswith("missing")]
    assert (done.returncode, missing) == (1, ["PostgreSQL", "Redis"])
    assert "s3cret" not in done.stdout + done.stderr
