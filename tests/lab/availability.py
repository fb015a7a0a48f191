"""What of the lab this machine can run: a missing program skips its tests loudly, or fails them where that is asked.

``MAILSETUP_LAB=require`` makes every skip of the lab a failure: continuous integration sets it, so that a lab that
quietly stopped running cannot pass for one that passed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

PACKAGES = Path(__file__).with_name("packages.txt")
UNPACKED = Path(os.environ.get("MAILSETUP_LAB_UNPACKED", "/var/lib/mailsetup-lab"))
"""Where ``install.sh`` unpacks the packages that Debian does not let stand beside each other."""
_SEARCH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"))


def is_required() -> bool:
    """Whether every test of the lab must run here."""
    return os.environ.get("MAILSETUP_LAB") == "require"


def unavailable(reason: str, /) -> NoReturn:
    """Skip the test that asked, or fail it where the lab is required."""
    if is_required():
        pytest.fail(f"MAILSETUP_LAB=require, but {reason}", pytrace=False)
    pytest.skip(f"LAB NOT RUN: {reason} (tests/lab/README.md says how to get it)")


def program(name: str, /, *, package: str) -> Path:
    """Find an installed program; ``package`` is the Debian package that has it."""
    found = shutil.which(name, path=_SEARCH)
    if found is None:
        unavailable(f"the program {name} is missing: it is in the Debian package {package}")
    return Path(found)


def unpacked(package: str, path: str, /) -> Path:
    """Find a file of a package that was only unpacked, not installed."""
    found = UNPACKED / package / path
    if not found.exists():
        unavailable(f"{package} is not unpacked below {UNPACKED}: run tests/lab/install.sh")
    return found


def can_change_user() -> bool:
    """Whether servers can be started that go on as users of their own.

    That takes root, and more than one user: who is root only inside a user namespace is usually all alone there.
    """
    if os.geteuid() != 0:
        return False
    ranges = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[2]) for line in ranges) > 1


def needs_root(what: str, /) -> None:
    """Say that ``what`` cannot run here, if it cannot change to users of its own."""
    if not can_change_user():
        unavailable(f"{what} changes to users of its own, so it takes root, or a user with subordinate ids")
