"""A person at the Tk wizard: started by ``test_tk_wizard.py`` in a process of its own, prints what they saw as JSON.

A process of its own, because Tk ends the whole process when its interpreter is collected in another thread.
"""

from __future__ import annotations

import json
import runpy
import sys
import tempfile
import time
import tkinter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailsetup.model import Options
from mailsetup.testing import FakeNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
Wizard: Any = runpy.run_path(str(ROOT / "examples" / "tk_wizard.py"))["Wizard"]

HOSTER = {"mail.hoster.example:993": "connection-refused", "mail.hoster.example:465": "connection-refused"}
SRV = {
    "_imaps._tcp.corp.example SRV": "0 1 993 mail.hoster.example",
    "_submissions._tcp.corp.example SRV": "0 1 465 mail.hoster.example",
}


def wait_for(window: tkinter.Tk, condition: Callable[[], bool]) -> None:
    """Let Tk do its work until something is so."""
    over = time.monotonic() + 10
    while not condition():
        if time.monotonic() > over:
            raise TimeoutError
        window.update()
        time.sleep(0.01)


def rows(wizard: Any) -> list[list[str]]:
    """What the table shows."""
    return [[str(cell) for cell in wizard.table.item(item)["values"]] for item in wizard.table.get_children()]


def settings(window: tkinter.Tk, folder: str) -> dict[str, Any]:
    """Look an address up, with spaces around it."""
    network = FakeNetwork.from_folder(ROOT / "tests/cases/097-probe-confirms")
    wizard = Wizard(window, options=Options(network=network, config_dir=folder, grace=0.2, timeout=5))
    wizard.address.set(" kim@corp.example ")
    wizard.search.invoke()
    busy = str(wizard.search["state"])
    wait_for(window, lambda: bool(rows(wizard)))
    return {"busy": busy, "rows": rows(wizard), "login": str(wizard.login["state"])}


def mistake(window: tkinter.Tk, folder: str) -> dict[str, Any]:
    """Type something that is no address."""
    wizard = Wizard(window, options=Options(network=FakeNetwork(), config_dir=folder))
    wizard.address.set("kim")
    wizard.search.invoke()
    wait_for(window, lambda: "@" in wizard.status.get())
    return {"status": wizard.status.get(), "search": str(wizard.search["state"])}


def consent(window: tkinter.Tk, folder: str, *, agreed: bool) -> dict[str, Any]:
    """Type a password for servers that nobody vouches for."""
    network, asked = FakeNetwork(dns=SRV, transcripts=HOSTER), list[list[str]]()

    def answer(domains: list[str]) -> bool:
        asked.append(domains)
        return agreed

    options = Options(network=network, config_dir=folder, probe=False, sources=("srv",))
    wizard = Wizard(window, options=options, consent=answer)
    wizard.address.set("kim@corp.example")
    wizard.search.invoke()
    wait_for(window, lambda: bool(rows(wizard)))
    wizard.password.set("hunter2")
    wizard.login.invoke()
    wait_for(window, lambda: "Not sent" in wizard.status.get() or "IMAP:" in wizard.status.get())
    connected = [line for line in network.asked if line.startswith("CONNECT")]
    return {"asked": asked, "connected": connected, "left": wizard.password.get(), "status": wizard.status.get()}


def main() -> None:
    """Do all of it in one window."""
    window = tkinter.Tk()
    with tempfile.TemporaryDirectory() as folder:
        seen = {
            "settings": settings(window, folder),
            "mistake": mistake(window, folder),
            "yes": consent(window, folder, agreed=True),
            "no": consent(window, folder, agreed=False),
        }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
