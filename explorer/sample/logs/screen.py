"""Pieces of terminal output: colours, progress bars, the table of nvidia-smi."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from explorer.sample.draw import JsonObject
from explorer.sample.nodes import Node

Line = tuple[str, str]  # stream (stdout, stderr, nodeerr) and text without its newline
GREEN, RED, YELLOW, CYAN, BOLD, DIM, RESET = (f"\x1b[{code}m" for code in ("32", "31", "33", "36", "1", "2", "0"))


@dataclass(frozen=True, slots=True)
class Run:
    """One op as its container sees it: what it was told, where it runs, for how long, and how it ends."""

    job: str
    op_id: str
    args: JsonObject
    node: Node
    rng: Random
    at: float  # when it starts, in Unix seconds
    seconds: float  # as long as the work would take unshortened
    fate: str  # ok, traceback, oom, stopped

    @property
    def image(self) -> str:
        """Return the image as given, or nothing where it is not a text."""
        return self.args["image"] if isinstance(self.args.get("image"), str) else ""

    @property
    def day(self) -> str:
        """Return the day it starts, as 2026-11-20."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d")

    @property
    def words(self) -> list[str]:
        """Return cmd as a list of texts."""
        return words_of(self.args)

    def option(self, name: str, default: str) -> str:
        """Return the word after `name` in the cmd."""
        words = " ".join(self.words).split()
        return words[words.index(name) + 1].strip("\"'") if name in words[:-1] else default


def words_of(args: JsonObject) -> list[str]:
    """Return an op's cmd, of either form, as a list of texts."""
    cmd: Any = args.get("cmd")
    return [cmd] if isinstance(cmd, str) else [str(part) for part in cmd] if isinstance(cmd, list) else []


def out(*texts: str) -> Iterator[Line]:
    """Yield lines of stdout."""
    return (("stdout", text) for text in texts)


def err(*texts: str) -> Iterator[Line]:
    """Yield lines of stderr."""
    return (("stderr", text) for text in texts)


def colour256(number: int, text: str) -> str:
    """Return text in one of the 256 colours."""
    return f"\x1b[38;5;{number}m{text}\x1b[0m"


def true_colour(red: int, green: int, blue: int, text: str) -> str:
    """Return text in a 24-bit colour."""
    return f"\x1b[38;2;{red};{green};{blue}m{text}\x1b[0m"


def bar(label: str, total: int, rng: Random, *, unit: str = "it", width: int = 20) -> str:
    """Return a progress bar that was drawn over itself: one line with a carriage return before each picture."""
    rate = rng.uniform(1.2, 14)
    frames = []
    for step in range(0, 11):
        done, filled = total * step // 10, width * step // 10
        clock = f"{int(done / rate) // 60:02d}:{int(done / rate) % 60:02d}"
        frames.append(
            f"\r{label}: {step * 10:3d}%|{'█' * filled}{' ' * (width - filled)}| {done}/{total} "
            f"[{clock}, {rate * rng.uniform(0.9, 1.1):.2f} {unit}/s]"
        )
    return "".join(frames)


def nvidia_smi(node: Node, rng: Random) -> Iterator[Line]:
    """Yield the table that nvidia-smi prints on that node."""
    rule = "+" + "-" * 41 + "+" + "-" * 24 + "+" + "-" * 22 + "+"
    yield from out(
        "+" + "-" * 89 + "+",
        f"| NVIDIA-SMI {node.driver:<22} Driver Version: {node.driver:<14} CUDA Version: {node.cuda:<9} |",
        rule,
        "| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |",
        "| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |",
        rule.replace("-", "="),
    )
    for index in range(node.gpus):
        used = rng.randrange(1, max(2, node.vram_mb // 20))
        watts, limit = rng.randrange(9, 70), rng.choice((170, 220, 320, 350, 450))
        yield from out(
            f"| {index:3d}  {node.gpu[:24]:<26}    On | 00000000:{index + 1:02X}:00.0 Off |{'N/A':>21} |",
            f"| {rng.randrange(0, 60):2d}%  {rng.randrange(28, 66):3d}C    P8 {watts:14d}W / {limit:4d}W "
            f"| {used:6d}MiB / {node.vram_mb:6d}MiB |{rng.randrange(0, 5):7d}%      Default |",
            rule,
        )
    yield from out("", "+" + "-" * 89 + "+", f"| Processes: {'No running processes found':<77} |", "+" + "-" * 89 + "+")


def pip(rng: Random, *packages: str) -> Iterator[Line]:
    """Yield what pip prints while it installs packages."""
    for package in packages:
        version = f"{rng.randrange(0, 5)}.{rng.randrange(0, 30)}.{rng.randrange(0, 9)}"
        size = rng.uniform(0.1, 90)
        yield from out(
            f"Collecting {package}",
            f"  Downloading {package}-{version}-py3-none-any.whl ({size:.1f} MB)",
            "   "
            + colour256(112, "━" * 40)
            + f" {GREEN}{size:.1f}/{size:.1f} MB{RESET} {RED}{rng.uniform(20, 90):.1f} MB/s{RESET}",
        )
    yield from out(
        "Installing collected packages: " + ", ".join(packages), "Successfully installed " + " ".join(packages)
    )
    yield from err(f"{YELLOW}WARNING: Running pip as the 'root' user can result in broken permissions{RESET}")
