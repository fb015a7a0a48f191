"""Fetching provider data from a real web server, over TLS, and everything that can go wrong on the way."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from mailsetup.cli.providers.fetching import fetch_and_take_over
from mailsetup.errors import InvalidDocument, InvalidOptions, NetworkError
from mailsetup.model import Options
from mailsetup.providers.in_use import choose
from mailsetup.providers.in_use import sealed as sealed_form
from mailsetup.providers.update import MAX_DATABASE
from tests.lab.availability import unavailable
from tests.lab.publisher import Publisher
from tests.providers.published import database, new_key, signed
from tests.support.program import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.authority import Authority
    from tests.lab.unbound import Unbound
    from tests.lab.world import World

pytestmark = pytest.mark.lab

KEY, OTHER = new_key(), new_key()
OLD = database(made="2090-01-01T00:00:00Z", name="Old")
NEW = database(made="2090-02-01T00:00:00Z", name="New")
GOOD = signed(NEW, KEY)


@pytest.fixture(scope="module")
def publisher(world: World, authority: Authority, unbound: Unbound) -> Iterator[Publisher]:
    """Where data is published."""
    server = Publisher(world, authority)
    with server.daemon:
        yield server


@pytest.fixture
def options(world: World, authority: Authority) -> Options:
    """Trust the lab's authority, and ask its resolver."""
    return Options(nameservers=(world.nameserver,), ca_file=authority.file, timeout=10)


def fetch(url: str, path: Path, options: Options) -> Any:
    """Fetch as somebody who trusts ``KEY``."""
    return fetch_and_take_over(url, options=options, path=path, keys=[KEY.public])


@pytest.mark.parametrize("way", ["", "moved/"])
def test_newer_data_is_taken_over(publisher: Publisher, options: Options, tmp_path: Path, way: str) -> None:
    """Straight or by a redirect within https, packed with gzip on the way: the octets are those that were signed."""
    publisher.publish("new.json", NEW, GOOD)
    path = tmp_path / "providers.json"
    taken = fetch(publisher.url(f"{way}new.json"), path, options)
    assert taken.database.by_domain("far.example") is not None
    assert path.read_bytes() == sealed_form(NEW)
    assert fetch(publisher.url("new.json"), path, options) is None


