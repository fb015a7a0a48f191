"""A wire that takes its time: each packet arrives a fixed time after it was sent, and some addresses swallow all.

Two TUN devices, one in the network namespace of whoever is measured, the other in that of the servers; this process
carries packets from one to the other. So every round trip costs the same, the TCP handshake's too, with unchanged
programs at both ends. Needs root, or a user namespace, and ``/dev/net/tun``; nothing leaves the machine.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import struct
import subprocess
import sys
from collections import deque
from contextlib import suppress
from ipaddress import ip_network
from time import monotonic, sleep

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_MAX_PACKET = 65536

TICK = 0.0005
"""Seconds."""

SWALLOWED = ip_network("203.0.113.0/24")
"""What is sent there never arrives, as behind a firewall that drops (TEST-NET-3, RFC 5737)."""


def open_device(name: str, *addresses: str) -> int:
    """Make a TUN device in this namespace, up, with addresses and the default route; give its descriptor."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    commands = [f"link set {name} up", *(f"address add {address} dev {name}" for address in addresses)]
    for command in (*commands, f"route add default dev {name}"):
        subprocess.run(["ip", *command.split()], check=True)
    return descriptor


def start(near: int, far: int, /, *, delay: float) -> subprocess.Popen[bytes]:
    """Carry packets between two devices, in a process of its own, each ``delay`` seconds late."""
    command = [sys.executable, "-m", "benchmarks.wire", str(near), str(far), str(delay)]
    return subprocess.Popen(command, pass_fds=(near, far))


def carry(near: int, far: int, delay: float) -> None:
    """Carry packets until the process is ended."""
    with suppress(PermissionError):
        os.nice(-15)  # a late wire would be measured in place of the program
    under_way: deque[tuple[float, int, bytes]] = deque()
    other = {near: far, far: near}
    swallowed = SWALLOWED.network_address.packed[:3]
    with selectors.DefaultSelector() as selector:
        for descriptor in other:
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ)
        while True:
            patience = max(0.0, under_way[0][0] - monotonic()) if under_way else None
            ready = selector.select(patience)
            if ready:
                sleep(TICK)  # packets of one moment are taken together: waking up for each would cost whoever sends it
            for key, _ in ready:
                while (packet := _read(key.fd)) is not None:
                    if packet[16:19] != swallowed:  # IPv4 destination
                        under_way.append((monotonic() + delay - TICK / 2, other[key.fd], packet))
            while under_way and under_way[0][0] <= monotonic():
                _, descriptor, packet = under_way.popleft()
                with suppress(OSError):  # what the kernel does not like, it would have dropped too
                    os.write(descriptor, packet)


def _read(descriptor: int) -> bytes | None:
    try:
        return os.read(descriptor, _MAX_PACKET)
    except BlockingIOError:
        return None


if __name__ == "__main__":
    carry(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
