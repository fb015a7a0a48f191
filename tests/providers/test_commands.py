"""The commands that maintainers use, run as the program they are."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from mailsetup.cli.providers.build import build, signature_of
from mailsetup.providers.database import Database, bundled
from mailsetup.providers.import_report import ImportReport
from mailsetup.providers.live_report import LiveReport
from mailsetup.providers.signature import verify
from tests.providers.published import new_key
from tests.support.program import run

DATA = Path(__file__).resolve().parents[2] / "data" / "providers"

FILE = """\
id = "corp"
name = "Corp"
kind = "mailbox"
domains = ["corp.example"]
sources = ["own-knowledge"]
checked = 2026-01-01

[[servers]]
protocol = "imap"
hostname = "imap.corp.example"
port = 993
security = "tls"
username = "%EMAILADDRESS%"
auth = ["password"]

[[servers]]
protocol = "smtp"
hostname = "smtp.corp.example"
port = 465
security = "tls"
username = "%EMAILADDRESS%"
auth = ["password"]
"""

XML = """\
<clientConfig version="1.1"><emailProvider id="corp.example">
  <domain>corp.example</domain><domain>new.corp.example</domain><displayName>Corporation</displayName>
  <incomingServer type="imap"><hostname>imap.corp.example</hostname><port>993</port><socketType>SSL</socketType>
    <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>
  <outgoingServer type="smtp"><hostname>smtp.corp.example</hostname><port>587</port><socketType>STARTTLS</socketType>
    <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A collection of one file."""
    collection = tmp_path / "providers"
    collection.mkdir()
    (collection / "corp.toml").write_text(FILE, encoding="utf-8")
    return collection


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# import


def test_importing_says_what_it_did(tmp_path: Path, folder: Path) -> None:
    """New facts, the contradiction with both values, and the count; the file has gained what is told."""
    source = written(tmp_path / "corp.example.xml", XML)
    ended = run("providers", "import", str(source), "--into", str(folder))
    assert (ended.code, ended.err) == (0, "")
    for line in (
        "Files that gained facts:",
        "    + domain new.corp.example",
        "    + server smtp smtp.corp.example:587",
        "  corp.toml: imap imap.corp.example:993 username: %EMAILADDRESS% (offered: %EMAILLOCALPART%)",
        "0 new, 1 changed, 0 unchanged, 1 contradictions, 0 not used",
    ):
        assert line in ended.out.splitlines()
    assert "new.corp.example" in (folder / "corp.toml").read_text(encoding="utf-8")
    again = run("providers", "import", str(source), "--into", str(folder))
    assert again.out.splitlines()[-1].startswith("0 new, 0 changed, 1 unchanged")


def test_a_dry_run_writes_nothing(tmp_path: Path, folder: Path) -> None:
    """It says what would be, and the folder is as it was."""
    source = written(tmp_path / "other.xml", XML.replace("corp.example", "other.example"))
    ended = run("providers", "import", str(source), "--into", str(folder), "--dry-run")
    assert "Files that would be written anew:\n  other-example.toml\n" in ended.out
    assert ended.out.rstrip().endswith("nothing was written")
    assert [path.name for path in folder.iterdir()] == ["corp.toml"]


def test_the_report_as_json(tmp_path: Path, folder: Path) -> None:
    """Exactly the report, for scripts."""
    source = written(tmp_path / "other.xml", XML.replace("corp.example", "other.example"))
    report = ImportReport.model_validate_json(
        run("providers", "import", str(source), "--into", str(folder), "--json").out
    )
    assert report.added == ("other-example",)
    assert (folder / "other-example.toml").exists()


def test_importing_what_is_not_there(tmp_path: Path, folder: Path) -> None:
    """Bad usage: exit 2, one sentence."""
    source = written(tmp_path / "x.xml", XML)
    for arguments in (
        (str(tmp_path / "none"), "--into", str(folder)),
        (str(source), "--into", str(tmp_path / "none")),
        (str(source), "--into", str(source)),
        (str(source),),
    ):
        ended = run("providers", "import", *arguments)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err
        assert "Traceback" not in ended.err


def test_importing_into_a_broken_folder(tmp_path: Path, folder: Path) -> None:
    """Nothing is merged into files that are not understood; the file is named."""
    written(folder / "broken.toml", "id = \n")
    ended = run("providers", "import", str(written(tmp_path / "x.xml", XML)), "--into", str(folder))
    assert ended.code == 1
    assert "broken.toml" in ended.err


def test_importing_what_cannot_be_read(tmp_path: Path, folder: Path) -> None:
    """The file and the system's words."""
    (folder / "corp.toml").unlink()
    (folder / "corp.toml").mkdir()
    ended = run("providers", "import", str(written(tmp_path / "x.xml", XML)), "--into", str(folder))
    assert (ended.code, ended.out) == (2, "")
    assert "corp.toml: Is a directory" in ended.err


