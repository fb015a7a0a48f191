"""Ask one source about one address on a network in memory, and small documents to serve there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailsetup.address import Address
from mailsetup.model import Options, SourceName, Trust
from mailsetup.plan import Step
from mailsetup.sources import network_source

if TYPE_CHECKING:
    from mailsetup.model import Finding
    from mailsetup.testing import FakeNetwork


async def ask(
    source: SourceName,
    network: FakeNetwork,
    /,
    *,
    address: str = "kim@corp.example",
    domain: str | None = None,
    ceiling: Trust = Trust.AUTHENTICATED,
    via: tuple[str, ...] = (),
    **options: Any,
) -> Finding:
    """Take one step as the engine would."""
    who = Address.parse(address)
    step = Step(source, 0, domain or who.domain, ceiling, via)
    return await network_source(step, Options(**options)).find(who, network)


def autoconfig(host: str = "mail.corp.example", /, *, extra: str = "") -> str:
    """Write a small autoconfig document: IMAP and submission at one host."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="corp.example">
    <domain>corp.example</domain>
    <displayName>Corp</displayName>
    <incomingServer type="imap">
      <hostname>{host}</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>{host}</hostname>
      <port>465</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </outgoingServer>
  </emailProvider>
  {extra}
</clientConfig>
"""


PARKED = "<!DOCTYPE html><html><head><title>Buy corp.example!</title></head><body>for sale</body></html>"
"""What a parked domain serves for every path."""
