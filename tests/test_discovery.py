"""One look-up: local answers, the user's own files, sources that break, and what is said when there is nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

import mailsetup
from mailsetup import Discovery, Options, Server, SourceName, Trust
from mailsetup.model import Finding, Status
from mailsetup.testing import FakeNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailsetup.net.interface import Network

OWN_FILE = """\
id = "corp"
name = "Corp"
kind = "organisation"
domains = ["corp.example"]
sources = ["own-knowledge"]
checked = 2026-01-01

[[servers]]
protocol = "imap"
hostname = "imap.%EMAILDOMAIN%"
port = 993
security = "tls"
username = "%EMAILLOCALPART%"
"""


def discover(address: str, **options: Any) -> Discovery:
    return mailsetup.discover(address, options=Options(**({"offline": True} | options)))


def codes(answer: Discovery) -> list[str]:
    return [told.code for told in answer.problems]


def ended(answer: Discovery) -> dict[str, str]:
    return {str(attempt.source): attempt.outcome.value for attempt in answer.attempts}


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    """A folder of the user's own provider files, still without any."""
    (tmp_path / "isp").mkdir()
    return tmp_path


# The bundled database


def test_gmail_is_known_in_full() -> None:
    """The first thing anybody tries (TRUST-02)."""
    answer = discover("x@gmail.com")
    assert answer.provider is not None
    assert answer.provider.id == "gmail"
    found = [(one.protocol, one.hostname, one.port, one.security) for one in answer.servers]
    assert ("imap", "imap.gmail.com", 993, "tls") in found
    assert ("pop3", "pop.gmail.com", 995, "tls") in found
    assert ("smtp", "smtp.gmail.com", 465, "tls") in found
    assert ("smtp", "smtp.gmail.com", 587, "starttls") in found
    assert {one.username for one in answer.servers} == {"x@gmail.com"}
    assert {one.trust for one in answer.servers} == {Trust.AUTHENTICATED}
    assert {one.sources for one in answer.servers} == {("bundled",)}
    assert answer.oauth is not None
    assert answer.data_date is not None


def test_an_exact_domain_settles_the_matter() -> None:
    """Nobody on the network is asked, and the result says so for each."""
    answer = discover("x@gmail.com", offline=False, probe=False, network=FakeNetwork())
    assert answer.found
    skipped = {str(attempt.source): attempt.reason for attempt in answer.attempts if attempt.outcome == "skipped"}
    assert set(skipped) == {name.value for name in mailsetup.model.DEFAULT_SOURCES} - {"user-file", "bundled"}
    assert set(skipped.values()) == {"settled"}


def test_naming_sources_switches_the_short_cut_off() -> None:
    """The caller wants to hear these, and a bundled answer does not keep a better-ranked one from being asked."""
    network = FakeNetwork()
    answer = discover("x@gmail.com", offline=False, probe=False, sources=["srv", "bundled"], network=network)
    assert answer.found
    assert ended(answer)["srv"] != "skipped"
    assert network.asked


def test_preferring_pop3() -> None:
    """The pair changes, the list does not lose anything."""
    imap, pop3 = discover("x@gmail.com"), discover("x@gmail.com", prefer="pop3")
    assert imap.incoming is not None
    assert pop3.incoming is not None
    assert (imap.incoming.protocol, pop3.incoming.protocol) == ("imap", "pop3")
    assert set(imap.servers) == set(pop3.servers)


def test_a_provider_without_imap_is_known_and_says_why() -> None:
    """Not "nothing found": the reason is in the result, and nothing else is guessed."""
    answer = discover("x@tuta.com")
    assert not answer.found
    assert answer.provider is not None
    assert answer.provider.status == "no-standard-access"
    assert codes(answer) == ["no-standard-access"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("x@nobody-knows-this.example", "nothing-known-offline"),
        ("x@[192.0.2.1]", "address-literal"),
        ("x@[IPv6:2001:db8::1]", "address-literal"),
        ("x@printer", "local-name"),
        ("x@box.local", "local-name"),
    ],
)
def test_nothing_found_says_why(address: str, code: str) -> None:
    """One error, with a next step, and every source on record (EAI-12)."""
    answer = discover(address)
    assert not answer.found
    assert codes(answer) == [code]
    assert answer.problems[0].severity == "error"
    assert answer.problems[0].next_step
    assert ended(answer).keys() == {name.value for name in mailsetup.model.DEFAULT_SOURCES}


@pytest.mark.parametrize("address", ["x@[192.0.2.1]", "x@printer", "x@box.local", "x@a.onion"])
def test_names_that_are_nobodys_are_asked_of_nobody(address: str) -> None:
    """Not even online (EAI-12)."""
    network = FakeNetwork()
    assert not discover(address, offline=False, network=network).found
    assert network.asked == []


def test_an_internationalised_domain_has_two_user_names() -> None:
    """As typed first, A-labels second (EAI-09)."""
    answer = discover("x@gmail.com")
    assert answer.address == "x@gmail.com"
    assert (discover("x@bücher.example").address, discover("x@bücher.example").domain) == (
        "x@bücher.example",
        "xn--bcher-kva.example",
    )


# The user's own files


def test_the_users_own_file_settles_the_matter(config_dir: Path) -> None:
    """The user said so: trust 3, placeholders filled in, the file named as the source (TRUST-01, AC-14)."""
    (config_dir / "isp" / "corp.example.toml").write_text(OWN_FILE, encoding="utf-8")
    answer = discover("jo@corp.example", config_dir=config_dir, offline=False, probe=False, network=FakeNetwork())
    assert answer.imap is not None
    assert (answer.imap.hostname, answer.imap.username) == ("imap.corp.example", "jo")
    assert answer.imap.sources == (SourceName.USER_FILE,)
    assert answer.imap.provenance[0].endswith("corp.example.toml")
    assert answer.problems == ()
    assert ended(answer)["srv"] == "skipped"


