"""The store on disk: shared by processes, survives them, and never stands in the way."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mailsetup.errors import InvalidDocument
from mailsetup.net.cache import disk
from mailsetup.net.cache.disk import FILE_NAME, DiskStore, clear, rows
from mailsetup.net.cache.store import Kept, Key
from mailsetup.net.interface import Answer, Answered, Response

if TYPE_CHECKING:
    from pathlib import Path

    from mailsetup.model import Problem

KEY = Key("scope", "corp.example MX")
KEPT = Kept(Answer("corp.example", "MX", Answered.NODATA, ttl=300), 100.0, 400.0)

WRITER = """
import sys
from pathlib import Path
from mailsetup.net.cache.disk import DiskStore
from mailsetup.net.cache.store import Kept, Key
from mailsetup.net.interface import Answer, Answered
folder, name, calls = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
noticed = []
print("ready", flush=True)
for call in range(calls):
    store = DiskStore(folder, noticed=noticed)
    for number in range(20):
        question = f"{name}-{call}-{number}.example MX"
        store.put(Key("scope", question), Kept(Answer(question, "MX", Answered.NODATA, ttl=300), 1.0, 9e9))
        store.get(Key("scope", f"other-{number}.example MX"))
    store.close()
assert noticed == [], noticed
"""


def store_in(folder: Path, noticed: list[Problem] | None = None) -> DiskStore:
    return DiskStore(folder, noticed=[] if noticed is None else noticed)


def read(folder: Path, noticed: list[Problem] | None = None) -> Kept | None:
    """Look for the one answer in a call of its own."""
    store = store_in(folder, noticed)
    try:
        return store.get(KEY)
    finally:
        store.close()


def written(folder: Path) -> None:
    """Leave one answer in a folder."""
    store = store_in(folder)
    store.put(KEY, KEPT)
    store.close()


def writer(folder: Path, name: str, calls: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name, str(calls)], stdout=subprocess.PIPE)


def test_what_is_written_is_there_for_the_next(tmp_path: Path) -> None:
    """It is held back until the call ends, but the call itself sees it at once."""
    store = store_in(tmp_path)
    store.put(KEY, KEPT)
    assert store.get(KEY) == KEPT
    assert read(tmp_path) is None
    store.close()
    assert read(tmp_path) == KEPT


def test_a_long_call_writes_now_and_then(tmp_path: Path) -> None:
    """What is held back is bounded, and a crash loses no more than that."""
    store = store_in(tmp_path)
    for number in range(disk.BATCH + 1):
        store.put(Key("scope", f"{number}.example A"), KEPT)
    assert len(rows(tmp_path)) == disk.BATCH
    store.close()
    assert len(rows(tmp_path)) == disk.BATCH + 1


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of this kind exist on POSIX only")
def test_the_folder_is_for_the_user_alone(tmp_path: Path) -> None:
    """It says whom the user writes to."""
    folder = tmp_path / "made" / "here"
    written(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of this kind exist on POSIX only")
@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_can_write_is_not_used(tmp_path: Path, mode: int) -> None:
    """Whoever can write it could say where passwords go."""
    written(tmp_path)
    (tmp_path / FILE_NAME).chmod(mode)
    noticed: list[Problem] = []
    assert read(tmp_path, noticed) is None
    assert [problem.code for problem in noticed] == ["cache-unusable"]


def test_processes_write_at_the_same_time(tmp_path: Path) -> None:
    """Four of them, forty calls each, on a file that none has made before: nothing breaks, and most is kept.

    A call that finds the file locked for too long loses its own answers, and no other ones.
    """
    programs = [writer(tmp_path, f"w{number}", 40) for number in range(4)]
    for program in programs:
        program.communicate(timeout=120)
    assert [program.returncode for program in programs] == [0] * 4
    kept = len(rows(tmp_path))
    assert kept % 20 == 0
    assert kept > 0.5 * 4 * 40 * 20
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_process_damages_nothing(tmp_path: Path) -> None:
    """Killed at any moment, it leaves a file that the next one reads and writes, also beside a call that still goes on.

    Closing the file other than through SQLite would end the locks of that call, and this test would fail.
    """
    still_open = store_in(tmp_path)
    chance = random.Random(5)  # noqa: S311  (moments, no secrets)
    for number in range(8):
        program = writer(tmp_path, f"k{number}", 10_000)
        assert program.stdout is not None
        program.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.15))
        program.kill()
        program.communicate(timeout=60)
        noticed: list[Problem] = []
        store = store_in(tmp_path, noticed)
        store.put(KEY, KEPT)
        store.close()
        assert noticed == []
        assert read(tmp_path) == KEPT
    still_open.close()
    assert len(rows(tmp_path)) > 1


def test_a_locked_file_is_passed_over(tmp_path: Path) -> None:
    """Nobody waits long for it, nobody is told, and the answers go without being kept."""
    written(tmp_path)
    noticed: list[Problem] = []
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("BEGIN IMMEDIATE")
        store = store_in(tmp_path, noticed)
        assert store.get(KEY) == KEPT, "readers are not kept out"
        store.put(Key("scope", "other.example MX"), KEPT)
        started = time.perf_counter()
        store.close()
        assert time.perf_counter() - started < 10 * disk.PATIENCE
    database.close()
    assert noticed == []
    assert len(rows(tmp_path)) == 1


def test_a_damaged_file_is_told_and_left(tmp_path: Path) -> None:
    """Wherever the damage is: what cannot be read is not used, nothing is raised, one problem is told."""
    pristine = tmp_path / "pristine"
    store = store_in(pristine)
    for number in range(300):
        store.put(Key("scope", f"{number}.example MX"), KEPT)
    store.close()
    whole, chance = (pristine / FILE_NAME).read_bytes(), random.Random(7)  # noqa: S311  (places, no secrets)
    told = 0
    for number in range(40):
        folder = tmp_path / str(number)
        folder.mkdir()
        at, length = chance.randrange(len(whole)), chance.choice([1, 100, 5000])
        damaged = whole[:at] + chance.randbytes(length) + whole[at + length :]
        (folder / FILE_NAME).write_bytes(damaged if number % 2 else whole[:at])
        (folder / FILE_NAME).chmod(0o600)
        noticed: list[Problem] = []
        store = store_in(folder, noticed)
        for key in (KEY, *(Key("scope", f"{one}.example MX") for one in range(0, 300, 10))):
            assert store.get(key) in (None, KEPT) or noticed == []
        store.put(KEY, KEPT)
        store.close()
        assert [problem.code for problem in noticed] in ([], ["cache-unusable"])
        told += len(noticed)
    assert told > 5


def test_a_row_that_somebody_wrote_is_told(tmp_path: Path) -> None:
    """A sound file with an answer in it that is none."""
    written(tmp_path)
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("UPDATE kept SET answer = 'rubbish'")
    database.close()
    noticed: list[Problem] = []
    assert read(tmp_path, noticed) is None
    assert [problem.code for problem in noticed] == ["cache-unusable"]


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    """A file in its place, for one; everything else works without it."""
    (tmp_path / "taken").touch()
    noticed: list[Problem] = []
    store = store_in(tmp_path / "taken", noticed)
    store.put(KEY, KEPT)
    assert store.get(KEY) == KEPT, "for this call it is known all the same"
    store.close()
    (told,) = noticed
    assert told.message.count(str(tmp_path / "taken")) == 1


def test_what_is_over_goes(tmp_path: Path) -> None:
    """Whoever writes sweeps up."""
    written(tmp_path)
    store = store_in(tmp_path)
    store.put(Key("scope", "later.example MX"), Kept(KEPT.value, 401.0, 700.0))
    store.close()
    assert [row.question for row in rows(tmp_path)] == ["later.example MX"]


def test_the_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it the older half goes, and its room is used again."""
    monkeypatch.setattr(disk, "MAX_SIZE", 200_000)
    for number in range(40):
        store = store_in(tmp_path)
        kept = Kept(Response(200, "", {}, bytes(10_000)), 100.0 + number, 9e9)
        store.put(Key("scope", f"https://{number}.example/"), kept)
        store.close()
    questions = {row.question for row in rows(tmp_path)}
    assert "https://39.example/" in questions
    assert "https://0.example/" not in questions
    assert (tmp_path / FILE_NAME).stat().st_size < 400_000


