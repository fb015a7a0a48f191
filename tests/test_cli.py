"""The command line, run as the program it is: in pipes, in a terminal, and with everything people get wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from mailsetup import Discovery, Options, Outcome, Probe, Protocol, Security, Server, __version__
from mailsetup.cli.check import exit_code
from mailsetup.providers.database import bundled
from tests.support.program import COMMAND, TIMEOUT, Ended, environment, run, run_in_terminal

ROOT = Path(__file__).resolve().parents[1]
GMAIL = ("x@gmail.com", "--offline")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def refused(ended: Ended, code: int = 2) -> bool:
    """It ended with this code, a message, no output and no traceback."""
    assert "Traceback" not in ended.err
    assert ended.out == ""
    assert ended.err.strip()
    return ended.code == code


# check


def test_the_settings_of_gmail() -> None:
    """The first screen says what to type into a mail program, what to do first, and where it comes from."""
    ended = run(*GMAIL)
    assert (ended.code, ended.err) == (0, "")
    for wanted in ("imap.gmail.com", "993", "SSL/TLS", "smtp.gmail.com", "465", "587", "STARTTLS", "x@gmail.com",
                   "Do this first", "https://", "bundled provider database", "Alternatives"):  # fmt: skip
        assert wanted in ended.out
    assert "\x1b" not in ended.out


def test_check_may_be_left_out() -> None:
    """``mailsetup x@…`` is short for ``mailsetup check x@…``."""
    assert run(*GMAIL).out == run("check", *GMAIL).out


def test_json_is_the_result_and_nothing_else() -> None:
    """Exactly ``Discovery.model_dump_json()`` on standard output."""
    ended = run(*GMAIL, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert Discovery.model_validate_json(ended.out).model_dump_json() + "\n" == ended.out
    assert json.loads(ended.out)["incoming"]["hostname"] == "imap.gmail.com"


def test_json_is_utf8_whatever_the_locale() -> None:
    """A script must not depend on the user's language settings."""
    ended = run("x@bücher.example", "--offline", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(ended.out)["address"] == "x@bücher.example"


def test_a_terminal_without_the_right_characters_shows_the_rest() -> None:
    """Dashes and arrows become question marks there; the settings do not."""
    ended = run(*GMAIL, PYTHONIOENCODING="ascii")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.isascii()
    assert "imap.gmail.com" in ended.out


def test_preferring_pop3() -> None:
    """POP3 moves up, IMAP stays as an alternative."""
    found = json.loads(run(*GMAIL, "--json", "--prefer", "pop3").out)
    assert found["incoming"]["protocol"] == "pop3"
    text = run(*GMAIL, "--prefer", "pop3").out
    assert text.index("pop.gmail.com") < text.index("Alternatives") < text.index("imap.gmail.com")


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [(("--lang", "de"), {}), ((), {"LANG": "de_DE.UTF-8"}), ((), {"LC_ALL": "de_AT.UTF-8"})],
)
def test_german(arguments: tuple[str, ...], changes: dict[str, str]) -> None:
    """By option, or because the environment asks for it."""
    ended = run(*GMAIL, *arguments, **changes)
    assert ended.code == 0
    assert "Das tragen Sie in Ihr Mailprogramm ein" in ended.out
    assert "Type this into" not in ended.out


def test_the_option_is_stronger_than_the_environment() -> None:
    """Whoever says ``--lang en`` gets English."""
    assert "Type this into" in run(*GMAIL, "--lang", "en", LANG="de_DE.UTF-8").out


@pytest.mark.parametrize(("language", "words"), [("en", "several devices"), ("de", "mehreren Geräten")])
def test_explaining_the_words(language: str, words: str) -> None:
    """One line a term, on request, in both languages."""
    folded = " ".join(run(*GMAIL, "--explain", "--lang", language).out.split())
    assert words in folded
    for term in ("IMAP", "POP3", "SMTP", "SSL/TLS", "STARTTLS", "465", "587"):
        assert term in folded
    assert words not in " ".join(run(*GMAIL, "--lang", language).out.split())


def test_a_known_provider_without_imap_says_why() -> None:
    """Exit 1: there are no settings; but not "nothing found"."""
    ended = run("x@tuta.com", "--offline")
    assert ended.code == 1
    assert "no IMAP, POP3 or SMTP" in " ".join(ended.out.split())


# Exit codes and bad input


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "nothing was typed"),
        ("gmail.com", "has an @ sign"),
        ("a@b@c.example", "two @ signs"),
        ("x@corp.example\r\nRCPT TO:<y@z>", "a line break"),
        ("x@corp.example\n", "a line break"),
        ("x\x7f@corp.example", "a control character"),
        ("x@corp.example\u202e", "an invisible formatting character"),
        ("x" * 10_000, "too long"),
        ("x@" + "a" * 10_000 + ".example", "too long"),
        ("x＠corp.example", "only looks like the @"),
        ("x@1.2.3.4", "ends in a number"),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(address: str, sentence: str) -> None:
    """Exit 2, and the terminal is safe from what was typed (SEC-09)."""
    ended = run("check", address, "--offline")
    assert refused(ended)
    assert sentence in " ".join(ended.err.split())
    assert not [character for character in ended.err if not character.isprintable() and character != "\n"]