def test_importing_rubbish_says_so(tmp_path: Path, folder: Path) -> None:
    """A document that is none is told with its reason, and the rest goes on."""
    source = written(tmp_path / "isp" / "a.xml", "<html/>").parent
    written(source / "other.xml", XML.replace("corp.example", "other.example"))
    ended = run("providers", "import", str(source), "--into", str(folder))
    assert "Not used:\n  a.xml" in ended.out
    assert (folder / "other-example.toml").exists()


# lint and format


def test_our_files_are_clean_even_for_the_strict() -> None:
    """What CI runs: an error or a new warning fails it. Dates are held against the calendar elsewhere."""
    ended = run("providers", "lint", str(DATA), "--json")
    assert [remark for remark in json.loads(ended.out) if remark["code"] != "stale"] == []


def test_warnings_count_for_the_strict_only(folder: Path) -> None:
    """A file without a sender is usable; CI may still want to know."""
    written(folder / "corp.toml", FILE.partition('\n[[servers]]\nprotocol = "smtp"')[0])
    assert run("providers", "lint", str(folder)).code == 0
    assert run("providers", "lint", str(folder), "--strict").code == 1


def test_the_users_own_folder_is_the_default(tmp_path: Path) -> None:
    """Without paths the user's files are linted, by the rules for such: TOML and XML."""
    own = tmp_path / "isp"
    none = run("providers", "lint", "--config-dir", str(tmp_path))
    assert (none.code, str(own) in none.err) == (0, True)
    written(own / "corp.example.toml", FILE)
    written(own / "corp.toml", FILE)
    written(own / "new.example.xml", XML.replace("<port>993</port>", "<port>99999</port>"))
    written(own / "broken.example.xml", "<html/>")
    written(own / "not a domain.xml", XML)
    ended = run("providers", "lint", "--config-dir", str(tmp_path), "--json")
    found = [(Path(remark["file"]).name, remark["code"]) for remark in json.loads(ended.out)]
    assert found == [
        ("broken.example.xml", "not-config"),
        ("corp.toml", "file-name"),
        ("new.example.xml", "bad-port"),
        ("not a domain.xml", "file-name"),
    ]
    assert ended.code == 1
    one = run("providers", "lint", str(own / "corp.example.toml"), "--config-dir", str(tmp_path), "--strict")
    assert (one.code, one.out) == (0, "")


def test_fixing_the_form(folder: Path) -> None:
    """``--fix`` and ``format`` write house form; ``--check`` only says what would be."""
    path = written(folder / "corp.toml", FILE.replace('"Corp"', "'Corp'"))
    check = run("providers", "format", str(folder), "--check")
    assert (check.code, check.out.strip()) == (1, str(path))
    assert "'Corp'" in path.read_text(encoding="utf-8")
    assert run("providers", "lint", str(folder), "--fix", "--strict").code == 0
    assert path.read_text(encoding="utf-8") == FILE
    assert run("providers", "format", str(folder), "--check").code == 0


