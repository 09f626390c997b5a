"""Addresses of servers in the spellings of Django, redis-py and Celery."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from explorer.embedded import addresses
from explorer.env import BadSetting

ROOT = Path(__file__).resolve().parents[3]


VAR = Path("/srv/explorer/var")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ("sky", "explorer", "", "/srv/explorer/var/run/postgres", "5432", {})),
        ("postgresql://ann:p%40s%2Fs@db:5433/sky", ("sky", "ann", "p@s/s", "db", "5433", {})),
        (
            "postgres://ann@[::1]/sky?sslmode=require&application_name=a%20b",
            ("sky", "ann", "", "::1", "", {"sslmode": "require", "application_name": "a b"}),
        ),
        ("postgresql:///sky?host=/run/postgresql", ("sky", "", "", "/run/postgresql", "", {})),
        ("postgresql://one:1,two:2/sky", ("sky", "", "", "one,two", "1,2", {})),
    ],
)
def test_database_settings_of_a_url(url: str, expected: tuple[Any, ...]) -> None:
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    assert addresses.database_settings(url, VAR, name="sky") == dict(zip(names, expected, strict=True))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s3cret@db",
        "postgresql://ann:s3cret@db:port/sky",
        "postgresql://ann:s3/cret@db/sky",
        "postgresql://ann:s3cret@db/sky?colour=red",
        "postgresql://ann:s3%cret@db/sky",
    ],
)
def test_database_settings_of_an_unusable_url_do_not_show_it(url: str) -> None:
    with pytest.raises(BadSetting, match=r"^DATABASE_URL: use postgresql://user:password@host") as caught:
        addresses.database_settings(url, VAR, name="sky")
    assert "s3" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://:p%40ss@cache:6380/2", "redis://:p%40ss@cache:6380/2"),
        ("rediss://cache/2", "rediss://cache/2?ssl_cert_reqs=required"),
        ("rediss://cache/2?ssl_cert_reqs=none", "rediss://cache/2?ssl_cert_reqs=none"),
        ("unix:///srv/a%20b/redis.sock", "redis+socket:///srv/a%20b/redis.sock?virtual_host=0"),
        ("unix://ann:p%40@/srv/redis.sock?db=2", "redis+socket://ann:p%40@/srv/redis.sock?virtual_host=2"),
        ("unix:///srv/redis.sock?password=p%40&db=1", "redis+socket://:p%40@/srv/redis.sock?virtual_host=1"),
    ],
)
def test_broker_url_is_celerys_spelling(url: str, expected: str) -> None:
    assert addresses.broker_url(url) == expected


def test_redis_url_of_a_data_folder_quotes_its_path() -> None:
    assert addresses.redis_url(Path("/srv/50% of it")) == "unix:///srv/50%25%20of%20it/run/redis.sock"
