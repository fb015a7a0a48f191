"""Which database is in use: the bundled one, or a newer one that was fetched."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from mailsetup.blocking import discover
from mailsetup.errors import InvalidDocument
from mailsetup.model import Options
from mailsetup.providers import in_use
from mailsetup.providers.database import Database, bundled, bundled_bytes
from mailsetup.providers.in_use import age, choose, sealed, unsealed
from tests.providers.published import database
from tests.support.program import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OFFLINE = Options(offline=True, probe=False)


def installed(folder: Path, content: bytes) -> Path:
    path = folder / "mailsetup" / in_use.FILE_NAME
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def chosen_anew() -> Iterator[None]:
    """The choice is made once a process: let this test make its own, and the next one too."""
    in_use.choice.cache_clear()
    yield
    in_use.choice.cache_clear()


def test_without_a_fetched_one_the_bundled_one_is_in_use(tmp_path: Path) -> None:
    """Nothing there is nothing wrong."""
    assert choose(tmp_path / "none" / "providers.json") == (bundled(), None, None, "")


def test_the_newer_one_is_in_use(tmp_path: Path) -> None:
    """A fetched database replaces the bundled one as a whole."""
    path = installed(tmp_path, sealed(database()))
    choice = choose(path)
    assert (choice.updated, choice.fault) == (path, "")
    assert choice.database.by_domain("far.example") is not None
    assert choice.database.by_domain("gmail.com") is None
    assert choice.compiled() == database()


def test_an_upgraded_package_wins_over_older_fetched_data(tmp_path: Path) -> None:
    """What was fetched before the package was upgraded is passed over, and is no fault."""
    path = installed(tmp_path, sealed(database(checked=date(2020, 1, 1))))
    assert choose(path) == (bundled(), None, None, "")


def damaged(content: bytes) -> bytes:
    return content.replace(b'"far.example"', b'"fur.example"', 1)


BROKEN = {
    "damaged": damaged(sealed(database())),
    "cut short": sealed(database())[:-40],
    "empty record": sealed(database()[:-20]),
    "of another format": sealed(database().replace(b'{"format":2', b'{"format":9', 1)),
    "no database": sealed(b'{"format":2,"date":"2090-01-01","made":"2090-01-02T00:00:00Z"}'),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_one_is_told_and_passed_over(tmp_path: Path, content: bytes) -> None:
    """Whatever has become of the file, look-ups go on with the bundled data."""
    path = installed(tmp_path, content)
    choice = choose(path)
    assert (choice.database, choice.updated, choice.broken) == (bundled(), None, path)
    assert choice.fault.endswith(".")


def test_rubbish_is_older_than_anything(tmp_path: Path) -> None:
    """A file that does not even begin as a database is not read on."""
    assert choose(installed(tmp_path, b"")).database is bundled()
    assert choose(installed(tmp_path, b"<html>" * 1000)).database is bundled()


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    """What cannot be read is a fault with the system's words."""
    choice = choose(tmp_path)
    assert choice.broken == tmp_path
    assert "directory" in choice.fault


def test_the_age_is_read_without_the_rest() -> None:
    """The first octets say which of two is the newer: the newest fact first, then the time it was made."""
    assert age(bundled_bytes())[0] == str(bundled().date)
    assert age(database()) > age(bundled_bytes())
    assert age(database(made="2090-01-03T00:00:00Z")) > age(database()) > age(database(made=""))
    assert age(b"") == age(b"rubbish") == ("", "")


def test_a_seal_is_checked() -> None:
    """One wrong octet anywhere is noticed."""
    content = sealed(database())
    assert unsealed(content) == database()
    for position in range(0, len(content), 7):
        wrong = bytearray(content)
        wrong[position] ^= 1
        with pytest.raises(InvalidDocument):
            unsealed(bytes(wrong))


@pytest.mark.usefixtures("chosen_anew")
def test_a_look_up_asks_the_one_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result shows its servers and its date."""
    path = installed(tmp_path, sealed(database()))
    monkeypatch.setattr(in_use, "updated_path", lambda: path)
    found = discover("x@far.example", options=OFFLINE)
    assert found.imap is not None
    assert (found.imap.hostname, found.data_date) == ("imap.far.example", date(2090, 1, 1))
    assert found.problems == ()


@pytest.mark.usefixtures("chosen_anew")
def test_a_look_up_tells_of_a_broken_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on with the bundled data, and names the file and what is wrong with it."""
    path = installed(tmp_path, BROKEN["damaged"])
    monkeypatch.setattr(in_use, "updated_path", lambda: path)
    found = discover("x@gmail.com", options=OFFLINE)
    assert found.imap is not None
    (told,) = found.problems
    assert (told.code, told.subject) == ("provider-data-broken", str(path))
    assert "damaged" in told.message


def test_the_program_finds_it_where_the_platform_keeps_data(tmp_path: Path) -> None:
    """``XDG_DATA_HOME`` on Linux; ``--version`` says which data is in use, and what is wrong with the other."""
    path = installed(tmp_path, sealed(database()))
    found = run("x@far.example", "--offline", "--json", XDG_DATA_HOME=str(tmp_path))
    assert json.loads(found.out)["incoming"]["hostname"] == "imap.far.example"
    assert "2090-01-01" in run("--version", XDG_DATA_HOME=str(tmp_path)).out
    path.write_bytes(BROKEN["damaged"])
    version = run("--version", XDG_DATA_HOME=str(tmp_path), LANG="de_DE.UTF-8")
    assert str(bundled().date) in version.out
    assert str(path) in version.err
    assert "Anbieterdaten" in version.err


@pytest.mark.parametrize("ask", ["by_domain", "by_pattern", "by_mx", "by_id"])
def test_a_look_up_decodes_one_record_at_most(ask: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many providers there are, only the one that is asked for is taken apart; for a stranger none is."""
    fresh = Database(bundled_bytes())
    decoded: list[object] = []
    whole = json.loads

    def counted(text: bytes) -> object:
        decoded.append(text)
        return whole(text)

    monkeypatch.setattr(json, "loads", counted)
    names = {"by_domain": "gmail.com", "by_pattern": "", "by_mx": "aspmx.l.google.com", "by_id": "gmail"}
    pattern = next(iter(fresh._patterns.values()))[0][0].replace("*", "shop")
    look_up = getattr(fresh, ask)
    assert look_up("nobody.example") is None
    assert decoded == []
    assert look_up(names[ask] or pattern) is not None
    assert len(decoded) == 1
    assert look_up(names[ask] or pattern) is not None
    assert len(decoded) == 1


def test_size_and_memory_of_the_data() -> None:
    """The compiled data stays below 1 MB on disk and 5 MB in memory, whatever is added to it."""
    import tracemalloc

    data = bundled_bytes()
    assert len(data) <= 1_000_000
    tracemalloc.start()
    empty = tracemalloc.get_traced_memory()[0]
    kept = Database(bytes(bytearray(data)))  # a copy, so that its octets are counted too
    for entry in kept:
        assert entry.id
    taken = tracemalloc.get_traced_memory()[0] - empty
    tracemalloc.stop()
    assert taken <= 5_000_000
