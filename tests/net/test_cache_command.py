"""``mailsetup cache``: what is kept, shown and forgotten, as the program that people start."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import TYPE_CHECKING

from mailsetup.net.cache.disk import FILE_NAME, DiskStore
from mailsetup.net.cache.store import Kept, Key
from mailsetup.net.interface import Answer, Answered, Response
from tests.support.program import run

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://autoconfig.corp.example/mail/config-v1.1.xml"


def fill(folder: Path) -> float:
    """Keep two answers; give the time they were kept at."""
    now, store = time.time(), DiskStore(folder, noticed=[])
    store.put(Key("s", f"{URL}\naccept: text/xml"), Kept(Response(200, URL, {}, b"x"), now, now + 600))
    store.put(Key("s", "corp.example MX"), Kept(Answer("corp.example", "MX", Answered.NODATA), now, now + 300))
    store.close()
    return now


def test_what_is_kept_is_shown(tmp_path: Path) -> None:
    """Questions and times, what ends first at the top, for people and for programs."""
    now = fill(tmp_path)
    ended = run("cache", "show", "--cache-dir", str(tmp_path))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.index("corp.example MX") < ended.out.index(URL)
    read = json.loads(run("cache", "show", "--json", MAILSETUP_CACHE_DIR=str(tmp_path)).out)
    assert [row["asked"] for row in read] == ["corp.example MX", URL]
    assert abs(datetime.fromisoformat(read[0]["until"]).timestamp() - now - 300) < 1


def test_what_is_kept_is_forgotten(tmp_path: Path) -> None:
    """And then there is nothing to show, in the user's language."""
    fill(tmp_path)
    assert run("cache", "clear", "--cache-dir", str(tmp_path)).code == 0
    ended = run("cache", "show", "--lang", "de", "--cache-dir", str(tmp_path), COLUMNS="500")
    assert (ended.code, ended.out) == (0, f"In {tmp_path} ist nichts aufbewahrt.\n")


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """Looking makes none."""
    assert run("cache", "show", "--cache-dir", str(tmp_path / "none")).code == 0
    assert run("cache", "clear", "--cache-dir", str(tmp_path / "none")).code == 0
    assert not (tmp_path / "none").exists()


def test_without_a_folder_it_says_which_flag_is_missing() -> None:
    """There is no folder by default: nothing is kept on disk unless somebody asks for it."""
    ended = run("cache", "show", COLUMNS="100")
    assert ended.code == 2
    assert "--cache-dir" in ended.err


def test_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    """No traceback; ``clear`` mends it."""
    (tmp_path / FILE_NAME).write_bytes(b"rubbish" * 1000)
    ended = run("cache", "show", "--cache-dir", str(tmp_path))
    assert ended.code == 1
    assert "cannot be read" in ended.err
    assert "Traceback" not in ended.err
    assert run("cache", "clear", "--cache-dir", str(tmp_path)).code == 0
    assert run("cache", "show", "--cache-dir", str(tmp_path)).code == 0
