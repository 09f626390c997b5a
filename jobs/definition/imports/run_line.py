"""Makes a definition of `docker run` and `podman run` lines: an op for each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.imports import parts, shell, words
from jobs.definition.imports.outcome import Imported, Leftover, Notes, definition, free_id, id_of_image
from jobs.definition.imports.shell import Command, Word

#: The longest text read, in characters.
LIMIT: Final = 100_000
#: More run lines are left out.
MOST_LINES: Final = 200
_ENGINES: Final = {"docker", "podman", "nerdctl"}
_UNFILLED: Final = "A shell would fill this in; it stands here as it is written: put the value in its place."


def import_run_lines(text: str) -> Imported:
    """Return a definition with an op for each run line of a text, such as a README's; never raises."""
    notes = Notes()
    if len(text) > LIMIT:
        return notes.refused("The text", f"It is longer than {LIMIT:,} characters.")
    try:
        commands = shell.split(text)
    except shell.ShellError as problem:
        return notes.refused("The text", str(problem))
    taken: set[str] = set()
    found = (op for command in commands if (op := _op(command, taken, notes)))
    ops = list(islice(found, MOST_LINES))
    if next(found, None):
        notes.add("The lines", f"Only the first {MOST_LINES} are taken over.")
    if not ops:
        return notes.refused("The text", "There is no `docker run` or `podman run` with an image in it.")
    if len(ops) > 1:
        notes.entries[_IN_TURN] = None
    return Imported(definition(ops), notes.report)


_IN_TURN: Final = Leftover(
    "The lines", "The ops run one after another; give them one group where they have to run at the same time."
)


def _op(command: Command, taken: set[str], notes: Notes) -> JsonObject | None:
    """Return the op for a command, None where it does not run a container."""
    start = _after_run(command.words)
    if start is None:
        if command.words:
            notes.add(command.words[0].text, "Only run lines are taken over, not other commands.")
        return None
    for redirection in command.redirections:
        notes.add(redirection, "What an op writes is in its logs.")
    for word in command.words[start:]:
        for unfilled in word.unfilled:
            notes.add(unfilled, _UNFILLED)
    line = words.read(command.words[start:], notes)
    if not line.image:
        notes.add("run", "The line does not name an image.")
        return None
    return _Builder(notes).build(line, taken)


def _after_run(found: list[Word]) -> int | None:
    """Return where the words after `docker run` begin: with sudo, variables and a prompt before it, or a path."""
    texts = [word.text for word in found]
    for index, text in enumerate(texts[:12]):
        if text.rpartition("/")[2] in _ENGINES:
            rest = [rest for rest in texts[index + 1 : index + 4] if rest != "container"]
            if rest[:1] in (["run"], ["create"]):
                return texts.index(rest[0], index) + 1
    return None


