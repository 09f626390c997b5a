"""The sample network's memory: one SQLite file that a SIGKILL cannot break.

Life writes in one transaction per step; requests read committed rows only, so nothing that was ever shown is lost
when the process dies. One process at a time holds the file.
"""

from __future__ import annotations

import fcntl
import json
import queue
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from explorer.sample.record import COLUMNS, Job, job_of, packed, unpacked

FORMAT = 1  # of the tables and of everything drawn from the seed; another one starts the network anew
READERS = 4
TABLES = f"""
CREATE TABLE jobs ({", ".join("id INTEGER PRIMARY KEY" if name == "id" else name for name in COLUMNS)});
CREATE UNIQUE INDEX jobs_address ON jobs (address);
CREATE INDEX jobs_newest ON jobs (time_start DESC, id DESC);
CREATE INDEX jobs_state ON jobs (state, time_start DESC, id DESC);
CREATE INDEX jobs_market ON jobs (market, state, time_start DESC, id DESC);
CREATE INDEX jobs_node ON jobs (node, time_start DESC, id DESC);
CREATE INDEX jobs_project ON jobs (project, time_start DESC, id DESC);
CREATE INDEX jobs_ended ON jobs (time_end);
CREATE INDEX jobs_result ON jobs (ipfs_result) WHERE ipfs_result IS NOT NULL;
CREATE INDEX jobs_run ON jobs (run) WHERE run IS NOT NULL;
CREATE TABLE content (cid TEXT PRIMARY KEY, kind INTEGER, body BLOB) WITHOUT ROWID;
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
SAVE_JOB = f"INSERT OR REPLACE INTO jobs ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - constants
SELECT_JOB = f"SELECT {', '.join(COLUMNS)} FROM jobs"  # noqa: S608 - constants
SELECT_BARE = f"SELECT {', '.join('NULL' if name == 'flow' else name for name in COLUMNS)} FROM jobs"  # noqa: S608 - constants
OBJECT, OTHER_JSON, NOT_JSON = 0, 1, 2  # kinds of content


class InUse(RuntimeError):
    """Another process runs the sample network on the same folder."""


class Store:
    """The file of one sample network, made anew where it is missing or of another format."""

    def __init__(self, folder: Path, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / f"sample-{seed}.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise InUse(f"a sample network with seed {seed} already runs in {folder}") from error
        self._path = folder / f"sample-{seed}.sqlite3"
        self._writer = self._open()
        if self._writer.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            self._make()
        self._readers: queue.Queue[sqlite3.Connection] = queue.Queue()
        for _ in range(READERS):
            self._readers.put(self._open())

    def close(self) -> None:
        """Close the file and let another process have it."""
        while not self._readers.empty():
            self._readers.get().close()
        self._writer.close()
        self._lock.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-4000")
        return connection

    def _make(self) -> None:
        """Make the file empty, whatever it held."""
        self._writer.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        self._writer = self._open()
        self._writer.executescript(f"BEGIN; {TABLES} PRAGMA user_version={FORMAT}; COMMIT;")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for reading; at most READERS requests read at once, the others wait."""
        connection = self._readers.get()
        try:
            yield connection
        finally:
            self._readers.put(connection)

    def save(
        self, jobs: Iterable[Job], gone: Iterable[int], content: dict[str, tuple[int, str]], state: dict[str, Any]
    ) -> None:
        """Write changed jobs, forget `gone` ones, add content and replace state: all of it or nothing."""
        write = self._writer.execute
        write("BEGIN IMMEDIATE")
        try:
            self._writer.executemany(SAVE_JOB, (job.row() for job in jobs))
            self._writer.executemany("DELETE FROM jobs WHERE id = ?", ((number,) for number in gone))
            rows = ((cid, kind, packed(text)) for cid, (kind, text) in content.items())
            self._writer.executemany("INSERT OR IGNORE INTO content VALUES (?, ?, ?)", rows)
            pairs = ((key, json.dumps(value, separators=(",", ":"))) for key, value in state.items())
            self._writer.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", pairs)
            write("COMMIT")
        except BaseException:
            write("ROLLBACK")
            raise

    def state(self, key: str, default: Any = None) -> Any:
        """Return a piece of state that life has saved."""
        with self.reading() as db:
            row = db.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else default

    def jobs(self, where: str, values: Iterable[Any] = (), *, flows: bool = True) -> list[Job]:
        """Return the jobs of a condition, which is written in this package and never comes from a request.

        Without `flows` the nodes' reports are left out, which makes thousands of rows cheap.
        """
        with self.reading() as db:
            found = db.execute(f"{SELECT_JOB if flows else SELECT_BARE} WHERE {where}", tuple(values))
            return [job_of(row) for row in found]

    def job(self, address: str) -> Job | None:
        """Return the job with that address."""
        return next(iter(self.jobs("address = ?", (address,))), None)

    def contents(self, cids: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Return kind and text of what is pinned under these CIDs."""
        wanted = list(dict.fromkeys(cids))
        marks = ", ".join("?" * len(wanted))
        query = f"SELECT cid, kind, body FROM content WHERE cid IN ({marks})"  # noqa: S608 - question marks only
        with self.reading() as db:
            return {cid: (kind, unpacked(body)) for cid, kind, body in db.execute(query, wanted)}
