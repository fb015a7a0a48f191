"""``mailsetup bulk``: rows in, rows out, whatever ends it."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailsetup import Discovery
from tests.support.program import COMMAND, TIMEOUT, environment, run, run_in_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

DOMAINS = ("gmail.com", "gmx.de", "nobody.com", "yahoo.com", "not a domain")


def addresses(number: int) -> list[str]:
    return [f"user{place}@{DOMAINS[place % len(DOMAINS)]}" for place in range(number)]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A file of addresses, some of them wrong."""
    path = tmp_path / "in.txt"
    path.write_text("\n".join(addresses(25)) + "\n", encoding="utf-8")
    return path


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_row_for_each_address_in_their_order(listed: Path) -> None:
    """An address that is none has a row too, which says why."""
    ended = run("bulk", str(listed), "--offline")
    assert (ended.code, ended.err) == (0, "")
    told = rows(ended.out)
    assert [row["address"] for row in told] == addresses(25)
    assert told[0]["incoming"] == {
        "protocol": "imap", "hostname": "imap.gmail.com", "port": 993, "security": "tls",
        "username": "user0@gmail.com", "auth": ["oauth2", "password"], "needs_consent": False, "confirmed": False,
    }  # fmt: skip
    assert (told[2]["found"], told[2]["incoming"], told[2]["problems"]) == (False, None, ["nothing-known-offline"])
    assert told[4]["error"] == "space" or told[4]["error"]


def test_the_whole_result_on_request(listed: Path) -> None:
    """``--full`` writes what ``check --json`` writes."""
    first = run("bulk", str(listed), "--offline", "--full").out.splitlines()[0]
    assert Discovery.model_validate_json(first).address == "user0@gmail.com"


def test_csv_in_and_out(tmp_path: Path) -> None:
    """A column by its name, quoting and line breaks included; a formula is no formula any more."""
    source = tmp_path / "in.csv"
    source.write_text('\ufeffname,mail\n"a\nb",x@gmail.com\nc,"=1+1@gmail.com"\nd,\ne,"two\nlines"\n', encoding="utf-8")
    ended = run("bulk", str(source), "--column", "mail", "--format", "csv", "--offline")
    told = list(csv.DictReader(io.StringIO(ended.out)))
    assert [row["address"] for row in told] == ["x@gmail.com", "'=1+1@gmail.com", "", "two lines"]
    assert told[0]["incoming_hostname"] == "imap.gmail.com"
    assert [row["error"] for row in told] == ["", "", "empty", "line-break"]
    assert len(ended.out.splitlines()) == 5


def test_json_lines_from_standard_input() -> None:
    """``-`` reads a pipe."""
    given = '{"mail": "x@gmail.com"}\n\n{"mail": null}\n'
    ended = subprocess.run(
        [*COMMAND, "bulk", "-", "--key", "mail", "--offline"],
        input=given.encode(), capture_output=True, env=environment(), timeout=TIMEOUT, check=True,
    )  # fmt: skip
    assert [row["address"] for row in rows(ended.stdout.decode())] == ["x@gmail.com", ""]


@pytest.mark.parametrize(
    "flags",
    [("--resume",), ("--column", "nothing"), ("--key", "mail"), ("--column", "a", "--key", "b"),
     ("--full", "--format", "csv"), ("--concurrency", "0")],
)  # fmt: skip
def test_bad_usage_is_a_sentence(listed: Path, flags: tuple[str, ...]) -> None:
    """And exit code 2, without a traceback."""
    ended = run("bulk", str(listed), "--offline", *flags)
    assert ended.code == 2
    assert ended.err.strip()
    assert "Traceback" not in ended.err


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    """As everywhere."""
    ended = run("bulk", str(tmp_path / "none"), "--offline")
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_a_terminal_sees_progress(listed: Path, tmp_path: Path) -> None:
    """Rows, rate and time left, on standard error."""
    ended = run_in_terminal("bulk", str(listed), "--offline", "--output", str(tmp_path / "out"))
    assert ended.code == 0
    assert "/s" in ended.out
    assert len((tmp_path / "out").read_text().splitlines()) == 25


@pytest.mark.parametrize("format", ["jsonl", "csv"])
@pytest.mark.parametrize("cut", [0, 1, 10, 200, 700, 1500])
def test_resuming_gives_what_an_undisturbed_run_gives(listed: Path, tmp_path: Path, cut: int, format: str) -> None:  # noqa: A002
    """Wherever a crash has cut the output, in the middle of a line too."""
    command = ("bulk", str(listed), "--offline", "--format", format, "--output")
    assert run(*command, str(tmp_path / "whole")).code == 0
    whole = (tmp_path / "whole").read_bytes()
    (tmp_path / "part").write_bytes(whole[:cut])
    assert run(*command, str(tmp_path / "part"), "--resume").code == 0
    assert (tmp_path / "part").read_bytes() == whole


