"""Fetching provider data: what is asked for, what is refused, and what people are told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from mailsetup.cli.providers import fetching
from mailsetup.cli.providers.fetching import fetch_and_take_over
from mailsetup.cli.providers.update import FAILURES, REFUSALS, update
from mailsetup.errors import InvalidDocument, InvalidOptions, NetworkError
from mailsetup.model import Options
from mailsetup.net import open_network
from mailsetup.providers import in_use, pinned_key
from mailsetup.providers.signature import MAX_SIGNATURE
from mailsetup.providers.update import MAX_DATABASE
from mailsetup.testing import FakeNetwork, Page
from tests.providers.published import database, new_key, signed
from tests.support.program import run

if TYPE_CHECKING:
    from pathlib import Path

KEY = new_key()
URL = "https://data.corp.example/providers.json"
NOWHERE = ("--nameserver", "127.0.0.1:1", "--timeout", "3")


def pages(document: Any = None, signature: Any = None) -> dict[str, Any]:
    """What is published; what is given takes the place of the good pages."""
    return {
        URL: database() if document is None else document,
        f"{URL}.sig": signed(database(), KEY) if signature is None else signature,
    }


def fetch(folder: Path, network: FakeNetwork, *, url: str = URL) -> Any:
    options = Options(network=network, timeout=2)
    return fetch_and_take_over(url, options=options, path=folder / "providers.json", keys=[KEY.public])


def test_two_questions_and_no_more(tmp_path: Path) -> None:
    """The signature, then the database; nothing about the user is in either."""
    network = FakeNetwork(pages=pages())
    taken = fetch(tmp_path, network)
    assert taken.database.by_domain("far.example") is not None
    assert network.asked == [f"GET {URL}.sig", f"GET {URL}"]
    assert [dict(request.headers) for request in network.requests] == [{}, {}]
    assert fetch(tmp_path, network) is None


def test_a_query_stays_a_query(tmp_path: Path) -> None:
    """``.sig`` belongs to the path."""
    url = f"{URL}?channel=stable"
    network = FakeNetwork(pages={url: database(), f"{URL}.sig?channel=stable": signed(database(), KEY)})
    assert fetch(tmp_path, network, url=url) is not None


@pytest.mark.parametrize("url", [URL.replace("https", "http"), "ftp://corp.example/x", "file:///etc/passwd", "x", ""])
def test_only_https(tmp_path: Path, url: str) -> None:
    """Anything else is refused before a packet leaves."""
    network = FakeNetwork(pages=pages())
    with pytest.raises(InvalidOptions):
        fetch(tmp_path, network, url=url)
    assert network.asked == []


@pytest.mark.parametrize(
    ("published", "reason"),
    [
        (pages(Page.redirect("http://data.corp.example/providers.json")), "redirect-to-http"),
        (pages(signature=Page.redirect("http://data.corp.example/providers.json.sig")), "redirect-to-http"),
        (pages(b"x" * (MAX_DATABASE + 1)), "too-large"),
        (pages(signature=b"x" * (MAX_SIGNATURE + 1)), "too-large"),
        (pages(Page(fault="certificate-untrusted")), "certificate-untrusted"),
        (pages(Page(fault="timed-out")), "timed-out"),
        ({}, "nxdomain"),
    ],
)
def test_what_the_network_refuses(tmp_path: Path, published: dict[str, Any], reason: str) -> None:
    """No redirect to http, no endless body, no wrong certificate; nothing is written."""
    with pytest.raises(NetworkError) as caught:
        fetch(tmp_path, FakeNetwork(pages=published))
    assert caught.value.reason == reason
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("published", [pages(404), pages(signature=404), pages(500), pages(Page(status=204))])
def test_what_is_not_there(tmp_path: Path, published: dict[str, Any]) -> None:
    """Only a 200 is an answer."""
    with pytest.raises(InvalidDocument) as caught:
        fetch(tmp_path, FakeNetwork(pages=published))
    assert caught.value.code == "not-there"


def test_a_redirect_within_https_is_followed(tmp_path: Path) -> None:
    """Releases are often kept elsewhere; the signature says whose they are."""
    elsewhere = "https://files.corp.example/42"
    network = FakeNetwork(pages={**pages(Page.redirect(elsewhere)), elsewhere: database()})
    assert fetch(tmp_path, network) is not None


# The command


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder, and a release that trusts ``KEY``."""
    path = tmp_path / "providers.json"
    monkeypatch.setattr(in_use, "updated_path", lambda: path)
    monkeypatch.setattr(pinned_key, "PINNED_KEYS", (KEY.public,))
    return path