def test_clearing_forgets_everything_and_touches_nothing_else(tmp_path: Path) -> None:
    """Not even the names are left in the file; other files are; a process that has it open goes on."""
    written(tmp_path)
    (tmp_path / "other.txt").write_text("mine")
    store = store_in(tmp_path)
    clear(tmp_path)
    assert store.get(KEY) is None
    store.put(KEY, KEPT)
    store.close()
    assert len(rows(tmp_path)) == 1
    clear(tmp_path)
    assert rows(tmp_path) == []
    assert b"corp.example" not in b"".join(path.read_bytes() for path in tmp_path.glob("answers*"))
    assert (tmp_path / "other.txt").read_text() == "mine"
    clear(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_clearing_mends_a_damaged_file(tmp_path: Path) -> None:
    """What cannot be read is deleted, with the log beside it, and the next call begins anew."""
    for ending in ("", "-wal"):
        (tmp_path / (FILE_NAME + ending)).write_bytes(b"rubbish" * 1000)
    with pytest.raises(InvalidDocument):
        rows(tmp_path)
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []
    written(tmp_path)
    assert len(rows(tmp_path)) == 1


def test_clearing_does_not_break_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another process does not let go, it says so and deletes nothing."""
    monkeypatch.setattr(disk, "CLEARING", 0.05)
    written(tmp_path)
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("BEGIN IMMEDIATE")
        with pytest.raises(OSError, match=FILE_NAME):
            clear(tmp_path)
    database.close()
    assert len(rows(tmp_path)) == 1
