"""`cmd` and `entrypoint` as nodes use them, by the day of the job."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain.command import Command, command, entrypoint

DAY_BEFORE = datetime(2024, 8, 7, 23, 59, tzinfo=UTC).timestamp()
CHANGE = datetime(2024, 8, 8, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("cmd", "arguments"),
    [
        (None, ()),
        ([], ()),
        ("", ("/bin/sh", "-c", "")),
        ("echo $HOME | cat", ("/bin/sh", "-c", "echo $HOME | cat")),
        (["nvidia-smi -L"], ("nvidia-smi -L",)),
        (["a", "b c", ""], ("a", "b c", "")),
    ],
)
@pytest.mark.parametrize("at", [None, CHANGE])
def test_command_is_passed_unchanged_since_august_2024(cmd: JsonValue, arguments: tuple[str, ...], at: float) -> None:
    assert command(cmd, at) == Command(arguments)


@pytest.mark.parametrize(
    ("cmd", "arguments"),
    [
        (["sh -c ", "a;", "b"], ("sh", "-c", "a;b")),
        (["echo", "hello", "world"], ("echohelloworld",)),
        (["nvidia-smi -L"], ("nvidia-smi", "-L")),
        (["sh -c ", "echo $HOME"], ("sh", "-c", "echo $HOME")),
        ("python run.py --name 'a b'", ("python", "run.py", "--name", "a b")),
        ("echo $HOME ${X}y", ("echo", "", "y")),
        ([], ()),
        (None, ()),
    ],
)
def test_command_was_split_like_a_shell_before(cmd: JsonValue, arguments: tuple[str, ...]) -> None:
    assert command(cmd, DAY_BEFORE) == Command(arguments)


def test_command_with_operators_was_refused_before() -> None:
    assert command("ls *.txt | head", DAY_BEFORE) == Command(
        ("ls", "head"), ("Without a shell, the engine refused what only a shell understands: *.txt, |.",)
    )
    assert command("echo ${}", DAY_BEFORE) == Command(
        (), ("The node could not split the command: it has a malformed ${}.",)
    )


def test_command_of_another_type_is_a_problem() -> None:
    neither = "The command is neither a text nor a list, so that the container is not created."
    assert command(7) == Command((), (neither,))
    assert command(["--x", {"a": 1}]) == Command(
        ("--x", {"a": 1}), ("An argument of the command is not a text, so that the container is not created.",)
    )


@pytest.mark.parametrize(
    ("own", "shared", "expected"),
    [
        (None, None, None),
        ("sh -c", None, ["sh -c"]),
        (["sh", "-c"], "bash", ["sh", "-c"]),
        (None, "bash", ["bash"]),
        ("", ["bash"], ["bash"]),
        ([], ["bash"], []),
        ("", None, None),
        ("", "", None),
    ],
)
def test_entrypoint_of_the_op_wins_if_there_is_one(
    own: JsonValue, shared: JsonValue, expected: list[str] | None
) -> None:
    args: JsonObject = {} if own is None else {"entrypoint": own}
    assert entrypoint(args, {"entrypoint": shared}) == expected
