"""Importing into a folder: facts, ISPDB files and folders of both; nothing that a person wrote is lost."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import parse, render
from mailsetup.providers.importer import import_providers

if TYPE_CHECKING:
    from mailsetup.providers.import_report import ImportReport
    from mailsetup.providers.schema import ProviderFile

TODAY = date(2026, 11, 25)
DATA = Path(__file__).resolve().parents[2] / "data" / "providers"

FACTS: dict[str, Any] = {
    "id": "corp.example",
    "name": "Corp",
    "sources": {"ispdb": ["corp.example"]},
    "domains": ["corp.example"],
    "mx": [{"kind": "suffix", "value": "mx.corp.example"}],
    "servers": [
        {"protocol": "imap", "host": "imap.corp.example", "port": 993, "security": "tls", "agreement": ["ispdb:x"]},
        {
            "protocol": "smtp",
            "host": "smtp.corp.example",
            "port": 587,
            "security": "starttls",
            "agreement": ["ispdb:x"],
        },
    ],
}

ISPDB = """\
<?xml version="1.0"?>
<clientConfig version="1.1">
  <emailProvider id="corp.example">
    <domain>corp.example</domain>
    <domain>corp.test</domain>
    <domain purpose="mx">mx.corp.example</domain>
    <displayName>Corp Mail</displayName>
    <incomingServer type="imap">
      <hostname>imap.corp.example</hostname><port>993</port><socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>
    </incomingServer>
    <incomingServer type="pop3">
      <hostname>pop.%EMAILDOMAIN%</hostname><port>110</port><socketType>plain</socketType>
      <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication>
    </incomingServer>
    <incomingServer type="pop3">
      <hostname>pop.%EMAILDOMAIN%</hostname><port>995</port><socketType>SSL</socketType>
      <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.corp.example</hostname><port>465</port><socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username><authentication>OAuth2</authentication>
      <authentication>password-cleartext</authentication>
    </outgoingServer>
    <documentation url="https://help.corp.example/imap"><descr lang="en">Somebody's words</descr></documentation>
  </emailProvider>
</clientConfig>
"""


class Shelf:
    """A folder of provider files and a folder to import from."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "providers"
        self.source = root / "source"
        self.folder.mkdir()
        self.source.mkdir()

    def facts(self, *records: dict[str, Any]) -> Path:
        """Write facts to import."""
        path = self.source / "facts.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    def xml(self, text: str, name: str = "corp.example.xml") -> Path:
        """Write an autoconfig document to import."""
        path = self.source / name
        path.write_text(text, encoding="utf-8")
        return path

    def take(self, source: Path, **more: Any) -> ImportReport:
        """Import."""
        return import_providers(source, into=self.folder, today=TODAY, **more)

    def file(self, identifier: str) -> ProviderFile:
        """One provider file as it is now."""
        return parse((self.folder / f"{identifier}.toml").read_bytes())

    def state(self) -> dict[str, bytes]:
        """All files as they are now."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Empty folders."""
    return Shelf(tmp_path)


def test_new_provider(shelf: Shelf) -> None:
    """A provider that no file describes gets a file, in house form and named after its id."""
    report = shelf.take(shelf.facts(FACTS))
    assert report.added == ("corp-example",)
    file = shelf.file("corp-example")
    assert (file.domains, file.checked) == (("corp.example",), date(2026, 3, 1))
    assert shelf.state() == {"corp-example.toml": render(file)}


def test_second_import_changes_nothing(shelf: Shelf) -> None:
    """Importing the same again writes nothing."""
    shelf.take(shelf.facts(FACTS))
    before = shelf.state()
    report = shelf.take(shelf.facts(FACTS))
    assert report.unchanged == ("corp-example",)
    assert not report.added
    assert not report.merged
    assert not report.conflicts
    assert shelf.state() == before


