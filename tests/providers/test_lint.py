"""What `lint` says about provider files: everything that is wrong, and nothing that is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import mailsetup
from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import parse, render
from mailsetup.providers import accepted, lint_document
from mailsetup.providers.lint import Remark, lint_paths, lint_user_file
from mailsetup.providers.schema import ProviderFile

DATA = Path(__file__).resolve().parents[2] / "data" / "providers"
TODAY = date(2026, 11, 1)

IMAP = {"protocol": "imap", "hostname": "imap.corp.example", "port": 993, "security": "tls"}
SMTP = {"protocol": "smtp", "hostname": "smtp.corp.example", "port": 465, "security": "tls"}
MX = {"suffixes": ["mx.corp.example"], "matches": ["a.mx.corp.example"], "rejects": ["amx.corp.example"]}
GOOD: dict[str, Any] = {
    "id": "corp",
    "name": "Corp",
    "kind": "mailbox",
    "domains": ["corp.example"],
    "servers": [IMAP, SMTP],
    "sources": ["own-knowledge"],
    "checked": date(2026, 1, 1),
}


def file_of(**changes: Any) -> ProviderFile:
    return ProviderFile.model_validate(GOOD | changes)


def lint(folder: Path, *files: ProviderFile, today: date = TODAY) -> list[Remark]:
    """Write the files in house form, and lint the folder."""
    for file in files:
        (folder / f"{file.id}.toml").write_bytes(render(file))
    return lint_paths([folder], today=today)


def written(tmp_path: Path, replaced: str, by: str) -> list[Remark]:
    """Lint the good file after one edit by hand."""
    text = render(file_of(mx=MX)).decode()
    assert replaced in text
    (tmp_path / "corp.toml").write_text(text.replace(replaced, by, 1), encoding="utf-8")
    return lint_paths([tmp_path], today=TODAY)


def test_a_good_file_is_good(tmp_path: Path) -> None:
    """No remark where there is nothing to remark."""
    assert lint(tmp_path, file_of(mx=MX)) == []


@pytest.mark.parametrize(
    ("replaced", "by", "complaint"),
    [
        ('"imap.corp.example"', '"192.0.2.1"', "not a full host name"),
        ('"imap.corp.example"', '"[2001:db8::1]"', "not a full host name"),
        ("port = 993", "port = 143", "does not speak implicit TLS"),
        ('port = 465\nsecurity = "tls"', 'port = 465\nsecurity = "starttls"', "speaks implicit TLS"),
        ("port = 993", "port = 993\ncolour = 1", "Extra inputs are not permitted"),
        ("[mx]", "colour = 1\n\n[mx]", "Extra inputs are not permitted"),
        ('sources = ["own-knowledge"]\n', "", "sources: Field required"),
        ('sources = ["own-knowledge"]', "sources = []", "sources"),
        ('"a.mx.corp.example"', '"mx.other.example"', "no MX suffix matches the example"),
        ('"amx.corp.example"', '"b.mx.corp.example"', "which it must not"),
        ('"%EMAILADDRESS%"', '"%USER%"', "may hold only"),
        ("checked = 2026-01-01", "checked = 2026-13-01", "Not valid TOML"),
    ],
)
def test_what_the_schema_refuses(tmp_path: Path, replaced: str, by: str, complaint: str) -> None:
    """IP literals, ports against security, unknown fields, missing sources, failing examples: errors, with the line."""
    (remark,) = written(tmp_path, replaced, by)
    assert remark.severity == "error"
    assert complaint in remark.message
    assert remark.line is not None or "required" in remark.message  # what is missing stands on no line


def test_plaintext_is_never_first(tmp_path: Path) -> None:
    """An unencrypted server in front of an encrypted one is an error (RFC 8314)."""
    plain = 'port = 143\nsecurity = "none"\n\n[[servers]]\nprotocol = "imap"\nhostname = "i.corp.example"\nport = 993'
    (remark,) = written(tmp_path, "port = 993", plain)
    assert (remark.severity, "stands before one with TLS" in remark.message) == ("error", True)


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ({"pattern": "*.corp.jp", "matches": "corp.jp", "rejects": "x.jp"}, "does not match its own example"),
        ({"pattern": "*.corp.jp", "matches": "a.corp.jp", "rejects": "b.corp.jp"}, "which it must not"),
        ({"pattern": "*.jp", "matches": "a.jp", "rejects": "x.example"}, "must be literal"),
    ],
)
def test_patterns_prove_themselves(pattern: dict[str, str], complaint: str) -> None:
    """A pattern matches its example, and not the look-alike."""
    with pytest.raises(ValueError, match=complaint):
        file_of(patterns=[pattern])


def test_two_files_for_one_domain(tmp_path: Path) -> None:
    """What only shows with all files side by side is shown, with both names."""
    (remark,) = lint(tmp_path, file_of(), file_of(id="other"))
    assert (remark.severity, remark.code) == ("error", "claimed-twice")
    assert "corp" in remark.message
    assert "other" in remark.message


def test_a_file_bears_its_id(tmp_path: Path) -> None:
    """A file is found by its id."""
    (tmp_path / "wrong.toml").write_bytes(render(file_of()))
    assert [remark.code for remark in lint_paths([tmp_path], today=TODAY)] == ["id"]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("stale", {"checked": date(2023, 1, 1)}),
        ("future", {"checked": date(2026, 11, 2)}),
        ("unreachable", {"domains": []}),
        ("plaintext-only", {"servers": [IMAP | {"port": 143, "security": "none"}, SMTP]}),
        ("unusual-port", {"servers": [IMAP | {"port": 1993}, SMTP]}),
        ("port-25", {"servers": [IMAP, SMTP, SMTP | {"port": 25, "security": "starttls"}]}),
        ("one-way", {"servers": [IMAP]}),
        ("one-way", {"servers": [SMTP]}),
        ("no-requirements", {"status": "preparation"}),
        ("untranslated", {"requirements": [{"kind": "other", "text": {"en": "Ask Anna."}}]}),
        ("not-https", {"website": "http://www.corp.example/"}),
    ],
)
def test_what_a_reviewer_would_ask(tmp_path: Path, code: str, changes: dict[str, Any]) -> None:
    """Each rule speaks up for its own fault and is the only one that does."""
    assert [(remark.severity, remark.code) for remark in lint(tmp_path, file_of(**changes))] == [("warning", code)]


def test_a_file_not_in_house_form_is_told(tmp_path: Path) -> None:
    """It works, but the next edit by tool would change more than it should."""
    assert [remark.code for remark in written(tmp_path, '["own-knowledge"]', "['own-knowledge']")] == ["house-form"]


# Accepted warnings


def test_an_accepted_warning_is_not_given_again(tmp_path: Path) -> None:
    """A new warning is seen, because the old ones are gone; an entry that is no longer true is a warning itself."""
    (tmp_path / accepted.FILE_NAME).write_text("stale: nobody looked.\n  corp gone\n", encoding="utf-8")
    old = {"checked": date(2020, 1, 1)}
    (left,) = lint(tmp_path, file_of(**old))
    assert (left.code, left.severity, left.line) == ("accepted-unused", "warning", 2)
    assert left.message.startswith("gone ")
    assert {remark.code for remark in lint(tmp_path, file_of(**old, website="http://corp.example/"))} == {
        "accepted-unused",
        "not-https",
    }


def test_an_error_cannot_be_accepted(tmp_path: Path) -> None:
    """The list is for judgement, not for broken files."""
    (tmp_path / accepted.FILE_NAME).write_text("id: because.\n  wrong\n", encoding="utf-8")
    (tmp_path / "wrong.toml").write_bytes(render(file_of()))
    assert ("error", "id") in [(remark.severity, remark.code) for remark in lint_paths([tmp_path], today=TODAY)]


@pytest.mark.parametrize(
    ("text", "line"), [("  corp\n", 1), ("stale\n  corp\n", 1), ("stale: \n", 1), ("# x\nA b\n", 2)]
)
def test_a_list_without_reasons_is_refused(text: str, line: int) -> None:
    """Every acceptance has a code and a reason."""
    with pytest.raises(InvalidDocument) as caught:
        accepted.parse(text)
    assert caught.value.line == line


def test_a_broken_list_is_an_error(tmp_path: Path) -> None:
    """Nothing is hidden by a list that cannot be read."""
    (tmp_path / accepted.FILE_NAME).write_text("corp\n", encoding="utf-8")
    assert [(remark.code, remark.line) for remark in lint(tmp_path, file_of())] == [("malformed", 1)]


# The data


def test_our_data_has_no_remarks() -> None:
    """All files together: no error, and no warning that nobody has accepted with a reason."""
    newest = max(parse(path.read_bytes()).checked for path in DATA.glob("*.toml"))
    assert lint_paths([DATA], today=newest) == []


@pytest.mark.parametrize("path", sorted(DATA.glob("*.toml")), ids=lambda path: path.stem)
def test_every_file_could_be_published(path: Path) -> None:
    """Written as autoconfig it has no fault in `mailsetup lint`, and what is read back is what was written (AC-42)."""
    file = parse(path.read_bytes())
    assert list(lint_document.check(file)) == []
    if file.servers:
        report = mailsetup.lint(lint_document.document_of(file))
        assert report.error is None
        assert [item for item in report.ignored if item.severity == "error"] == []
        assert len(report.servers) == len(file.servers)


def test_what_autoconfig_loses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the writer dropped a server or the reader turned one round, the check would say so."""
    from mailsetup.formats import autoconfig

    whole = autoconfig.render

    def forgetful(**claims: Any) -> bytes:
        return whole(**(claims | {"servers": claims["servers"][:1], "domains": ()}))

    monkeypatch.setattr(autoconfig, "render", forgetful)
    found = list(lint_document.check(file_of()))
    assert [code for code, _ in found] == ["round-trip", "round-trip"]
    assert "other domains" in found[0][1]
    assert "other servers" in found[1][1]