def test_formatting_keeps_comments_until_told(folder: Path) -> None:
    """A file with comments is left alone and named; with the option it is written without."""
    path = written(folder / "corp.toml", f"# ask Anna\n{FILE}")
    ended = run("providers", "format", str(path))
    assert (ended.code, f"{path}:1: left alone" in ended.err) == (1, True)
    assert path.read_text(encoding="utf-8").startswith("# ask Anna")
    assert run("providers", "format", str(path), "--drop-comments").code == 0
    assert path.read_text(encoding="utf-8") == FILE
    missing = run("providers", "format", str(folder / "none.toml"))
    assert (missing.code, "No such file" in missing.err) == (2, True)


# build


def test_building_is_repeatable_and_signed(tmp_path: Path, folder: Path) -> None:
    """Same files, same SOURCE_DATE_EPOCH, same octets; the signature is by the key that was given."""
    key = new_key()
    written(tmp_path / "key.pem", key.private.decode())
    outputs = [tmp_path / "a.json", tmp_path / "b.json"]
    for output in outputs:
        ended = run(
            "providers", "build", str(folder), "--output", str(output), "--key", str(tmp_path / "key.pem"),
            SOURCE_DATE_EPOCH="1800000000",
        )  # fmt: skip
        assert ended.code == 0
        assert "1 providers" in ended.out
    first, second = (output.read_bytes() for output in outputs)
    assert first == second
    assert b'"made":"2027-01-15T08:00:00Z"' in first
    assert [entry.id for entry in Database(first)] == ["corp"]
    verify(first, (tmp_path / "a.json.sig").read_bytes(), keys=[key.public])


@pytest.mark.parametrize(
    ("typed", "code", "complaint"), [("open sesame", 0, ""), ("let me in", 1, "password is wrong")]
)
def test_a_key_with_a_password(tmp_path: Path, folder: Path, typed: str, code: int, complaint: str) -> None:
    """It is asked for, not shown, and a wrong one leaves nothing behind."""
    key = new_key(b"open sesame")
    written(tmp_path / "key.pem", key.private.decode())
    app = typer.Typer()
    app.command()(build)
    output = tmp_path / "out.json"
    ended = CliRunner().invoke(
        app, [str(folder), "--output", str(output), "--key", str(tmp_path / "key.pem")], input=f"{typed}\n"
    )
    assert ended.exit_code == code
    assert complaint in ended.output
    assert typed not in ended.output
    assert output.exists() == (code == 0)
    if code == 0:
        verify(output.read_bytes(), signature_of(output).read_bytes(), keys=[key.public])


