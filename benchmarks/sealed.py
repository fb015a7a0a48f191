"""Namespaces for the delayed world: a network with nothing in it, and nothing left when the program in them ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SEALED = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
"""Runs a program in there."""


def why_not() -> str:
    """Say why this machine cannot do it; nothing if it can."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "there is no /dev/net/tun for us (it takes root on Linux)"
    try:
        tried = subprocess.run(
            [*SEALED, "ip", "tuntap", "add", "mode", "tun"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"namespaces cannot be had: {error}"
    return tried.stderr.decode("utf-8", "replace").strip()


def is_sealed() -> bool:
    """Whether this process has no interface but loopback: then what it changes, it changes for itself."""
    try:
        devices = Path("/proc/self/net/dev").read_text(encoding="ascii").splitlines()[2:]
    except OSError:
        return False
    return {line.partition(":")[0].strip() for line in devices} == {"lo"}
