"""The options of `docker run` and `podman run`, and what becomes of each in a definition.

Names and which of them take a value are those of the two programs' own help. An option is understood (a word for the
part of an op that it sets), or it has no effect on a node, or it says here why it is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Flag:
    """An option: whether it takes a value, what it sets ("" for nothing), and why it is left out ("" if nothing is)."""

    name: str
    takes_value: bool
    sets: str = ""
    why: str = ""


#: Understood: the part of an op that the option sets, and its names.
_UNDERSTOOD: Final = {
    "env": "-e --env",
    "publish": "-p --publish",
    "volume": "-v --volume",
    "mount": "--mount",
    "work_dir": "-w --workdir --work-dir",
    "entrypoint": "--entrypoint",
    "name": "--name",
    "gpus": "--gpus",
    "device": "--device",
    "runtime": "--runtime",
    "restart": "--restart",
    "alias": "--network-alias --net-alias",
    "network": "--network --net",
    "hostname": "-h --hostname",
    "shm": "--shm-size",
    "health": "--health-cmd",
    "platform": "--platform --arch",
    "ipc": "--ipc",
}
#: Nothing is lost: what the option does, a node does anyway, or it is about the terminal of whoever ran the line.
_WITHOUT_EFFECT: Final = {
    False: "-d --detach -i --interactive -t --tty --rm -q --quiet --sig-proxy --init --help --replace --no-healthcheck"
    " --disable-content-trust --tls-verify --http-proxy --passwd --rmi --no-hostname --no-hosts",
    True: "-a --attach --detach-keys --pull --cidfile --conmon-pidfile --pidfile --retry --retry-delay --log-driver"
    " --log-opt --sdnotify --systemd --cgroups --cgroup-parent --cgroupns --expose --os --variant",
}
#: Left out: why, whether they take a value, and their names.
_LEFT_OUT: Final[tuple[tuple[str, bool, str], ...]] = (
    (
        "Nodes give no op more rights than a plain container has.",
        False,
        "--privileged --oom-kill-disable --use-api-socket",
    ),
    (
        "Nodes give no op more rights than a plain container has.",
        True,
        "--cap-add --security-opt --device-cgroup-rule --group-add --userns --uts --pid --cgroup-conf --seccomp-policy"
        " --hostuser --uidmap --gidmap --subuidname --subgidname",
    ),
    ("A definition cannot take rights away from an op.", True, "--cap-drop --umask"),
    ("A definition cannot take rights away from an op.", False, "--read-only"),
    (
        "A definition cannot limit an op: a job has the node to itself.",
        True,
        "-m --memory --memory-reservation --memory-swap --memory-swappiness --kernel-memory --cpus -c --cpu-shares"
        " --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime --cpuset-cpus --cpuset-mems --pids-limit"
        " --blkio-weight --blkio-weight-device --device-read-bps --device-read-iops --device-write-bps"
        " --device-write-iops --oom-score-adj --rdt-class --cpu-count --cpu-percent --io-maxbandwidth --io-maxiops",
    ),
    ("A definition cannot set system limits of an op.", True, "--ulimit --sysctl"),
    (
        "A definition does not say as whom an op runs: it runs as the image says.",
        True,
        "-u --user --group-entry --passwd-entry",
    ),
    (
        "The file is on your machine: paste its contents into the op's env.",
        True,
        "--env-file --label-file --secret --volumes-from",
    ),
    ("The variables of your machine are not known here: name each with its value.", False, "--env-host"),
    ("A definition cannot unset the variables of an image.", True, "--unsetenv"),
    ("A definition cannot unset the variables of an image.", False, "--unsetenv-all"),
    ("An op has no labels.", True, "-l --label --annotation"),
    (
        "All ops of a job share one network with the same settings, and nothing else is on it.",
        True,
        "--add-host --dns --dns-option --dns-opt --dns-search --domainname --ip --ip6 --link-local-ip --mac-address"
        " --hosts-file",
    ),
    ("Give the other op an alias instead, by which this one reaches it.", True, "--link"),
    (
        "Every port that is to be reached has to be named.",
        False,
        "-P --publish-all",
    ),
    ("An op has no temporary file system of its own.", True, "--tmpfs --image-volume --storage-opt --volume-driver"),
    (
        "A health check of an op is an HTTP request or a WebSocket; see its `expose`.",
        True,
        "--health-interval --health-retries --health-start-period --health-start-interval --health-timeout"
        " --health-on-failure --health-startup-cmd --health-startup-interval --health-startup-retries"
        " --health-startup-success --health-startup-timeout --health-log-destination --health-max-log-count"
        " --health-max-log-size",
    ),
    ("A job ends when its time is over or its ops have ended.", True, "--stop-signal --stop-timeout --timeout"),
    ("Put what the registry asks for under `authentication`.", True, "--creds --authfile --cert-dir --decryption-key"),
    (
        "A node runs one container for each op, without this.",
        True,
        "--pod --pod-id-file --requires --init-ctr --init-path --hooks-dir --preserve-fd --preserve-fds --chrootdirs"
        " --personality --tz --isolation --env-merge --shm-size-systemd --log-size-max",
    ),
    ("A node runs one container for each op, without this.", False, "--rootfs --read-only-tmpfs"),
)


def _all() -> dict[str, Flag]:
    flags = [Flag(name, True, sets) for sets, names in _UNDERSTOOD.items() for name in names.split()]
    flags += [Flag(name, takes) for takes, names in _WITHOUT_EFFECT.items() for name in names.split()]
    flags += [Flag(name, takes, why=why) for why, takes, names in _LEFT_OUT for name in names.split()]
    return {flag.name: flag for flag in flags}


#: Every option that is known, by each of its names.
FLAGS: Final = _all()
