"""DNS zone lines: SRV records for mail (RFC 6186, 8314), DAV (RFC 6764), JMAP (RFC 8620), ManageSieve (RFC 5804).

SRV records name servers only: user names and ways to log in cannot be said, which a note admits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.formats.srv import zone_lines
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.publishing import published_servers
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes


def write(discovery: Discovery, wishes: Wishes) -> Export:  # noqa: ARG001  (nothing to wish for here)
    """Make ``mail.zone``."""
    servers = published_servers(discovery, "DNS")
    lines = zone_lines(discovery.domain, servers=servers, services=discovery.services)
    file = text_file("mail.zone", list(lines), media_type="text/dns")
    return Export((file,), (note("zone", file=file.name, domain=discovery.domain), note("no-username")))


ZONE = Exporter("dns", "DNS zone lines (SRV)", "publish", write)
