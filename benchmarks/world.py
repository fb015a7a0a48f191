"""A mail world of its own, in which every round trip costs 50 ms: domains of every shape, and the servers they name.

``delayed_world`` runs the servers in a network namespace of their own, behind ``wire.py``, and gives the namespace of
the caller the way there: standard ports, names from a nameserver, a private authority. Whoever calls it must be in a
namespace made for it already (``sealed.py``), because it changes ``/etc/resolv.conf`` and the default route there.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
from base64 import b64encode
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import mailsetup
from benchmarks import servers, wire
from benchmarks.sealed import is_sealed
from mailsetup.net.cache.store import MEMORY
from tests.support.pki import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUND_TRIP = 0.05
"""Seconds."""

_HERE = "192.0.2.1"
DNS, WEB, SITE, DATABASE, IMAP, SMTP = (f"198.51.100.{number}" for number in (53, 80, 81, 82, 143, 25))
SILENT = "203.0.113.1"
"""Swallows everything."""
ISPDB_URL = "https://v1.ispdb.net/"
"""The default: in here its name leads to a database of the world's own."""
_PORTS = {
    IMAP: {993: servers.IMAP, 995: servers.POP3, 143: servers.IMAP, 110: servers.POP3},
    SMTP: {465: servers.SMTP, 587: servers.SMTP},
}
_STARTTLS = (143, 110, 587)

DOMAINS = (
    "pacc",
    "pacc-dark",
    "autoconfig",
    "autoconfig-dark",
    "ispdb",
    "ispdb-dark",
    "srv",
    "srv-dark",
    "mx",
    "mx-dark",
    "hoster",
    "mx-hoster",
    "guess",
    "guess-dark",
    "nothing",
    "dark",
)
"""The first labels; ``-dark`` has one better source, or the bare name, that swallows everything."""


def autoconfig(domain: str, *, ports: tuple[int, int] = (993, 465)) -> bytes:
    """A configuration document for IMAP and SMTP at the world's servers."""
    entries = "".join(
        f'<{kind}Server type="{type_}"><hostname>{type_}.{domain}</hostname><port>{port}</port>'
        f"<socketType>{'STARTTLS' if port in _STARTTLS else 'SSL'}</socketType>"
        f"<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></{kind}Server>"
        for kind, type_, port in zip(("incoming", "outgoing"), ("imap", "smtp"), ports, strict=True)
    )
    return (
        f'<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="{domain}"><domain>{domain}</domain>'
        f"<displayName>World</displayName>{entries}</emailProvider></clientConfig>"
    ).encode()


def _pacc(domain: str) -> bytes:
    return (
        f'{{"protocols": {{"imap": {{"host": "imap.{domain}"}}, "submit": {{"host": "smtp.{domain}"}}}},'
        ' "authentication": {"password": true}, "info": {"provider": {"name": "World"}}}'
    ).encode()


def zone() -> dict[str, list[str]]:
    """All of DNS."""
    said = {f"{name} A": [DATABASE] for name in ("v1.ispdb.net", "live.thunderbird.net", "autoconfig.thunderbird.net")}
    said |= {"imap.gmail.com A": [IMAP], "pop.gmail.com A": [IMAP], "smtp.gmail.com A": [SMTP]}
    for label in DOMAINS:
        domain = f"{label}.example"
        if label != "nothing":
            said |= {f"imap.{domain} A": [IMAP], f"smtp.{domain} A": [SMTP], f"{domain} A": [SITE]}
        if label.endswith("-dark"):
            said |= {f"{domain} A": [SILENT]}
        if label.startswith("pacc"):
            digest = b64encode(hashlib.sha256(_pacc(domain)).digest()).decode()
            said |= {f"ua-auto-config.{domain} A": [WEB]}
            said |= {f"_ua-auto-config.{domain} TXT": [f'"v=UAAC1; a=sha256; d={digest}"']}
        if label.startswith(("autoconfig", "hoster")):
            said |= {f"autoconfig.{domain} A": [WEB]}
        if label.startswith("srv"):
            said |= {
                f"_imaps._tcp.{domain} SRV": [f"0 1 993 imap.{domain}."],
                f"_submissions._tcp.{domain} SRV": [f"0 1 465 smtp.{domain}."],
            }
    for label in ("mx", "mx-dark"):
        said |= {f"{label}.example MX": ["10 aspmx.l.google.com."]}
    said |= {"mx-hoster.example MX": ["10 mx.hoster.example."], "guess.example MX": ["10 mx.guess.example."]}
    for label in ("autoconfig-dark", "ispdb-dark", "srv-dark", "mx-dark"):
        said |= {f"ua-auto-config.{label}.example A": [SILENT]}
    said |= {f"{name}dark.example A": [SILENT] for name in ("", "ua-auto-config.", "autoconfig.", "autodiscover.")}
    said |= {"imap.dark.example A": [SILENT], "smtp.dark.example A": [SILENT]}
    return said


