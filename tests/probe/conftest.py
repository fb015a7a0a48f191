"""The real network, with names that lead to loopback and an authority of the tests' own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.net.connect import TcpConnector
from mailsetup.net.dial import Dialer
from mailsetup.net.interface import Network
from mailsetup.net.tls import TlsClient
from mailsetup.testing import FakeNetwork
from tests.support.pki import Authority

if TYPE_CHECKING:
    from pathlib import Path

HOST = "mail.corp.example"


@pytest.fixture(scope="session")
def authority() -> Authority:
    """The authority that the tests trust."""
    return Authority()


@pytest.fixture(scope="session")
def ca_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its certificate."""
    return authority.write(tmp_path_factory.mktemp("ca") / "ca.pem")


def loopback(ca_file: Path, *addresses: str, allow_private: bool = True) -> Network:
    """Real connections; only DNS is in memory, and knows one host."""
    found = addresses or ("127.0.0.1",)
    dns: dict[str, list[str]] = {
        f"{HOST} A": [address for address in found if ":" not in address],
        f"{HOST} AAAA": [address for address in found if ":" in address],
    }
    fake = FakeNetwork(dns={name: records for name, records in dns.items() if records})
    dialer = Dialer(fake.resolver, allow_private=allow_private)
    return Network(fake.resolver, fake.fetcher, TcpConnector(dialer, client=TlsClient(ca_file=ca_file)))
