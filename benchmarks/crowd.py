"""A mail world with thousands of domains that nobody knows, on real servers: NSD and nginx, in a sealed namespace.

The domains are of the shapes that a list of customers has, in a fixed order (``SHAPES``). Nine of ten have a web site
at one of a few hosters, as out there, so the domain's own web server is there to be asked. Nothing is delayed: what is
measured is work, not waiting.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import dns.message
import dns.query

from benchmarks.sealed import is_sealed
from tests.lab.nsd import CONFIG
from tests.support.pki import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DNS, WEB, DATABASE, MAIL = (f"198.51.100.{number}" for number in (53, 80, 82, 143))
SITES = tuple(f"198.51.100.{number}" for number in range(100, 108))
"""Where web sites are: few machines serve many domains, each over a certificate for a handful of them."""

SHAPES = (
    "provider",
    "own",
    "provider",
    "hoster",
    "autoconfig",
    "provider",
    "nothing",
    "own",
    "srv",
    "provider",
    "hoster",
    "own",
    "provider",
    "parked",
    "autoconfig",
    "provider",
    "own",
    "provider",
    "nowhere",
    "hoster",
)
"""What each twentieth of the domains is, in turn.

``provider``: its MX is a provider's that the bundled data know. ``hoster``: its MX is a hoster's with an autoconfig
document. ``autoconfig``, ``srv``: it publishes its own settings. ``own``: an MX inside the domain, and names that could
be guessed. ``nothing``: a web site and no mail. ``parked``: every name leads to a parking page. ``nowhere``: the name
does not exist.
"""

FOUND_BY = {"provider": "mx", "hoster": "autoconfig", "autoconfig": "autoconfig", "srv": "srv", "own": ""}
"""The source that is to answer; nothing is found for the shapes that are not here, and for what only a probe proves."""

PER_CERTIFICATE = 20
"""Domains that share one certificate."""

PROVIDERS = ("aspmx.l.google.com", "mx.zoho.com", "in1-smtp.messagingengine.com")
HOSTERS = 20

_ROOT = 'zone:\n    name: "."\n    zonefile: "root.zone"\n'

_NGINX = """\
worker_processes 1;
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  ssl_protocols TLSv1.3; ssl_session_tickets off; server_names_hash_max_size 262144; server_names_hash_bucket_size 128;
  default_type text/xml;
  {servers}
}}
"""

_DOCUMENT = (
    '<clientConfig version="1.1"><emailProvider id="$domain"><domain>$domain</domain>'
    '<incomingServer type="imap"><hostname>imap.$domain</hostname><port>993</port><socketType>SSL</socketType>'
    "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>"
    '<outgoingServer type="smtp"><hostname>smtp.$domain</hostname><port>465</port><socketType>SSL</socketType>'
    "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>"
    "</emailProvider></clientConfig>"
)


_SERVER = """\
  server {{
    {listen}
    server_name {names};
    ssl_certificate {pem}; ssl_certificate_key {pem};
    {answer}
  }}
