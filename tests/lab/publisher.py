"""nginx as a place where provider data is published: files with signatures, redirects, a page that is not there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.lab import world
from tests.lab.availability import can_change_user, program
from tests.lab.daemon import Daemon, listens

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.authority import Authority
    from tests.lab.world import World

HOST = "ispdb.lab.example"
"""A name that leads to the address of the lab's web; what is published here has ports of its own."""

_CONFIG = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
  log_format asked '$scheme $request_uri';
  access_log {folder}/asked.log asked;
  default_type application/json;
  gzip on; gzip_types application/json; gzip_min_length 0;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {address}:{tls} ssl;
    server_name {host};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    root {folder}/www;
    location /moved/ {{ rewrite ^/moved/(.*)$ https://{host}:{tls}/$1 redirect; }}
    location /downgrade/ {{ rewrite ^/downgrade/(.*)$ http://{host}:{clear}/$1 redirect; }}
    location /cut/ {{ return 444; }}
  }}
  server {{ listen {address}:{clear}; server_name {host}; root {folder}/www; }}
}}
"""


class Publisher:
    """The running server."""

    def __init__(self, where: World, authority: Authority) -> None:
        folder = where.room("publisher")
        self._www = folder / "www"
        self._www.mkdir(mode=0o755)
        self._log = folder / "asked.log"
        self._tls, self._clear = where.port(world.WEB, 8443), where.port(world.WEB, 8080)
        identity = authority.issue(f"publisher.{HOST}", HOST)
        config = folder / "nginx.conf"
        config.write_text(
            _CONFIG.format(
                user="user www-data;" if can_change_user() else "user root;" if os.geteuid() == 0 else "",
                folder=folder,
                address=world.WEB,
                tls=self._tls,
                clear=self._clear,
                host=HOST,
                certificate=identity.certificate,
                key=identity.key,
            ),
            encoding="ascii",
        )
        command: list[str | Path] = [program("nginx", package="nginx-light"), "-p", folder, "-c", config]
        self.daemon = Daemon("publisher", command, folder=folder, ready=listens(world.WEB, self._tls))

    def publish(self, name: str, document: bytes | None, signature: bytes | None) -> str:
        """Put a document and its signature there, each where it is given; give the document's URL."""
        for path, content in ((self._www / name, document), (self._www / f"{name}.sig", signature)):
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        return self.url(name)

    def url(self, path: str) -> str:
        """Give the https URL of a path."""
        return f"https://{HOST}:{self._tls}/{path}"

    def clear_url(self, path: str) -> str:
        """Give the http URL of a path."""
        return f"http://{HOST}:{self._clear}/{path}"

    def asked_in_the_clear(self) -> list[str]:
        """Give what was asked for over http; nginx logs a request when it has been answered."""
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        return [line for line in lines if line.startswith("http ")]