def pages() -> dict[str, bytes]:
    """Every document there is."""
    found = {f"ua-auto-config.{label}.example/.well-known/user-agent-configuration.json": _pacc(f"{label}.example")
             for label in DOMAINS if label.startswith("pacc")}  # fmt: skip
    for label in ("autoconfig", "autoconfig-dark", "hoster"):
        found[f"autoconfig.{label}.example/mail/config-v1.1.xml"] = autoconfig(f"{label}.example")
    for label in ("ispdb", "ispdb-dark"):
        for base in ("v1.ispdb.net", "live.thunderbird.net/autoconfig/v1.1", "autoconfig.thunderbird.net/v1.1"):
            found[f"{base}/{label}.example"] = autoconfig(f"{label}.example")
    return found


def _names() -> list[str]:
    owners = {key.partition(" ")[0] for key, records in zone().items() if key.endswith(" A") and SILENT not in records}
    return sorted(owners)


async def _serve(authority: Authority) -> None:
    context = authority.issue(*_names()).server_context()
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: servers.Nameserver(zone()), local_addr=(DNS, 53))
    web = servers.Web(pages())
    for address in (WEB, SITE, DATABASE):
        await asyncio.start_server(web.serve, address, 443, ssl=context)
    for address, ports in _PORTS.items():
        for port, talk in ports.items():
            if port in _STARTTLS:
                await asyncio.start_server(partial(talk.serve, context=context), address, port)
            else:
                await asyncio.start_server(talk.serve, address, port, ssl=context)
    print("ready", flush=True)
    await asyncio.Event().wait()


def _serve_here(near: int, ca_file: Path) -> None:
    """Be the far end of the wire: in a network namespace of its own."""
    far = wire.open_device("far")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "route", "add", "local", "198.51.100.0/24", "dev", "lo"], check=True)
    wire.start(near, far, delay=ROUND_TRIP / 2)
    authority = Authority("World")
    authority.write(ca_file)
    os.nice(-10)
    asyncio.run(_serve(authority))


def timed(address: str, options: mailsetup.Options, /) -> tuple[float, mailsetup.Discovery]:
    """Look an address up as the first one of its domain: what answers of before are kept in memory is dropped."""
    MEMORY.clear()
    started = perf_counter()
    found = mailsetup.discover(address, options=options)
    return perf_counter() - started, found


@contextmanager
def delayed_world() -> Iterator[Path]:
    """Run the world until the context ends; give the file of its authority.

    Raises:
        OSError, subprocess.CalledProcessError: where this machine has no TUN devices or does not let us make one.
    """
    if not is_sealed():
        raise RuntimeError("this is no namespace made for the world: there is a way out of here")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    near = wire.open_device("near", f"{_HERE}/32")
    with tempfile.TemporaryDirectory() as folder:
        resolv_conf, ca_file = Path(folder, "resolv.conf"), Path(folder, "ca.pem")
        resolv_conf.write_text(f"nameserver {DNS}\n")
        subprocess.run(["mount", "--bind", str(resolv_conf), "/etc/resolv.conf"], check=True)
        command = ["unshare", "--net", sys.executable, "-m", "benchmarks.world", str(near), str(ca_file)]
        with subprocess.Popen(command, pass_fds=(near,), stdout=subprocess.PIPE) as process:
            assert process.stdout is not None  # noqa: S101  (a pipe was asked for)
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError("the world did not start")
            try:
                yield ca_file
            finally:
                process.kill()
                subprocess.run(["umount", "/etc/resolv.conf"], check=True)


if __name__ == "__main__":
    _serve_here(int(sys.argv[1]), Path(sys.argv[2]))
