"""automx2 from PyPI: somebody else's autoconfig, Autodiscover and mobileconfig server, as people deploy it.

It speaks http on loopback; nginx stands in front of it with TLS. Its database is a file, filled through its own door.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import urllib.request
from typing import TYPE_CHECKING

from tests.lab.availability import unavailable
from tests.lab.daemon import Daemon, listens

if TYPE_CHECKING:
    from tests.lab.world import World

DOMAIN = "automx.example"
BACKEND = "127.0.0.1"
"""Python's HTTP server looks up the name of the address it listens on. This one is in every ``/etc/hosts``; another one
of loopback's would be asked of the machine's real name server."""
_SEED = {
    "version": 2,
    "provider": "Lab by automx2",
    "domains": [{"name": DOMAIN}],
    "servers": [
        {"name": "dovecot.lab.example", "type": "imap", "port": 993},
        {"name": "postfix.lab.example", "type": "smtp", "port": 465},
        {"name": "dovecot.lab.example", "type": "caldav", "url": "https://dav.lab.example/"},
    ],
}


class Automx2:
    """The running server."""

    def __init__(self, where: World) -> None:
        if importlib.util.find_spec("automx2") is None:
            unavailable("the Python package automx2 is missing: it is in the dependency group test")
        folder = where.room("automx2")
        self._port = where.port(BACKEND, 4243)
        config = folder / "automx2.conf"
        config.write_text(f"[automx2]\ndb_uri = sqlite:///{folder}/automx2.sqlite\nproxy_count = 1\n", encoding="ascii")
        command = [sys.executable, "-m", "flask", "--app", "automx2.server:app", "run"]
        self.daemon = Daemon(
            "automx2",
            [*command, "--host", BACKEND, "--port", str(self._port)],
            folder=folder,
            ready=listens(BACKEND, self._port),
            environment={"AUTOMX2_CONF": str(config)},
        )

    def seed(self) -> None:
        """Fill its database."""
        request = urllib.request.Request(
            f"http://{BACKEND}:{self._port}/initdb/",
            data=json.dumps(_SEED).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
            response.read()
