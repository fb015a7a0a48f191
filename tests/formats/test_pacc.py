"""PACC: the document, the digest record, and how the two go together."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.address import Address
from mailsetup.errors import InvalidDocument
from mailsetup.formats import pacc
from mailsetup.model import Auth, HelpPage, OAuth, Provider, Server, Service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mailsetup.model import Reading

DOCUMENTS = ["both-revisions", "example", "oauth-only", "one-server-broken", "revision-02"]

DIGEST = "/hX5YT/YFVF/D3WdzuD9DIlzgFU0r95t/f11AAVZyNQ="
RECORD = f"v=UAAC1; a=sha256; d={DIGEST}".encode()
STALE = b"v=UAAC1; a=sha256; d=Lz/fADY5zvB/yHmrPH1VbXT9hP52VryqvTtu9ivZ3p4="


@pytest.fixture
def example(documents: Path) -> bytes:
    """The example whose digest is known: 392 octets, no final newline."""
    return (documents / "pacc" / "example.json").read_bytes()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(name: str, documents: Path, described: Callable[[Reading], str]) -> None:
    """Each document gives exactly what stands beside it (PACC-07 to PACC-11, PACC-16; P-T8 to P-T11)."""
    reading = pacc.parse((documents / "pacc" / f"{name}.json").read_bytes())
    assert described(reading) == (documents / "pacc" / f"{name}.expected").read_text()


def test_every_document_is_tested(documents: Path) -> None:
    """No document lies in the folder without being looked at."""
    assert sorted(path.stem for path in (documents / "pacc").glob("*.json")) == DOCUMENTS


def test_known_vectors(example: bytes) -> None:
    """The published test vectors hold (PACC-02, PACC-03; P-T1)."""
    assert len(example) == 392
    assert pacc.check_digest(example, [RECORD]).outcome == "match"
    assert pacc.check_digest(example + b"\n", [RECORD]).outcome == "mismatch"
    assert pacc.check_digest(example + b"\n", [STALE]).outcome == "match"
    renamed = example.replace(b'"submit"', b'"smtp"')
    own = b"v=UAAC1; a=sha256; d=5/uTPqAiXKrdkDymVMsHBWzjrxtIj8e/cmosRC/L6H8="
    assert len(renamed) == 390
    assert pacc.check_digest(renamed, [RECORD]).outcome == "mismatch"
    assert pacc.check_digest(renamed, [own]).outcome == "match"
    assert pacc.parse(renamed).servers == pacc.parse(example).servers


def test_one_matching_record_is_enough(example: bytes) -> None:
    """While a document is being changed, an old record and a broken one stand beside the right one (PACC-04; P-T2)."""
    check = pacc.check_digest(example, [STALE, b"v=UAAC1; a=md5; d=AAAA", RECORD])
    assert check.matches
    assert (check.records, len(check.ignored)) == (2, 1)


def test_character_strings_are_joined_with_nothing_between(example: bytes) -> None:
    """A value split in the middle of the base64 text is one value (PACC-06; P-T3)."""
    assert pacc.check_digest(example, [(RECORD[:20], RECORD[20:40], RECORD[40:])]).matches


@pytest.mark.parametrize(
    "record",
    [
        f"a=sha256;d={DIGEST};v=UAAC1;x=1;",
        f"v = UAAC1 ;\ta=sha256; d = {DIGEST} ; \t",
        f"v=UAAC1; a=sha256; d={DIGEST}; note=a=b",
        f"v=UAAC1; a=sha256; d={DIGEST}; x=1; x=2",
    ],
)
def test_records_that_count(record: str, example: bytes) -> None:
    """Order is free, blanks and one final semicolon are allowed, unknown tags are skipped (PACC-05; P-T4)."""
    assert pacc.check_digest(example, [record.encode()]).matches


@pytest.mark.parametrize(
    "record",
    [
        "",
        ";",
        f" v=UAAC1; a=sha256; d={DIGEST}",
        f"v=UAAC1; a=sha256; d={DIGEST}; d={DIGEST}",
        f"v=UAAC1; v=UAAC1; a=sha256; d={DIGEST}",
        f"v=UAAC1; a=sha256; d={DIGEST};;",
        f"v=UAAC1; a=sha256; d={DIGEST}; x",
        f"v=UAAC1; a=sha256; d={DIGEST}; x=",
        f"v=UAAC1; a=sha256; d={DIGEST}; x-y=1",
        f"v=UAAC1; a=sha256; d={DIGEST}; x=a b",
        f"v=UAAC2; a=sha256; d={DIGEST}",
        f"V=UAAC1; a=sha256; d={DIGEST}",
        f"v=uaac1; a=sha256; d={DIGEST}",
        f"v=UAAC1; a=SHA256; d={DIGEST}",
        f"v=UAAC1; a=sha512; d={DIGEST}",
        f"v=UAAC1; a=sha256; d={DIGEST.rstrip('=')}",
        f"v=UAAC1; a=sha256; d={DIGEST.replace('/', '_')}",
        f"v=UAAC1; a=sha256; d={DIGEST[:-2]}R=",
        f"v=UAAC1; a=sha256; d={base64.b64encode(bytes(31)).decode()}",
        f"v=UAAC1; a=sha256; d={base64.b64encode(bytes(33)).decode()}",
        f"a=sha256; d={DIGEST}",
        "v=UAAC1; a=sha256",
        "v=spf1 -all",
        f"v=UAAC1; a=sha256; d={DIGEST}; x=é",
    ],
)
def test_records_that_do_not(record: str, example: bytes) -> None:
    """A malformed record is ignored as a whole, and then there is none (PACC-05, PACC-14, PACC-15; P-T5, P-T6)."""
    check = pacc.check_digest(example, [record.encode()])
    assert check.outcome == "no-record"
    assert len(check.ignored) == 1


def test_reasons_are_told_apart(example: bytes) -> None:
    """No record and no matching record are different findings (PACC-14; P-T7)."""
    assert pacc.check_digest(example, []).outcome == "no-record"
    flipped = bytes([example[0] ^ 1]) + example[1:]
    assert pacc.check_digest(flipped, [RECORD]).outcome == "mismatch"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html></html>", "not-config"),
        (b"[]", "not-config"),
        (b'"text"', "not-config"),
        (b"{}", "not-config"),
        (b'{"protocols": []}', "not-config"),
        (b'{"protocols": {}', "malformed"),
        (b'{"protocols": {}} {}', "malformed"),
        (b'{"protocols": {"x": NaN}}', "malformed"),
        (b'{"protocols": {"x": -Infinity}}', "malformed"),
        (b'{"protocols": {"x": "a\tb"}}', "malformed"),
        (b'\xef\xbb\xbf{"protocols": {}}', "malformed"),
        (b'{"protocols": {"x": "\xff"}}', "encoding"),
        ('{"protocols": {}}'.encode("utf-16"), "encoding"),
        (b'{"protocols": {"imap": {"host": "a.example"}, "imap": {"host": "b.example"}}}', "duplicate-name"),
        (b'{"protocols": ' + b"[" * 200 + b"]" * 200 + b"}", "too-complex"),
        (b'{"protocols": ' + b"[" * 30_000, "too-complex"),
        (b'{"protocols": {"x": "' + b"a" * 70_000 + b'"}}', "too-large"),
    ],
)
def test_json_is_read_strictly(document: bytes, code: str) -> None:
    """What two readers might understand differently is refused (SEC-01; P-T12)."""
    with pytest.raises(InvalidDocument) as caught:
        pacc.parse(document)
    assert caught.value.code == code


def test_the_line_of_an_error_is_known() -> None:
    """A broken document is refused with the line of the offence (PACC-14)."""
    with pytest.raises(InvalidDocument) as caught:
        pacc.parse(b'{\n"protocols": {\n"imap" {}}}')
    assert caught.value.line == 3


def test_the_user_name_is_the_address() -> None:
    """The format has no user name: the address as typed is used, its A-label form comes second (PACC-08, EAI-09)."""
    document = b'{"protocols": {"imap": {"host": "imap.corp.example"}}}'
    server = pacc.parse(document, address=Address.parse("Ann@bücher.example")).servers[0]
    assert (server.username, server.username_alternatives) == ("Ann@bücher.example", ("Ann@xn--bcher-kva.example",))
    assert pacc.parse(document, address=Address.parse("Ann@corp.example")).servers[0].username_alternatives == ()


def test_password_true_and_false_are_kept() -> None:
    """``password: false`` means that no password is ever asked for (PACC-11)."""
    document = b'{"protocols": {"imap": {"host": "imap.corp.example"}}, "authentication": {"password": %s}}'
    assert pacc.parse(document % b"false").password is False
    assert pacc.parse(document % b"true").servers[0].auth == (Auth.PASSWORD,)
    assert pacc.parse(document % b"null").password is None


labels = st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True)
hosts = st.builds("{}.{}.example".format, labels, labels)
urls = st.builds("https://{}/{}/".format, hosts, labels)
names = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=["C", "Z"]), min_size=1, max_size=20
)
auths = st.sampled_from([(Auth.OAUTH2,), (Auth.PASSWORD,), (Auth.OAUTH2, Auth.PASSWORD)])


@st.composite
def expressible(draw: st.DrawFn) -> dict[str, object]:
    """Servers and services that a PACC document can express."""
    auth = draw(auths)
    common = {"username": "%EMAILADDRESS%", "auth": auth}
    entries = {"imap": 993, "pop3": 995, "smtp": 465}
    chosen = draw(st.lists(st.sampled_from(sorted(entries)), unique=True).map(sorted))
    servers = [
        Server(protocol=name, hostname=draw(hosts), port=entries[name], security="tls", **common) for name in chosen
    ]
    kinds = ["jmap", "caldav", "carddav", "webdav"]
    picked = draw(
        st.lists(st.sampled_from(kinds), unique=True, min_size=0 if servers else 1).map(
            lambda some: sorted(some, key=kinds.index)
        )
    )
    services = [Service(protocol=name, url=draw(urls), **common) for name in picked]
    oauth = OAuth(issuer=draw(urls)) if Auth.OAUTH2 in auth else None
    help_pages = draw(st.sampled_from([(), (HelpPage(url="https://help.example/"),)]))
    provider = Provider(id="", name=draw(names), short_name=draw(names), help=help_pages)
    return {"servers": servers, "services": services, "oauth": oauth, "provider": provider}


@given(expressible())
def test_what_is_written_is_read_back(parts: dict[str, object]) -> None:
    """The reader gives back what the writer was given, and the written digest matches (PACC-02, PACC-07)."""
    document = pacc.render(**parts)  # type: ignore[arg-type]  # a dictionary of keyword arguments
    reading = pacc.parse(document)
    assert list(reading.servers) == parts["servers"]
    assert list(reading.services) == parts["services"]
    assert reading.oauth == parts["oauth"]
    assert reading.provider == parts["provider"]
    assert reading.ignored == ()
    assert pacc.check_digest(document, [pacc.record(document).encode()]).matches


def test_the_writer_serves_both_revisions_and_leaves_out_what_cannot_be_said() -> None:
    """Both names of the submission service are written; STARTTLS and other ports are not (PACC-07, PACC-08)."""
    servers = [
        Server(protocol="imap", hostname="imap.corp.example", port=143, security="starttls"),
        Server(protocol="smtp", hostname="smtp.corp.example", port=465, security="tls"),
        Server(protocol="smtp", hostname="smtp2.corp.example", port=465, security="tls"),
    ]
    document = pacc.render(servers=servers, oauth=OAuth(issuer="accounts.corp.example"))
    assert b'"submit": {\n      "host": "smtp.corp.example"' in document
    assert b'"smtp": {\n      "host": "smtp.corp.example"' in document
    assert b"smtp2" not in document
    assert b"imap" not in document
    assert b"accounts" not in document


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_a_value_or_the_one_error(document: bytes) -> None:
    """Nothing but ``InvalidDocument`` ever leaves the parser (SEC-01)."""
    with contextlib.suppress(InvalidDocument):
        pacc.parse(document)
    pacc.check_digest(document, [document])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def members(*names: str) -> st.SearchStrategy[object]:
    """Anything at all, or an object with some of these members, each of them anything at all."""
    return json_values | st.fixed_dictionaries({}, optional=dict.fromkeys(names, json_values))


protocols = st.sampled_from(["imap", "pop3", "submit", "smtp", "jmap", "caldav", "managesieve", "x"])
shapes = st.fixed_dictionaries(
    {"protocols": st.dictionaries(protocols, members("host", "url"))},
    optional={"authentication": members("password", "oauth-public"), "info": members("provider", "help")},
)


@given(shapes)
def test_any_shape_below_protocols_is_survived(value: dict[str, object]) -> None:
    """Members of any type at any place cost only themselves, and the reading survives its own JSON (PACC-10)."""
    reading = pacc.parse(json.dumps(value).encode())
    assert pacc.PaccDocument.model_validate_json(reading.model_dump_json()) == reading


def test_the_record_is_a_plain_hash() -> None:
    """The digest is SHA-256 over the octets as they are (PACC-03)."""
    digest = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert pacc.record(b"x") == f"v=UAAC1; a=sha256; d={digest}"


def test_numbers_of_thousands_of_digits_do_no_harm() -> None:
    """Whether Python reads such a number or refuses it, there is a value or the one error (SEC-01)."""
    with contextlib.suppress(InvalidDocument):
        assert pacc.parse(b'{"protocols": {}, "x": ' + b"1" * 20_000 + b"}").servers == ()
