"""Turn this process into the first process of a container: a program, started by `isolation` in new namespaces.

    python enter.py ROOT < SETTINGS

SETTINGS is a JSON object with ``command``, ``environment``, ``user`` and ``max_processes``. The root folder becomes
read-only, without a place to write: no /tmp, no /dev/shm. The process has no capabilities, cannot get any, and runs as
the user. That is stricter than an engine with ``read_only``, ``cap_drop: [ALL]`` and ``no-new-privileges``.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

_DEVICES = ("null", "zero", "full", "random", "urandom")
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38  # linux/prctl.h


def main() -> None:
    """Mount, drop all privileges, and execute the command."""
    root, settings = Path(sys.argv[1]), json.load(sys.stdin)
    _mount_file_systems(root)
    os.chroot(root)
    os.chdir("/")
    user, group = map(int, settings["user"].split(":"))
    _call_prctl(_PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        _call_prctl(_PR_CAPBSET_DROP, capability)
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    resource.setrlimit(resource.RLIMIT_NPROC, (settings["max_processes"],) * 2)
    command = settings["command"]
    os.execvpe(command[0], command, settings["environment"])


def _mount_file_systems(root: Path) -> None:
    """Mount the root read-only, and what an engine mounts: /proc, /sys and devices."""
    _mount("--bind", root, root)
    _mount("-t", "proc", "proc", root / "proc")
    _mount("-t", "sysfs", "-o", "ro,nosuid,nodev,noexec", "sysfs", root / "sys")
    _mount("-t", "tmpfs", "-o", "mode=755,size=64k", "tmpfs", root / "dev")
    for name in _DEVICES:
        (root / "dev" / name).touch()
        _mount("--bind", f"/dev/{name}", root / "dev" / name)
    _mount("-o", "remount,ro,nosuid", root / "dev")
    _mount("-o", "remount,bind,ro,nodev", root)


def _mount(*words: object) -> None:
    subprocess.run(["mount", *map(str, words)], check=True)


def _call_prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value})")


if __name__ == "__main__":
    main()