def test_the_users_own_file_is_for_any_domain(config_dir: Path) -> None:
    """Also for one that the bundled database knows: the user is right."""
    own = OWN_FILE.replace("corp.example", "gmail.com")
    (config_dir / "isp" / "gmail.com.toml").write_text(own, encoding="utf-8")
    answer = discover("jo@gmail.com", config_dir=config_dir)
    assert answer.imap is not None
    assert answer.imap.sources[0] == "user-file"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (OWN_FILE.replace('name = "Corp"', "name = "), "line 2"),
        (OWN_FILE.replace("port = 993", "port = 99999"), "line 11"),
        (OWN_FILE.replace('"imap"', '"gopher"'), "line 9"),
        (OWN_FILE + 'colour = "red"\n', "line 14"),
        ("", ""),
        ("\x00", "line 1"),
        (OWN_FILE + "# " + "x" * 300_000, "larger than"),
    ],
)
def test_a_broken_file_is_a_problem_that_names_file_and_line(config_dir: Path, content: str, where: str) -> None:
    """Never a crash, and the asking goes on as if the file were not there."""
    path = config_dir / "isp" / "gmail.com.toml"
    path.write_text(content, encoding="utf-8")
    answer = discover("jo@gmail.com", config_dir=config_dir)
    assert answer.found
    (told,) = [told for told in answer.problems if told.code == "user-file-broken"]
    assert str(path) in told.message
    assert where in told.message
    assert told.severity == "warning"
    assert ended(answer)["user-file"] == "unusable"


def test_a_file_that_is_not_utf8_is_a_problem_too(config_dir: Path) -> None:
    """Bytes that are no text."""
    (config_dir / "isp" / "gmail.com.toml").write_bytes(OWN_FILE.encode() + b'notes = "\xff"\n')
    answer = discover("jo@gmail.com", config_dir=config_dir)
    assert answer.found
    assert codes(answer) == ["user-file-broken"]


def test_a_folder_instead_of_a_file_is_a_problem(config_dir: Path) -> None:
    """It cannot be read as a file."""
    (config_dir / "isp" / "gmail.com.toml").mkdir()
    assert "user-file-unreadable" in codes(discover("jo@gmail.com", config_dir=config_dir))


def test_a_file_instead_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    """There is something where the folder should be."""
    (tmp_path / "isp").write_text("", encoding="utf-8")
    answer = discover("jo@gmail.com", config_dir=tmp_path)
    assert answer.found
    assert "user-file-unreadable" in codes(answer)


@pytest.fixture
def as_an_ordinary_user() -> Iterator[None]:
    """Give up root's right to read everything, for one test."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_unreadable_folder_is_a_problem(config_dir: Path, as_an_ordinary_user: None) -> None:
    """With the system's reason; the rest of the look-up goes on."""
    if os.geteuid() != 65534:
        (config_dir / "isp").chmod(0)
    answer = discover("jo@gmail.com", config_dir=config_dir)
    if os.geteuid() != 65534:
        (config_dir / "isp").chmod(0o700)
    assert answer.found
    (told,) = answer.problems
    assert told.code == "user-file-unreadable"
    assert "Permission denied" in told.message


def test_without_a_folder_there_is_nothing_to_say(tmp_path: Path) -> None:
    """Most people have none."""
    answer = discover("x@gmail.com", config_dir=tmp_path / "none")
    assert ended(answer)["user-file"] == "absent"
    assert answer.problems == ()


# Sources of one's own


class Own:
    """A source that answers what it is told to answer."""

    def __init__(self, name: str, answer: Finding | Exception) -> None:
        self.name = name
        self.answer = answer

    async def find(self, address: mailsetup.Address, network: Network, /) -> Finding:
        """Answer, or break."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


SERVER = Server.model_validate({"protocol": "imap", "hostname": "imap.corp.example", "port": 993, "security": "tls"})
FOUND = Finding(status=Status.FOUND, servers=(SERVER.model_copy(update={"sources": ("directory",)}),))


def test_one_sources_failure_never_fails_the_others() -> None:
    """It is a finding of its own, with the type of the failure and no text that could hold a secret (SEC-04)."""
    broken = Own("broken", ZeroDivisionError("the password is hunter2"))
    answer = discover(
        "jo@corp.example",
        offline=False,
        probe=False,
        sources=[broken, Own("directory", FOUND)],
        network=FakeNetwork(),
    )
    assert [one.hostname for one in answer.servers] == ["imap.corp.example"]
    assert ended(answer)["broken"] == "unusable"
    (told,) = [told for told in answer.problems if told.code == "source-failed"]
    assert "ZeroDivisionError" in told.message
    assert "hunter2" not in answer.model_dump_json()


def test_own_sources_appear_under_their_own_name() -> None:
    """In the servers and among the attempts."""
    answer = discover(
        "jo@corp.example", offline=False, probe=False, sources=[Own("directory", FOUND)], network=FakeNetwork()
    )
    assert answer.servers[0].sources == ("directory",)
    assert ended(answer) == {"directory": "found"}


def test_options_that_name_an_unknown_source_are_the_callers_mistake() -> None:
    """A ``ValueError`` before anything is asked."""
    with pytest.raises(ValueError, match="gopher"):
        Options(sources=["gopher"])
