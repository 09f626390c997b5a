"""Random small changes to definitions: what people mistype, and what nobody would."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

_WORDS = (
    "version type ops id args image cmd entrypoint env work_dir gpu volumes name dest expose port "
    "health_checks path method expected_status headers body continuous expected_response private aliases "
    "restart_policy policy restart_tries resources target url files bucket buckets IAM REGION ACCESS_KEY_ID "
    "SECRET_ACCESS_KEY allowWrite repo revision accessToken model authentication docker username password "
    "email server results regex logType execution group timeout depends_on stop_if_dependent_stops global "
    "variables meta trigger system_resources logistics send receive endpoint deployment_id ssh public_keys "
    "output required_vram remoteResources chunked __spread__ __pairs__ Image comand unknown "
)
KEYS = _WORDS.split()
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 80, 8080.0, 1.5, 1e+300, 10**30, "", " ", "a b", "0.1", "0.2", "container",
    "container/run", "container/create-volume", "S3", "HF", "Ollama", "s3", "http", "websocket", "web", "none",
    "GET", "get", "stdout", "nodeerr", "always", "no", "on-failure", "api", "api-listen", "8080", "8000-8010",
    "%%ops.a.host%%", "%%global.variables.X%%", "%%globals%%", "%%ops%%", "%%opsxy%%", "%%ops.a%%%",
    "__remove-if-empty__", "true", "\x00", "é🚀", [], {}, [[]], [{}], {"": ""}, ["a"], ["a", "a"], [1], [80, 80],
    [80, {"port": 80}], ["stdout", "stdout"], {"port": 80}, {"__spread__": "%%ops.a.results.b%%"},
    {"type": "S3", "target": "/a"}, {"name": "data"}, {"image": "a"},
    {"type": "http", "path": "/", "method": "GET", "expected_status": 200, "continuous": True},
    {"a": {"b": {"c": 1}}}, {"regex": "a", "logType": ["stdout"]}, {"policy": "on-failure", "restart_tries": 2},
]  # fmt: skip


def mutant(value: Any, others: list[Any], random: Random) -> Any:
    """Return a copy with one to four changes; `others` are values that pieces are taken from."""
    changed = [copy.deepcopy(value)]  # in a list, so that the whole can be replaced too
    for _ in range(random.choice((1, 1, 1, 2, 2, 4))):
        _change(changed, others, random)
    return changed[0]


def _change(root: list[Any], others: list[Any], random: Random) -> None:
    holder = random.choice(containers(root))
    if isinstance(holder, dict):
        _change_members(holder, others, random)
    elif holder is root or random.random() < 0.5:
        holder[random.randrange(len(holder))] = _piece(others, random)
    else:
        _change_items(holder, others, random)


def _change_members(holder: dict[str, Any], others: list[Any], random: Random) -> None:
    names = list(holder)
    action = random.randrange(5) if names else 3
    if action == 0:
        del holder[random.choice(names)]
    elif action == 1:
        holder[random.choice(names)] = _piece(others, random)
    elif action == 2:
        holder[random.choice(KEYS)] = holder.pop(random.choice(names))
    elif action == 3:
        holder[random.choice(KEYS)] = _piece(others, random)
    else:
        one, other = random.choice(names), random.choice(names)
        holder[one], holder[other] = holder[other], holder[one]


def _change_items(holder: list[Any], others: list[Any], random: Random) -> None:
    at = random.randrange(len(holder))
    action = random.randrange(3)
    if action == 0:
        del holder[at]
    elif action == 1:
        holder.insert(at, copy.deepcopy(holder[at]))
    else:
        holder.append(_piece(others, random))


def _piece(others: list[Any], random: Random) -> Any:
    if random.random() < 0.6:
        return copy.deepcopy(random.choice(VALUES))
    return copy.deepcopy(random.choice(containers([random.choice(others)])))


def containers(root: Any) -> list[Any]:
    """Return every list that is not empty and every object within a value."""
    found: list[Any] = []
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found.append(value)
            waiting += value.values()
        elif isinstance(value, list) and value:
            found.append(value)
            waiting += value
    return found
