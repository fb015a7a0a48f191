"""The zones of the lab as text. Pure; ``nsd.py`` signs and serves them.

``example.`` is unsigned, as most of the Internet is. ``test.`` is signed and is the resolver's trust anchor; below it
live a zone that validates, two that must not, one that is honestly unsigned and one that is broken. Above both there is
a signed root, for whoever follows the chain from the top.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from tests.lab import documents, world

if TYPE_CHECKING:
    from tests.lab.world import World

SIGNED: Final = "signed.test"
"""Validates."""
BOGUS: Final = "bogus.test"
"""Its records were exchanged after they were signed."""
EXPIRED: Final = "expired.test"
"""Its signatures are of last year."""
UNSIGNED: Final = "unsigned.test"
"""Its parent proves that it has no key."""
BROKEN: Final = "broken.test"
"""Its name server has lost the zone's file, and says SERVFAIL."""

TRUE_ADDRESS: Final = world.DOVECOT
TAMPERING: Final = {
    TRUE_ADDRESS: world.NOBODY,
    "dovecot.lab.example.": "nobody.lab.example.",
    "postfix.lab.example.": "nobody.lab.example.",
}
"""What whoever tampered with the bogus zone put in the place of what."""

_HEAD = """\
$ORIGIN {zone}.
$TTL 300
@ SOA ns.{zone}. hostmaster.{zone}. 1 3600 600 86400 60
@ NS ns.{zone}.
ns A {server}
"""


def _head(zone: str) -> str:
    return _HEAD.format(zone=zone, server=world.NAME_SERVER)


def root(delegations: str) -> str:
    """Write the root zone of this world, with ``delegations``: the DS record of ``test.``."""
    glue = "".join(f"{zone}. NS ns.{zone}.\nns.{zone}. A {world.NAME_SERVER}\n" for zone in ("example", "test"))
    return (
        f"$ORIGIN .\n$TTL 300\n@ SOA ns.test. hostmaster.test. 1 3600 600 86400 60\n@ NS ns.test.\n{glue}{delegations}"
    )


def parent(delegations: str) -> str:
    """Write ``test.``, with ``delegations``: the DS records of its children."""
    children = (SIGNED, BOGUS, EXPIRED, UNSIGNED, BROKEN)
    glue = "".join(f"{child}. NS ns.{child}.\nns.{child}. A {world.NAME_SERVER}\n" for child in children)
    return _head("test") + glue + delegations


def child(zone: str, where: World) -> str:
    """Write a zone below ``test.``: a small mail domain."""
    imaps = where.port(world.DOVECOT, 993)
    submissions = where.port(world.POSTFIX, 465)
    return _head(zone) + (
        f"@ A {TRUE_ADDRESS}\n"
        f"@ MX 10 mail\n"
        f"mail A {TRUE_ADDRESS}\n"
        f"alias CNAME mail\n"
        f'@ TXT "two " "strings"\n'
        f"*.wild A {TRUE_ADDRESS}\n"
        f"_imaps._tcp SRV 0 1 {imaps} dovecot.lab.example.\n"
        f"_submissions._tcp SRV 0 1 {submissions} postfix.lab.example.\n"
    )


def example(where: World) -> str:
    """Write ``example.``: every other domain of the world."""
    port = where.port
    digest = b64encode(sha256(documents.pacc()).digest()).decode()
    return (
        _head("example")
        + _hosts()
        + f"""\
autoconfig.autoconf A {world.WEB}
autoconf MX 20 mx2.autoconf
autoconf MX 10 mx.autoconf
mx.autoconf A {world.POSTFIX}
mx2.autoconf A {world.POSTFIX}
wellknown A {world.WEB}
ua-auto-config.pacc A {world.WEB}
_ua-auto-config.pacc TXT "v=UAAC1; a=sha256; " "d={digest}"
ua-auto-config.pacc-stale A {world.WEB}
_ua-auto-config.pacc-stale TXT "v=UAAC1; a=sha256; d={b64encode(bytes(32)).decode()}"
ispdb-only MX 10 mx.ispdb-only
mx.ispdb-only A {world.POSTFIX}
hosted MX 10 mx.autoconf
nullmx MX 0 .
_imaps._tcp.srv SRV 0 1 {port(world.DOVECOT, 993)} dovecot.lab
_imap._tcp.srv SRV 0 0 0 .
_pop3s._tcp.srv SRV 10 1 {port(world.DOVECOT, 995)} dovecot.lab
_submission._tcp.srv SRV 0 1 {port(world.POSTFIX, 587)} postfix.lab
autoconfig.redirect A {world.WEB}
autoconfig.downgrade A {world.WEB}
autoconfig.loop A {world.WEB}
autoconfig.cleartext A {world.WEB}
parked A {world.WEB}
*.parked A {world.WEB}
imap.guess A {world.DOVECOT}
smtp.guess A {world.POSTFIX}
autoconfig.automx A {world.AUTOMX2}
autodiscover.automx A {world.AUTOMX2}
autoconfig.metadata A 169.254.169.254
metadata A 169.254.169.254
autoconfig.private A 10.53.0.1
autoconfig.private AAAA fd00:53::1
autoconfig.public A 192.31.196.1
autoconfig.public AAAA 2620:4f:8000::1
autoconfig.lure A 192.31.196.1
autoconfig.mixed A 192.31.196.1
autoconfig.mixed A 169.254.169.254
autoconfig.mapped AAAA ::ffff:169.254.169.254
_imaps._tcp.srv-lure SRV 0 1 993 metadata
_submissions._tcp.srv-lure SRV 0 1 465 metadata
mx-lure MX 10 metadata
chain1 CNAME chain2
chain2 CNAME autoconfig.autoconf
loop1 CNAME loop2
loop2 CNAME loop1
"""
    )


def _hosts() -> str:
    machines = {
        "dovecot": world.DOVECOT,
        "scram": world.SCRAM_ONLY,
        "tokens": world.TOKENS_ONLY,
        "postfix": world.POSTFIX,
        "cyrus": world.CYRUS,
        "exim": world.EXIM,
        "opensmtpd": world.OPENSMTPD,
        "ispdb": world.WEB,
        "nobody": world.NOBODY,
    }
    return "".join(f"{name}.lab A {address}\n" for name, address in machines.items())
