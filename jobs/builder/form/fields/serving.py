"""What an op serves: its ports in all the shapes that they may have, and their health checks."""

from __future__ import annotations

from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.builder.form.fields import making
from jobs.builder.form.specs import (
    Choice,
    Field,
    Group,
    Json,
    List,
    Map,
    Number,
    Shape,
    Switch,
    Text,
    Union,
    is_list,
    is_number,
    is_object,
    is_text,
)

_CONTINUOUS: Final = Field(
    "continuous",
    "Keep checking",
    Switch(),
    "On: every 30 s for as long as the op runs. Off: only until the first success. The network asks for either.",
    is_required=True,
    codes=("ND026",),
    pair=True,
)

_BODY: Final = Union(
    (
        Shape("text", "text", Text(is_long=True, placeholder='{"model": "tiny"}'), is_text, making.text),
        Shape("json", "JSON", Json(), lambda value: not isinstance(value, str), making.an_object),
    ),
    "Shape of the body",
)


def _is_http(value: JsonValue) -> bool:
    return isinstance(value, dict) and value.get("type") == "http"


def _is_websocket(value: JsonValue) -> bool:
    return isinstance(value, dict) and value.get("type") == "websocket"


HTTP_CHECK: Final = Group(
    (
        Field(
            "path",
            "Path",
            Text(placeholder="/health"),
            "What is asked for, with its slash.",
            is_required=True,
            codes=("ND123",),
            pair=True,
        ),
        Field(
            "expected_status",
            "Expected status",
            Number(placeholder="200"),
            "The answer that counts as healthy.",
            is_required=True,
            codes=("ND122",),
            pair=True,
        ),
        Field(
            "method",
            "Method",
            Choice((("GET", "GET"), ("POST", "POST"), ("PUT", "PUT"), ("DELETE", "DELETE"))),
            is_required=True,
            pair=True,
        ),
        _CONTINUOUS,
        Field("headers", "Headers", Map(Text(), "header", "Content-Type", suggestions="headers")),
        Field("body", "Body", _BODY, "Sent with the request; a GET has none.", codes=("ND124",)),
    ),
    hidden=("type",),
)
WEBSOCKET_CHECK: Final = Group(
    (
        Field(
            "expected_response",
            "Expected answer",
            Text(),
            "The message that counts as healthy.",
            is_required=True,
            pair=True,
        ),
        _CONTINUOUS,
    ),
    hidden=("type",),
)
_HTTP_START: Final[JsonObject] = {"path": "/", "method": "GET", "expected_status": 200, "continuous": False}

HEALTH_CHECK: Final = Union(
    (
        Shape("http", "HTTP", HTTP_CHECK, _is_http, making.with_type("http", "continuous", **_HTTP_START)),
        Shape(
            "websocket",
            "WebSocket",
            WEBSOCKET_CHECK,
            _is_websocket,
            making.with_type("websocket", "continuous", expected_response="", continuous=False),
        ),
    ),
    "Kind of check",
    fallback="http",
)

EXPOSED_PORT: Final = Group(
    (
        Field(
            "port",
            "Port",
            Number(placeholder="8000"),
            "On which the program in the container listens.",
            is_required=True,
            codes=("ND121", "ND031"),
            pair=True,
        ),
        Field(
            "type",
            "Kind of service",
            Choice(
                (
                    ("web", "web page"),
                    ("api", "API"),
                    ("webapi", "web page and API"),
                    ("websocket", "WebSocket"),
                    ("none", "none"),
                )
            ),
            "What people find there. Only the dashboard looks at it.",
            pair=True,
        ),
        Field(
            "health_checks",
            "Health checks",
            List(HEALTH_CHECK, "check", start={"type": "http", **_HTTP_START}),
            "Asked every 5 s. Ops that depend on this one start after the first success; without a check, never.",
            codes=("ND054", "ND059"),
        ),
    )
)


def is_spread(value: JsonValue) -> bool:
    """Say whether a value stands for the items that a literal leads to."""
    return isinstance(value, dict) and "__spread__" in value


def _is_port(value: JsonValue) -> bool:
    return is_object(value) and not is_spread(value)


SPREAD: Final = Group(
    (
        Field(
            "__spread__",
            "Literal",
            Text(suggestions="literals", placeholder="%%ops.ID.results.KEY%%"),
            "A list that the node puts here: each of its items becomes one of these.",
            is_required=True,
            codes=("ND040",),
            pair=True,
        ),
        Field("chunked", "In pieces", Switch(), "Takes the list apart into pieces.", pair=True),
    )
)

_NUMBER: Final = Shape(
    "number",
    "number",
    Number(placeholder="8000"),
    is_number,
    making.port_number,
    "One port. Without a health check, ops that depend on this one never start.",
)
_PORT: Final = Shape(
    "port",
    "port with checks",
    EXPOSED_PORT,
    _is_port,
    making.port,
    "Outside a list nodes overlook it, and there is no address: choose “list”.",
)
_LITERAL: Final = Shape(
    "literal",
    "literal",
    Text(suggestions="literals", placeholder="%%global.variables.PORT%%"),
    is_text,
    making.literal,
    "A port that the node looks up, such as the result of an earlier op.",
)
_SPREAD: Final = Shape("spread", "spread", SPREAD, is_spread, making.spread, "A list of ports that the node looks up.")

_IN_LIST: Final = Shape("port", "port with checks", EXPOSED_PORT, _is_port, making.port)
_NUMBER_IN_LIST: Final = Shape("number", "number", Number(placeholder="8000"), is_number, making.port_number)

EXPOSE: Final = Union(
    (
        _NUMBER,
        Shape(
            "list",
            "list, with checks",
            List(
                Union((_IN_LIST, _NUMBER_IN_LIST, _LITERAL, _SPREAD), "Shape of the port", is_menu=True),
                "port",
                start={"port": 8000},
            ),
            is_list,
            making.ports,
            "Any number of ports, each with its health checks. Each gets an address of its own.",
        ),
        _PORT,
        _LITERAL,
        _SPREAD,
    ),
    "Shape of expose",
    is_menu=True,
)
