"""The audit of a domain, for its owner: everybody is asked, everything is tried, all answers are compared.

``collect.py`` asks and gives an ``Evidence``; ``judge.py`` and the rules make an ``AuditReport`` of it, and are pure.
Unlike a look-up, an audit takes no short cut: every mechanism is asked whatever the others say, every server is probed,
http is looked at too. It logs in nowhere and sends no mail.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mailsetup.address import Address
from mailsetup.errors import InvalidAddress, InvalidOptions

if TYPE_CHECKING:
    from mailsetup.model import Options
    from mailsetup.model.audit import AuditReport

POSTMASTER = "postmaster"
"""The mailbox that every domain has (RFC 5321 section 4.5.1): asked about where a mechanism wants an address."""

__all__ = ["audit"]


async def audit(domain: str, /, *, options: Options, now: datetime | None = None) -> AuditReport:
    """Audit ``domain``, or the domain of an address.

    Args:
        domain: the domain, or an address at it, where the answers depend on the user.
        options: whom to ask, and how long; ``sources``, ``probe`` and ``allow_http`` are not looked at.
        now: the time that certificates are judged by; ``None`` is the present.

    Raises:
        InvalidAddress: if ``domain`` is neither, or a name that the network may not be asked about.
        InvalidOptions: with ``offline``: an audit without a network says nothing.
    """
    from mailsetup.audit.collect import collect
    from mailsetup.audit.judge import judge

    address = _address(domain)
    if options.offline:
        raise InvalidOptions("an audit asks the network, so it cannot be had offline")
    return judge(await collect(address, options, now=now or datetime.now(timezone.utc)))


def _address(domain: str) -> Address:
    text = domain.strip()
    address = Address.parse(text if "@" in text else f"{POSTMASTER}@{text}")
    if not address.gets_network_discovery:
        reason = "This is not the name of a public domain."
        raise InvalidAddress(reason, address=domain)
    return address