"""

_CONFIGURED = (
    "location = /mail/config-v1.1.xml "
    f"{{ if ($host ~ ^autoconfig\\.(?<domain>.+)$) {{ return 200 '{_DOCUMENT}'; }} return 404; }} "
    "location / { return 404; }"
)


def why_not() -> str:
    """Say what is missing on this machine; nothing if all is there."""
    missing = [name for name in ("nsd", "nginx") if _program(name) is None]
    return f"{' and '.join(missing)} cannot be found" if missing else ""


def domain(number: int, /) -> str:
    """Name a domain."""
    return f"d{number}-{number // PER_CERTIFICATE}.example"


def shape(number: int, /) -> str:
    """Say what kind of domain it is."""
    return SHAPES[number % len(SHAPES)]


def _hoster(number: int) -> str:
    return f"host-h{number}.example"


@contextmanager
def crowd(domains: int, /) -> Iterator[Path]:
    """Run the world until the context ends; give the file of its authority.

    Raises:
        RuntimeError: outside a sealed namespace, or if a server does not start.
    """
    if not is_sealed():
        raise RuntimeError("this is no namespace made for the world: there is a way out of here")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "route", "add", "local", "198.51.100.0/24", "dev", "lo"], check=True)
    # A way out to nowhere, as on a machine that has IPv4 alone: in here a default route is all that tells.
    subprocess.run(["ip", "route", "add", "default", "dev", "lo"], check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "root.zone").write_text("".join(_zone(domains)), encoding="ascii")
        (folder / "nsd.conf").write_text(CONFIG.format(address=DNS, port=53, folder=folder) + _ROOT, encoding="ascii")
        ca_file = folder / "ca.pem"
        servers = "".join(_servers(domains, folder, ca_file))
        (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, servers=servers), encoding="ascii")
        commands = (
            [_program("nsd"), "-d", "-c", folder / "nsd.conf"],
            [_program("nginx"), "-c", folder / "nginx.conf"],
        )
        programs = [
            subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL) for command in commands
        ]
        try:
            _wait_until_ready(folder / "nginx.pid")
            yield ca_file
        finally:
            for program in programs:
                program.terminate()
                program.wait()


def _servers(domains: int, folder: Path, ca_file: Path) -> Iterator[str]:
    """Write nginx's servers, one for each certificate; the web sites know nothing of mail."""
    authority = Authority("Crowd")
    authority.write(ca_file)

    def server(name: str, addresses: Sequence[str], names: Sequence[str], answer: str) -> str:
        pem = folder / f"{name}.pem"
        pem.write_bytes(authority.issue(*names).pem)
        listen = " ".join(f"listen {address}:443 ssl;" for address in addresses)
        return _SERVER.format(listen=listen, names=" ".join(names), pem=pem, answer=answer)

    yield server("database", [DATABASE], ["v1.ispdb.net"], "return 404;")
    yield server("hosters", [WEB], [f"autoconfig.{_hoster(number)}" for number in range(HOSTERS)], _CONFIGURED)
    for group in range(0, domains, PER_CERTIFICATE):
        names = [domain(number) for number in range(group, min(group + PER_CERTIFICATE, domains))]
        names += [f"autoconfig.{name}" for name in names]
        yield server(f"{group}", [WEB], names, _CONFIGURED)
        yield _SERVER.format(
            listen=" ".join(f"listen {address}:443 ssl;" for address in SITES),
            names=" ".join(names),
            pem=folder / f"{group}.pem",
            answer="return 404;",
        )


def _zone(domains: int) -> Iterator[str]:
    yield f"$TTL 3600\n. SOA ns. root. 1 3600 600 86400 300\n. NS ns.\nns. A {DNS}\nv1.ispdb.net. A {DATABASE}\n"
    for hoster in range(HOSTERS):
        name = f"{_hoster(hoster)}."
        yield f"{name} A {SITES[0]}\nmx.{name} A {MAIL}\nautoconfig.{name} A {WEB}\n"
    for number in range(domains):
        yield _RECORDS[shape(number)].format(
            domain=f"{domain(number)}.",
            site=SITES[number % len(SITES)],
            hoster=f"{_hoster(number % HOSTERS)}.",
            provider=f"{PROVIDERS[number % len(PROVIDERS)]}.",
        )


_SITE = "{domain} A {site}\nwww.{domain} A {site}\n"
_MAIL = f"imap.{{domain}} A {MAIL}\nsmtp.{{domain}} A {MAIL}\n"
_RECORDS = {
    "provider": _SITE + "{domain} MX 10 {provider}\n",
    "hoster": _SITE + "{domain} MX 10 mx.{hoster}\n",
    "autoconfig": _SITE + _MAIL + f"{{domain}} MX 10 smtp.{{domain}}\nautoconfig.{{domain}} A {WEB}\n",
    "srv": _SITE
    + _MAIL
    + "{domain} MX 10 smtp.{domain}\n_imaps._tcp.{domain} SRV 0 1 993 imap.{domain}\n"
    + "_submissions._tcp.{domain} SRV 0 1 465 smtp.{domain}\n",
    "own": _SITE + f"{{domain}} MX 10 mail.{{domain}}\nmail.{{domain}} A {MAIL}\n",
    "nothing": _SITE,
    "parked": "{domain} A {site}\n*.{domain} A {site}\n",
    "nowhere": "",
}


def _program(name: str) -> str | None:
    return which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


def _wait_until_ready(web: Path) -> None:
    question = dns.message.make_query("v1.ispdb.net", "A")
    for _ in range(600):
        with suppress(dns.exception.DNSException, OSError):
            if dns.query.udp(question, DNS, timeout=0.1).answer and web.exists():
                return
        time.sleep(0.1)
    raise RuntimeError("the crowd's servers did not start")
