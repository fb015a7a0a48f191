"""What ``autoconfig.render`` writes, and that reading it gives the same back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.address import Address
from mailsetup.formats import autoconfig
from mailsetup.model import Auth, HelpPage, OAuth, Protocol, Provider, Security, Server, Service

# Hyphens in places 3 and 4 are reserved (RFC 5891 section 4.2.3.1): such a host name is refused, as it should be.
labels = st.from_regex(r"[a-z](?:[a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
hosts = st.builds("{}.{}.example".format, labels, labels) | labels.map("{}.%EMAILDOMAIN%".format)
urls = st.builds("https://{}.{}.example/{}?a=b&c=%20".format, labels, labels, labels)
names = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=["C", "Z"], exclude_characters="%"),
    min_size=1,
    max_size=20,
)
usernames = st.sampled_from(["%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILLOCALPART%#%EMAILDOMAIN%"]) | names
auths = st.lists(st.sampled_from(Auth), unique=True, max_size=3).map(tuple)
securities = st.sampled_from(Security)
ports = st.integers(1, 65535)

servers = st.builds(
    Server,
    protocol=st.sampled_from([Protocol.IMAP, Protocol.POP3, Protocol.SMTP]),
    hostname=hosts,
    port=ports,
    security=securities,
    username=st.none() | usernames,
    auth=auths,
)
URL_SERVICES = ["jmap", "ews", "activesync", "graph", "owa", "caldav", "carddav", "webdav", "xmpp", "matrix"]
services = st.builds(
    Service, protocol=st.sampled_from(URL_SERVICES), url=urls, username=st.none() | usernames, auth=auths
) | st.builds(
    Service,
    protocol=st.sampled_from(["managesieve", "xmpp"]),
    hostname=hosts,
    port=ports,
    security=securities,
    username=st.none() | usernames,
    auth=auths,
)
pages = st.lists(st.builds(HelpPage, url=urls, language=st.none() | st.sampled_from(["de", "en"])), max_size=3).map(
    tuple
)
providers = st.builds(
    Provider, id=names, name=names, short_name=st.just("") | names, website=st.none() | urls, help=pages
)
oauths = st.builds(
    OAuth,
    issuer=urls | st.just("accounts.corp.example"),
    authorization_url=st.none() | urls,
    token_url=st.none() | urls,
    scopes=st.lists(names, unique=True, max_size=3).map(tuple),
)


def imap(**changes: Any) -> Server:
    """Describe an IMAP server."""
    values = {"protocol": "imap", "hostname": "imap.corp.example", "port": 993, "security": "tls"}
    return Server(**(values | changes))


@given(
    st.lists(servers, max_size=4, unique_by=lambda server: (server.endpoint, server.auth)),
    st.lists(services, max_size=3, unique=True),
    providers,
    st.none() | oauths,
    st.lists(labels.map("{}.example".format), unique=True, max_size=3).map(tuple),
)
def test_what_is_written_is_read_back(
    some: list[Server], others: list[Service], provider: Provider, oauth: OAuth | None, domains: tuple[str, ...]
) -> None:
    """Everything that the format can express comes back the same, in any combination (AC-32 to AC-50)."""
    document = autoconfig.render(servers=some, services=others, provider=provider, oauth=oauth, domains=domains)
    reading = autoconfig.parse(document)
    assert list(reading.servers) == some
    assert set(reading.services) == set(others)
    assert reading.provider == provider
    assert reading.oauth == oauth
    assert reading.domains == domains
    harmless = {"plaintext", "port-security", "nothing-usable"}
    assert {item.code for item in reading.ignored} <= harmless


def test_alternative_user_names_are_further_sections() -> None:
    """A server with several user names gets one section for each, and they come back as one server (AC-35)."""
    server = imap(username="%EMAILADDRESS%", username_alternatives=("%EMAILLOCALPART%", "x"), auth=(Auth.PASSWORD,))
    document = autoconfig.render(servers=[server])
    assert document.count(b"<incomingServer") == 3
    assert autoconfig.parse(document).servers == (server,)


def test_user_names_become_templates_again() -> None:
    """What was found for one user can be published for all of them (AC-42)."""
    address = Address.parse("ann@faß.example")
    server = imap(username="ann@faß.example", username_alternatives=("ann@xn--fa-hia.example", "ann", "CORP\\ann"))
    text = autoconfig.render(servers=[server], templates_for=address).decode()
    assert text.count("<username>%EMAILADDRESS%</username>") == 1
    assert text.count("<username>%EMAILLOCALPART%</username>") == 1
    assert "<username>CORP\\ann</username>" in text
    assert "ann@" not in text
    again = autoconfig.parse(text.encode(), address=address).servers[0]
    assert again.username == "ann@faß.example"


def test_version_1_1_holds_mail_servers_only() -> None:
    """The older version is what every client reads: no services, everything else (AC-30)."""
    service = Service(protocol="caldav", url="https://dav.corp.example/")
    sieve = imap(protocol="managesieve", port=4190, security="starttls")
    old = autoconfig.render(servers=[imap(), sieve], services=[service], version="1.1")
    new = autoconfig.render(servers=[imap(), sieve], services=[service])
    assert b'version="1.1"' in old
    assert b"caldav" not in old
    assert b"managesieve" not in old
    assert [one.protocol for one in autoconfig.parse(new).services] == ["managesieve", "caldav"]
    assert autoconfig.parse(old).servers == autoconfig.parse(new).servers


@pytest.mark.parametrize("text", ["<b>", "a & b", 'quote " quote', "]]>", "<!-- x", "&amp;"])
def test_text_cannot_become_markup(text: str) -> None:
    """Names are escaped wherever they stand (SEC-06)."""
    provider = Provider(id=text, name=text, help=(HelpPage(url="https://h.example/", topic=text),))
    reading = autoconfig.parse(autoconfig.render(servers=[imap(username=text)], provider=provider))
    assert reading.provider is not None
    assert (reading.provider.id, reading.provider.name, reading.servers[0].username) == (text, text, text)
