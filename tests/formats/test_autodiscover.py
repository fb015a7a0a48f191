"""Exchange Autodiscover: requests on the wire, and the four kinds of answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.address import Address
from mailsetup.errors import InvalidDocument
from mailsetup.formats import autodiscover
from mailsetup.model import Auth, Server, Service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mailsetup.formats.autodiscover import Answer

ANN = Address.parse("ann@corp.example")

DOCUMENTS = [
    "activesync-error.xml",
    "activesync-redirect.xml",
    "activesync.xml",
    "error-600.xml",
    "error-in-account.xml",
    "every-tls-mode.xml",
    "exchange-on-premises.xml",
    "https-namespaces.xml",
    "redirect-address.xml",
    "redirect-http.xml",
    "redirect-not-an-address.xml",
    "redirect-url.xml",
    "stalwart.xml",
    "v2-activesync.json",
    "v2-error.json",
    "v2-generic.json",
    "v2-http.json",
    "v2-pox.json",
    "v2-unknown-protocol.json",
]


def read(path: Path, address: Address | None = None) -> Answer:
    """Read a document by its kind."""
    parse = autodiscover.parse_json if path.suffix == ".json" else autodiscover.parse
    return parse(path.read_bytes(), address=address)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(name: str, documents: Path, described: Callable[[object], str]) -> None:
    """Each answer gives exactly what stands beside it (AD-T2, AD-T5 to AD-T9, SEC-06)."""
    path = documents / "autodiscover" / name
    assert described(read(path)) == path.with_suffix(".expected").read_text()


def test_every_document_is_tested(documents: Path) -> None:
    """No document lies in the folder without being looked at."""
    names = [path.name for path in (documents / "autodiscover").iterdir() if path.suffix != ".expected"]
    assert sorted(names) == DOCUMENTS


def test_the_address_is_escaped_in_the_request() -> None:
    """Characters that mean something in XML arrive as they are (AD-T12)."""
    body = autodiscover.request(Address.parse("o'brien&co@bücher.example"))
    assert ET.fromstring(body).findtext(".//{*}EMailAddress") == "o'brien&co@xn--bcher-kva.example"  # noqa: S314  (our own)


def test_requests_name_the_schema_of_the_answer() -> None:
    """Both schemas ask for the matching response, in the exact media type (MS-OXDSCLI 2.2.3, MS-ASCMD 2.2.1.1)."""
    assert autodiscover.CONTENT_TYPE == "text/xml; charset=utf-8"
    assert b"outlook/responseschema/2006a<" in autodiscover.request(ANN)
    assert b"mobilesync/responseschema/2006<" in autodiscover.request(ANN, schema=autodiscover.MOBILESYNC)


def test_the_address_is_encoded_in_the_json_url() -> None:
    """``+`` must not arrive as a blank, and the redirect count is told (AC-20)."""
    url = autodiscover.json_url("autodiscover.corp.example", Address.parse("a+b/c@corp.example"), redirects=2)
    assert url == (
        "https://autodiscover.corp.example/autodiscover/autodiscover.json/v1.0/a%2Bb%2Fc@corp.example"
        "?Protocol=AutodiscoverV1&RedirectCount=2"
    )


def test_user_names_for_an_address(documents: Path) -> None:
    """Without ``LoginName`` it is the address, or the local part behind a required domain (MS-OXDSCLI 2.2.4)."""
    answer = read(documents / "autodiscover" / "exchange-on-premises.xml", ANN)
    assert isinstance(answer, autodiscover.Settings)
    assert answer.servers[0].username == "CORP\\ann"
    answer = read(documents / "autodiscover" / "https-namespaces.xml", ANN)
    assert isinstance(answer, autodiscover.Settings)
    assert answer.servers[0].username == "ann@corp.example"


def test_the_canonical_address_is_told_where_it_differs(documents: Path) -> None:
    """An alias learns the main address of its mailbox (MS-OXDSCLI 2.2.4)."""
    path = documents / "autodiscover" / "stalwart.xml"
    answer, for_alias = read(path, ANN), read(path, Address.parse("anna@corp.example"))
    assert isinstance(answer, autodiscover.Settings)
    assert isinstance(for_alias, autodiscover.Settings)
    assert (answer.primary_address, for_alias.primary_address) == (None, "ann@corp.example")


@pytest.mark.parametrize(
    ("value", "auth"), [("on", (Auth.NTLM, Auth.GSSAPI)), ("off", (Auth.PASSWORD,)), (None, (Auth.PASSWORD,))]
)
def test_spa_counts_only_where_it_is_stated(value: str | None, auth: tuple[Auth, ...]) -> None:
    """A missing ``SPA`` is a password, though the specification's default is on (AD-T8)."""
    spa = f"<SPA>{value}</SPA>" if value else ""
    section = f"<Protocol><Type>IMAP</Type><Server>imap.corp.example</Server>{spa}</Protocol>"
    document = (
        f"<Autodiscover><Response><Account><Action>settings</Action>{section}</Account></Response></Autodiscover>"
    )
    answer = autodiscover.parse(document.encode())
    assert isinstance(answer, autodiscover.Settings)
    assert answer.servers[0].auth == auth