def command(*arguments: str) -> Any:
    """Run the command in this process."""
    app = typer.Typer()
    app.command()(update)
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def with_network(monkeypatch: pytest.MonkeyPatch, network: FakeNetwork) -> None:
    monkeypatch.setattr(fetching, "open_network", lambda _: open_network(Options(network=network)))


def test_the_command_says_what_is_in_use_now(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The date and the number of providers; a second time, that there is nothing new; in the user's language."""
    with_network(monkeypatch, FakeNetwork(pages=pages()))
    first, second = command("--url", URL), command("--url", URL, "--lang", "de")
    assert (first.exit_code, first.output) == (0, "The provider data of 2090-01-01 is in use now: 1 providers.\n")
    assert (second.exit_code, second.output) == (0, "Die Anbieterdaten sind auf dem neuesten Stand.\n")
    assert at_home.exists()


@pytest.mark.parametrize(
    ("published", "sentence"),
    [
        (pages(signature=signed(database(), new_key())), REFUSALS["signature"]),
        (pages(404), REFUSALS["not-there"]),
        (pages(Page(fault="certificate-name-mismatch")), FAILURES["certificate"]),
        (pages(Page(fault="redirect-loop")), FAILURES["other"]),
        (pages(Page(fault="dns-servfail")), FAILURES["dns"]),
        (pages(Page(fault="too-large")), FAILURES["too-large"]),
    ],
)
def test_the_command_says_why_not(
    at_home: Path, monkeypatch: pytest.MonkeyPatch, published: dict[str, Any], sentence: str
) -> None:
    """Exit 1, that the old data stays, why, and the exact reason for whoever is to mend it."""
    with_network(monkeypatch, FakeNetwork(pages=published))
    ended = command("--url", URL)
    assert ended.exit_code == 1
    assert "the data in use stays" in ended.output
    assert sentence in ended.output
    assert not at_home.exists()


def test_the_command_says_that_it_cannot_write(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file and the system's words."""
    blocked = at_home / "providers.json"
    at_home.write_text("in the way", encoding="utf-8")
    monkeypatch.setattr(in_use, "updated_path", lambda: blocked)
    with_network(monkeypatch, FakeNetwork(pages=pages()))
    ended = command("--url", URL, "--lang", "de")
    assert ended.exit_code == 1
    assert "Sie lassen sich nicht speichern." in ended.output
    assert str(at_home) in ended.output


def test_the_command_says_which_package_is_missing(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the command that mends it, and not a packet sent."""
    network = FakeNetwork(pages=pages())
    with_network(monkeypatch, network)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    ended = command("--url", URL)
    assert ended.exit_code == 2
    assert "pip install 'mailsetup[update]'" in ended.output
    assert (network.asked, at_home.exists()) == ([], False)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), 2, "--url"),
        (("--lang", "de"), 2, "Nennen Sie eine mit --url."),
        (("--url", "http://data.corp.example/x"), 2, "https://"),
        (("--url", URL, *NOWHERE), 1, "stays"),
        (("--url", URL, "--proxy", "gopher://x", *NOWHERE), 2, "proxy"),
    ],
)
def test_bad_usage_and_no_network(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    """As the program it is: a message, the right exit code, no traceback."""
    ended = run("providers", "update", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert sentence in ended.err
    assert "Traceback" not in ended.err


def test_no_other_command_fetches() -> None:
    """Data is fetched when somebody asks for it, and at no other time: only the command imports what fetches."""
    from pathlib import Path

    import mailsetup

    package = Path(str(mailsetup.__file__)).parent
    users = [path.name for path in package.rglob("*.py") if "providers.fetching" in path.read_text(encoding="utf-8")]
    assert users == ["update.py"]
