"""A network of the lab's own: a Linux namespace with nothing in it but loopback, and so no way out.

In there the standard ports are free, ``/etc/resolv.conf`` is the lab's, and addresses that belong to somebody else on
the real Internet can be given to loopback without a packet reaching anybody. ``relay.py`` starts a pytest in there.

Root gets namespaces everywhere; other users where the kernel allows user namespaces. Whether this process is really
sealed off is read from the kernel, never believed from the environment alone.
"""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

VARIABLE = "MAILSETUP_LAB_NAMESPACE"
INSIDE = "inside"
"""The value that says: this process was started in a namespace made for the lab. Another one, ``no``, is for people who
want the lab on plain loopback, in the pytest they started (for a debugger, say)."""

_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
# The process namespace makes sure that every server is gone when the pytest in it is, however it ended.

PUBLIC_ADDRESSES = ("192.31.196.1", "192.175.48.1", "2620:4f:8000::1")
"""On loopback in here. They belong to AS112 (RFC 7534, RFC 7535), which is globally reachable by its number (that is
what the address guard looks at), and is nobody's server in particular."""
METADATA_ADDRESS = "169.254.169.254"
"""Where clouds serve credentials to whoever asks: the trip wire of the address guard."""
EXTRA_ADDRESSES = (*PUBLIC_ADDRESSES, METADATA_ADDRESS, "10.53.0.1", "fd00:53::1")


@functools.cache
def entrance() -> tuple[str, ...] | None:
    """Give the command prefix that runs a program in a fresh namespace; ``None`` where this machine has none."""
    if os.environ.get(VARIABLE) in ("no", INSIDE):
        return None
    # With subordinate ids (package uidmap) one can play root with users to change to; without, one is alone in there.
    mapped = (*_UNSHARE, "--map-root-user")
    ways = [_UNSHARE] if os.geteuid() == 0 else [(*mapped, "--map-auto"), mapped]
    for way in ways:
        try:
            tried = subprocess.run(
                [*way, "ip", "link", "set", "lo", "up"], capture_output=True, timeout=10, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if tried.returncode == 0:
            return way
    return None


def is_sealed() -> bool:
    """Whether no packet of this process can get out: it has no interface but loopback, and no route over another."""
    try:
        devices = Path("/proc/self/net/dev").read_text(encoding="ascii").splitlines()[2:]
        routes = Path("/proc/self/net/route").read_text(encoding="ascii").splitlines()[1:]
        routes6 = Path("/proc/self/net/ipv6_route").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    interfaces = {line.partition(":")[0].strip() for line in devices}
    ways = {line.split()[0] for line in routes} | {line.split()[-1] for line in routes6}
    return interfaces == {"lo"} and ways <= {"lo"}


def here(addresses: tuple[str, ...], /) -> tuple[str, ...]:
    """Give those of ``addresses`` that this machine can have: without IPv6 the lab does without them."""
    try:
        has_ipv6 = Path("/proc/sys/net/ipv6/conf/lo/disable_ipv6").read_text(encoding="ascii").strip() == "0"
    except OSError:
        has_ipv6 = False
    return tuple(address for address in addresses if has_ipv6 or ":" not in address)


def is_inside() -> bool:
    """Whether this process is in a namespace made for the lab, and really sealed off."""
    return os.environ.get(VARIABLE) == INSIDE and is_sealed()


ACCOUNTS = ("Debian-exim", "opensmtpd", "opensmtpq")
"""Users and groups that programs insist on whose packages are not installed; they exist in the namespace only."""
_FIRST_ID = 64900


def furnish(folder: Path, /, *, resolver: str, search: str) -> None:
    """Bring loopback up, give it the lab's addresses, and put the lab's resolver and accounts in place.

    The files that stand in for those in ``/etc`` are written into ``folder``.

    Raises:
        RuntimeError: outside a namespace, where this would change the machine.
    """
    if not is_inside():
        raise RuntimeError("there is a way out of here: this is not the lab's namespace")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in here(EXTRA_ADDRESSES):
        length = "128" if ":" in address else "32"
        subprocess.run(["ip", "address", "add", f"{address}/{length}", "dev", "lo"], check=True)
    numbered = list(enumerate(ACCOUNTS, _FIRST_ID))
    files = {
        "resolv.conf": f"nameserver {resolver}\nsearch {search}\n",
        "passwd": _text("passwd")
        + "".join(f"{n}:x:{i}:{i}::/var/lib/opensmtpd/empty:/usr/sbin/nologin\n" for i, n in numbered),
        "group": _text("group") + "".join(f"{n}:x:{i}:\n" for i, n in numbered),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        subprocess.run(["mount", "--bind", str(folder / name), f"/etc/{name}"], check=True)


def _text(name: str) -> str:
    """Give a file of ``/etc`` without the lab's own accounts, in case their packages are installed after all."""
    lines = Path("/etc", name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.partition(":")[0] not in ACCOUNTS)