def test_hand_edits_survive(shelf: Shelf) -> None:
    """A renamed, edited file is found again by its domain; edits stay, news come in, contradictions are reported."""
    shelf.take(shelf.facts(FACTS))
    made = (shelf.folder / "corp-example.toml").read_text(encoding="utf-8")
    (shelf.folder / "corp-example.toml").unlink()
    mine = made.replace('id = "corp-example"', 'id = "corp"').replace('name = "Corp"', 'name = "The Corp"')
    mine = mine.replace('username = "%EMAILADDRESS%"', 'username = "%EMAILLOCALPART%"', 1)
    (shelf.folder / "corp.toml").write_text(mine, encoding="utf-8")
    news = FACTS | {"flags": {"must_enable_imap": True}}
    report = shelf.take(shelf.facts(news))
    assert [(change.file, change.added) for change in report.merged] == [("corp", ("requirement enable-imap",))]
    assert [(conflict.fact, conflict.kept, conflict.offered) for conflict in report.conflicts] == [
        ("imap imap.corp.example:993 username", "%EMAILLOCALPART%", "%EMAILADDRESS%")
    ]
    file = shelf.file("corp")
    assert (file.name, file.servers[0].username) == ("The Corp", "%EMAILLOCALPART%")
    assert list(shelf.state()) == ["corp.toml"]


def test_a_dry_run_writes_nothing(shelf: Shelf) -> None:
    """A dry run reports the same as a real one and touches no file."""
    source = shelf.facts(FACTS)
    dry = shelf.take(source, dry_run=True)
    assert shelf.state() == {}
    assert dry == shelf.take(source)


def test_ispdb_file(shelf: Shelf) -> None:
    """An ISPDB file becomes a provider file: templates stay, plaintext goes last, nobody's sentences are taken over."""
    report = shelf.take(shelf.xml(ISPDB))
    assert report.added == ("corp-example",)
    file = shelf.file("corp-example")
    assert [f"{entry.protocol} {entry.hostname}:{entry.port} {entry.security}" for entry in file.servers] == [
        "imap imap.corp.example:993 tls",
        "pop3 pop.%EMAILDOMAIN%:995 tls",
        "pop3 pop.%EMAILDOMAIN%:110 none",
        "smtp smtp.corp.example:465 tls",
    ]
    assert file.servers[1].username == "%EMAILLOCALPART%"
    assert file.servers[3].auth == ("oauth2", "password")
    assert file.mx is not None
    assert file.mx.suffixes == ("mx.corp.example",)
    assert (file.name, file.sources, file.checked) == ("Corp Mail", ("ispdb",), TODAY)
    assert [page.url for page in file.help] == ["https://help.corp.example/imap"]
    assert b"Somebody's words" not in render(file)


def test_folder_of_both(shelf: Shelf) -> None:
    """A folder of facts and ISPDB files is taken in order; what is broken or something else is said and passed over."""
    shelf.facts(FACTS | {"id": "aaa.example", "domains": ["aaa.example"], "mx": []})
    shelf.xml(ISPDB)
    shelf.xml("<html>parked</html>", "parked.xml")
    shelf.xml(ISPDB.replace("corp.", "zzz."), "sub.xml")
    (shelf.source / "README.txt").write_text("no facts", encoding="utf-8")
    (shelf.source / "broken.jsonl").write_text('{"id": "b"}\nnonsense\n', encoding="utf-8")
    report = shelf.take(shelf.source)
    assert report.added == ("aaa-example", "corp-example", "zzz-example")
    assert [line.partition(":")[0] for line in report.dropped] == ["b", "broken.jsonl, line 2", "parked.xml, line 1"]


def test_neither_facts_nor_autoconfig(shelf: Shelf) -> None:
    """A file of another kind, named by itself, is said."""
    path = shelf.source / "facts.csv"
    path.touch()
    assert [line.partition(":")[0] for line in shelf.take(path).dropped] == ["facts.csv"]


def test_facts_and_ispdb_meet_in_one_file(shelf: Shelf) -> None:
    """Two lists' words about one provider meet in one file, and both are named as sources."""
    shelf.facts(FACTS | {"sources": {"fairemail": []}, "id": "corp-mail"})
    shelf.xml(ISPDB, "zz.xml")
    report = shelf.take(shelf.source)
    assert report.added == ("corp-mail",)
    file = shelf.file("corp-mail")
    assert file.domains == ("corp.example", "corp.test")
    assert file.sources == ("fairemail", "ispdb")


def test_broken_file_in_the_folder(shelf: Shelf) -> None:
    """With a broken provider file in the folder nothing is written, because nobody can tell what it claims."""
    (shelf.folder / "broken.toml").write_text("id = ", encoding="utf-8")
    before = shelf.state()
    with pytest.raises(InvalidDocument, match=r"broken\.toml"):
        shelf.take(shelf.facts(FACTS))
    assert shelf.state() == before


