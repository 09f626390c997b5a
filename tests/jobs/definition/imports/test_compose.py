"""Compose files as definitions."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.definition.check import check
from jobs.definition.imports.compose import import_compose
from jobs.definition.imports.outcome import Leftover

WHOLE = """
name: app
x-common: &common
  restart: unless-stopped
  environment:
    MODE: fast
services:
  api:
    <<: *common
    image: "org/api:${TAG:-1.0}"
    command: serve --name "two words" --home $$HOME
    entrypoint: ["/bin/tini", "--"]
    environment:
      - PORT=8080
      - FROM_SHELL
    env_file: .env
    ports:
      - "127.0.0.1:8080:8080"
      - 9090
      - target: 7070
        published: "17070"
        protocol: tcp
    volumes:
      - models:/models:ro
      - ./src:/src
      - type: volume
        source: cache
        target: /cache
    working_dir: /app
    depends_on:
      db:
        condition: service_healthy
      setup:
        condition: service_completed_successfully
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8080/health"]
      interval: 10s
    deploy:
      replicas: 2
      resources:
        limits: {memory: 8g}
        reservations:
          devices:
            - driver: nvidia
              count: 1
              capabilities: [gpu]
    networks:
      default:
        aliases: [backend]
    labels: {a: b}
  db:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: "x", VERSION: 1.10, ON: true, NONE: null}
    healthcheck:
      test: pg_isready
    shm_size: 1gb
    tty: true
  setup:
    build: .
    user: "1000"
volumes:
  models:
    external: true
  cache:
secrets:
  key: {file: ./key}
"""


def test_import_compose_whole_file() -> None:
    imported = import_compose(WHOLE)
    assert imported.value is not None
    ops: Any = imported.value["ops"]
    assert ops == [
        {
            "type": "container/run",
            "id": "api",
            "args": {
                "image": "org/api:1.0",
                "restart_policy": "unless-stopped",
                "env": {"PORT": "8080"},
                "cmd": ["serve", "--name", "two words", "--home", "$HOME"],
                "entrypoint": ["/bin/tini", "--"],
                "volumes": [{"name": "models", "dest": "/models"}, {"name": "cache", "dest": "/cache"}],
                "work_dir": "/app",
                "gpu": True,
                "expose": [
                    {
                        "port": 8080,
                        "health_checks": [
                            {
                                "type": "http",
                                "path": "/health",
                                "method": "GET",
                                "expected_status": 200,
                                "continuous": True,
                            }
                        ],
                    },
                    {"port": 9090},
                    {"port": 7070},
                ],
                "aliases": ["api", "backend"],
            },
            "execution": {"group": "compose", "depends_on": ["db", "setup"]},
        },
        {
            "type": "container/run",
            "id": "db",
            "args": {
                "image": "postgres:16",
                "env": {"POSTGRES_PASSWORD": "x", "VERSION": "1.10", "ON": "true"},
                "aliases": ["db"],
            },
            "execution": {"group": "compose"},
        },
        {
            "type": "container/run",
            "id": "setup",
            "args": {"image": "", "aliases": ["setup"]},
            "execution": {"group": "compose"},
        },
    ]
    assert [entry.what for entry in imported.report] == [
        "secrets",
        "volumes.models",
        "${TAG}",
        "services.api.environment.FROM_SHELL",
        "services.api.env_file",
        "services.api.ports: 127.0.0.1:8080:8080",
        "services.api.volumes: models:/models",
        "services.api.volumes: ./src:/src",
        "services.api.gpus",
        "services.api.deploy.replicas",
        "services.api.labels",
        "services.api.depends_on",
        "services.api.depends_on.setup",
        "services.db.environment.NONE",
        "services.db.healthcheck",
        "services.setup.build",
        "services.setup.user",
    ]
    assert check(json.dumps(imported.value)).valid


def args_of(service: str) -> Any:
    imported = import_compose(f"services:\n  one:\n    image: x\n{service}")
    assert imported.value is not None
    ops: Any = imported.value["ops"]
    assert list(ops[0]) == ["type", "id", "args"]
    return {name: value for name, value in ops[0]["args"].items() if name != "image"}


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("    command: []", {}),
        ("    command: ''", {}),
        ("    command: [a, 'b c', 8080, 1.0, true]", {"cmd": ["a", "b c", "8080", "1.0", "true"]}),
        ("    command: >\n      a --b\n      'c d'", {"cmd": ["a", "--b", "c d"]}),
        ("    entrypoint: sh -c", {"entrypoint": ["sh", "-c"]}),
        ("    entrypoint: []", {"entrypoint": []}),
        ("    restart: no", {"restart_policy": "no"}),
        ("    restart: 'on-failure:2'", {"restart_policy": {"policy": "on-failure", "restart_tries": 2}}),
        ("    gpus: all", {"gpu": True}),
        ("    runtime: nvidia", {"gpu": True}),
        ("    ports: ['3000-3002:3000-3002']", {"expose": [{"port": 3000}, {"port": 3001}, {"port": 3002}]}),
        ("    ports: [8080:80]", {"expose": 80}),
        ("    container_name: main", {"aliases": ["main"]}),
        ("    environment: {A: 'x', B: 0o17, C: ''}", {"env": {"A": "x", "B": "0o17", "C": ""}}),
        ("    environment: ['A=b=c']", {"env": {"A": "b=c"}}),
        ("    healthcheck: {disable: true}", {}),
    ],
)
def test_import_compose_one_service(service: str, expected: dict[str, Any]) -> None:
    assert args_of(service) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "It has no services."),
        ("a: [", "It is not YAML: expected the node content"),
        ("services: {}", "It has no services."),
        ("services: [a]", "It has no services."),
        ("a: *b", "It has an alias that stands for nothing, or for what contains it."),
        ("[" * 5000, "It is nested too deeply."),
        ("a: &a [*a]", "It has an alias that stands for nothing, or for what contains it."),
        ("x" * 100_001, "It is longer than 100,000 characters."),
        ("a: b\x07", "It is not YAML"),
        ("services: {" + ", ".join(f"s{i}: {{}}" for i in range(201)) + "}", "It has more than 200 services."),
    ],
)
def test_import_compose_refuses(text: str, why: str) -> None:
    imported = import_compose(text)
    assert imported.value is None
    assert [entry.what for entry in imported.report] == ["The file"]
    assert imported.report[0].why.startswith(why)


def test_import_compose_refuses_a_bomb_at_once() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    started = time.monotonic()
    assert import_compose(bomb).report == (Leftover("The file", "With its aliases it has more than 20,000 values."),)
    assert time.monotonic() - started < 5


SERVICES = st.dictionaries(
    st.sampled_from(
        ["image", "command", "entrypoint", "environment", "ports", "volumes", "depends_on", "deploy", "healthcheck"]
        + [
            "networks",
            "gpus",
            "restart",
            "devices",
            "shm_size",
            "aliases",
            "test",
            "resources",
            "reservations",
            "x-a",
            "odd",
        ]
    ),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=8)
        | st.sampled_from(["$X", "${Y:-z}", "a:b", "80:80", "'"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b c", ""]), SERVICES | st.none() | st.text(max_size=3), max_size=3))
def test_import_compose_never_raises_on_values(services: Any) -> None:
    import_compose(json.dumps({"services": services}))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="servics: \n-[]{}&*<>|!%@`'\"#?,ab\t", max_size=50))
def test_import_compose_never_raises_on_texts(text: str) -> None:
    import_compose(text)
    import_compose("services:\n  a:\n    image: " + text)
