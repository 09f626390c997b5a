"""Run lines of docker and podman as definitions."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.definition.check import check
from jobs.definition.document import read
from jobs.definition.edit.patches import set_value
from jobs.definition.explain.context import Context
from jobs.definition.explain.report import explain
from jobs.definition.imports.flags import FLAGS
from jobs.definition.imports.outcome import Leftover
from jobs.definition.imports.run_line import import_run_lines

README = """$ sudo docker run -d --gpus all \\
   -p 8000:8000 -p 9000-9001:9000-9001/tcp --ipc=host --shm-size 16g \\
   -v ~/.cache/huggingface:/root/.cache/huggingface -v models:/models:ro \\
   -e "HF_TOKEN=$HF_TOKEN" --env MODE='a b' -eLEVEL=1 -e HOME \\
   --name vllm --restart=on-failure:3 -itw /app --privileged --memory=8g \\
   vllm/vllm-openai:v0.6.0 --model "my model" --gpu-memory-utilization=0.9 > out.log
"""


def args_of(text: str) -> Any:
    imported = import_run_lines(text)
    assert imported.value is not None
    ops: Any = imported.value["ops"]
    (op,) = ops
    assert check(_text(imported.value)).valid
    return op["args"]


def _text(value: Any) -> str:
    return set_value(read("{}"), "", value).text


def report_of(text: str) -> list[tuple[str, str]]:
    return [(entry.what, entry.why) for entry in import_run_lines(text).report]


def test_import_run_line_of_a_readme() -> None:
    imported = import_run_lines(README)
    assert imported.value == {
        "version": "0.1",
        "type": "container",
        "ops": [
            {
                "type": "container/run",
                "id": "vllm",
                "args": {
                    "image": "vllm/vllm-openai:v0.6.0",
                    "cmd": ["--model", "my model", "--gpu-memory-utilization=0.9"],
                    "gpu": True,
                    "restart_policy": {"policy": "on-failure", "restart_tries": 3},
                    "work_dir": "/app",
                    "expose": [{"port": 8000}, {"port": 9000}, {"port": 9001}],
                    "env": {"HF_TOKEN": "$HF_TOKEN", "MODE": "a b", "LEVEL": "1"},
                    "volumes": [{"name": "models", "dest": "/models"}],
                },
            }
        ],
    }
    assert [entry.what for entry in imported.report] == [
        "> out.log",
        "$HF_TOKEN",
        "--ipc host",
        "--shm-size 16g",
        "-v ~/.cache/huggingface:/root/.cache/huggingface",
        "-v models:/models:ro",
        "-e HOME",
        "--privileged",
        "--memory",
    ]
    assert check(_text(imported.value)).valid


def test_import_run_line_runs_the_same_words_again() -> None:
    """What a node makes of the imported definition is what the line said."""
    line = "docker run -e 'A=b c' -w /d --entrypoint /bin/sh debian:12 -c 'echo \"$A\" | cat'"
    (op,) = explain(import_run_lines(line).value, Context(job="J")).ops
    assert op.docker.endswith("-e 'A=b c' -e NOSANA_ID=J -w /d --entrypoint /bin/sh debian:12 -c 'echo \"$A\" | cat'")
    again = import_run_lines(op.docker).value
    assert again is not None
    assert explain(again).ops[0].container == explain(import_run_lines(line).value).ops[0].container


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("-e A=1 --env B==2 --env=C= -eD=x -e=E=y", {"env": {"A": "1", "B": "=2", "C": "", "D": "x", "E": "y"}}),
        ("-p 80", {"expose": 80}),
        (
            "--publish 127.0.0.1::80/tcp -p [::1]:81:81 -p 0.0.0.0:82:82",
            {"expose": [{"port": 80}, {"port": 81}, {"port": 82}]},
        ),
        ("-p 80:80 -p 8080:80", {"expose": 80}),
        ("-itp8080:80 -dv data:/data", {"expose": 80, "volumes": [{"name": "data", "dest": "/data"}]}),
        ("--mount type=volume,src=d,dst=/d", {"volumes": [{"name": "d", "dest": "/d"}]}),
        ("--mount source=d,target=/d", {"volumes": [{"name": "d", "dest": "/d"}]}),
        ("--workdir=/w", {"work_dir": "/w"}),
        ("--entrypoint sh", {"entrypoint": ["sh"]}),
        ("--entrypoint ''", {"entrypoint": []}),
        ("""--entrypoint '["bash","-c"]'""", {"entrypoint": ["bash", "-c"]}),
        ("--gpus 2", {"gpu": True}),
        ("""--gpus '"device=0,1"'""", {"gpu": True}),
        ("--device nvidia.com/gpu=all", {"gpu": True}),
        ("--runtime=nvidia", {"gpu": True}),
        ("--restart always", {"restart_policy": "always"}),
        ("--network-alias db --hostname main", {"aliases": ["db", "main"]}),
        (
            "-p 80:80 --health-cmd 'curl -fs http://localhost/up?x=1 || exit 1'",
            {
                "expose": [
                    {
                        "port": 80,
                        "health_checks": [
                            {
                                "type": "http",
                                "path": "/up?x=1",
                                "method": "GET",
                                "expected_status": 200,
                                "continuous": True,
                            }
                        ],
                    }
                ]
            },
        ),
        ("--rm=false --init -t --pull always --log-driver none --sig-proxy=true", {}),
        ("--", {}),
    ],
)
def test_import_run_line_understands(options: str, expected: dict[str, Any]) -> None:
    assert args_of(f"docker run {options} debian:12") == {"image": "debian:12", **expected}


@pytest.mark.parametrize(
    ("options", "what", "why"),
    [
        ("-e KEY", "-e KEY", "Its value comes from the shell that runs the line: put the value in."),
        ("--env-file .env", "--env-file", "The file is on your machine: paste its contents into the op's env."),
        ("-p 53:53/udp", "-p 53:53/udp", "Only TCP is forwarded to an op."),
        ("-p 0:70000", "-p 0:70000", "Ports go from 1 to 65535, and no more than 50 are taken over at once."),
        (
            "-p $PORT:80",
            "$PORT",
            "A shell would fill this in; it stands here as it is written: put the value in its place.",
        ),
        (
            "-p 127.0.0.1:80:80",
            "-p 127.0.0.1:80:80",
            "It was reached from your machine only; an op's port gets an address that anybody can open.",
        ),
        (
            "-v ./a:/a",
            "-v ./a:/a",
            "It is a folder of your machine, which a node does not have: put the files into the image.",
        ),
        (
            "-v 'C:\\a:/a'",
            "-v C:\\a:/a",
            "It is a folder of your machine, which a node does not have: put the files into the image.",
        ),
        ("-v /a", "-v /a", "A volume without a name is no more than a folder of the container, which it has anyway."),
        ("--mount type=tmpfs,dst=/a", "--mount type=tmpfs,dst=/a", "An op has no temporary file system of its own."),
        ("--gpus 1", "--gpus 1", "An op gets all GPUs of its node."),
        ("--device /dev/kvm", "--device /dev/kvm", "Of a node's devices, an op gets its GPUs only."),
        ("--runtime runsc", "--runtime runsc", "Nodes choose the runtime."),
        (
            "--restart sometimes",
            "--restart sometimes",
            "Restart policies are no, always, unless-stopped and on-failure.",
        ),
        (
            "--network host",
            "--network host",
            "An op has no network of the host: name the ports to be reached with -p.",
        ),
        ("--net=mine", "--net mine", "All ops of a job are on one network."),
        ("--platform linux/arm64", "--platform linux/arm64", "Nodes are Linux machines with amd64 processors."),
        (
            "--health-cmd true",
            "--health-cmd",
            "A health check of an op is an HTTP request or a WebSocket, not a command.",
        ),
        (
            "--health-cmd 'curl http://localhost:81/'",
            "health check on 81",
            "A port that is checked can be reached by anybody; this one was not.",
        ),
        ("--cap-add SYS_ADMIN", "--cap-add", "Nodes give no op more rights than a plain container has."),
        ("-P", "-P", "Every port that is to be reached has to be named."),
        ("--brand-new", "--brand-new", "This option is not known; it was taken for one without a value."),
        ("-Z", "-Z", "This option is not known; it was taken for one without a value."),
    ],
)
def test_import_run_line_reports_what_it_leaves_out(options: str, what: str, why: str) -> None:
    assert (what, why) in report_of(f"docker run {options} debian:12")


def test_flags_are_many_and_each_is_clear() -> None:
    assert len([flag for flag in FLAGS.values() if flag.sets]) >= 24
    assert len(FLAGS) >= 180
    assert all(not (flag.sets and flag.why) for flag in FLAGS.values())
    assert all(flag.takes_value for flag in FLAGS.values() if flag.sets)


@pytest.mark.parametrize(
    "prefix",
    [
        "docker run",
        "podman run",
        "sudo docker run",
        "$ docker container run",
        "A=1 /usr/bin/podman run",
        "docker create",
    ],
)
def test_import_run_line_begins_in_many_ways(prefix: str) -> None:
    assert args_of(f"{prefix} --rm debian:12 date") == {"image": "debian:12", "cmd": ["date"]}


def test_import_run_lines_each_becomes_an_op() -> None:
    imported = import_run_lines(
        "docker pull x; docker run -d redis:7 && docker run --name web nginx\ndocker run redis:7"
    )
    assert imported.value is not None
    ops: Any = imported.value["ops"]
    assert [op["id"] for op in ops] == ["redis", "web", "redis-2"]
    assert imported.report == (
        Leftover("docker", "Only run lines are taken over, not other commands."),
        Leftover(
            "The lines", "The ops run one after another; give them one group where they have to run at the same time."
        ),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "There is no `docker run` or `podman run` with an image in it."),
        ("docker ps", "There is no `docker run` or `podman run` with an image in it."),
        ("docker run --rm", "There is no `docker run` or `podman run` with an image in it."),
        ("docker run 'x", "A single quote is not closed."),
        ("docker run x " + "y" * 100_000, "It is longer than 100,000 characters."),
    ],
)
def test_import_run_line_refuses(text: str, why: str) -> None:
    imported = import_run_lines(text)
    assert imported.value is None
    assert imported.report[-1] == Leftover("The text", why)


def test_import_run_line_keeps_secrets_out_of_the_report() -> None:
    found = report_of("docker run -v /x-hf_abcdefghijklmnopqrstuvwx:/y -e TOKEN=hf_abcdefghijklmnopqrstuvwx debian")
    assert found
    assert "hf_abc" not in str(found)