def test_signing_without_the_package_for_it(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the command that mends it, and nothing is written."""
    written(tmp_path / "key.pem", new_key().private.decode())
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    app = typer.Typer()
    app.command()(build)
    output = tmp_path / "out.json"
    ended = CliRunner().invoke(app, [str(folder), "--output", str(output), "--key", str(tmp_path / "key.pem")])
    assert (ended.exit_code, output.exists()) == (2, False)
    assert "pip install 'mailsetup[update]'" in ended.output


def test_building_from_a_checkout(tmp_path: Path) -> None:
    """The folder of a checkout is the default, and the result is what is bundled, with the time it was made."""
    project = tmp_path / "checkout"
    shutil.copytree(DATA, project / "data" / "providers")
    ended = run("providers", "build", str(project / "data" / "providers"), "--output", str(tmp_path / "out.json"))
    assert "not signed" in ended.out
    built = Database((tmp_path / "out.json").read_bytes())
    assert [entry.data for entry in built] == [entry.data for entry in bundled()]
    assert not (tmp_path / "out.json.sig").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("{none}", "--output", "{out}"), 1, "no provider file"),
        (("{broken}", "--output", "{out}"), 1, "broken.toml"),
        (("{folder}", "--output", "{none}/x/out.json"), 2, "No such file"),
        (("{folder}", "--output", "{out}", "--key", "{none}/key.pem"), 2, "No such file"),
        (("{folder}", "--output", "{out}", "--key", "{folder}/corp.toml"), 1, "no private key"),
        (("{folder}",), 2, "--output"),
    ],
)
def test_what_cannot_be_built(
    tmp_path: Path, folder: Path, arguments: tuple[str, ...], code: int, complaint: str
) -> None:
    """One sentence, and no half of a database is left."""
    written(tmp_path / "broken" / "broken.toml", "id = \n")
    places = {"none": tmp_path / "none", "broken": tmp_path / "broken", "folder": folder, "out": tmp_path / "out.json"}
    ended = run("providers", "build", *(argument.format(**places) for argument in arguments))
    assert (ended.code, ended.out) == (code, "")
    assert complaint in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "out.json").exists()


# check

NOBODY_ANSWERS = ("--nameserver", "127.0.0.1:1", "--timeout", "0.5")


def check(folder: Path, *arguments: str) -> Any:
    return run("providers", "check", "--from", str(folder), *NOBODY_ANSWERS, *arguments)


def test_checking_without_a_network(tmp_path: Path, folder: Path) -> None:
    """Servers that cannot be reached are told in a table, with exit 3; nothing hides behind the summary."""
    ended = check(folder)
    assert ended.code == 3
    assert "imap.corp.example:993" in ended.out.replace("\n", "")
    assert ended.err.strip() == "2 servers asked, 2 not as filed, 0 skipped"
    report = LiveReport.model_validate_json(check(folder, "corp", "--json").out)
    assert [each.provider for each in report.servers] == ["corp", "corp"]
    path = written(tmp_path / "report.json", report.model_dump_json())
    assert "Nothing changed." in check(folder, "--since", str(path)).out
    earlier = json.loads(report.model_dump_json())
    earlier["servers"][0]["outcome"] = "confirmed"
    path = written(tmp_path / "report.json", json.dumps(earlier))
    assert "outcome: confirmed → " in check(folder, "--since", str(path)).out


def test_checking_what_cannot_be_asked(folder: Path) -> None:
    """Skipped servers are shown on request, with the reason, and are no failure."""
    written(
        folder / "corp.toml",
        FILE.replace("imap.corp.example", "imap.%EMAILDOMAIN%").replace("smtp.corp.example", "x.onion"),
    )
    quiet, all_ = check(folder), check(folder, "--all")
    assert (quiet.code, quiet.out) == (0, "")
    assert quiet.err.strip() == "0 servers asked, 0 not as filed, 2 skipped"
    assert "The host name depends on" in all_.out


def test_checking_what_is_in_the_database() -> None:
    """Without a folder the providers are those in use; one without servers has nothing to be asked."""
    ended = run("providers", "check", "proton", *NOBODY_ANSWERS)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.strip() == "0 servers asked, 0 not as filed, 0 skipped"


def test_checking_a_broken_folder(tmp_path: Path, folder: Path) -> None:
    """A file that is not understood stops it, by name; a folder that is not there is bad usage."""
    written(folder / "broken.toml", "id = \n")
    ended = check(folder)
    assert (ended.code, "broken.toml" in ended.err) == (1, True)
    assert check(tmp_path / "none").code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("nosuch",), 1, "nosuch"),
        (("--since", "{folder}/corp.toml"), 2, "not a report"),
        (("--since", "{folder}/none.json"), 2, "No such file"),
        (("--jobs", "0"), 2, "jobs"),
        (("--proxy", "gopher://x"), 2, "proxy"),
    ],
)
def test_checking_with_bad_usage(folder: Path, arguments: tuple[str, ...], code: int, complaint: str) -> None:
    """A message and nothing else."""
    ended = check(folder, *(argument.format(folder=folder) for argument in arguments))
    assert (ended.code, ended.out) == (code, "")
    assert complaint in ended.err
    assert "Traceback" not in ended.err
