"""Where the embedded servers listen, and addresses of any server in the spellings Django, redis-py and Celery take."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from explorer.env import BadSetting

#: The role that owns the explorer's database. Not a superuser: an injected statement reads no files of the machine.
ROLE = "explorer"
PORT = "5432"  # only a part of the socket's name
_SOCKET_LIMIT = 100  # bytes; sun_path holds 104 on macOS and 108 on Linux, with the closing NUL


def digest(var: Path) -> str:
    """Return a short name for this data folder, the same in every process."""
    return hashlib.sha256(os.fsencode(var)).hexdigest()[:12]


def run_folder(var: Path) -> Path:
    """Return the folder of the sockets: `var/run`, or one in the temp directory when that path will not do.

    It will not when it is too long, or when libpq would read it as several hosts.
    """
    folder = var / "run"
    longest = folder / "postgres" / f".s.PGSQL.{PORT}"
    if len(os.fsencode(longest)) <= _SOCKET_LIMIT and "," not in str(folder):
        return folder
    return Path(tempfile.gettempdir()) / f"nosana-explorer-{digest(var)}"


def postgres_folder(var: Path) -> Path:
    """Return the folder that clients of the embedded PostgreSQL name as their host; it may be a link."""
    return run_folder(var) / "postgres"


def redis_socket(var: Path) -> Path:
    """Return the socket of the embedded Redis."""
    return run_folder(var) / "redis.sock"


def database_settings(url: str, var: Path, *, name: str) -> dict[str, Any]:
    """Return Django's NAME, USER, PASSWORD, HOST, PORT and OPTIONS for `url`, read as libpq reads it.

    An empty url means the embedded server's database `name`. Query parameters (sslmode and the like) go to OPTIONS.
    A url that libpq would not read raises BadSetting, which never shows the url: it may hold a password.
    """
    if not url:
        host = str(postgres_folder(var))
        return {"NAME": name, "USER": ROLE, "PASSWORD": "", "HOST": host, "PORT": PORT, "OPTIONS": {}}
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except ProgrammingError:
        parts = {}
    known = [parts.pop(key, "") for key in ("dbname", "user", "password", "host", "port")]
    if not known[0] or not all(port.isdigit() for port in known[4].split(",") if port):
        raise BadSetting(
            "DATABASE_URL: use postgresql://user:password@host:port/database?sslmode=... with reserved characters"
            " of user and password percent-encoded and the database named"
        )
    return {**dict(zip(("NAME", "USER", "PASSWORD", "HOST", "PORT"), known, strict=True)), "OPTIONS": parts}


def redis_url(var: Path) -> str:
    """Return the embedded Redis as redis-py spells it: unix:///path."""
    return f"unix://{quote(str(redis_socket(var)))}"


def broker_url(url: str) -> str:
    """Return a Redis address of redis-py's spelling in Celery's.

    A socket is `redis+socket:///path?virtual_host=<db>` there. And a TLS address without `ssl_cert_reqs` is given
    one, because Celery would otherwise not check the server's certificate, where redis-py does.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "rediss":
        return parts._replace(query=urlencode({"ssl_cert_reqs": "required", **query})).geturl()
    if parts.scheme != "unix":
        return url
    password = f":{quote(query['password'], safe='')}@" if "password" in query else ""
    user = parts.netloc if "@" in parts.netloc else password
    return f"redis+socket://{user}{parts.path}?{urlencode({'virtual_host': query.get('db', '0')})}"