def test_what_is_no_address_is_refused_in_german_too() -> None:
    """The reason and not only its headline."""
    ended = run("a@b@c.example", "--lang", "de")
    assert refused(ended)
    assert "Keine E-Mail-Adresse: Da sind zwei @" in ended.err


def test_the_place_is_pointed_at() -> None:
    """With wide characters too: they take two columns."""
    assert lines(run("jo e@corp.example").err)[-2:] == ["  jo e@corp.example", "    ^"]
    assert lines(run("用户 x@corp.example").err)[-2:] == ["  用户 x@corp.example", "      ^"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("x@nobody-knows-this.example", "Nothing is known about nobody-knows-this.example without the network"),
        ("x@printer", "local or special network"),
        ("x@[192.0.2.1]", "is an IP address"),
    ],
)
def test_nothing_found_is_exit_1_and_a_next_step(address: str, sentence: str) -> None:
    """A result, on standard output; not an error of the program."""
    ended = run(address, "--offline")
    assert (ended.code, ended.err) == (1, "")
    assert sentence in " ".join(ended.out.split())
    assert "→" in ended.out
    assert json.loads(run(address, "--offline", "--json").out)["found"] is False


CONFIRMED, FAILED = Probe(outcome=Outcome.CONFIRMED), Probe(outcome=Outcome.TIMEOUT)


@pytest.mark.parametrize(
    ("probes", "options", "code"),
    [
        ((CONFIRMED, CONFIRMED), Options(), 0),
        ((CONFIRMED, FAILED), Options(), 3),
        ((None, None), Options(), 3),
        ((None, None), Options(probe=False), 0),
        ((None, None), Options(offline=True), 0),
        ((), Options(), 1),
        ((), Options(offline=True), 1),
    ],
)
def test_exit_codes(probes: tuple[Probe | None, ...], options: Options, code: int) -> None:
    """0 found and confirmed, or probing was off; 1 nothing found; 3 found but not confirmed."""
    pair = zip((Protocol.IMAP, Protocol.SMTP), probes, strict=False)
    servers = tuple(
        Server(protocol=protocol, hostname="mail.corp.example", port=993, security=Security.TLS, probe=probe)
        for protocol, probe in pair
    )
    assert exit_code(Discovery(address="x@corp.example", domain="corp.example", servers=servers), options) == code


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((*GMAIL, "--lang", "xx"), "--lang"),
        ((*GMAIL, "--prefer", "nntp"), "--prefer"),
        ((*GMAIL, "--timeout", "0"), "--timeout"),
        ((*GMAIL, "--timeout", "soon"), "--timeout"),
        ((*GMAIL, "--source", "gopher"), "--source"),
        ((*GMAIL, "--no-such-option"), "--no-such-option"),
        ((*GMAIL, "y@gmail.com"), "y@gmail.com"),
        (("check",), "address"),
        (("providers", "frobnicate"), "frobnicate"),
        (("providers", "show"), "ID"),
    ],
)
def test_bad_usage_is_exit_2_and_names_the_word(arguments: tuple[str, ...], word: str) -> None:
    """As every program does."""
    ended = run(*arguments)
    assert refused(ended)
    assert word.lower() in ended.err.lower()


def test_a_broken_file_of_the_users_own_is_told_and_survived(tmp_path: Path) -> None:
    """File and line are named; the settings are there all the same."""
    path = tmp_path / "mailsetup" / "isp" / "gmail.com.toml"
    path.parent.mkdir(parents=True)
    path.write_text('id = "gmail"\nname = \n', encoding="utf-8")
    ended = run(*GMAIL, XDG_CONFIG_HOME=str(tmp_path), COLUMNS="400")
    assert (ended.code, ended.err) == (0, "")
    assert f"{path} cannot be used: line 2" in " ".join(ended.out.split())
    assert "imap.gmail.com" in ended.out


def test_an_unreadable_folder_of_the_users_own_is_told_and_survived(tmp_path: Path) -> None:
    """Here a file stands where the folder should be: that stops root too."""
    (tmp_path / "isp").write_text("", encoding="utf-8")
    ended = run(*GMAIL, "--config-dir", str(tmp_path), COLUMNS="400")
    assert ended.code == 0
    assert "cannot be read: Not a directory" in ended.out


def test_every_source_can_be_taken_out() -> None:
    """Then nothing is found, and nobody was asked."""
    ended = run("x@gmail.com", "--offline", "--no-source", "bundled", "--json")
    assert ended.code == 1
    assert "bundled" not in {attempt["source"] for attempt in json.loads(ended.out)["attempts"]}


# Terminals and pipes