CASES: dict[str, tuple[str, bytes | None, bytes | None, type[Exception], str]] = {
    "wrong signature": ("x.json", NEW, signed(NEW, OTHER), InvalidDocument, "signature"),
    "signature of another file": ("x.json", NEW, signed(OLD, KEY), InvalidDocument, "signature"),
    "truncated": ("x.json", NEW[: len(NEW) // 2], GOOD, InvalidDocument, "signature"),
    "truncated before it was signed": ("x.json", NEW[:-9], signed(NEW[:-9], KEY), InvalidDocument, "truncated"),
    "too large": ("x.json", b" " * (MAX_DATABASE + 1), GOOD, NetworkError, "too-large"),
    "signature too large": ("x.json", NEW, b"A" * 5000, NetworkError, "too-large"),
    "older": ("x.json", OLD, signed(OLD, KEY), InvalidDocument, "older"),
    "not there": ("x.json", None, GOOD, InvalidDocument, "not-there"),
    "no signature there": ("x.json", NEW, None, InvalidDocument, "not-there"),
    "garbage, signed": ("x.json", b"\x00garbage\xff", signed(b"\x00garbage\xff", KEY), InvalidDocument, "not-database"),
    "newer format": (
        "x.json",
        NEW.replace(b'{"format":2', b'{"format":7', 1),
        signed(NEW.replace(b'{"format":2', b'{"format":7', 1), KEY),
        InvalidDocument,
        "format",
    ),
    "redirect to http": ("downgrade/x.json", NEW, GOOD, NetworkError, "redirect-to-http"),
    "connection cut": ("cut/x.json", NEW, GOOD, NetworkError, "bad-response"),
}


@pytest.mark.parametrize(("place", "document", "signature", "error", "reason"), CASES.values(), ids=CASES.keys())
def test_what_is_wrong_changes_nothing(
    publisher: Publisher,
    options: Options,
    tmp_path: Path,
    place: str,
    document: bytes | None,
    signature: bytes | None,
    error: type[Exception],
    reason: str,
) -> None:
    """The data in use stays to the octet, nothing is left in the folder, and nothing was asked for without TLS."""
    path = tmp_path / "providers.json"
    middle = database(made="2090-01-15T00:00:00Z", name="Middle")
    path.write_bytes(sealed_form(middle))
    publisher.publish("x.json", document, signature)
    with pytest.raises(error) as caught:
        fetch(publisher.url(place), path, options)
    assert getattr(caught.value, "reason" if error is NetworkError else "code") == reason
    assert path.read_bytes() == sealed_form(middle)
    assert [each.name for each in tmp_path.iterdir()] == ["providers.json"]
    assert choose(path).updated == path
    assert publisher.asked_in_the_clear() == []


def test_http_is_not_even_tried(publisher: Publisher, options: Options, tmp_path: Path) -> None:
    """An http URL is the caller's mistake."""
    publisher.publish("new.json", NEW, GOOD)
    with pytest.raises(InvalidOptions):
        fetch(publisher.clear_url("new.json"), tmp_path / "providers.json", options)
    assert publisher.asked_in_the_clear() == []


def test_an_unknown_authority_is_not_believed(publisher: Publisher, options: Options, tmp_path: Path) -> None:
    """The right signature over the wrong TLS is not fetched at all (TLS-02)."""
    url = publisher.publish("new.json", NEW, GOOD)
    with pytest.raises(NetworkError) as caught:
        fetch(url, tmp_path / "providers.json", options.model_copy(update={"ca_file": None}))
    assert caught.value.reason.startswith("certificate-")


def test_a_folder_that_cannot_be_written(publisher: Publisher, options: Options, tmp_path: Path) -> None:
    """The failure is the system's, and there is nothing to clean up."""
    url = publisher.publish("new.json", NEW, GOOD)
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError, match=r"exists|directory"):
        fetch(url, tmp_path / "data" / "providers.json", options)
    assert [each.name for each in tmp_path.iterdir()] == ["data"]


@pytest.fixture
def small_disk(sealed: None, tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB, in the lab's namespace only."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False)
    if mounted.returncode:
        unavailable("nothing can be mounted in this namespace")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_is_full(publisher: Publisher, options: Options, small_disk: Path) -> None:
    """A real one: the old data stays in use, and the half that was written is gone again."""
    path = small_disk / "providers.json"
    path.write_bytes(sealed_form(OLD))
    large = database(made="2090-02-01T00:00:00Z", domains=[f"far{number}.example" for number in range(8000)])
    url = publisher.publish("large.json", large, signed(large, KEY))
    with pytest.raises(OSError, match="No space left"):
        fetch(url, path, options)
    assert path.read_bytes() == sealed_form(OLD)
    assert [each.name for each in small_disk.iterdir()] == ["providers.json"]
    assert choose(path).updated == path


def test_a_disk_that_is_read_only(publisher: Publisher, options: Options, small_disk: Path) -> None:
    """Told in the system's words; the old data stays in use."""
    path = small_disk / "providers.json"
    path.write_bytes(sealed_form(OLD))
    url = publisher.publish("new.json", NEW, GOOD)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(OSError, match="Read-only"):
        fetch(url, path, options)
    assert path.read_bytes() == sealed_form(OLD)


def test_the_program_refuses_what_the_release_does_not_trust(
    publisher: Publisher, world: World, authority: Authority, tmp_path: Path
) -> None:
    """As people run it, a signature by any key but the pinned ones is told, and look-ups go on as before."""
    url = publisher.publish("new.json", NEW, GOOD)
    door = ("--nameserver", world.nameserver, "--ca-file", str(authority.file))
    ended = run("providers", "update", "--url", url, *door, "--lang", "de", XDG_DATA_HOME=str(tmp_path))
    assert (ended.code, ended.out) == (1, "")
    assert "Die Unterschrift stammt von keinem Schlüssel, dem dieses Programm vertraut." in ended.err
    assert not list(tmp_path.rglob("providers.json"))
    assert run("x@gmail.com", "--offline", XDG_DATA_HOME=str(tmp_path)).code == 0
