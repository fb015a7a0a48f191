"""Every combination of protocol, security and login is written, in a form its language accepts, or refused."""

from __future__ import annotations

import ast
import json
import plistlib
import sys
from itertools import product
from typing import TYPE_CHECKING

import pytest

from mailsetup.errors import CannotExpress
from mailsetup.formats.xml import read
from mailsetup.model import Auth, Outcome, Probe, Protocol, Security
from mailsetup.render.export import FORMATS, export
from tests.export.samples import discovery, server

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable

LOGINS = [(), (Auth.PASSWORD,), (Auth.ENCRYPTED_PASSWORD,), (Auth.OAUTH2,), (Auth.OAUTH2, Auth.PASSWORD)]
SASL = [(), ("OAUTHBEARER",)]


def _xml(content: bytes) -> object:
    return read(content, roots=("clientconfig", "autodiscover"))


def _toml(content: bytes) -> object:
    return tomllib.loads(content.decode())


def _text(content: bytes) -> object:
    return content.decode()


CHECKS: dict[str, Callable[[bytes], object]] = {
    "text/x-python": ast.parse,
    "application/json": json.loads,
    "application/toml": _toml,
    "application/x-apple-aspen-config": plistlib.loads,
    "text/xml": _xml,
    "application/xml": _xml,
}
"""What can be read without the program it is for; by media type."""


@pytest.mark.parametrize("incoming", [Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize("name", FORMATS)
def test_every_combination_is_well_formed_or_refused(name: str, incoming: Protocol) -> None:
    """No combination breaks an exporter, and none gives a file that its language does not accept."""
    written = 0
    outgoing = [*LOGINS, (Auth.NONE,)]
    for securities, logins, sasl in product(
        product((Security.TLS, Security.STARTTLS), repeat=2), product(LOGINS, outgoing), SASL
    ):
        probe = Probe(outcome=Outcome.CONFIRMED, sasl=sasl)
        servers = (
            server(incoming, securities[0], auth=logins[0], probe=probe),
            server(Protocol.SMTP, securities[1], auth=logins[1], probe=probe),
        )
        try:
            files = export(discovery(*servers), format=name).files
        except CannotExpress:
            continue
        written += 1
        for file in files:
            CHECKS.get(file.media_type, _text)(file.content)
    imap_only = {"neomutt", "aerc", "himalaya", "gnus", "mu4e", "mbsync", "offlineimap", "imapclient"}
    assert (written > 0) == (incoming is Protocol.IMAP or name not in imap_only)


def test_two_different_secrets_are_not_written_as_one() -> None:
    """A Python module asks for one secret: a password for reading and a token for sending would need two."""
    servers = (server(Protocol.IMAP, auth=(Auth.PASSWORD,)), server(Protocol.SMTP, auth=(Auth.OAUTH2,)))
    with pytest.raises(CannotExpress) as caught:
        export(discovery(*servers), format="python")
    assert caught.value.code == "login"


def test_pop3_with_a_token_is_left_to_imap() -> None:
    """Both getmail and poplib know OAuth2 for IMAP only: that server is taken, or nothing."""
    both = [server(p, auth=(Auth.OAUTH2,)) for p in (Protocol.POP3, Protocol.IMAP, Protocol.SMTP)]
    found = discovery(*both, prefer=Protocol.POP3)
    assert b"SimpleIMAPSSLRetriever" in export(found, format="getmail").files[0].content
    assert b"import imaplib" in export(found, format="python").files[0].content
    for name in ("getmail", "python"):
        with pytest.raises(CannotExpress):
            export(discovery(both[0], both[2]), format=name)
