"""A fake network in a folder, in files that a mail admin can read and write.

``dns.zone``: one record a line, names absolute, no trailing dot needed, ``;`` starts a comment::

    corp.example              MX    10 mx.corp.example
    _imaps._tcp.corp.example  SRV   0 1 993 imap.corp.example
    broken.corp.example       A     SERVFAIL
    $SECURE corp.example      ; DNSSEC-validated at and below this name

``pages/*.http``: one answer each. First the URL or URLs it is served at (with a method in front where only that one is
meant), then the status line or the fault, header fields, an empty line, and the body exactly as it is served::

    https://autoconfig.corp.example/mail/config-v1.1.xml
    HTTP 200
    Content-Type: text/xml

    <clientConfig …

``fault: timed-out`` takes the place of the status line; ``delay: 2.5`` is a field of ours, and is not sent.

``transcripts/HOST_PORT.txt``: the conversation of the server at that host and port, or one fault word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from mailsetup.testing.web import Page

_RECORD = re.compile(r"(?P<name>\S+)\s+(?:\d+\s+)?(?:IN\s+)?(?P<type>[A-Z]+)\s+(?P<data>.+)")
_COMMENT = re.compile(r'^((?:[^";]|"(?:[^"\\]|\\.)*")*);.*')
_STATUS = re.compile(r"HTTP(?:/[\d.]+)?\s+(\d{3})\b.*")


@dataclass(frozen=True, slots=True)
class Written:
    """What a folder says, in the form that ``FakeNetwork`` takes."""

    dns: dict[str, list[str]] = field(default_factory=dict)
    """``"name TYPE"`` → records."""
    secure: list[str] = field(default_factory=list)
    """Signed names."""
    pages: dict[str, Page] = field(default_factory=dict)
    """URL → page."""
    transcripts: dict[str, str] = field(default_factory=dict)
    """``"host:port"`` → conversation."""


def read_folder(path: Path | str, /) -> Written:
    """Read ``dns.zone``, ``pages/`` and ``transcripts/`` below ``path``; each may be missing.

    Raises:
        ValueError: with the file and line that cannot be read.
        FileNotFoundError: if there is no such folder.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    written = Written()
    zone = folder / "dns.zone"
    if zone.exists():
        _read_zone(zone, written)
    for file in sorted(folder.glob("pages/*.http")):
        _read_page(file, written)
    for file in sorted(folder.glob("transcripts/*.txt")):
        host, _, port = file.stem.rpartition("_")
        if not (host and port.isdigit()):
            raise ValueError(f"{file}: the name must be HOST_PORT.txt")
        written.transcripts[f"{host}:{port}"] = file.read_text(encoding="utf-8")
    return written


def _read_zone(file: Path, written: Written) -> None:
    for number, raw in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        line = _COMMENT.sub(r"\1", raw).strip()
        if line.startswith("$SECURE "):
            written.secure.extend(line.split()[1:])
        elif line:
            match = _RECORD.fullmatch(line)
            if match is None:
                raise ValueError(f"{file}, line {number}: not a record: {raw!r}")
            written.dns.setdefault(f"{match['name']} {match['type']}", []).append(match["data"])


def _read_page(file: Path, written: Written) -> None:
    head, _, body = file.read_bytes().partition(b"\n\n")
    keys: list[str] = []
    status: int | None = None
    headers: dict[str, str] = {}
    for number, line in enumerate(head.decode("utf-8").splitlines(), start=1):
        name, colon, value = line.partition(": ")
        if match := _STATUS.fullmatch(line):
            status = int(match[1])
        elif "://" in line and not headers and status is None:
            keys.append(line.strip())
        elif colon:
            headers[name.lower()] = value.strip()
        else:
            raise ValueError(f"{file}, line {number}: neither a URL, a status line nor a header field: {line!r}")
    fault, delay = headers.pop("fault", None), float(headers.pop("delay", "0"))
    if not keys or (status is None) == (fault is None):
        raise ValueError(f"{file}: a page needs a URL, and then either 'HTTP nnn' or 'fault: …'")
    written.pages.update(dict.fromkeys(keys, Page(body, status or 0, headers, delay, fault)))
