"""Shapes that several fields share: commands, variables, maps of numbers and texts."""

from __future__ import annotations

from typing import Final

from jobs.builder.form.fields import making
from jobs.builder.form.specs import (
    Field,
    Lines,
    Map,
    Number,
    Shape,
    Text,
    Union,
    is_list,
    is_number,
    is_object,
    is_text,
)

COMMAND: Final = Union(
    (
        Shape(
            "text",
            "string",
            Text(is_long=True, suggestions="literals", placeholder="python main.py --port 8000"),
            is_text,
            making.command,
            "Nodes run it with `/bin/sh -c`, after the image's entrypoint.",
        ),
        Shape(
            "list",
            "array",
            Lines("argument", placeholder="--model\n/models\n--port\n8000"),
            is_list,
            making.words,
            "One argument a line, appended to the entrypoint, without a shell.",
        ),
    ),
    "Shape of the command",
)

ENTRYPOINT: Final = Union(
    (
        Shape(
            "text",
            "string",
            Text(suggestions="literals", placeholder="/bin/bash"),
            is_text,
            making.first,
            "One program; nodes do not split it into words.",
        ),
        Shape(
            "list",
            "array",
            Lines("argument", placeholder="/bin/bash\n-c"),
            is_list,
            making.listed,
            "The program and its first arguments, one a line.",
        ),
    ),
    "Shape of the entrypoint",
)

ENV: Final = Map(Text(suggestions="literals"), "variable", "NAME", takes_env=True)

NUMBER_OR_TEXT: Final = Union(
    (
        Shape("number", "number", Number(), is_number, making.number),
        Shape("text", "text", Text(), is_text, making.text),
    ),
    "Kind of value",
    is_menu=True,
)

#: What stands in meta: texts, numbers, lists of them, and, on its first level, objects of those.
FACT: Final = Union(
    (
        *NUMBER_OR_TEXT.shapes,
        Shape("list", "list of texts", Lines("value"), is_list, making.listed),
    ),
    "Kind of value",
    is_menu=True,
)

META_VALUE: Final = Union(
    (
        *FACT.shapes,
        Shape("map", "several values", Map(FACT, "value", "name"), is_object, making.an_object),
    ),
    "Kind of value",
    is_menu=True,
)

WORK_DIR: Final = Field(
    "work_dir",
    "Working directory",
    Text(placeholder="/app"),
    "Where the command starts. Nodes make the directory if the image lacks it.",
    more=("An op's own counts before that of `global`; an empty one is as none.",),
    pair=True,
)