def test_the_generic_answer_is_marked(documents: Path) -> None:
    """The URL that Microsoft gives for nearly any address proves no mailbox (AD-T13)."""
    generic = read(documents / "autodiscover" / "v2-generic.json")
    own = read(documents / "autodiscover" / "v2-activesync.json")
    assert isinstance(generic, autodiscover.Settings)
    assert isinstance(own, autodiscover.Settings)
    assert (generic.generic, own.generic) == (True, False)


def test_an_error_can_prove_that_an_endpoint_exists(documents: Path) -> None:
    """Error 600 comes from a real Autodiscover service (AD-T9)."""
    answers = [read(documents / "autodiscover" / name) for name in ("error-600.xml", "redirect-http.xml")]
    proofs = [answer.proves_endpoint for answer in answers if isinstance(answer, autodiscover.Failure)]
    assert proofs == [True, False]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"<!DOCTYPE html><html></html>", "not-config"),
        (b"<html/>", "not-config"),
        (b"{}", "not-config"),
        (b"", "empty"),
        (b"<Autodiscover/>", "not-config"),
        (b"<Autodiscover><Response/></Autodiscover>", "not-config"),
        (b"<Autodiscover><Response>", "malformed"),
        (b'<!DOCTYPE Autodiscover [<!ENTITY a "b">]><Autodiscover/>', "dtd-refused"),
    ],
)
def test_what_is_no_answer(document: bytes, code: str) -> None:
    """Web pages and documents with a DTD are refused at once (AD-T10, AD-T15)."""
    with pytest.raises(InvalidDocument) as caught:
        autodiscover.parse(document)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "document", [b"{}", b'{"Url": 1}', b"[]", b"<a/>", b'{"Url": "https://a.example/", "Url": "x"}']
)
def test_what_is_no_json_answer(document: bytes) -> None:
    """JSON without ``Url`` and ``ErrorCode`` is no answer (autodiscover v2)."""
    with pytest.raises(InvalidDocument):
        autodiscover.parse_json(document)


labels = st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True)
hosts = st.builds("{}.{}.example".format, labels, labels)
endpoints = st.sampled_from(
    [
        ("imap", 993, "tls"), ("imap", 143, "starttls"), ("pop3", 995, "tls"), ("pop3", 110, "starttls"),
        ("smtp", 465, "tls"), ("smtp", 587, "starttls"), ("smtp", 25, "starttls"), ("imap", 10993, "tls"),
    ]
)  # fmt: skip
usernames = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=["C", "Z"]), min_size=1, max_size=30
)


@st.composite
def expressible_servers(draw: st.DrawFn) -> Server:
    """A server that a POX response can express."""
    protocol, port, security = draw(endpoints)
    auth = draw(st.sampled_from([(Auth.PASSWORD,), (Auth.NONE,)] if protocol == "smtp" else [(Auth.PASSWORD,)]))
    return Server(
        protocol=protocol, hostname=draw(hosts), port=port, security=security, username=draw(usernames), auth=auth
    )


service_urls = st.builds("https://{}/{}".format, hosts, labels)
expressible_services = st.builds(Service, protocol=st.sampled_from(["ews", "activesync"]), url=service_urls)


@given(
    st.lists(expressible_servers(), unique=True, max_size=5), st.lists(expressible_services, unique=True, max_size=2)
)
def test_what_is_written_is_read_back(servers: list[Server], services: list[Service]) -> None:
    """The reader gives back what the writer was given (MS-OXDSCLI 2.2.4)."""
    answer = autodiscover.parse(
        autodiscover.render(servers=servers, services=services, display_name="A & B"), address=ANN
    )
    assert isinstance(answer, autodiscover.Settings)
    assert list(answer.servers) == servers
    assert set(answer.services) == set(services)


def test_plain_text_is_never_written() -> None:
    """A server without encryption is left out of what is published (AC-40)."""
    plain = Server(protocol="imap", hostname="imap.corp.example", port=143, security="none")
    assert b"imap.corp.example" not in autodiscover.render(servers=[plain])


PIECES = """\
<Response> </Response> <Account> </Account> <Protocol> </Protocol> <External> </External> <Server> <Error/>
<Action>settings</Action> <Action><Settings/></Action> <Type>IMAP</Type> <Type>SMTP</Type> <Type>WEB</Type>
<Server>a.example</Server> <Port>0</Port> <Port>70000</Port> <OWAUrl>https://a.example/</OWAUrl>
<LoginName>a&#10;b</LoginName> &#x202e;"""


@given(st.lists(st.sampled_from(PIECES.split()), max_size=20))
def test_any_order_of_pieces_gives_an_answer_or_the_one_error(parts: list[str]) -> None:
    """Nothing but ``InvalidDocument`` ever leaves the parser (SEC-01)."""
    document = f"<Autodiscover><Response>{''.join(parts)}</Response></Autodiscover>".encode()
    try:
        answer = autodiscover.parse(document)
    except InvalidDocument:
        return
    assert type(answer).model_validate_json(answer.model_dump_json()) == answer
