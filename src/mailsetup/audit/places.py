"""Where a domain publishes its documents: names and URLs, and nothing else. Pure."""

from __future__ import annotations

from mailsetup.model import Protocol, Security, Server, Trust

AUTOCONFIG_HOST = "https://autoconfig.{domain}/mail/config-v1.1.xml"
WELL_KNOWN = "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"

AUTOCONFIG_PLACES = (
    AUTOCONFIG_HOST,
    WELL_KNOWN,
    AUTOCONFIG_HOST.replace("https", "http"),
    WELL_KNOWN.replace("https", "http"),
)
"""In the order in which programs prefer them (AC-01, AC-03, AC-06)."""

SMTP_PORT = 25
"""Between servers; never for mail programs."""


def pacc_url(domain: str, /) -> str:
    """Give the place of a domain's PACC document (PACC-01)."""
    return f"https://ua-auto-config.{domain}/.well-known/user-agent-configuration.json"


def autodiscover_url(domain: str, /) -> str:
    """Give the first place where Exchange Autodiscover is asked."""
    return f"https://autodiscover.{domain}/autodiscover/autodiscover.xml"


def sts_url(domain: str, /) -> str:
    """Give the place of a domain's MTA-STS policy (RFC 8461 section 3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def tlsa_owner(hostname: str, port: int, /) -> str:
    """Give the owner name of TLSA records (RFC 6698 section 3)."""
    return f"_{port}._tcp.{hostname}"


def exchanger_server(hostname: str, /) -> Server:
    """Give a mail exchanger in the form that is probed: port 25, STARTTLS."""
    return Server(
        protocol=Protocol.SMTP,
        hostname=hostname,
        port=SMTP_PORT,
        security=Security.STARTTLS,
        trust=Trust.UNAUTHENTICATED,
    )
