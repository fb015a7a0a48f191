"""What the parsers cost: documents as they are published, each against the bare reader underneath.

The baseline only tells elements or values apart; everything above it is checking, and saying what was ignored.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import dns.message

from benchmarks.table import Measured, spread
from mailsetup.address import Address
from mailsetup.formats import autoconfig, autodiscover, mta_sts, oauth, pacc, provider_file
from mailsetup.net.dns.reply import read_reply
from mailsetup.net.dns.wire import write_question

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ROOT / "tests" / "documents"
ADDRESS = Address.parse("user@corp.example")
ROUNDS = 15
OCTETS = 200_000
"""How much is read in a round: a short document often, a long one a few times."""

_PACC = b"""{"protocols": {"imap": {"host": "imap.corp.example"}, "submit": {"host": "smtp.corp.example"},
 "jmap": {"url": "https://jmap.corp.example/session"}}, "authentication": {"password": true, "oauth-public":
 {"issuer": "https://auth.corp.example"}}, "info": {"provider": {"name": "Corp"}, "help": {"documentation":
 "https://corp.example/help"}}}"""
_OAUTH = b"""{"issuer": "https://auth.corp.example", "authorization_endpoint": "https://auth.corp.example/authorize",
 "token_endpoint": "https://auth.corp.example/token", "scopes_supported": ["mail"], "response_types_supported":
 ["code"], "code_challenge_methods_supported": ["S256"]}"""
_POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mx1.corp.example\r\nmx: *.corp.example\r\nmax_age: 604800\r\n"


def _xml(document: bytes) -> object:
    return ElementTree.fromstring(document)  # noqa: S314  (our own documents)


def _lines(document: bytes) -> object:
    return [line.partition(":") for line in document.decode().splitlines()]


def measure() -> list[Measured]:
    """Measure each parser beside its baseline, in turns."""
    isp = (DOCUMENTS / "autoconfig" / "ispdb-oauth.xml").read_bytes()
    pox = (DOCUMENTS / "autodiscover" / "exchange-on-premises.xml").read_bytes()
    provider = (ROOT / "data" / "providers" / "gmail.toml").read_bytes()
    question = write_question("corp.example", "MX")
    reply = _dns_reply(question.wire)
    read = partial(autoconfig.parse, address=ADDRESS)
    return [
        _compare("autoconfig", isp, read, _xml, "ElementTree"),
        _compare("autoconfig, 200 servers", _long(isp), read, _xml, "ElementTree"),
        _compare("Autodiscover", pox, lambda d: autodiscover.parse(d, address=ADDRESS), _xml, "ElementTree"),
        _compare("PACC", _PACC, lambda d: pacc.parse(d, address=ADDRESS), json.loads, "json"),
        _compare("OAuth metadata", _OAUTH, lambda d: oauth.parse_metadata(d, issuer="https://auth.corp.example"),
                 json.loads, "json"),
        _compare("MTA-STS policy", _POLICY, mta_sts.parse, _lines, "splitting its lines"),
        _compare("provider file", provider, provider_file.parse, _toml, "tomllib"),
        _compare("DNS reply", reply, lambda d: read_reply(question, d), dns.message.from_wire, "dnspython"),
    ]  # fmt: skip


def _long(document: bytes) -> bytes:
    """Write the document with its servers a hundred times over."""
    start, end = document.index(b"<incomingServer"), document.rindex(b"</outgoingServer>") + len(b"</outgoingServer>")
    return document[:start] + document[start:end] * 100 + document[end:]


def _dns_reply(query: bytes) -> bytes:
    reply = dns.message.make_response(dns.message.from_wire(query), recursion_available=True)
    records = [f"{preference} mx{preference}.corp.example." for preference in (10, 20, 30)]
    reply.answer.append(dns.rrset.from_text_list("corp.example.", 300, "IN", "MX", records))
    return reply.to_wire()


def _toml(document: bytes) -> object:
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    return toml.loads(document.decode())


def _compare(
    what: str, document: bytes, parse: Callable[[bytes], Any], bare: Callable[[bytes], Any], baseline: str
) -> Measured:
    ours, theirs = [], []
    times = max(2, OCTETS // len(document))
    for _ in range(ROUNDS):
        ours.append(_microseconds(parse, document, times))
        theirs.append(_microseconds(bare, document, times))
    speed = len(document) / median(ours)  # octets a microsecond are megabytes a second
    note = f"{speed:.3g} MB/s, {len(document)} octets"
    return Measured(what, median(ours), "µs", None, median(ours) / median(theirs), note, baseline, spread(ours))


def _microseconds(work: Callable[[bytes], Any], document: bytes, times: int) -> float:
    started = perf_counter()
    for _ in range(times):
        work(document)
    return (perf_counter() - started) / times * 1e6