@dataclass(slots=True)
class _Builder:
    """Gathers what the options of one line set."""

    notes: Notes
    args: JsonObject = field(default_factory=dict)
    env: JsonObject = field(default_factory=dict)
    volumes: list[JsonValue] = field(default_factory=list)
    aliases: list[JsonValue] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    checks: dict[int, JsonObject] = field(default_factory=dict)
    name: str = ""

    def build(self, line: words.RunLine, taken: set[str]) -> JsonObject:
        """Return the op."""
        for flag, value in line.options:
            if flag.sets:
                self._setters()[flag.sets](value, flag.name)
            elif flag.why:
                self.notes.add(flag.name, flag.why)
        args: JsonObject = {"image": line.image}
        args |= {"cmd": [*line.command]} if line.command else {}
        expose = parts.exposed(self.ports, self.checks, self.notes)
        args |= self.args | ({} if expose is None else {"expose": expose})
        args |= {"env": self.env} if self.env else {}
        args |= {"volumes": self.volumes} if self.volumes else {}
        args |= {"aliases": self.aliases} if self.aliases else {}
        return {"type": "container/run", "id": free_id(self.name or id_of_image(line.image), taken), "args": args}

    def _setters(self) -> dict[str, Callable[[str, str], None]]:
        return {
            "env": self._env,
            "publish": self._publish,
            "volume": self._volume,
            "mount": self._mount,
            "work_dir": self._work_dir,
            "entrypoint": self._entrypoint,
            "name": self._name,
            "gpus": self._gpus,
            "device": self._device,
            "runtime": self._runtime,
            "restart": self._restart,
            "alias": self._alias,
            "network": self._network,
            "hostname": self._alias,
            "shm": self._shared_memory,
            "health": self._health,
            "platform": self._platform,
            "ipc": self._ipc,
        }

    def _env(self, value: str, flag: str) -> None:
        name, has_value, content = value.partition("=")
        if has_value and name:
            self.env[name] = content
        else:
            self.notes.add(f"{flag} {name}", parts.NO_VALUE)

    def _publish(self, value: str, flag: str) -> None:
        self.ports += parts.ports(value, f"{flag} {value}", self.notes)

    def _volume(self, value: str, flag: str) -> None:
        found = parts.volume(parts.mount_of(value), f"{flag} {value}", self.notes)
        self.volumes += [found] if found else []

    def _mount(self, value: str, flag: str) -> None:
        options = dict(part.strip().partition("=")[::2] for part in value.split(","))
        source = options.get("source", options.get("src", ""))
        target = options.get("target", options.get("destination", options.get("dst", "")))
        is_read_only = any(options.get(name, "false") not in {"false", "0"} for name in ("readonly", "ro"))
        mount = parts.Mount(source, target, is_read_only, options.get("type", "volume"))
        found = parts.volume(mount, f"{flag} {value}", self.notes)
        self.volumes += [found] if found else []

    def _work_dir(self, value: str, flag: str) -> None:
        self.args["work_dir"] = value

    def _entrypoint(self, value: str, flag: str) -> None:
        """Take one word, or with podman a JSON list; nothing takes away the image's own."""
        words_of_it: JsonValue = value
        if value.startswith("["):
            try:
                words_of_it = json.loads(value)
            except (ValueError, RecursionError):
                words_of_it = value
        is_list = isinstance(words_of_it, list) and all(isinstance(word, str) for word in words_of_it)
        self.args["entrypoint"] = words_of_it if is_list else [value] if value else []

    def _name(self, value: str, flag: str) -> None:
        self.name = value

    def _gpus(self, value: str, flag: str) -> None:
        self.args["gpu"] = True
        if value.strip("\"'") != "all":
            self.notes.add(f"{flag} {value}", "An op gets all GPUs of its node.")

    def _device(self, value: str, flag: str) -> None:
        if "nvidia" in value:
            self._gpus("all", flag)
        else:
            self.notes.add(f"{flag} {value}", "Of a node's devices, an op gets its GPUs only.")

    def _runtime(self, value: str, flag: str) -> None:
        if value == "nvidia":
            self._gpus("all", flag)
        else:
            self.notes.add(f"{flag} {value}", "Nodes choose the runtime.")

    def _restart(self, value: str, flag: str) -> None:
        policy = parts.restart_policy(value, f"{flag} {value}", self.notes)
        if policy is not None:
            self.args["restart_policy"] = policy

    def _alias(self, value: str, flag: str) -> None:
        self.aliases += [value] if value and value not in self.aliases else []

    def _network(self, value: str, flag: str) -> None:
        if value == "host":
            self.notes.add(f"{flag} {value}", "An op has no network of the host: name the ports to be reached with -p.")
        elif value == "none":
            self.notes.add(f"{flag} {value}", "Every op is on the network of its job, and on the internet.")
        elif value not in {"bridge", "default", ""}:
            self.notes.add(f"{flag} {value}", "All ops of a job are on one network.")

    def _shared_memory(self, value: str, flag: str) -> None:
        parts.shared_memory(value, f"{flag} {value}", self.notes)

    def _health(self, value: str, flag: str) -> None:
        found = parts.health_check(value, flag, self.notes)
        if found:
            self.checks[found[0]] = found[1]

    def _platform(self, value: str, flag: str) -> None:
        if value not in {"linux/amd64", "linux/x86_64", "amd64", "x86_64"}:
            self.notes.add(f"{flag} {value}", "Nodes are Linux machines with amd64 processors.")

    def _ipc(self, value: str, flag: str) -> None:
        if value not in {"private", "shareable", ""}:
            self.notes.add(f"{flag} {value}", "An op shares no memory with others; it has 4 GiB of its own.")
