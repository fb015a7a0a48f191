"""Turns the SRV answers for one domain into candidates.

SRV-02 to SRV-10, SRV-16 to SRV-18, SRV-22; DAV-01 to DAV-03.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument
from mailsetup.formats.remarks import Place, Remarks, Unusable, checked
from mailsetup.formats.srv.draw import is_denied, order
from mailsetup.formats.srv.words import INCOMING, LABELS, SERVERS
from mailsetup.formats.values import host_name, web_url
from mailsetup.model import Protocol, Reading, Security, Server, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mailsetup.address import Address
    from mailsetup.formats.srv.draw import SrvData
    from mailsetup.formats.srv.words import Label

MAX_TARGETS = 8
"""Targets of one label; the rest would never be tried."""


class SrvReading(Reading):
    """What the SRV records of one domain say."""

    prefers: Protocol | None = None
    """The incoming protocol with the better priority; ``None`` if there is a tie, or only one (SRV-08)."""
    denied: tuple[str, ...] = ()
    """Labels of services that the domain says it does not offer: nothing is to be guessed for them (SRV-02)."""
    wildcard: bool = False
    """The same target and port for different protocols: probably a wildcard record, not an answer (SRV-22)."""


def read(
    answers: Mapping[str, Sequence[SrvData]],
    /,
    *,
    address: Address | None = None,
    paths: Mapping[str, Iterable[bytes]] | None = None,
    seed: int = 0,
) -> SrvReading:
    """Read the answers by owner label (``_imaps._tcp`` …), in any order; unknown labels are reported and skipped.

    ``paths`` holds the TXT records of the DAV labels. SRV names neither a user name nor a way to log in: the user name
    is the full address with the local part as second form (SRV-14), ``auth`` stays empty (SRV-21).
    """
    return _Reader(address, paths or {}, seed).read(answers)


class _Reader:
    def __init__(self, address: Address | None, paths: Mapping[str, Iterable[bytes]], seed: int) -> None:
        self.paths = paths
        self.seed = seed
        self.remarks = Remarks()
        self.username, self.alternatives = _usernames(address)
        self.servers: dict[Protocol, list[Server]] = {protocol: [] for protocol in SERVERS}
        self.services: list[Service] = []
        self.denied: list[str] = []
        self.best: dict[Protocol, int] = {}
        self.claimed: dict[tuple[str, int], dict[Protocol, None]] = {}

    def read(self, answers: Mapping[str, Sequence[SrvData]]) -> SrvReading:
        for name in answers:
            if name not in LABELS:
                self.remarks.add("unknown-type", Place(name), value=name)
        for name, label in LABELS.items():
            if answers.get(name):
                self.read_label(name, label, answers[name])
        prefers = self.preferred()
        incoming = sorted(INCOMING, key=lambda protocol: protocol is not prefers)
        return SrvReading(
            servers=tuple(server for protocol in (*incoming, Protocol.SMTP) for server in self.servers[protocol]),
            services=tuple(self.services),
            prefers=prefers,
            denied=tuple(self.denied),
            wildcard=self.is_wildcard(),
            ignored=self.remarks.done(),
        )

    def read_label(self, name: str, label: Label, records: Sequence[SrvData]) -> None:
        place = Place(name)
        if is_denied(records):
            self.denied.append(name)
            self.remarks.add("service-denied", place, what=label.protocol)
        elif label.security is Security.NONE:
            self.remarks.add("plaintext-service", place)
        else:
            for record in order(records, seed=self.seed)[:MAX_TARGETS]:
                self.read_record(name, label, record)

    def read_record(self, name: str, label: Label, record: SrvData) -> None:
        place = Place(name)
        try:
            hostname = checked(host_name, record.target, place, code="bad-hostname")
            if not 1 <= record.port <= 65535:
                raise Unusable("bad-port", place, value=str(record.port))
        except Unusable as error:
            self.remarks.unusable(error)
            return
        self.claimed.setdefault((hostname, record.port), {})[label.protocol] = None
        self.best[label.protocol] = min(record.priority, self.best.get(label.protocol, record.priority))
        if label.protocol in SERVERS:
            self.servers[label.protocol].append(
                Server(
                    protocol=label.protocol,
                    hostname=hostname,
                    port=record.port,
                    security=label.security,
                    username=self.username,
                    username_alternatives=self.alternatives,
                )
            )
        elif label.well_known:
            self.services += self.http_services(name, label, hostname, record.port)
        else:
            self.services.append(
                Service(
                    protocol=label.protocol,
                    hostname=hostname,
                    port=record.port,
                    security=label.security,
                    username=self.username,
                )
            )

    def http_services(self, name: str, label: Label, hostname: str, port: int) -> list[Service]:
        """The path that TXT tells, then the well-known one for when the former leads nowhere (DAV-02, DAV-03)."""
        origin = f"https://{hostname}" if port == 443 else f"https://{hostname}:{port}"
        path = self.path(name, origin)
        urls = dict.fromkeys(url for url in (path, f"{origin}{label.well_known}") if url is not None)
        return [Service(protocol=label.protocol, url=url, username=self.username) for url in urls]

    def path(self, name: str, origin: str) -> str | None:
        """The key ``path`` of the TXT record (RFC 6763 section 6: key=value, the key in any case)."""
        for record in self.paths.get(name, ()):
            key, separator, value = record.partition(b"=")
            if key.lower() != b"path" or not separator:
                continue
            text = value.decode("utf-8", "replace")
            try:
                if not text.startswith("/") or text.startswith("//"):
                    raise InvalidDocument("it is not an absolute path", code="bad-url")
                return web_url(origin + text)
            except InvalidDocument as error:
                self.remarks.add("bad-endpoint", Place(name), value=text, why=error.reason)
        return None

    def preferred(self) -> Protocol | None:
        """IMAP or POP3, by the lower of their best priorities (SRV-08)."""
        imap, pop3 = (self.best.get(protocol) for protocol in INCOMING)
        if imap is None or pop3 is None or imap == pop3:
            return None
        return Protocol.IMAP if imap < pop3 else Protocol.POP3

    def is_wildcard(self) -> bool:
        for (hostname, port), protocols in self.claimed.items():
            # HTTP services do share a port; the mail protocols cannot.
            mail = [protocol for protocol in protocols if protocol in SERVERS]
            if len(mail) > 1:
                self.remarks.add("shared-endpoint", Place(""), value=f"{hostname}:{port}", what=", ".join(mail))
                return True
        return False


def _usernames(address: Address | None) -> tuple[str, tuple[str, ...]]:
    if address is None:
        return "%EMAILADDRESS%", ("%EMAILLOCALPART%",)
    return str(address), tuple(name for name in dict.fromkeys((address.ascii, address.local)) if name != str(address))
