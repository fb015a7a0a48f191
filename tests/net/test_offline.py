"""Whether there is any network at all."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from mailsetup.model import Attempt, Learned, Options, Status
from mailsetup.net.offline import has_network, looks_cut_off
from tests.support.dns_server import dns_server
from tests.support.tcp_server import refused_port

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.anyio


def ways(*reachable: str) -> Callable[[str], str | None]:
    """Stand for a kernel that knows a way to ``reachable`` and to nothing else."""
    return lambda address: "10.0.0.2" if address in reachable else None


@pytest.mark.parametrize(
    ("options", "reachable", "expected"),
    [
        ({"nameservers": ("10.0.0.1",)}, (), False),
        ({"nameservers": ("10.0.0.1",)}, ("10.0.0.1",), True),
        ({"nameservers": ("10.0.0.1",)}, ("192.0.2.1",), True),
        ({"nameservers": ("10.0.0.1",)}, ("2001:db8::1",), True),
        ({"nameservers": ("10.0.0.1",), "proxy": "http://10.0.0.9:8080"}, ("10.0.0.9",), True),
        ({"nameservers": ("10.0.0.1",), "proxy": "http://proxy.corp:8080"}, (), False),
    ],
)
async def test_the_kernel_is_asked_for_a_way(
    options: dict[str, object], reachable: tuple[str, ...], expected: bool
) -> None:
    """A way to the Internet, to the nameserver or to the proxy is a network; none at all is none."""
    started = time.monotonic()
    assert has_network(Options(**options), source=ways(*reachable)) is expected
    assert time.monotonic() - started < 0.5


async def test_a_nameserver_on_this_machine_has_to_be_there() -> None:
    """A loopback nameserver counts if somebody listens: without a way out it may still know a network of its own."""
    async with dns_server({}) as server:
        assert has_network(Options(nameservers=(server.spelled,)), source=ways())
    assert not has_network(Options(nameservers=(f"127.0.0.1:{refused_port()}",)), source=ways())


async def test_looking_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for a way out sends no packet beyond this machine."""
    sent: list[object] = []

    class Watched(socket.socket):
        def connect(self, address: object) -> None:
            raise OSError("no way")

        def send(self, *data: object) -> int:
            sent.append(data)
            return 0

    monkeypatch.setattr("mailsetup.net.order.socket.socket", Watched)
    assert not has_network(Options(nameservers=("10.0.0.1",)))
    assert sent == []


def _attempt(outcome: Status, reason: str) -> Attempt:
    return Attempt(source="srv", asked="x", outcome=outcome, reason=reason, learned=Learned.DOMAIN, told="resolver")


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ([], False),
        ([_attempt(Status.UNREACHABLE, "dns-timed-out"), _attempt(Status.UNREACHABLE, "network-unreachable")], True),
        ([_attempt(Status.UNREACHABLE, "dns-timed-out"), _attempt(Status.ABSENT, "nxdomain")], False),
        ([_attempt(Status.UNREACHABLE, "dns-timed-out"), _attempt(Status.FOUND, "")], False),
        ([_attempt(Status.UNREACHABLE, "connection-refused")], False),
        ([_attempt(Status.UNREACHABLE, "dns-servfail")], False),
    ],
)
def test_silence_from_everybody_is_no_network(attempts: list[Attempt], expected: bool) -> None:
    """Only if every question ended in silence is it the network; one answer of any kind is a network."""
    assert looks_cut_off(attempts) is expected
