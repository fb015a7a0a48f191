"""Autoconfig documents: what is taken, what is ignored, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.address import Address
from mailsetup.errors import InvalidDocument
from mailsetup.formats import autoconfig
from mailsetup.model import Auth, Protocol, Reading, Security, Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOCUMENTS = [
    "automx2",
    "cpanel",
    "draft-1.2-services",
    "exchange-legacy",
    "hostile-values",
    "international",
    "ispdb-oauth",
    "mailcow",
    "one-section-broken",
    "plaintext-and-odd-ports",
    "self-discover",
    "several-user-names",
]

REFUSED = {
    "parked.html": ("not-config", 1),
    "captive-portal.html": ("not-config", 1),
    "not-found.txt": ("not-config", 1),
    "rss.xml": ("not-config", 2),
    "empty.xml": ("empty", None),
    "truncated.xml": ("malformed", 6),
    "unescaped-ampersand.xml": ("malformed", 3),
    "wrong-nesting.xml": ("malformed", 3),
    "wrong-charset.xml": ("malformed", 3),
    "multibyte-encoding.xml": ("encoding", 1),
    "billion-laughs.xml": ("dtd-refused", 2),
    "external-entity.xml": ("dtd-refused", 2),
    "external-dtd.xml": ("dtd-refused", 1),
}


def section(body: str, element: str = "incomingServer", kind: str = "imap") -> str:
    """Write one section."""
    return f'<{element} type="{kind}">{body}</{element}>'


def config(*sections: str, root: str = "", attributes: str = 'version="1.1"') -> bytes:
    """Write a document with ``sections`` in its provider, and ``root`` behind that."""
    provider = f'<emailProvider id="corp.example">{"".join(sections)}</emailProvider>'
    return f"<clientConfig {attributes}>{provider}{root}</clientConfig>".encode()


def imap(**changes: str) -> str:
    """Write the section of an IMAP server."""
    parts = {"hostname": "imap.corp.example", "port": "993", "socketType": "SSL"} | changes
    return section("".join(f"<{name}>{value}</{name}>" for name, value in parts.items()))


def codes(reading: Reading) -> list[str]:
    """Give the reasons only."""
    return [item.code for item in reading.ignored]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_as_published(name: str, documents: Path, described: Callable[[Reading], str]) -> None:
    """Each document gives exactly what stands beside it (AC-31 to AC-34, AC-36 to AC-41, AC-44 to AC-52, SEC-06)."""
    reading = autoconfig.parse((documents / "autoconfig" / f"{name}.xml").read_bytes())
    assert described(reading) == (documents / "autoconfig" / f"{name}.expected").read_text()


def test_every_document_is_tested(documents: Path) -> None:
    """No document lies in the folder without being looked at."""
    assert sorted(path.stem for path in (documents / "autoconfig").glob("*.xml")) == DOCUMENTS
    assert sorted(path.name for path in (documents / "refused").iterdir()) == sorted(REFUSED)


@pytest.mark.parametrize(("name", "expected"), REFUSED.items())
def test_unusable_documents_are_refused_with_code_and_line(
    name: str, expected: tuple[str, int | None], documents: Path
) -> None:
    """Web pages, DTDs, entities and what is not well-formed never count (AC-21, AC-31, SEC-01)."""
    with pytest.raises(InvalidDocument) as caught:
        autoconfig.parse((documents / "refused" / name).read_bytes())
    assert (caught.value.code, caught.value.line) == expected


@pytest.mark.parametrize("attributes", ["", 'version="1.0"', 'version="1.2"', 'version="2.7"', 'version="soon"'])
def test_no_version_is_a_reason_to_reject(attributes: str) -> None:
    """An unknown or missing version is never a reason to reject (AC-30)."""
    assert len(autoconfig.parse(config(imap(), attributes=attributes)).servers) == 1


@pytest.mark.parametrize(("text", "port"), [("993", 993), (" 993\n", 993), ("00993", 993), ("1", 1), ("65535", 65535)])
def test_ports_that_count(text: str, port: int) -> None:
    """White space around a port is forgiven, as elements are often indented (AC-41)."""
    assert autoconfig.parse(config(imap(port=text))).servers[0].port == port


@pytest.mark.parametrize("text", ["0", "65536", "+993", "-1", "９９३", "99 3", "0x3e1", "993.0", "1e3", "9" * 5000])
def test_ports_that_do_not(text: str) -> None:
    """A port is ASCII digits from 1 to 65535, else its section is left out (AC-31, AC-41)."""
    reading = autoconfig.parse(config(imap(port=text), imap(hostname="second.corp.example")))
    assert [server.hostname for server in reading.servers] == ["second.corp.example"]
    assert codes(reading) == ["bad-port"]


@pytest.mark.parametrize(
    ("prefix", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\n \n\t", "utf-8"),
        (b"\xef\xbb\xbf\r\n", "utf-8"),
        (b"", "iso-8859-1"),
        (b"", "windows-1252"),
        (b"", "utf-16"),
    ],
)
def test_encodings(prefix: bytes, encoding: str) -> None:
    """A byte order mark, blank lines in front and other declared encodings are tolerated (AC-52)."""
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + config("<displayName>Bücher</displayName>", imap()).decode()
    reading = autoconfig.parse(prefix + text.encode(encoding))
    assert reading.provider is not None
    assert reading.provider.name == "Bücher"
    assert reading.servers[0].hostname == "imap.corp.example"


def test_leading_blank_lines_do_not_shift_line_numbers() -> None:
    """A remark names the line of the file, blank lines in front included (AC-31)."""
    reading = autoconfig.parse(b"\n\n" + config(imap(port="x")).replace(b"<port>", b"\n<port>"))
    assert [(item.code, item.line) for item in reading.ignored] == [("nothing-usable", 3), ("bad-port", 4)]


@pytest.mark.parametrize(
    "tail", [b"<!-- 0.2s -->", b"\n\n", b"junk", b"<script>", b"\0\0", b"</clientConfig>", b"\xff"]
)
def test_what_follows_the_document_is_forgiven(tail: bytes) -> None:
    """Trailing rubbish costs nothing but a remark (AC-31, AC-52)."""
    assert autoconfig.parse(config(imap()) + tail).servers


def test_children_in_any_order() -> None:
    """Children may come in any order, and placeholders are filled in for an address (AC-32, AC-42)."""
    body = (
        "<username>%EMAILLOCALPART%.%EMAILDOMAIN%</username><socketType>STARTTLS</socketType>"
        "<hostname>IMAP.%EMAILDOMAIN%.</hostname><port>143</port>"
    )
    server = autoconfig.parse(config(section(body)), address=Address.parse("ann@corp.example")).servers[0]
    assert (server.hostname, server.security, server.username) == ("imap.corp.example", "starttls", "ann.corp.example")


def test_substitution_is_a_single_pass() -> None:
    """A local part that looks like a placeholder stays what it is (AC-43)."""
    address = Address.parse("%EMAILDOMAIN%@corp.example")
    assert (
        autoconfig.parse(config(imap(username="%EMAILLOCALPART%")), address=address).servers[0].username
        == "%EMAILDOMAIN%"
    )


def test_a_local_part_cannot_break_out_of_a_host_name_or_url() -> None:
    """Placeholders are refused in host names and encoded in URLs where the address would break them (AC-43, SEC-06)."""
    jmap = section("<url>https://jmap.corp.example/%EMAILADDRESS%</url>", kind="jmap")
    document = config(imap(hostname="%EMAILLOCALPART%.corp.example"), jmap)
    reading = autoconfig.parse(document, address=Address.parse("a/b?c@corp.example"))
    assert reading.servers == ()
    assert reading.services[0].url == "https://jmap.corp.example/a%2Fb%3Fc%40corp.example"


def test_international_domains_give_two_user_names() -> None:
    """The user name has the domain as typed, the A-label form comes second (EAI-09)."""
    server = autoconfig.parse(config(imap(username="%EMAILADDRESS%")), address=Address.parse("x@faß.example")).servers[
        0
    ]
    assert (server.username, server.username_alternatives) == ("x@faß.example", ("x@xn--fa-hia.example",))


def test_a_missing_user_name_is_tolerated() -> None:
    """A section without a user name is used, and the user name stays unknown (AC-31)."""
    assert autoconfig.parse(config(imap()), address=Address.parse("x@corp.example")).servers[0].username is None


@pytest.mark.parametrize(
    ("word", "auth"),
    [
        ("password-cleartext", Auth.PASSWORD),
        ("plain", Auth.PASSWORD),
        ("password-encrypted", Auth.ENCRYPTED_PASSWORD),
        ("secure", Auth.ENCRYPTED_PASSWORD),
        ("NTLM", Auth.NTLM),
        ("GSSAPI", Auth.GSSAPI),
        ("TLS-client-cert", Auth.CLIENT_CERTIFICATE),
        ("OAuth2", Auth.OAUTH2),
        ("OAuth", Auth.OAUTH2),
        ("client-IP-address", Auth.CLIENT_IP),
        ("none", Auth.NONE),
        ("PASSWORD-CLEARTEXT", Auth.PASSWORD),
    ],
)
def test_authentication_words(word: str, auth: Auth) -> None:
    """Every listed and every legacy word is understood, whatever its case (AC-37, AC-38)."""
    assert autoconfig.parse(config(imap(authentication=word))).servers[0].auth == (auth,)


def test_bearer_as_http_scheme_is_invalid() -> None:
    """``system="http"`` with ``Bearer`` is skipped and the next way to log in counts (AC-36, AC-39)."""
    ways = "".join(f'<authentication system="http">{scheme}</authentication>' for scheme in ("Bearer", "Basic"))
    body = f"<url>https://j.corp.example/</url>{ways}"
    reading = autoconfig.parse(config(section(body, kind="jmap")))
    assert reading.services[0].auth == (Auth.PASSWORD,)
    assert codes(reading) == ["unknown-auth"]


def test_the_first_known_socket_type_counts() -> None:
    """Of several connection securities the first known one counts (AC-40)."""
    types = "".join(f"<socketType>{name}</socketType>" for name in ("best", "STARTTLS", "plain"))
    body = f"<hostname>imap.corp.example</hostname><port>143</port>{types}"
    reading = autoconfig.parse(config(section(body)))
    assert reading.servers[0].security is Security.STARTTLS
    assert codes(reading) == ["skipped-socket-type"]


def test_a_missing_socket_type_never_means_plain_text() -> None:
    """On ports that are for STARTTLS, STARTTLS is assumed; on unknown ports the section is left out (AC-40)."""
    bare = "<hostname>imap.corp.example</hostname><port>{}</port>"
    reading = autoconfig.parse(config(*(section(bare.format(port)) for port in (143, 993, 4711))))
    assert [server.security for server in reading.servers] == [Security.STARTTLS, Security.TLS]
    assert codes(reading) == ["assumed-security", "assumed-security", "missing"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://dav.corp.example/", "https://dav.corp.example/"),
        ("HTTPS://DAV.Corp.Example:8443/A?b=c", "https://dav.corp.example:8443/A?b=c"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("wss://chat.corp.example/ws", "wss://chat.corp.example/ws"),
        ("http://dav.corp.example/", None),
        ("https://user@dav.corp.example/", None),
        ("https://192.0.2.1/", None),
        ("https://[2001:db8::1]/", None),
        ("https://dav/", None),
        ("https:///path", None),
        ("https://dav.corp.example:99999/", None),
        ("https://dav.corp.example:0/", None),
        ("https://dav.corp.example\\@evil.example/", None),
        ("dav.corp.example", None),
    ],
)
def test_service_urls(url: str, kept: str | None) -> None:
    """Service URLs are https (or wss), lead to a host name, and hold no user name (AC-47, SEC-06)."""
    reading = autoconfig.parse(config(imap(), root=section(f"<url>{url}</url>", "calendar", "caldav")))
    assert [service.url for service in reading.services] == ([kept] if kept else [])
    assert codes(reading) == ([] if kept else ["bad-url"])


def test_a_document_for_other_domains_is_only_a_note() -> None:
    """Hosters share one file, so a missing match is a note and never a refusal (AC-44)."""
    document = config("<domain>hoster.example</domain>", imap())
    reading = autoconfig.parse(document, address=Address.parse("x@corp.example"))
    assert len(reading.servers) == 1
    assert [(item.code, item.severity) for item in reading.ignored] == [("other-domains", Severity.INFO)]


def test_names_are_cut_and_cleaned() -> None:
    """Names are untrusted: 60 and 20 characters at most, no controls, no bidi characters (AC-45, SEC-09)."""
    names = (
        f"<displayName>{'x' * 10_000}</displayName><displayShortName>a&#x202E;b&#x200F;{'c' * 99}</displayShortName>"
    )
    provider = autoconfig.parse(config(names, imap())).provider
    assert provider is not None
    assert len(provider.name) == 60
    assert len(provider.short_name) == 20
    assert provider.short_name.startswith("abccc")


def test_a_bare_placeholder_as_name_is_filled_in() -> None:
    """Programs that publish a placeholder as the name are understood (AC-42)."""
    document = config("<displayName>%EMAILADDRESS%</displayName>", imap())
    provider = autoconfig.parse(document, address=Address.parse("x@corp.example")).provider
    assert provider is not None
    assert provider.name == "x@corp.example"


def test_no_password_or_client_secret_is_ever_taken() -> None:
    """A password or client secret in a document appears nowhere in the result (AC-51, AC-48)."""
    leak = "<password>s3cr3t</password>"
    oauth = "<oAuth2><issuer>login.corp.example</issuer><clientSecret>s3cr3t</clientSecret></oAuth2>"
    entry = section(f"<hostname>imap.corp.example</hostname><port>993</port>{leak}")
    reading = autoconfig.parse(config(entry, leak, root=oauth + leak))
    assert "s3cr3t" not in reading.model_dump_json()
    assert codes(reading).count("password-in-document") == 3


def test_an_update_url_is_kept_and_mx_domains_are_kept_apart(documents: Path) -> None:
    """``clientConfigUpdate`` and ``purpose="mx"`` are understood (AC-44, AC-49)."""
    reading = autoconfig.parse((documents / "autoconfig" / "ispdb-oauth.xml").read_bytes())
    assert reading.update_url == "https://autoconfig.bigmail.example/mail/config-v1.1.xml"
    assert reading.mx_domains == ("mx.bigmail.example",)


def test_limits() -> None:
    """Size, depth, attributes and number of elements are bounded (AC-22, SEC-01)."""
    attributes = " ".join(f'a{number}="1"' for number in range(40))
    documents = {
        "too-large": config(imap()) + b" " * 300_000,
        "too-complex": config("<a>" * 50 + "</a>" * 50),
    }
    for code, document in documents.items():
        with pytest.raises(InvalidDocument) as caught:
            autoconfig.parse(document)
        assert caught.value.code == code
    for document in (config(f"<x {attributes}/>"), config("<x/>" * 30_000)):
        with pytest.raises(InvalidDocument, match="more elements"):
            autoconfig.parse(document)


def test_thousands_of_entries_and_remarks_are_cut_off() -> None:
    """A hostile document cannot make the result, or the report, large (SEC-01)."""
    many = autoconfig.parse(
        config(*(section(f"<hostname>h{n}.corp.example</hostname><port>993</port>") for n in range(900)))
    )
    assert len(many.servers) == 64
    assert len(many.ignored) == 201
    assert "too-many" in codes(many)


def test_nothing_usable_is_said() -> None:
    """A document without a single usable server is valid, and says so (AC-31)."""
    reading = autoconfig.parse(b"<clientConfig/>")
    assert reading.provider is None
    assert codes(reading) == ["nothing-usable"]


def test_multi_purpose_protocols_are_services() -> None:
    """JMAP is listed once, as an incoming server, and becomes a service (AC-33, AC-50)."""
    reading = autoconfig.parse(config(section("<url>https://j.corp.example/s</url>", kind="JMAP")))
    assert [(service.protocol, service.url) for service in reading.services] == [
        (Protocol.JMAP, "https://j.corp.example/s")
    ]


@pytest.mark.parametrize(
    "document",
    [
        config(section("", kind="jmap")),
        config(section("<username>x</username>", kind="exchange")),
        config(root=section("<hostname>chat.corp.example</hostname>", "chatServer", "xmpptcp")),
        config(section("<port>993</port><socketType>SSL</socketType>")),
        config(section("<hostname/><port>993</port><socketType>SSL</socketType>")),
        config(
            section("<hostname>smtp.corp.example</hostname><socketType>plain</socketType>", "outgoingServer", "smtp")
        ),
    ],
)
def test_what_cannot_be_assumed_is_missing(document: bytes) -> None:
    """Without a host, a URL, or a port that could be assumed, the section is left out (AC-31)."""
    reading = autoconfig.parse(document)
    assert (reading.servers, reading.services) == ((), ())
    assert sorted(codes(reading)) == ["missing", "nothing-usable"]


def test_the_same_server_again() -> None:
    """A repetition is skipped, a user name where there was none is taken, and user names are bounded (AC-35)."""
    nameless, named = imap(), imap(username="%EMAILADDRESS%")
    first, again = autoconfig.parse(config(nameless, nameless)), autoconfig.parse(config(nameless, named))
    assert (len(first.servers), codes(first)) == (1, ["duplicate"])
    assert [server.username for server in again.servers] == ["%EMAILADDRESS%"]
    many = autoconfig.parse(config(*(imap(username=f"user{number}") for number in range(20))))
    assert len(many.servers) == 1
    assert many.servers[0].username_alternatives == tuple(f"user{number}" for number in range(1, 8))
    dav = section("<url>https://dav.corp.example/</url>", "calendar", "caldav")
    assert codes(autoconfig.parse(config(imap(), root=dav + dav))) == ["duplicate"]


def test_chat_by_host_name() -> None:
    """The draft's own example gives type ``xmpp`` a host name instead of a URL (AC-34)."""
    chat = section("<hostname>chat.corp.example</hostname><socketType>STARTTLS</socketType>", "chatServer", "xmpp")
    service = autoconfig.parse(config(root=chat)).services[0]
    assert (service.hostname, service.port, service.security) == ("chat.corp.example", 5222, Security.STARTTLS)
