"""Evolution's own registry takes the three files for accounts. Its window is not opened: no mail is read here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.export.samples import named
from tests.lab.availability import program

if TYPE_CHECKING:
    from tests.lab.exported.stage import Stage

pytestmark = pytest.mark.lab

ASK = (
    "call", "--session", "--timeout", "20",
    "--dest", "org.gnome.evolution.dataserver.Sources5",
    "--object-path", "/org/gnome/evolution/dataserver/SourceManager",
    "--method", "org.freedesktop.DBus.ObjectManager.GetManagedObjects",
)  # fmt: skip


def test_the_registry_knows_the_account(stage: Stage) -> None:
    """Asked for all its sources, it names ours, with the connection as it was written."""
    session = program("dbus-run-session", package="dbus-daemon")
    gdbus = program("gdbus", package="libglib2.0-bin")
    program("/usr/libexec/evolution-source-registry", package="evolution-data-server")  # the bus starts it
    written = stage.export(named("CORP\\anna"), "evolution")
    said = stage.run(session, "--", gdbus, *ASK).stdout
    found = dict(re.findall(r"'UID': <'(mailsetup-[^']+)'>, 'Data': <'([^']*)'", said))
    assert set(found) == {file.name.removesuffix(".source") for file in written.files}
    account = next(data for data in found.values() if "[Mail Account]" in data)
    assert "Host=imap.corp.example" in account
    assert "Method=ssl-on-alternate-port" in account
    assert "User=CORP" in account
