"""What must not survive a TLS handshake: octets that arrived before it (PROBE-11, PROBE-12)."""

from __future__ import annotations

import asyncio
import ssl
import sys
from typing import TYPE_CHECKING

import anyio
import pytest

from mailsetup.model import Outcome, Protocol, Security, Server
from mailsetup.prober import probe_server
from tests.probe.conftest import HOST, loopback
from tests.support.mail_server import mail_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.pki import Authority

INJECTED = f"""
S: 220 {HOST} ESMTP
C: EHLO
S: 250-{HOST}
S: 250 STARTTLS
C: STARTTLS
S: 220 go ahead
S: 250 AUTH INJECTED
<tls>
C: EHLO
S: 250 AUTH PLAIN
"""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio streams have no start_tls before Python 3.11")
async def test_plain_asyncio_believes_what_was_injected(authority: Authority, ca_file: Path) -> None:
    """Its own ``start_tls`` serves clear text from before the handshake as if TLS had carried it (PROBE-12).

    This is why nothing here is built on it. Should a Python mend it, this test fails, and may go.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca_file)
    async with mail_server(INJECTED, context=authority.issue(HOST).server_context()) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        try:
            await reader.readline()
            writer.write(b"EHLO [127.0.0.1]\r\n")
            await reader.readline()
            await reader.readline()
            writer.write(b"STARTTLS\r\n")
            assert await reader.readline() == b"220 go ahead\r\n"
            await writer.start_tls(context, server_hostname=HOST)
            assert await reader.readline() == b"250 AUTH INJECTED\r\n"
        finally:
            writer.transport.abort()
            await asyncio.sleep(0.01)


test_plain_asyncio_believes_what_was_injected = pytest.mark.parametrize("anyio_backend", ["asyncio"])(
    pytest.mark.anyio(test_plain_asyncio_believes_what_was_injected)
)


@pytest.mark.anyio
async def test_our_probe_reports_it(authority: Authority, ca_file: Path) -> None:
    """The very same server: injection is the verdict, and nothing it injected is believed (PROBE-11)."""
    async with mail_server(INJECTED, context=authority.issue(HOST).server_context()) as server:
        target = Server(protocol=Protocol.SMTP, hostname=HOST, port=server.port, security=Security.STARTTLS)
        with anyio.fail_after(5):
            probe = await probe_server(target, network=loopback(ca_file))
    assert probe.outcome is Outcome.STARTTLS_INJECTION
    assert (probe.capabilities, probe.sasl) == ((), ())
