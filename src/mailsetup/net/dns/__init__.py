"""DNS over UDP, TCP and HTTPS: one question, one honest answer."""

from mailsetup.net.dns.resolver import DnsResolver
from mailsetup.net.dns.servers import DohServer, Nameserver, nameservers

__all__ = ["DnsResolver", "DohServer", "Nameserver", "nameservers"]
