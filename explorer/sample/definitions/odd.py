"""What strangers post on any open network: markup, misleading text, broken JSON.

`ODD` is a small part of the sample network's jobs. `WORST` never appears by itself: tests post it.
"""

from __future__ import annotations

import json

from explorer.sample.definitions.blocks import definition, run
from explorer.sample.draw import JsonObject

SCRIPT = "<script>alert('sample')</script>"
RIGHT_TO_LEFT = "\u202egnp.exe\u202c"
ODD: tuple[str, ...] = (
    json.dumps(
        definition(
            run(
                "<img/src=x/onerror=alert(1)>",
                "docker.io/library/alpine:3.22",
                f'echo "{SCRIPT}"; echo \'<a href="javascript:alert(1)">click</a>\'',
                env={"HOMEPAGE": "javascript:alert(document.domain)", "MOTD": f"</pre>{SCRIPT}"},
            ),
            trigger="<b>bold</b>",
        )
    ),
    json.dumps(
        definition(
            run(
                f"invoice-{RIGHT_TO_LEFT}",
                f"docker.io/library/busybox:{RIGHT_TO_LEFT}",
                ["echo", f"file {RIGHT_TO_LEFT}"],
            )
        ),
        ensure_ascii=False,
    ),
    json.dumps(definition(run("long-env", "ubuntu", "echo long", env={"BLOB": "QUJDRA==" * 12_800}))),
    json.dumps(definition(run("nul", "ubuntu", ["printf", "a\u0000b"], env={"NUL": "before\u0000after"}))),
    '{"version": "0.1", "type": "container", "ops": [{"type": "container/run", "id": "trailing-comma", '
    '"args": {"image": "ubuntu", "cmd": ["echo", "oops",]}}]}',
    '["this", "is", "a", "list", "and", "not", "a", "job"]',
    json.dumps(
        definition(
            run("no-such-image", "javascript:alert(1)//latest", [], expose=[{"port": -1}, {"port": 70000.5}]),
            run("second", "ubuntu", "echo %%ops.missing.results.nothing%%", work_dir="/tmp/../../etc"),  # noqa: S108 - odd
        )
    ),
)


def deep(levels: int) -> str:
    """Return a definition whose meta is nested that deep."""
    return '{"version":"0.1","type":"container","meta":{"a":' + "[" * levels + "]" * levels + '},"ops":[]}'


def worst() -> tuple[str, ...]:
    """Return definitions that try to break a reader: size, depth, numbers, surrogates, wrong types everywhere."""
    wrong: JsonObject = {"version": 1, "type": None, "meta": "x", "global": [], "ops": [None, 1, "x", {}, {"args": []}]}
    return (
        json.dumps(definition(run("megabyte", "ubuntu", "echo x", env={"BLOB": "x" * 1_048_576}))),
        deep(5_000),
        '{"version":"0.1","type":"container","ops":[],"meta":{"n":1e999,"big":' + "9" * 5_000 + "}}",
        '{"version":"0.1","type":"container","ops":[],"meta":{"trigger":"\\ud800 lone"}}',
        json.dumps(wrong),
        "NaN",
        "",
        "\ufeff{}",
        json.dumps(definition(*(run(f"op-{number}", "ubuntu", "true") for number in range(400)))),
    )