def test_interrupted_write(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, the old file is whole and no half of a new one is left."""
    shelf.take(shelf.facts(FACTS))
    before = shelf.state()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("mailsetup.providers.importer.os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        shelf.take(shelf.facts(FACTS | {"domains": ["corp.example", "corp.test"]}))
    assert shelf.state() == before


def test_known_by_a_server_alone(shelf: Shelf) -> None:
    """A record without domain and MX belongs to the file that has one of its servers."""
    shelf.take(shelf.facts(FACTS))
    bare = FACTS | {"id": "somebody", "domains": [], "mx": [], "flags": {"must_enable_imap": True}}
    report = shelf.take(shelf.facts(bare))
    assert [change.file for change in report.merged] == ["corp-example"]
    assert not report.added


def test_known_by_what_was_refused(shelf: Shelf) -> None:
    """A record whose only claim a person has refused belongs to that file, and makes no new one."""
    shelf.take(shelf.facts(FACTS))
    path = shelf.folder / "corp-example.toml"
    path.write_bytes(path.read_bytes().replace(b"\n[mx]", b'rejected = ["mx corp.test"]\n\n[mx]', 1))
    report = shelf.take(
        shelf.facts(FACTS | {"id": "x", "domains": [], "mx": [{"kind": "suffix", "value": "corp.test"}]})
    )
    assert report.unchanged == ("corp-example",)
    assert not report.added


@pytest.mark.parametrize("identifier", ["gmail", "icloud", "posteo", "web-de", "yandex", "inbox-lv", "nifty"])
def test_our_own_data_through_an_ispdb_file(shelf: Shelf, identifier: str) -> None:
    """A provider of ours, written as an ISPDB file and imported over itself, contradicts nothing and adds nothing."""
    from mailsetup.formats import autoconfig
    from mailsetup.model import Server

    document = (DATA / f"{identifier}.toml").read_bytes()
    (shelf.folder / f"{identifier}.toml").write_bytes(document)
    file = parse(document)
    servers = [Server(**entry.model_dump(exclude={"only_for", "source"})) for entry in file.servers]
    xml = autoconfig.render(servers=servers, domains=file.domains).decode()
    report = shelf.take(shelf.xml(xml, f"{identifier}.xml"))
    assert not report.conflicts
    assert not report.added
    assert [fact for change in report.merged for fact in change.added if not fact.startswith("checked ")] in (
        [],
        ["source ispdb"],
    )
    assert shelf.file(identifier).servers == file.servers


SERVICES = """\
  <calendar type="caldav"><url>https://dav.corp.example/%EMAILADDRESS%</url></calendar>
  <setupServer type="managesieve">
    <hostname>sieve.corp.example</hostname><port>4190</port><socketType>STARTTLS</socketType>
  </setupServer>
  <oAuth2>
    <issuer>id.corp.example</issuer><scope>mail offline</scope>
    <authURL>https://id.corp.example/a</authURL><tokenURL>https://id.corp.example/t</tokenURL>
  </oAuth2>
</clientConfig>
"""


def test_services_and_oauth_of_an_ispdb_file(shelf: Shelf) -> None:
    """Services with a URL, and where to get a token, come along (AC-34, AC-46)."""
    shelf.take(shelf.xml(ISPDB.replace("</clientConfig>\n", SERVICES)))
    file = shelf.file("corp-example")
    assert [(entry.protocol, entry.url) for entry in file.services] == [
        ("caldav", "https://dav.corp.example/%EMAILADDRESS%")
    ]
    assert file.oauth is not None
    assert file.oauth.token_url == "https://id.corp.example/t"  # noqa: S105  (an address, no secret)
    assert file.oauth.scopes == ("mail", "offline")


def test_ispdb_file_without_servers(shelf: Shelf) -> None:
    """A document from which no server can be taken makes no file, and the reason is said."""
    start = ISPDB.index("    <incomingServer")
    hollow = ISPDB[:start] + ISPDB[ISPDB.index("    <documentation") :]
    report = shelf.take(shelf.xml(hollow))
    assert not report.added
    assert any("no servers" in line for line in report.dropped)
    assert shelf.state() == {}
