"""ND090 to ND099: what cmd and entrypoint start."""

from __future__ import annotations

from typing import Final

from jobs.definition.codes.entry import Entry
from jobs.definition.codes.examples import of, op, run, whole
from jobs.definition.findings import Severity

_CMD: Final = "nosana-cli since 2024-08-08 (c75d7a8, v0.1.98), parseOpsArgsCmd."
_ENGINE: Final = "The container engines: cmd is appended to the entrypoint."
_VLLM: Final = "docker.io/vllm/vllm-openai:v0.10.2"

ENTRIES: Final = (
    Entry(
        "ND090",
        Severity.WARNING,
        "One item with spaces",
        "cmd is a list of one item that holds spaces, without an entrypoint to take it.",
        "Until August 2024 nodes split such an item into words, and the documentation still says so. Now a list is "
        "passed on as it is: the container looks for one program with that whole name. A text instead of a list is run "
        "by /bin/sh -c.",
        _CMD,
        op("/args/cmd", cmd=["nvidia-smi -L"]),
        op(cmd=["nvidia-smi", "-L"]),
    ),
    Entry(
        "ND091",
        Severity.WARNING,
        "The manner of before August 2024",
        'The first item of cmd holds spaces, as in the published example: "sh -c ", followed by pieces of a script.',
        "Nodes once joined the items to one line. Now they look for a program with the name of the first item.",
        _CMD,
        op("/args/cmd/0", cmd=["sh -c ", "nvidia-smi;", "date"]),
        op(cmd=["sh", "-c", "nvidia-smi; date"]),
    ),
    Entry(
        "ND092",
        Severity.WARNING,
        "A command line after an entrypoint",
        "cmd is one text, and the op has an entrypoint.",
        "A text becomes /bin/sh -c TEXT, and the entrypoint gets these three as its arguments.",
        f"{_CMD} {_ENGINE}",
        op("/args/cmd", entrypoint=["python3"], cmd="train.py --fast"),
        op(entrypoint=["python3"], cmd=["train.py", "--fast"]),
    ),
    Entry(
        "ND093",
        Severity.WARNING,
        "A command line for an image with an entrypoint",
        "cmd is one text, and the image is known to have an entrypoint that takes arguments, such as vllm or ollama.",
        "The image's entrypoint gets /bin/sh, -c and the text as its arguments and fails. Only well-known images are "
        "recognised; look at others yourself.",
        f"{_CMD} {_ENGINE}",
        op("/args/cmd", image=_VLLM, cmd="--model Qwen/Qwen3-4B"),
        op(image=_VLLM, cmd=["--model", "Qwen/Qwen3-4B"]),
    ),
    Entry(
        "ND094",
        Severity.WARNING,
        "An empty command line",
        "cmd is an empty text.",
        'It becomes /bin/sh -c "", which ends at once with success. Leaving cmd out, or an empty list, runs what the '
        "image is made to run.",
        _CMD,
        op("/args/cmd", cmd=""),
        op(cmd=[]),
    ),
    Entry(
        "ND095",
        Severity.WARNING,
        "An entrypoint of several words in one text",
        "entrypoint is one text with spaces.",
        "A text is taken as the name of one program and is not split; only a list has several words.",
        "nosana-cli, Provider.getEntrypoint.",
        op("/args/entrypoint", entrypoint="python3 -u", cmd=["train.py"]),
        op(entrypoint=["python3", "-u"], cmd=["train.py"]),
    ),
    Entry(
        "ND096",
        Severity.WARNING,
        "Shell syntax without a shell",
        "An item of cmd is an operator such as && or |, or a variable such as $MODEL, but the list is not run by "
        "a shell.",
        "The program gets these characters as arguments.",
        _CMD,
        op("/args/cmd/2", cmd=["echo", "hello", "&&", "date"]),
        op(cmd="echo hello && date"),
    ),
    Entry(
        "ND097",
        Severity.WARNING,
        "Pieces of a script after the script",
        "After sh -c SCRIPT there are more items, which the script does not use.",
        "A shell runs the one item after -c. Further ones become $0, $1 and so on, and are not run.",
        "POSIX, sh.",
        op("/args/cmd/3", cmd=["sh", "-c", "nvidia-smi;", "date"]),
        op(cmd=["sh", "-c", "nvidia-smi; date"]),
    ),
    Entry(
        "ND098",
        Severity.HINT,
        "No arguments",
        "cmd is an empty list, and the op has an entrypoint.",
        "An entrypoint given here also drops the arguments that the image has by itself.",
        _ENGINE,
        op("/args/cmd", entrypoint=["python3"], cmd=[]),
        op(entrypoint=["python3"], cmd=["train.py"]),
    ),
    Entry(
        "ND099",
        Severity.WARNING,
        "A working directory without a slash",
        "work_dir does not begin with a slash.",
        "The engine refuses to create the container.",
        "The container engines: a working directory must be absolute.",
        op("/args/work_dir", work_dir="workspace"),
        op(work_dir="/workspace"),
    ),
    Entry(
        "ND110",
        Severity.WARNING,
        "global.image",
        "global has an image.",
        "Every op must have an image of its own, and nodes pull only that one.",
        "nosana-cli, Provider.pullImage; @nosana/types requires args.image.",
        of(whole(run(), **{"global": {"image": "ubuntu:24.04"}}), "/global/image"),
        of(whole(run(), **{"global": {}})),
    ),
    Entry(
        "ND111",
        Severity.WARNING,
        "gpu: false under gpu: true",
        "An op says gpu: false, and global says gpu: true.",
        "Nodes give the GPU to an op when either says so, so the op gets it.",
        "nosana-cli, Provider: gpu is op || global.",
        of(whole(run(gpu=False), **{"global": {"gpu": True}}), "/ops/0/args/gpu"),
        of(whole(run(gpu=True), **{"global": {"gpu": True}})),
    ),
    Entry(
        "ND112",
        Severity.WARNING,
        "An empty text does not replace",
        "entrypoint or work_dir of an op is empty, and global has one.",
        "Nodes take the op's value only when it is not empty.",
        "nosana-cli, Provider: the op's value if truthy, else the global one.",
        of(whole(run(work_dir=""), **{"global": {"work_dir": "/data"}}), "/ops/0/args/work_dir"),
        of(whole(run(work_dir="/"), **{"global": {"work_dir": "/data"}})),
    ),
    Entry(
        "ND113",
        Severity.HINT,
        "A variable that nodes set",
        "The environment has NOSANA_ID or NOSANA_GROUP_ID.",
        "Nodes set NOSANA_ID to the job's address, after everything else; the job manager sets NOSANA_GROUP_ID.",
        "nosana-cli, Provider: {...global.env, ...args.env, NOSANA_ID}.",
        op("/args/env/NOSANA_ID", env={"NOSANA_ID": "me"}),
        op(env={"MY_ID": "me"}),
    ),
)
