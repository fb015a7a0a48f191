"""What a recording holds, and how it is written: the counterpart of ``folder.py``.

Rules: one line for each DNS record, one page for each request, one conversation for each ``host:port`` (the first that
was held to its end). A host that was reached has its address on record, whoever resolved it. Text goes to the files
as printable ASCII, with everything else escaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailsetup.net.interface import Answered, MxRecord, SrvRecord, TlsaRecord
from mailsetup.testing.web import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mailsetup.errors import NetworkError
    from mailsetup.model import Certificate
    from mailsetup.net.interface import Answer, Record, RecordType, Request, Response, Target, Tls

_NOT_KEPT = frozenset(
    {"connection", "content-encoding", "content-length", "date", "delay", "fault", "set-cookie", "transfer-encoding"}
)
"""Header fields: said about the connection and not the document, about a person, or words of the files' own."""

_HARMLESS = re.compile(
    rb"(?:[a-z]\d+ )?(?:CAPABILITY|LOGOUT|NOOP|STARTTLS)|(?:EHLO|HELO) \S+|CAPA|STLS|QUIT|RSET", re.IGNORECASE
)
"""What a client says before it logs in. Anything else may hold a credential and is written as ``C: …``."""

_NO_NAME = "NXDOMAIN"

_DNS_WORDS = {
    "nxdomain": _NO_NAME,
    "no-address": "NODATA",
    "dns-servfail": "SERVFAIL",
    "dns-timed-out": "TIMED-OUT",
    "dns-refused": "REFUSED",
    "dns-bogus": "BOGUS",
}
"""Why a host could not be connected to → what DNS must have said."""

_WORDS = frozenset(status.value.upper() for status in Answered)
"""What stands in a zone in the place of records."""

_TOKEN = re.compile(r"[\w.*:-]+", re.ASCII)


class Conversation:
    """One connection, as it went."""

    def __init__(self) -> None:
        self.word = ""
        """The fault, where there was no connection."""
        self.ended = False
        self.address: str | None = None
        self._lines: list[str] = []
        self._heard = b""

    def opened(self, tls: Tls | None, *, address: str) -> None:
        """Begin with what connecting showed."""
        self.address = address
        if tls is None:
            self._lines.append("<plain>")
        else:
            self.handshake(tls)

    def not_connected(self, error: NetworkError) -> None:
        """Keep the reason; with the certificate, where that is to blame."""
        self.address = error.address
        if error.certificate is not None:
            self.failed_handshake(error)
        else:
            self.word = _fault(error.reason)

    def handshake(self, tls: Tls) -> None:
        """Keep what a handshake established."""
        self.mark(" ".join(["<tls", *_facts(tls.certificate), f"version={tls.version}"]) + ">")

    def failed_handshake(self, error: NetworkError) -> None:
        """Keep why there was no handshake, and what was presented."""
        facts = _facts(error.certificate) if error.certificate else ()
        self.mark(" ".join(["<tls fails", _fault(error.reason), *facts]) + ">")
        self.ended = True

    def client(self, data: bytes) -> None:
        """Keep what a client said, as far as it can hold no secret."""
        self._settle()
        for line in data.removesuffix(b"\r\n").split(b"\r\n"):
            self._lines.append(f"C: {_escaped(line)}" if _HARMLESS.fullmatch(line) else "C: …")

    def server(self, data: bytes) -> None:
        """Keep what a server said."""
        self._heard += data

    def mark(self, mark: str) -> None:
        """Keep what is neither."""
        self._settle()
        self._lines.append(mark)
        self.ended = mark == "<close>"

    def text(self) -> str:
        """Write it in the form of ``mailsetup.testing.transcript``."""
        self._settle()
        return "\n".join([self.word] if self.word else self._lines) + "\n"

    @property
    def length(self) -> int:
        """How much was said."""
        return len(self._lines)

    def _settle(self) -> None:
        *lines, rest = self._heard.split(b"\r\n")
        self._heard = b""
        self._lines += [f"S: {_escaped(line)}" for line in lines]
        if rest:
            self._lines.append(f"S~ {_escaped(rest)}")