def test_a_terminal_gets_colour() -> None:
    """The same words as without, in colour."""
    ended = run_in_terminal(*GMAIL)
    assert ended.code == 0
    assert "\x1b[" in ended.out
    assert lines(ANSI.sub("", ended.out)) == lines(run(*GMAIL).out)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_color_is_honoured(name: str, value: str) -> None:
    """No colour codes reach a terminal that does not want them."""
    ended = run_in_terminal(*GMAIL, changes={name: value})
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", ended.out)
    assert "imap.gmail.com" in ended.out


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_nothing_is_cut_off_however_narrow_the_terminal(columns: int) -> None:
    """Host names and user names are never shortened, and no line is wider than the terminal (EAI-10)."""
    ended = run_in_terminal(*GMAIL, columns=columns)
    shown = lines(ANSI.sub("", ended.out))
    assert max(map(len, shown)) <= columns
    for wanted in ("imap.gmail.com", "smtp.gmail.com", "x@gmail.com", "993", "465", "587"):
        assert any(wanted in line for line in shown), wanted
    assert not any("…" in line for line in shown)


def test_columns_is_honoured_without_a_terminal() -> None:
    """Narrow output for whoever asks for it."""
    assert max(map(len, lines(run(*GMAIL, COLUMNS="60").out))) <= 60
    assert max(map(len, lines(run(*GMAIL).out))) <= 100


@pytest.mark.parametrize("arguments", [GMAIL, (*GMAIL, "--json"), ("providers", "list"), ("--help",)])
def test_a_reader_that_goes_away_causes_no_traceback(arguments: tuple[str, ...]) -> None:
    """``mailsetup … | head -1``: the pipe is closed before anything is written."""
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [*COMMAND, *arguments], stdout=writing, stderr=subprocess.PIPE, timeout=TIMEOUT, env=environment(), check=False
    )
    os.close(writing)
    assert ended.stderr.decode() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [GMAIL, (*GMAIL, "--json")])
def test_a_full_disk_is_told(arguments: tuple[str, ...]) -> None:
    """Exit 2 and a sentence: a script must not take half a result for a whole one."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, timeout=TIMEOUT, env=environment(), check=False
        )
    assert ended.returncode == 2
    assert "No space left on device" in ended.stderr.decode()
    assert "Traceback" not in ended.stderr.decode()


# The program itself


def test_the_version_shows_the_date_of_the_data() -> None:
    """So that a report says how old the facts were."""
    ended = run("--version")
    assert (ended.code, ended.err) == (0, "")
    assert f"mailsetup {__version__}" in ended.out
    assert str(bundled().date) in ended.out


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("check", "-h"), ("providers", "--help")])
def test_help(arguments: tuple[str, ...]) -> None:
    """Without arguments too."""
    ended = run(*arguments)
    assert "Usage: mailsetup" in ended.out + ended.err
    assert "Traceback" not in ended.err


def test_the_shell_completes_commands_and_options() -> None:
    """What the script that ``--show-completion`` prints asks for."""
    first = run(_MAILSETUP_COMPLETE="complete_bash", COMP_WORDS="mailsetup prov", COMP_CWORD="1")
    assert first.out.split() == ["providers"]
    options = run(_MAILSETUP_COMPLETE="complete_bash", COMP_WORDS="mailsetup check --pre", COMP_CWORD="2")
    assert "--prefer" in options.out.split()


# providers


def test_listing_providers() -> None:
    """Every provider once; the JSON says the same."""
    text, data = run("providers", "list").out, json.loads(run("providers", "list", "--json").out)
    assert [entry["id"] for entry in data] == [entry.id for entry in bundled()]
    assert len(lines(text)) >= len(data) + 1
    assert {"id", "name", "kind", "status", "domains", "checked"} <= set(data[0])


@pytest.mark.parametrize("name", ["gmail", "gmail.com", "GoogleMail.com"])
def test_showing_a_provider_by_id_or_domain(name: str) -> None:
    """In the form of its file, or as JSON."""
    ended = run("providers", "show", name)
    assert ended.code == 0
    assert ended.out.startswith('id = "gmail"\n')
    assert json.loads(run("providers", "show", name, "--json").out)["id"] == "gmail"


def test_showing_a_provider_that_is_not_there() -> None:
    """Exit 1 and where to look."""
    ended = run("providers", "show", "nosuch")
    assert refused(ended, code=1)
    assert "providers list" in ended.err


def test_linting_our_own_files() -> None:
    """They have no errors."""
    ended = run("providers", "lint", str(ROOT / "data" / "providers"), "--json")
    assert ended.code == 0
    assert [remark for remark in json.loads(ended.out) if remark["severity"] == "error"] == []


def test_linting_a_broken_file(tmp_path: Path) -> None:
    """Exit 1; file, line and reason, in the form that editors can jump to."""
    path = tmp_path / "x.toml"
    path.write_text('id = "x"\nname = \n', encoding="utf-8")
    ended = run("providers", "lint", str(path))
    assert ended.code == 1
    assert ended.out.startswith(f"{path}:2: error: ")
    (remark,) = json.loads(run("providers", "lint", str(path), "--json").out)
    assert (remark["file"], remark["line"], remark["severity"]) == (str(path), 2, "error")


def test_linting_what_is_not_there(tmp_path: Path) -> None:
    """Exit 2: that is bad usage."""
    ended = run("providers", "lint", str(tmp_path / "none.toml"))
    assert refused(ended)
    assert "No such file" in ended.err
