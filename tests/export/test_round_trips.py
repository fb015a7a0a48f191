"""Any user name comes out of each written file as it went in, where Python can read the format."""

from __future__ import annotations

import ast
import configparser
import json
import plistlib
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from mailsetup.address import Address
from mailsetup.errors import CannotExpress
from mailsetup.formats import autoconfig, autodiscover, pacc
from mailsetup.model import Auth, Protocol, Security
from mailsetup.render.export import Wishes, export
from tests.export.samples import ADDRESS, NASTY, discovery, named, server, text, usernames

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMAND = """printf '%s\\n' "it's $SECRET" # 100%"""
"""Special in every language there is."""


def expressed(username: str, name: str, **fields: Any) -> str | None:
    """Give the first file for a user name; ``None`` where the format refuses it."""
    try:
        return text(export(named(username, **fields), format=name, wishes=Wishes(password_command=COMMAND)))
    except CannotExpress as refusal:
        if refusal.code != "username":
            raise
        return None


def _getmail(content: str) -> tuple[str, str]:
    parser = configparser.RawConfigParser()
    parser.read_string(content)
    return parser["retriever"]["username"], ast.literal_eval(parser["retriever"]["password_command"])[2]


def _offlineimap(content: str) -> tuple[str, str]:
    parser = configparser.ConfigParser()
    parser.read_string(content)
    section = parser["Repository corp.example-remote"]
    call = ast.parse(section["remotepasseval"], mode="eval")
    commands = [n.value for n in ast.walk(call) if isinstance(n, ast.Constant) and "printf" in str(n.value)]
    return section["remoteuser"], str(commands[0])


def _himalaya(content: str) -> tuple[str, str]:
    account = tomllib.loads(content)["accounts"]["corp.example"]
    plain = account["imap"]["sasl"]["plain"]
    assert plain == account["smtp"]["sasl"]["plain"]
    return plain["username"], plain["password"]["command"]


READERS: dict[str, Callable[[str], tuple[str, str]]] = {
    "getmail": _getmail,
    "offlineimap": _offlineimap,
    "himalaya": _himalaya,
}


@pytest.mark.parametrize("name", READERS)
@given(username=usernames)
def test_user_name_and_command_come_back(name: str, username: str) -> None:
    """Read with the parser that the program itself uses, both are what they were."""
    written = expressed(username, name)
    if written is not None:
        assert READERS[name](written) == (username, COMMAND)


@pytest.mark.parametrize("name", READERS)
def test_ordinary_user_names_are_not_refused(name: str) -> None:
    """A property that holds because everything is refused would be worth nothing."""
    for username in ("anna", "anna@corp.example", "anna+list@corp.example", "anna.o'neill@corp.example"):
        assert expressed(username, name) is not None


@given(username=usernames)
def test_a_profile_holds_the_user_name(username: str) -> None:
    """Property lists escape everything (MC-01, MC-02)."""
    written = expressed(username, "mobileconfig")
    assert written is not None
    payload = plistlib.loads(written.encode())["PayloadContent"][0]
    assert payload["IncomingMailServerUsername"] == payload["OutgoingMailServerUsername"] == username


@given(username=usernames)
def test_json_holds_the_user_name(username: str) -> None:
    """And nothing of the evidence."""
    written = expressed(username, "json")
    assert written is not None
    document = json.loads(written)
    assert document["incoming"]["username"] == document["outgoing"]["username"] == username
    assert document["incoming"] | {"username": ""} == {
        "protocol": "imap", "hostname": "imap.corp.example", "port": 993, "security": "tls", "username": "",
        "auth": "password",
    }  # fmt: skip


@given(username=usernames)
def test_environment_variables_hold_the_user_name(username: str) -> None:
    """As a POSIX shell splits words."""
    written = expressed(username, "env")
    assert written is not None
    variables = dict(word.split("=", 1) for line in written.splitlines() for word in shlex.split(line))
    assert len(variables) == len(written.splitlines()) == 11
    assert variables["IMAP_USERNAME"] == variables["SMTP_USERNAME"] == username


def test_a_real_shell_reads_the_environment_file(tmp_path: Path) -> None:
    """What ``set -a; . ./mail.env`` gives a child process is the very user name."""
    for username in NASTY:
        file = tmp_path / "mail.env"
        file.write_bytes(export(named(username), format="env").files[0].content)
        script = "set -a; . ./mail.env; set +a; exec env -0"
        done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, check=True)
        assert f"IMAP_USERNAME={username}".encode() in done.stdout.split(b"\0")


