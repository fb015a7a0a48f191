"""Evolution's files are read by GLib itself, as Evolution reads them."""

from __future__ import annotations

import ctypes
import ctypes.util

import pytest

from mailsetup.errors import CannotExpress
from mailsetup.render.export import export
from tests.export.samples import NASTY, named
from tests.lab.availability import unavailable

pytestmark = pytest.mark.lab


class KeyFile:
    """A ``GKeyFile``."""

    def __init__(self, library: ctypes.CDLL, content: bytes) -> None:
        self.library = library
        for name in ("g_key_file_new", "g_key_file_get_string"):
            getattr(library, name).restype = ctypes.c_void_p
        self.file = ctypes.c_void_p(library.g_key_file_new())
        length = ctypes.c_size_t(len(content))
        assert library.g_key_file_load_from_data(self.file, content, length, 0, None)

    def get(self, group: str, key: str) -> str | None:
        """Give the unescaped value."""
        found = self.library.g_key_file_get_string(self.file, group.encode(), key.encode(), None)
        return ctypes.string_at(found).decode() if found else None


@pytest.fixture
def glib() -> ctypes.CDLL:
    """The library itself."""
    name = ctypes.util.find_library("glib-2.0")
    if name is None:
        unavailable("GLib is missing: it is in the Debian package libglib2.0-0")
    return ctypes.CDLL(name)


def test_glib_reads_the_very_user_name(glib: ctypes.CDLL) -> None:
    """Backslashes, brackets, semicolons, equals signs: GLib gives back what went in."""
    for username in NASTY:
        account, identity, transport = export(named(username), format="evolution").files
        assert KeyFile(glib, account.content).get("Authentication", "User") == username
        assert KeyFile(glib, transport.content).get("Authentication", "User") == username
        assert KeyFile(glib, identity.content).get("Mail Identity", "Address") == "anna@corp.example"


def test_glib_reads_every_setting(glib: ctypes.CDLL) -> None:
    """The keys that make an account of three files."""
    account, identity, transport = (
        KeyFile(glib, file.content) for file in export(named("anna"), format="evolution").files
    )
    assert account.get("Mail Account", "BackendName") == "imapx"
    assert account.get("Authentication", "Port") == "993"
    assert account.get("Security", "Method") == "ssl-on-alternate-port"
    assert account.get("Data Source", "Parent") == ""
    assert transport.get("Mail Transport", "BackendName") == "smtp"
    assert identity.get("Mail Submission", "TransportUid")
    with pytest.raises(CannotExpress):
        export(named("a\nb"), format="evolution")
