"""Thunderbird as a rival: the installed program, headless, driven through Marionette.

What its account set-up does when an address has been typed is called as its dialogue calls it:
``parallelAutoDiscovery`` and, when that gives nothing, ``guessConfig``. The clock runs inside Thunderbird, around
nothing but these calls. Names, documents and connections from the look-up before are dropped: nobody types the same
domain twice.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from base64 import b64encode
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT = 2828
STARTING = 90.0
"""Seconds that it gets to start, on a busy machine."""
ASKING = 60.0
"""Seconds for one address."""

_PREFERENCES = {
    "marionette.port": PORT,
    "app.update.enabled": False,
    "app.donation.eoy.version.viewed": 999,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}

_TRUST = """
Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(arguments[0], "C,,");
return Services.prefs.getCharPref("mailnews.auto_config_url");
"""
_LOOK_UP = """
const [address, done] = arguments;
const load = name => ChromeUtils.importESModule(`resource:///modules/accountcreation/${name}.sys.mjs`)[name];
const [local, domain] = address.split("@");
const { signal } = new AbortController();
Services.dns.clearCache(true);
Services.cache2.clear();
Services.obs.notifyObservers(null, "net:cancel-all-connections");
(async () => {
  const started = performance.now();
  let config = null;
  try {
    ({ value: config } = await load("FindConfig").parallelAutoDiscovery(domain, address, signal).next());
  } catch (error) {}
  if (!config) {
    const base = new (load("AccountConfig"))();
    base.incoming.username = base.outgoing.username = local;
    config = await load("GuessConfig").guessConfig(domain, () => {}, base, "both", signal);
  }
  return [(performance.now() - started) / 1000, config?.incoming.hostname ?? null, config?.source ?? null];
})().then(done, error => done([String(error)]));
"""


def why_not() -> str:
    """Say why it cannot take part; nothing if it can."""
    return "" if shutil.which("thunderbird") else "Thunderbird is not installed"


class Marionette:
    """The few commands that are needed, of a protocol of length-prefixed JSON arrays."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rwb")
        self._number = 0
        self._receive()  # who it is, and which protocol it speaks
        self.command("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})
        self.command("WebDriver:SetTimeouts", {"script": int(ASKING * 1000)})
        self.command("Marionette:SetContext", {"value": "chrome"})

    def command(self, name: str, parameters: dict[str, Any]) -> Any:
        """Give the result of a command.

        Raises:
            RuntimeError: if there is none.
        """
        self._number += 1
        message = json.dumps([0, self._number, name, parameters]).encode()
        self._file.write(b"%d:%b" % (len(message), message))
        self._file.flush()
        _, _, error, result = self._receive()
        if error is not None:
            raise RuntimeError(f"{name}: {error['error']}: {error['message']}")
        return result

    def run(self, script: str, *arguments: str, wait: bool = False) -> Any:
        """Run a script; with ``wait``, until it calls its last argument."""
        name = "WebDriver:ExecuteAsyncScript" if wait else "WebDriver:ExecuteScript"
        return self.command(name, {"script": script, "args": list(arguments), "sandbox": "system"})["value"]

    def _receive(self) -> Any:
        length = b""
        while (octet := self._file.read(1)) != b":":
            if not octet:
                raise RuntimeError("Thunderbird is gone")
            length += octet
        return json.loads(self._file.read(int(length)))


@contextmanager
def thunderbird(ca_file: Path) -> Iterator[Marionette]:
    """Run it with a fresh profile that trusts an authority of ours."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()]
        Path(folder, "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = ["thunderbird", "--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
        quiet = os.environ | {"HOME": folder, "MOZ_CRASHREPORTER_DISABLE": "1"}
        with subprocess.Popen(
            [*command, "--profile", folder], env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                with _connected(process) as connection:
                    driver = Marionette(connection)
                    der = ssl.PEM_cert_to_DER_cert(ca_file.read_text(encoding="ascii"))
                    driver.run(_TRUST, b64encode(der).decode())
                    yield driver
            finally:
                process.kill()


def _connected(process: subprocess.Popen[bytes]) -> socket.socket:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = socket.create_connection(("127.0.0.1", PORT))
        except OSError:
            time.sleep(0.2)
        else:
            connection.settimeout(ASKING)
            return connection
    raise RuntimeError("Thunderbird did not start")


def look_up(driver: Marionette, address: str) -> tuple[float, str | None]:
    """Give the seconds it took, and the incoming server that was found.

    Raises:
        RuntimeError: if it ended with an error of its own.
    """
    found = driver.run(_LOOK_UP, address, wait=True)
    if len(found) == 1:
        raise RuntimeError(found[0])
    return found[0], found[1]