@pytest.mark.parametrize("name", ["python", "imapclient", "aiosmtplib"])
@given(username=usernames)
def test_python_modules_hold_the_user_name(name: str, username: str) -> None:
    """The module compiles, and the name is one string literal in it."""
    written = expressed(username, name)
    if written is None:
        assert name == "python"
        assert not username.isascii()
        return
    tree = ast.parse(written)
    assigned = {node.targets[0].id: node.value for node in tree.body
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}  # fmt: skip
    users = [ast.literal_eval(value) for target, value in assigned.items() if target.endswith("_USER")]
    assert users == [username] * (2 if name == "python" else 1)


@given(username=usernames)
def test_a_key_file_holds_the_user_name(username: str) -> None:
    """Unescaped as GLib does it: a backslash is written twice, nothing else is special in the middle of a line."""
    written = expressed(username, "evolution")
    assert written is not None
    raw = next(line.removeprefix("User=") for line in written.splitlines() if line.startswith("User="))
    assert re.sub(r"\\(.)", r"\1", raw) == username
    assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\]", raw)


@given(username=usernames)
def test_autodiscover_holds_the_user_name(username: str) -> None:
    """Read by our own reader, the response gives the servers that went in."""
    written = expressed(username, "autodiscover")
    assert written is not None
    answer = autodiscover.parse(written.encode(), address=Address.parse(ADDRESS))
    assert isinstance(answer, autodiscover.Settings)
    assert [(s.protocol, s.port, s.security, s.username) for s in answer.servers] == [
        (Protocol.IMAP, 993, Security.TLS, username),
        (Protocol.SMTP, 465, Security.TLS, username),
    ]


LOCAL_PARTS = ("anna", "o'neill&co", "a%b", "%EMAILDOMAIN%", '"a b"', "änna", "a{b}|c~d")


@pytest.mark.parametrize("local", LOCAL_PARTS)
@pytest.mark.parametrize("whole", [True, False])
def test_autoconfig_is_a_template_for_every_user(local: str, whole: bool) -> None:
    """Filled in for the address it was made from it gives that user name, for another one the other (AC-42)."""
    address, other = Address.parse(f"{local}@corp.example"), Address.parse("zoe@corp.example")
    username = str(address) if whole else address.local
    servers = [server(protocol, username=username) for protocol in (Protocol.IMAP, Protocol.SMTP)]
    written = export(discovery(*servers, address=str(address)), format="autoconfig").files[0].content
    expected = str(other) if whole else "zoe"
    assert {s.username for s in autoconfig.parse(written, address=other).servers} == {expected}
    if whole or not local.startswith('"'):
        assert {s.username for s in autoconfig.parse(written, address=address).servers} == {username}


@pytest.mark.parametrize("name", ["autoconfig", "thunderbird", "dns"])
def test_a_user_name_of_one_person_is_not_published(name: str) -> None:
    """A document for a domain must not give everybody the same user name."""
    with pytest.raises(CannotExpress) as caught:
        export(named("corp-4711"), format=name)
    assert caught.value.code == "username-form"


def test_autoconfig_keeps_servers_and_their_order() -> None:
    """All safe servers, in the result's order, with STARTTLS and OAuth2 as they are (AC-35, AC-36)."""
    servers = (
        server(Protocol.IMAP, auth=(Auth.OAUTH2, Auth.PASSWORD)),
        server(Protocol.IMAP, Security.STARTTLS),
        server(Protocol.POP3),
        server(Protocol.IMAP, Security.NONE),
        server(Protocol.SMTP, Security.STARTTLS),
        server(Protocol.SMTP),
    )
    written = export(discovery(*servers), format="autoconfig").files[0].content
    read = autoconfig.parse(written, address=Address.parse(ADDRESS))
    assert [s.endpoint for s in read.servers] == [s.endpoint for s in servers if s.security is not Security.NONE]
    assert read.servers[0].auth == (Auth.OAUTH2, Auth.PASSWORD)
    assert read.ignored == ()


def test_pacc_document_and_record_belong_together() -> None:
    """Our own reader takes both: the digest matches, the ports are the implied ones (PACC-02, PACC-03, PACC-08)."""
    document, zone = export(discovery(), format="pacc").files
    record = re.search(r'IN TXT "([^"]+)"$', zone.content.decode().strip())
    assert record
    assert pacc.check_digest(document.content, records=[record[1].encode()]).matches
    read = pacc.parse(document.content, address=Address.parse(ADDRESS))
    assert {(s.protocol, s.port, s.security) for s in read.servers} == {
        (Protocol.IMAP, 993, Security.TLS),
        (Protocol.SMTP, 465, Security.TLS),
    }
