"""An authority that the tests of the network door share, and names that lead to loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.net.tls import TlsClient
from tests.support.pki import Authority

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def authority() -> Authority:
    """The authority that the tests trust."""
    return Authority()


@pytest.fixture(scope="session")
def ca_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its certificate."""
    return authority.write(tmp_path_factory.mktemp("ca") / "ca.pem")


@pytest.fixture(scope="session")
def client(ca_file: Path) -> TlsClient:
    """A TLS client that trusts it."""
    return TlsClient(ca_file=ca_file)
