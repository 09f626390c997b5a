"""Makes an op of a service of a compose file."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.imports import parts
from jobs.definition.imports.outcome import Notes

#: Keys without a counterpart in an op, by the reason.
_LEFT_OUT: Final = {
    "Nodes do not build images: push the image to a registry and name it.": "build develop",
    "Nodes give no op more rights than a plain container has.": "privileged cap_add security_opt group_add userns_mode"
    " pid uts cgroup device_cgroup_rules credential_spec",
    "A definition cannot take rights away from an op.": "cap_drop read_only",
    "A definition cannot limit an op: a job has the node to itself.": "mem_limit mem_reservation memswap_limit"
    " mem_swappiness cpus cpu_count cpu_percent cpu_shares cpu_period cpu_quota cpu_rt_runtime cpu_rt_period cpuset"
    " pids_limit blkio_config oom_kill_disable oom_score_adj",
    "A definition cannot set system limits of an op.": "ulimits sysctls",
    "A definition does not say as whom an op runs: it runs as the image says.": "user",
    "The file is on your machine: paste its contents into the op's env.": "env_file secrets configs volumes_from"
    " extends label_file",
    "An op has no labels.": "labels annotations",
    "All ops of a job share one network with the same settings, and nothing else is on it.": "dns dns_opt dns_search"
    " domainname extra_hosts mac_address",
    "All ops of a job are on one network, and reach each other by their aliases.": "links external_links",
    "An op has no temporary file system of its own.": "tmpfs storage_opt",
    "A job ends when its time is over or its ops have ended.": "stop_signal stop_grace_period",
    "Run the op in more jobs, or in a deployment with replicas.": "scale",
    "It only starts when its profile is asked for; here it always starts.": "profiles",
    "A node runs one container for each op, without this.": "isolation provider post_start pre_stop models"
    " use_api_socket",
}
_REASONS: Final = {name: why for why, names in _LEFT_OUT.items() for name in names.split()}
#: Keys that lose nothing: nodes do it anyway, or it is about the terminal or the logs of your machine.
_WITHOUT_EFFECT: Final = {"stdin_open", "tty", "init", "logging", "attach", "pull_policy", "expose", "cgroup_parent"}


@dataclass(slots=True)
class Service:
    """Builds the args of one service's op; `name` is the service's, by which the others reach it."""

    name: str
    notes: Notes
    args: JsonObject = field(default_factory=dict)
    aliases: list[JsonValue] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    checks: dict[int, JsonObject] = field(default_factory=dict)

    def build(self, body: JsonObject) -> JsonObject:
        """Return the arguments for a container/run op."""
        image = body.get("image")
        self.args["image"] = image if isinstance(image, str) else ""
        if not image and "build" not in body:
            self._note("image", "The service names no image.")
        setters = self._setters()
        for key, value in body.items():
            if value is None or key in {"image", "depends_on"} or key.startswith("x-"):
                continue
            if key in setters:
                setters[key](value)
            elif key not in _WITHOUT_EFFECT:
                self._note(key, _REASONS.get(key, "A definition has nothing like this."))
        expose = parts.exposed(self.ports, self.checks, self.notes)
        self.args |= {} if expose is None else {"expose": expose}
        self.args |= {"aliases": [*dict.fromkeys(map(str, self.aliases))]} if self.aliases else {}
        return self.args

    def _note(self, key: str, why: str) -> None:
        self.notes.add(f"services.{self.name}.{key}", why)

    def _setters(self) -> dict[str, Callable[[JsonValue], None]]:
        return {
            "command": lambda value: self._words("cmd", "command", value),
            "entrypoint": lambda value: self._words("entrypoint", "entrypoint", value),
            "environment": self._environment,
            "ports": self._ports,
            "volumes": self._volumes,
            "working_dir": lambda value: self.args.update(work_dir=_text(value)),
            "restart": self._restart,
            "deploy": self._deploy,
            "gpus": self._gpus,
            "runtime": self._runtime,
            "devices": self._devices,
            "healthcheck": self._health,
            "networks": self._networks,
            "network_mode": self._network_mode,
            "container_name": lambda value: self.aliases.append(_text(value)),
            "hostname": lambda value: self.aliases.append(_text(value)),
            "shm_size": lambda value: parts.shared_memory(_text(value), f"services.{self.name}.shm_size", self.notes),
            "ipc": lambda value: self._note("ipc", "An op shares no memory with others; it has 4 GiB of its own."),
            "platform": self._platform,
        }

    def _words(self, sets: str, key: str, value: JsonValue) -> None:
        """Take a list as it is; compose splits a text into words, without a shell."""
        if isinstance(value, list):
            words = [_text(word) for word in value]
        else:
            try:
                words = shlex.split(_text(value))
            except ValueError:
                self._note(key, "Its quotes are not closed.")
                return
        if words or sets == "entrypoint":
            self.args[sets] = [*words]

    def _environment(self, value: JsonValue) -> None:
        pairs = value.items() if isinstance(value, dict) else [_pair(entry) for entry in _list(value)]
        env: JsonObject = {}
        for name, content in pairs:
            if content is None:
                self._note(f"environment.{name}", "Its value comes from your machine: put the value in.")
            else:
                env[name] = _text(content)
        if env:
            self.args["env"] = env

    def _ports(self, value: JsonValue) -> None:
        for entry in _list(value):
            written = _text(entry)
            if isinstance(entry, dict):
                host = f"{_text(entry['host_ip'])}::" if entry.get("host_ip") else ""
                written = f"{host}{_text(entry.get('target'))}/{_text(entry.get('protocol', 'tcp'))}"
            self.ports += parts.ports(written, f"services.{self.name}.ports: {written}", self.notes)

    def _volumes(self, value: JsonValue) -> None:
        found: list[JsonValue] = []
        for entry in _list(value):
            mount = parts.mount_of(_text(entry)) if not isinstance(entry, dict) else _long_mount(entry)
            volume = parts.volume(mount, f"services.{self.name}.volumes: {mount.source}:{mount.target}", self.notes)
            found += [volume] if volume else []
        if found:
            self.args["volumes"] = found

    def _restart(self, value: JsonValue) -> None:
        written = "no" if value is False else _text(value)
        policy = parts.restart_policy(written, f"services.{self.name}.restart", self.notes)
        self.args |= {} if policy is None else {"restart_policy": policy}

    def _deploy(self, value: JsonValue) -> None:
        body = value if isinstance(value, dict) else {}
        resources = body.get("resources")
        wanted = resources.get("reservations") if isinstance(resources, dict) else None
        for device in _list(wanted.get("devices") if isinstance(wanted, dict) else None):
            self._gpus([device])
        for key in body:
            if key == "replicas" and body[key] != "1":
                self._note("deploy.replicas", "Run the op in more jobs, or in a deployment with replicas.")
            elif key not in {"replicas", "resources", "mode", "labels", "endpoint_mode"}:
                self._note(f"deploy.{key}", "Nodes do not deploy services; a definition has nothing like this.")

    def _gpus(self, value: JsonValue) -> None:
        """Take `all`, a number, or requests of devices with the capability gpu."""
        for request in value if isinstance(value, list) else [value]:
            body = request if isinstance(request, dict) else {"count": request}
            if isinstance(request, dict) and "capabilities" in body and "gpu" not in _list(body["capabilities"]):
                self._note("devices", "Of a node's devices, an op gets its GPUs only.")
                continue
            self.args["gpu"] = True
            if body.get("device_ids") or _text(body.get("count", "all")) not in {"all", "-1"}:
                self._note("gpus", "An op gets all GPUs of its node.")

    def _runtime(self, value: JsonValue) -> None:
        if value == "nvidia":
            self.args["gpu"] = True
        else:
            self._note("runtime", "Nodes choose the runtime.")

    def _devices(self, value: JsonValue) -> None:
        for device in _list(value):
            if "nvidia" in _text(device):
                self.args["gpu"] = True
            else:
                self._note("devices", "Of a node's devices, an op gets its GPUs only.")

    def _health(self, value: JsonValue) -> None:
        test = value.get("test") if isinstance(value, dict) else None
        words = [_text(word) for word in test] if isinstance(test, list) else ["CMD-SHELL", _text(test)]
        if words[:1] == ["NONE"] or (isinstance(value, dict) and value.get("disable") is True):
            return
        command = words[1] if words[:1] == ["CMD-SHELL"] and len(words) > 1 else shlex.join(words[1:])
        found = parts.health_check(command, f"services.{self.name}.healthcheck", self.notes)
        if found:
            self.checks[found[0]] = found[1]

    def _networks(self, value: JsonValue) -> None:
        """Take the aliases; which networks there are makes no difference within a job."""
        for body in value.values() if isinstance(value, dict) else ():
            if isinstance(body, dict):
                self.aliases += [_text(alias) for alias in _list(body.get("aliases"))]

    def _network_mode(self, value: JsonValue) -> None:
        if value not in {"bridge", "default"}:
            self._note("network_mode", "An op is on the network of its job: name the ports to be reached.")

    def _platform(self, value: JsonValue) -> None:
        if value not in {"linux/amd64", "linux/x86_64"}:
            self._note("platform", "Nodes are Linux machines with amd64 processors.")


def _text(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _pair(entry: JsonValue) -> tuple[str, JsonValue]:
    name, has_value, content = _text(entry).partition("=")
    return name, content if has_value else None


def _long_mount(entry: JsonObject) -> parts.Mount:
    source, target, kind = (_text(entry.get(name)) for name in ("source", "target", "type"))
    return parts.Mount(source, target, entry.get("read_only") is True, kind)