def test_a_server_that_clients_would_leave_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reader of the document drops as faulty is an error of the file."""
    from mailsetup.formats import autoconfig

    whole = autoconfig.render
    monkeypatch.setattr(autoconfig, "render", lambda **claims: whole(**claims).replace(b">993<", b">99999<"))
    found = dict(lint_document.check(file_of()))
    assert set(found) == {"autoconfig", "round-trip"}
    assert "99999" in found["autoconfig"]


def test_a_document_without_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that clients refuse as a whole is an error of the file."""
    from mailsetup.formats import autoconfig

    monkeypatch.setattr(autoconfig, "render", lambda **_: b"<html/>")
    ((code, message),) = lint_document.check(file_of())
    assert code == "autoconfig"
    assert "unusable" in message


# A user's own file


def own(folder: Path, name: str, **changes: Any) -> list[Remark]:
    path = folder / name
    path.write_bytes(render(file_of(**changes)))
    return lint_user_file(path)


def test_a_users_file_is_held_to_its_own_rules(tmp_path: Path) -> None:
    """It is named after the domain, and its age, language and form are its owner's business."""
    old = {"checked": date(2001, 1, 1), "domains": [], "website": "http://corp.example/"}
    assert own(tmp_path, "corp.example.toml", **old) == []


@pytest.mark.parametrize("name", ["corp.toml", "Corp.Example.toml", "bücher.example.toml", "corp..example.toml"])
def test_a_users_file_that_no_address_leads_to(tmp_path: Path, name: str) -> None:
    """The look-up asks for the domain in A-labels, so another name would never be found."""
    (remark,) = own(tmp_path, name)
    assert (remark.severity, remark.code) == ("error", "file-name")


def test_a_users_file_without_a_server_for_its_domain(tmp_path: Path) -> None:
    """Servers for other domains only are no use under this name."""
    servers = [IMAP | {"only_for": ["corp.example"]}, SMTP | {"only_for": ["corp.example"]}]
    assert [remark.code for remark in own(tmp_path, "other.example.toml", servers=servers)] == ["only-for"]


def test_a_users_file_may_still_lead_astray(tmp_path: Path) -> None:
    """Plaintext is told to everybody."""
    servers = [IMAP | {"port": 143, "security": "none"}, SMTP]
    assert [remark.code for remark in own(tmp_path, "corp.example.toml", servers=servers)] == ["plaintext-only"]


def test_a_broken_users_file(tmp_path: Path) -> None:
    """One error, with the line."""
    path = tmp_path / "corp.example.toml"
    path.write_text("id = \n", encoding="utf-8")
    assert [(remark.severity, remark.line) for remark in lint_user_file(path)] == [("error", 1)]