class Tape:
    """Everything that was asked and answered."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], dict[str, None]] = {}
        self._signed: dict[str, None] = {}
        self._pages: dict[str, bytes] = {}
        self._unanswered: dict[tuple[str, str], None] = {}
        self._hosts: dict[str, tuple[str, str]] = {}
        self._conversations: dict[str, list[Conversation]] = {}

    def answered(self, answer: Answer) -> None:
        """Keep a DNS answer, its aliases as records of their own."""
        owner = answer.name
        for alias in answer.aliases:
            self._records[owner, "CNAME"] = {alias: None}
            owner = alias
        if answer.secure:
            self._signed |= dict.fromkeys([answer.name, *answer.aliases])
        found = answer.status is Answered.FOUND
        said = map(_written, answer.records) if found else [answer.status.value.upper()]
        self._records[owner, answer.type] = dict.fromkeys(said)

    def unanswered(self, name: str, type_: RecordType) -> None:
        """Keep that nobody waited for the answer."""
        self._unanswered[name, type_] = None

    def served(self, request: Request, response: Response) -> None:
        """Keep one HTTP exchange."""
        self._connected(urlsplit(request.url).hostname, response.address)
        kept = [f"{name}: {_one_line(value)}" for name, value in response.headers.items() if name not in _NOT_KEPT]
        head = "\n".join([f"{request.method} {request.url}", f"HTTP {response.status}", *kept])
        self._pages[f"{request.method} {request.url}"] = head.encode() + b"\n\n" + response.body

    def failed(self, request: Request, reason: str, *, address: str | None = None) -> None:
        """Keep that there was no answer, and why."""
        self._connected(urlsplit(request.url).hostname, address, reason=reason)
        key = f"{request.method} {request.url}"
        self._pages.setdefault(key, f"{key}\nfault: {_fault(reason)}\n\n".encode())

    def conversation(self, target: Target) -> Conversation:
        """Begin a conversation with ``target``."""
        begun = Conversation()
        self._conversations.setdefault(f"{target.hostname}_{target.port}", []).append(begun)
        return begun

    def write(self, folder: Path) -> None:
        """Write all of it below ``folder``."""
        for name in ("pages", "transcripts"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(self._pages.values(), start=1):
            (folder / "pages" / f"{number:03}.http").write_bytes(page)
        for server, held in self._conversations.items():
            best = max(held, key=lambda each: (each.ended, not each.word, each.length))
            self._connected(server.rpartition("_")[0], best.address, reason=best.word)
            (folder / "transcripts" / f"{server}.txt").write_text(best.text(), encoding="utf-8")
        (folder / "dns.zone").write_text("".join(self._zone()), encoding="utf-8")

    def _connected(self, hostname: str | None, address: str | None, *, reason: str = "") -> None:
        """Note what a connection showed about a host that somebody else resolved."""
        if not hostname:
            return
        if address is None:
            self._hosts.setdefault(hostname, ("A", _DNS_WORDS.get(reason, "")))
        elif hostname != address.strip("[]"):
            self._hosts[hostname] = ("AAAA" if ":" in address else "A", address)

    def _zone(self) -> Iterable[str]:
        records = dict(self._records)
        aliases = {name for (name, asked), lines in records.items() if asked == "CNAME" and _WORDS.isdisjoint(lines)}
        for hostname, (type_, said) in self._hosts.items():
            if said and hostname not in aliases:
                records.setdefault((hostname, type_), {said: None})
        gone = [name for (name, _), lines in records.items() if _NO_NAME in lines]
        for name, asked in self._unanswered:
            # A silent alias would silence everything at its name, and a silent name would be there, with all above it.
            is_told = name in self._hosts or name in aliases or asked == "CNAME"
            if not is_told and not any(f".{name}".endswith(f".{other}") for other in gone):
                records.setdefault((name, asked), {Answered.TIMED_OUT.value.upper(): None})
        yield from (f"$SECURE {name}\n" for name in self._signed)
        there = [name for (name, _), lines in records.items() if _NO_NAME not in lines]
        there += self._hosts  # a page makes its host known, be it the page of a failure
        for (name, asked), lines in records.items():
            # A name that is not written down does not exist: saying so would make it known.
            if _NO_NAME not in lines or any(f".{other}".endswith(f".{name}") for other in there):
                yield from (f"{name} {asked} {line}\n" for line in lines)


def _written(record: Record) -> str:
    match record:
        case MxRecord(preference, exchange):
            return f"{preference} {exchange}"
        case SrvRecord(priority, weight, port, target):
            return f"{priority} {weight} {port} {target}"
        case TlsaRecord(usage, selector, matching_type, data):
            return f"{usage} {selector} {matching_type} {data.hex()}"
        case bytes():
            text = record.decode("utf-8", "replace")
            return '"' + re.sub(r'(["\\])', r"\\\1", _one_line(text)) + '"'
        case str():
            return record


def _facts(certificate: Certificate) -> Iterable[str]:
    names = [name for name in certificate.names if _TOKEN.fullmatch(name)]
    if names:
        yield "names=" + ",".join(names)
    if _TOKEN.fullmatch(certificate.issuer):
        yield f"issuer={certificate.issuer}"
    if certificate.not_after is not None:
        yield f"until={certificate.not_after.replace(tzinfo=None).isoformat()}"
    if certificate.fingerprint:
        yield f"fingerprint={certificate.fingerprint}"
    if certificate.key_fingerprint:
        yield f"key={certificate.key_fingerprint}"


def _fault(reason: str) -> str:
    return reason if reason in FAULTS else "timed-out"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(data: bytes) -> str:
    """Printable ASCII; the files' own signs, and a space at the end, as octets."""
    text = "".join(chr(octet) if 0x20 <= octet < 0x7F and octet != 0x5C else f"\\x{octet:02X}" for octet in data)
    text = text.replace("{{", "\\x7B{")
    return text[:-1] + "\\x20" if text.endswith(" ") else text
