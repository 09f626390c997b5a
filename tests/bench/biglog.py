"""A log as large as nodes keep: 24,999 lines and 5 MB, with every kind of colour, progress and hostile text.

`python -m tests.bench.biglog` puts it into the database of the environment, with a small one to compare, and prints the
addresses of the two jobs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from explorer.nosana.payloads import LogLine, OpResult, ResultPayload

LINES = 24_999
#: About so many characters in a line make 5 MB.
WIDTH = 170
START = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)
ESC = "\x1b"
WORDS = ("loading", "checkpoint", "shard", "tensor", "gpu", "executor", "request", "tokens", "throughput", "kernel")


def result(count: int = LINES, seed: int = 1) -> ResultPayload:
    """Return the result of a job of two ops whose log has so many lines."""
    random = Random(seed)
    entries: dict[str, list[LogLine]] = {"serve": [], "work": []}
    for number in range(1, count + 1):
        stream = "stderr" if number % 97 == 0 else "stdout"
        at = START + timedelta(milliseconds=97 * number)
        entries["work" if number % 5 == 0 else "serve"].append(LogLine(stream, f"{_text(number, random)}\n", at))
    ops = [OpResult(name, None, "success", START, None, 0, logs=tuple(lines)) for name, lines in entries.items()]
    return ResultPayload("success", START, START + timedelta(hours=1), tuple(ops))


def _text(number: int, random: Random) -> str:
    body, shade = "".join(_body(random)), random.randrange(256)
    return {
        0: f"{ESC}[38;5;{shade}mpalette{ESC}[0m {ESC}[38;2;{shade};90;200mtrue{ESC}[0m {body}",
        3: f"{ESC}[1;31mERROR{ESC}[0m engine.py:{number} {body}",
        5: "".join(f"\rshards {share:3d}%|{'█' * (share // 5):<20}|" for share in range(0, 101, 10)),
        7: f"<script>alert({number})</script> <img src=x onerror=alert(1)> \u202egpj.exe {body}",
        8: f"{ESC}]8;;javascript:alert({number}){ESC}\\a link{ESC}]8;;{ESC}\\ javascript:alert(1) {body}",
    }.get(number % 11, f"{ESC}[32mINFO{ESC}[0m {body} step {number}")


def _body(random: Random) -> Iterator[str]:
    length = 0
    while length < WIDTH:
        word = f"{random.choice(WORDS)}={random.random():.4f} "
        length += len(word)
        yield word


def fill() -> list[str]:
    """Write the two jobs with their results and logs, and return their addresses: the large one first."""
    from jobs.models import Job, Result  # noqa: PLC0415 - models can be imported when Django is set up
    from jobs.sync.content import store_result  # noqa: PLC0415 - as above
    from markets.models import Market  # noqa: PLC0415 - as above

    market, _ = Market.objects.get_or_create(address="7AtiXMSH6R1jjBxrcYjehCkkSF7zvYWte63gwEDBcGHq")
    addresses = []
    for name, count in (("B", LINES), ("S", 10)):
        address = f"6KEv{name}".ljust(44, "1")
        times = {"listed_at": START, "started_at": START, "ended_at": START + timedelta(hours=1), "timeout": 7200}
        facts = {"market": market, "state": 2, "deployer": address, "node": address, "price": 1, "ipfs_result": "Qm"}
        Job.objects.update_or_create(address=address, defaults={**facts, **times, "first_seen_at": START})
        Result.objects.get_or_create(job_id=address)
        store_result(job=address, cid="Qm", result=result(count))
        addresses.append(address)
    return addresses


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(*fill())  # noqa: T201 - the benchmark reads it