def test_resuming_a_whole_output_adds_nothing(listed: Path, tmp_path: Path) -> None:
    """Nor does it begin anew."""
    command = ("bulk", str(listed), "--offline", "--output", str(tmp_path / "out"), "--resume")
    for _ in range(2):
        assert run(*command).code == 0
        assert len((tmp_path / "out").read_text().splitlines()) == 25


def test_kill_at_any_moment_and_resume(tmp_path: Path) -> None:
    """Killed again and again at random moments, nothing is lost and nothing is there twice."""
    chance = random.Random(7)  # noqa: S311  (moments, not secrets)
    source, output = tmp_path / "in.txt", tmp_path / "out.jsonl"
    wanted = addresses(30_000)
    source.write_text("\n".join(wanted), encoding="utf-8")
    command = [*COMMAND, "bulk", str(source), "--offline", "--output", str(output), "--resume"]
    kills = 0
    for _ in range(60):
        with subprocess.Popen(command, env=environment()) as program:
            try:
                assert program.wait(chance.uniform(0.4, 1.2) if kills < 5 else TIMEOUT) == 0
                break
            except subprocess.TimeoutExpired:
                program.kill()
                kills += 1
    assert kills
    assert [row["address"] for row in rows(output.read_text(encoding="utf-8"))] == wanted


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_being_told_to_stop_writes_what_is_finished(tmp_path: Path, number: signal.Signals) -> None:
    """Exit code 130, complete rows in order; the rest comes when it is resumed."""
    output = tmp_path / "out.jsonl"
    ours, theirs = os.pipe()
    command = [*COMMAND, "bulk", "-", "--offline", "--output", str(output)]
    with subprocess.Popen(command, stdin=ours, env=environment()) as program, os.fdopen(theirs, "wb") as pipe:
        os.close(ours)
        pipe.write("\n".join(addresses(2000)).encode() + b"\n")
        pipe.flush()
        deadline = time.monotonic() + TIMEOUT
        while not (output.exists() and output.stat().st_size) and time.monotonic() < deadline:
            pipe.write(b"x@gmail.com\n")
            pipe.flush()
            time.sleep(0.02)
        program.send_signal(number)
        pipe.write(b"x@gmail.com\n" * 2000)
        pipe.flush()
        assert program.wait(TIMEOUT) == 130
    told = [row["address"] for row in rows(output.read_text(encoding="utf-8"))]
    assert told
    assert told[:2000] == addresses(2000)[: len(told)]


@pytest.fixture
def nobody() -> Iterator[str]:
    """A nameserver that knows no name at all, and takes 20 ms to say so."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        is_over = threading.Event()

        def serve() -> None:
            server.settimeout(0.1)
            while not is_over.is_set():
                with suppress(TimeoutError):
                    query, sender = server.recvfrom(512)
                    reply = query[:2] + b"\x81\x83" + query[4:6] + bytes(6) + query[12 : query.index(0, 12) + 5]
                    threading.Timer(0.02, server.sendto, (reply, sender)).start()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        is_over.set()
        thread.join()
        time.sleep(0.1)  # what is under way still has its socket


def alive(marker: str) -> list[str]:
    """Processes that have this word in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if marker.encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for what is left behind in /proc")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_several_processes_end_as_one(tmp_path: Path, nobody: str, end: signal.Signals) -> None:
    """Told to stop or killed: complete rows in order, no process left, and ``--resume`` gives the rest."""
    source, output, marker = tmp_path / "in.txt", tmp_path / "out.jsonl", f"marker{random.random()}"  # noqa: S311
    wanted = [f"x@nobody-{number}.com" for number in range(160)]
    source.write_text("\n".join(wanted), encoding="utf-8")
    command = [*COMMAND, "bulk", str(source), "--no-probe", "--nameserver", nobody, "--output", str(output)]
    command += ["--resume", "--processes", "2", "--concurrency", "8", "--ispdb-url", ""]
    with subprocess.Popen(command, env=environment(MARKER=marker)) as program:
        deadline = time.monotonic() + TIMEOUT
        while not (output.exists() and output.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(alive(marker)) >= 3
        program.send_signal(end)
        assert program.wait(TIMEOUT) == (130 if end is signal.SIGTERM else -signal.SIGKILL)
    deadline = time.monotonic() + TIMEOUT
    while alive(marker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive(marker) == []
    told = [json.loads(line)["address"] for line in output.read_bytes().splitlines(keepends=True) if b"\n" in line]
    assert told == wanted[: len(told)]
    assert 0 < len(told) < len(wanted)
    assert run(*command[len(COMMAND) :]).code == 0
    assert [row["address"] for row in rows(output.read_text(encoding="utf-8"))] == wanted
