"""nginx: the web of the lab. Documents where domains publish them, redirects of every kind, a parked domain.

It logs what it was asked, one URL a line, so that a test can say what was sent and what was not.
"""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING, NamedTuple

from tests.lab import automx2, documents, namespace, world
from tests.lab.availability import can_change_user, program
from tests.lab.daemon import Daemon, listens

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.authority import Authority
    from tests.lab.world import World

AUTOCONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
PACC = "/.well-known/user-agent-configuration.json"
ISPDB = "https://ispdb.lab.example/v1.1/"
_ISPDB_ONLY = "ispdb-only.example"
CLEARTEXT = "autoconfig.cleartext.example"
_MARK = "http://mark/mark\n"
_PUBLISHED = "https://autoconfig.autoconf.example" + AUTOCONFIG


class Page(NamedTuple):
    """A document at one place."""

    host: str
    path: str
    body: bytes


def pages() -> tuple[Page, ...]:
    """Give everything that is published."""
    return (
        Page("autoconfig.autoconf.example", AUTOCONFIG, documents.autoconfig("autoconf.example", name="Lab")),
        Page("wellknown.example", WELL_KNOWN, documents.autoconfig("wellknown.example", name="Lab, well known")),
        Page("ua-auto-config.pacc.example", PACC, documents.pacc()),
        Page("ua-auto-config.pacc-stale.example", PACC, documents.pacc()),
        Page("ispdb.lab.example", f"/v1.1/{_ISPDB_ONLY}", documents.autoconfig(_ISPDB_ONLY, name="Lab by ISPDB")),
        Page("autoconfig.public.example", AUTOCONFIG, documents.autoconfig("public.example", name="Public")),
        Page("autoconfig.mixed.example", AUTOCONFIG, documents.autoconfig("mixed.example", name="Mixed")),
        Page(CLEARTEXT, AUTOCONFIG, documents.autoconfig("cleartext.example", name="Cleartext")),
    )


REDIRECTS: dict[str, str] = {
    "autoconfig.redirect.example": _PUBLISHED,
    "autoconfig.downgrade.example": f"http://{CLEARTEXT}{AUTOCONFIG}",
    "autoconfig.loop.example": "https://autoconfig.loop.example$request_uri",
    "autoconfig.lure.example": f"https://metadata.example{AUTOCONFIG}",
}
"""Host → where everything on it redirects to."""

_CONFIG = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 256; }}
http {{
  log_format asked '$scheme://$host$request_uri';
  access_log {folder}/asked.log asked;
  default_type text/xml;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  ssl_certificate {certificate};
  ssl_certificate_key {key};
  ssl_protocols TLSv1.2 TLSv1.3;
  server {{ {listen_tls} server_name _; return 404; }}
{servers}
  server {{
    listen {automx_address}:{automx_tls} ssl;
    server_name autoconfig.automx.example autodiscover.automx.example;
    location / {{
      proxy_pass http://{automx_backend}:{automx_http};
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


class Nginx:
    """The running server."""

    def __init__(self, where: World, authority: Authority) -> None:
        folder = where.room("nginx")
        self.port = where.port(world.WEB, 443)
        self._clear = where.port(world.WEB, 80)
        self._log = folder / "asked.log"
        self._log.touch()
        self._read = 0
        addresses = [world.WEB]
        if where.standard_ports:
            addresses += [f"[{a}]" if ":" in a else a for a in namespace.here(namespace.PUBLIC_ADDRESSES)]
        config = folder / "nginx.conf"
        config.write_text(self._text(where, folder, authority, addresses), encoding="ascii")
        server = program("nginx", package="nginx-light")
        command: list[str | Path] = [server, "-p", folder, "-c", config]
        self.daemon = Daemon("nginx", command, folder=folder, ready=listens(world.WEB, self.port))

    def _text(self, where: World, folder: Path, authority: Authority, addresses: list[str]) -> str:
        tls = " ".join(f"listen {address}:{self.port} ssl;" for address in addresses)
        clear = f"listen {world.WEB}:{self._clear};"
        servers = [_server(p.host, clear if p.host == CLEARTEXT else tls, _root(folder, p)) for p in pages()]
        servers += [_server(host, tls, f"return 302 {target};") for host, target in REDIRECTS.items()]
        parked = _root(folder, Page("parked.example", "/index.html", documents.PARKED.encode()))
        anything = f"{parked} default_type text/html; try_files /index.html =404;"
        servers.append(_server("parked.example *.parked.example", tls, anything))
        names = sorted({page.host for page in pages() if page.host != CLEARTEXT} | set(REDIRECTS))
        identity = authority.issue(
            "web.lab.example",
            *names,
            "parked.example",
            "*.parked.example",
            "autoconfig.automx.example",
            "autodiscover.automx.example",
        )
        return _CONFIG.format(
            user="user www-data;" if can_change_user() else "user root;" if os.geteuid() == 0 else "",
            folder=folder,
            certificate=identity.certificate,
            key=identity.key,
            listen_tls=tls.replace(" ssl;", " ssl default_server;"),
            servers="\n".join(servers),
            automx_address=world.AUTOMX2,
            automx_tls=where.port(world.AUTOMX2, 443),
            automx_backend=automx2.BACKEND,
            automx_http=where.port(automx2.BACKEND, 4243),
        )

    def asked(self) -> list[str]:
        """Give every URL that was asked for since the last call, in order."""
        # nginx logs a request once it was answered. It does one thing at a time: when a later one is logged, so is it.
        with socket.create_connection((world.WEB, self._clear), timeout=5) as connection:
            connection.sendall(b"GET /mark HTTP/1.0\r\nHost: mark\r\n\r\n")
            while connection.recv(4096):
                pass
        while not (text := self._log.read_text(encoding="utf-8")[self._read :]).endswith(_MARK):
            time.sleep(0.01)
        self._read += len(text)
        return text.removesuffix(_MARK).splitlines()


def _server(names: str, listen: str, body: str) -> str:
    return f"  server {{ {listen} server_name {names}; {body} }}"


def _root(folder: Path, page: Page) -> str:
    """Put the page where nginx finds it; give the directive that says where."""
    root = folder / "www" / page.host
    file = root / page.path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(page.body)
    return f"root {root};"
