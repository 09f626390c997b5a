"""What `cmd` and `entrypoint` really start: nosana-cli, parseOpsArgsCmd, since 2024-08-08 (spec 2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from explorer import images
from explorer.nosana.payloads import JsonValue
from jobs.definition.facts import Job, Op, texts
from jobs.definition.found import Found, removing, replacing
from jobs.definition.naming import shown

_SHELLS: Final = {"sh", "bash", "ash", "dash", "zsh", "ksh"}
_SCRIPT_FLAG: Final = re.compile(r"-[a-z]*c")
_OPERATORS: Final = {"&&", "||", "|", ">", ">>", "<", ";", "&", "2>&1", "2>"}
_EXPANSION: Final = re.compile(r"\$\w+|\$\{\w+\}|\$\(.*\)|`.*`", re.DOTALL)
_POSITIONAL: Final = re.compile(r"\$(?:[0-9@*#]|\{[0-9@*#])")
_PLAIN_WORDS: Final = re.compile(r"[\w./:=@,+ -]+")
#: Images whose entrypoint takes arguments instead of running them.
_WITH_ENTRYPOINT: Final = {
    "vllm/vllm-openai",
    "ollama/ollama",
    "huggingface/text-generation-inference",
    "huggingface/text-embeddings-inference",
    "ggml-org/llama.cpp",
    "ggerganov/llama.cpp",
    "jrottenberg/ffmpeg",
    "linuxserver/ffmpeg",
}


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield what the op's command will not do."""
    args = op.args
    if isinstance(args.get("entrypoint"), str):
        yield from one_word(args["entrypoint"], op.at("entrypoint"))
    if "cmd" not in args:
        return
    cmd, entry = args["cmd"], entry_of(op, job)
    if isinstance(cmd, str):
        yield from _of_text(op, cmd, entry)
    elif isinstance(cmd, list):
        yield from _of_list(op, cmd, entry)


def entry_of(op: Op, job: Job) -> list[str] | None:
    """Return the entrypoint that replaces the image's: the op's, or else the global one; None without."""
    for holder in (op.args, job.globals):
        value = holder.get("entrypoint")
        if isinstance(value, str) and value:
            return [value]
        if isinstance(value, list):
            return [word for _, word in texts(value)]
    return None


def one_word(entrypoint: JsonValue, pointer: str) -> Iterator[Found]:
    """Yield a remark when an entrypoint in one text was meant as several words."""
    if not isinstance(entrypoint, str) or len(entrypoint.split()) < 2:
        return
    words: list[JsonValue] = [*entrypoint.split()]
    is_plain = _PLAIN_WORDS.fullmatch(entrypoint) is not None
    message = "An entrypoint in one text is one program name, spaces included; write its words as a list."
    yield Found("ND095", pointer, message, "a list of texts", replacing(pointer, words) if is_plain else None)


def _of_text(op: Op, cmd: str, entry: list[str] | None) -> Iterator[Found]:
    pointer = f"{op.pointer}/args/cmd"
    if not cmd.strip():
        message = "An empty cmd runs /bin/sh with nothing to do, which ends at once; leave cmd out for the image's own."
        yield Found("ND094", pointer, message, None, removing(pointer))
    elif entry is not None:
        message = f"A cmd in one text becomes {shown(entry[0] if entry else '')} /bin/sh -c …; write it as a list."
        yield Found(
            "ND092", pointer, message, "a list of texts", replacing(pointer, [cmd]) if _is_shell(entry) else None
        )
    elif known := _known_entrypoint(op):
        message = f"The image {known} has an entrypoint, which gets /bin/sh -c … as arguments; write cmd as a list."
        yield Found("ND093", pointer, message, "a list of texts")


def _of_list(op: Op, cmd: list[JsonValue], entry: list[str] | None) -> Iterator[Found]:
    words = [word for _, word in texts(cmd)]
    if not words:
        if entry is not None:
            yield Found(
                "ND098", op.at("cmd"), "With an entrypoint of its own, the op gets no arguments from the image."
            )
    elif entry is not None:
        if _is_shell(entry) and len(words) > 1:
            yield from _ignored(op, words[0], 1)
    elif len(words) == 1:
        yield from _one_element(op, words[0])
    else:
        yield from _several(op, words)


def _one_element(op: Op, word: str) -> Iterator[Found]:
    if len(word.split()) < 2:
        return
    pointer, known = op.at("cmd"), _known_entrypoint(op)
    if known:
        message = f"The image {known} gets this as one argument, spaces included; make every word an item of its own."
        yield Found("ND090", pointer, message, "one item for each word")
        return
    message = (
        "Nodes look for one program with this whole name, spaces included; write cmd as a text to run it in a shell."
    )
    yield Found("ND090", pointer, message, "a text, or one item for each word", replacing(pointer, word))


def _several(op: Op, words: list[str]) -> Iterator[Found]:
    first = words[0]
    if len(first.split()) > 1 or first != first.strip():
        yield _old_manner(op, words)
    elif first.rpartition("/")[2] in _SHELLS and _SCRIPT_FLAG.fullmatch(words[1]):
        if len(words) > 3:
            yield from _ignored(op, words[2], 3)
    else:
        yield from _shell_syntax(op, words)


def _old_manner(op: Op, words: list[str]) -> Found:
    pointer, head = op.at("cmd"), words[0].split()
    message = (
        f"Since August 2024 nodes run a program called {shown(words[0])}; they no longer join the items to one line."
    )
    joined: list[JsonValue] = [*head, "".join(words[1:])]
    is_script = len(head) == 2 and head[0] in _SHELLS and head[1] == "-c"
    fix = replacing(pointer, joined) if is_script else None
    return Found("ND091", f"{pointer}/0", message, "one item for each word", fix)


def _ignored(op: Op, script: str, first: int) -> Iterator[Found]:
    if not _POSITIONAL.search(script):
        message = "A shell runs only the one item after -c; this one becomes its $0 or $1 and is not run. Join the two."
        yield Found("ND097", op.at("cmd", first), message)


def _shell_syntax(op: Op, words: list[str]) -> Iterator[Found]:
    for index, word in enumerate(words):
        if word in _OPERATORS or (word[:1] in "$`" and _EXPANSION.fullmatch(word)):
            message = (
                f"{shown(word)} means something only to a shell, and this list runs without one; write cmd as a text."
            )
            yield Found("ND096", op.at("cmd", index), message)
            return


def _is_shell(entry: list[str]) -> bool:
    if len(entry) < 2:
        return False
    return entry[0].rpartition("/")[2] in _SHELLS and _SCRIPT_FLAG.fullmatch(entry[-1]) is not None


def _known_entrypoint(op: Op) -> str | None:
    reference = op.args.get("image")
    image = images.parse(reference) if isinstance(reference, str) else None
    return image.name if image and image.name in _WITH_ENTRYPOINT else None
