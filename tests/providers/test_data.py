"""The provider data itself: every file by itself, all files side by side, and the facts that must be right."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailsetup.formats import autoconfig
from mailsetup.formats.provider_file import parse, render
from mailsetup.model import Auth, Protocol, ProviderStatus, RequirementKind, Security, Server
from mailsetup.providers.match import under_suffix

if TYPE_CHECKING:
    from mailsetup.providers.schema import ProviderFile

FOLDER = Path(__file__).resolve().parents[2] / "data" / "providers"
PATHS = sorted(FOLDER.glob("*.toml"))

STARTTLS_PORTS = {143, 110, 587}

# domain → first IMAP (or POP3) server, first submission server, first form of the user name
LARGEST = {
    "gmail.com": ("imap.gmail.com:993", "smtp.gmail.com:465", "@"),
    "outlook.com": ("outlook.office365.com:993", "smtp-mail.outlook.com:587", "@"),
    "hotmail.com": ("outlook.office365.com:993", "smtp-mail.outlook.com:587", "@"),
    "onmicrosoft.com": ("outlook.office365.com:993", "smtp.office365.com:587", "@"),
    "yahoo.com": ("imap.mail.yahoo.com:993", "smtp.mail.yahoo.com:465", "@"),
    "aol.com": ("imap.aol.com:993", "smtp.aol.com:465", "@"),
    "icloud.com": ("imap.mail.me.com:993", "smtp.mail.me.com:587", "local"),
    "gmx.com": ("imap.gmx.com:993", "mail.gmx.com:465", "@"),
    "gmx.net": ("imap.gmx.net:993", "mail.gmx.net:465", "@"),
    "web.de": ("imap.web.de:993", "smtp.web.de:465", "local"),
    "t-online.de": ("secureimap.t-online.de:993", "securesmtp.t-online.de:465", "@"),
    "freenet.de": ("mx.freenet.de:993", "mx.freenet.de:465", "@"),
    "posteo.de": ("posteo.de:993", "posteo.de:465", "@"),
    "mailbox.org": ("imap.mailbox.org:993", "smtp.mailbox.org:465", "@"),
    "ionos.de": ("imap.ionos.de:993", "smtp.ionos.de:465", "@"),
    "strato.de": ("imap.strato.de:993", "smtp.strato.de:465", "@"),
    "fastmail.com": ("imap.fastmail.com:993", "smtp.fastmail.com:465", "@"),
    "zoho.com": ("imap.zoho.com:993", "smtp.zoho.com:465", "@"),
    "zoho.eu": ("imap.zoho.eu:993", "smtp.zoho.eu:465", "@"),
    "zoho.in": ("imap.zoho.in:993", "smtp.zoho.in:465", "@"),
    "zoho.com.au": ("imap.zoho.com.au:993", "smtp.zoho.com.au:465", "@"),
    "zoho.jp": ("imap.zoho.jp:993", "smtp.zoho.jp:465", "@"),
    "zohocloud.ca": ("imap.zohocloud.ca:993", "smtp.zohocloud.ca:465", "@"),
    "yandex.ru": ("imap.yandex.com:993", "smtp.yandex.com:465", "@"),
    "mail.ru": ("imap.mail.ru:993", "smtp.mail.ru:465", "@"),
    "qq.com": ("imap.qq.com:993", "smtp.qq.com:465", "@"),
    "foxmail.com": ("imap.qq.com:993", "smtp.qq.com:465", "@"),
    "163.com": ("imap.163.com:993", "smtp.163.com:465", "@"),
    "126.com": ("imap.126.com:993", "smtp.126.com:465", "@"),
    "yeah.net": ("imap.yeah.net:993", "smtp.yeah.net:465", "@"),
    "naver.com": ("imap.naver.com:993", "smtp.naver.com:465", "@"),
    "daum.net": ("imap.daum.net:993", "smtp.daum.net:465", "@"),
    "orange.fr": ("imap.orange.fr:993", "smtp.orange.fr:465", "@"),
    "free.fr": ("imap.free.fr:993", "smtp.free.fr:465", "local"),
    "sfr.fr": ("imap.sfr.fr:993", "smtp.sfr.fr:465", "@"),
    "laposte.net": ("imap.laposte.net:993", "smtp.laposte.net:465", "local"),
    "ovh.net": ("ssl0.ovh.net:993", "ssl0.ovh.net:465", "@"),
    "gandi.net": ("mail.gandi.net:993", "mail.gandi.net:465", "@"),
    "libero.it": ("imapmail.libero.it:993", "smtp.libero.it:465", "@"),
    "virgilio.it": ("in.virgilio.it:993", "out.virgilio.it:465", "@"),
    "aruba.it": ("imaps.aruba.it:993", "smtps.aruba.it:465", "@"),
    "pec.it": ("imaps.pec.aruba.it:993", "smtps.pec.aruba.it:465", "@"),
    "tim.it": ("imap.tim.it:143", "smtp.tim.it:587", "@"),
    "seznam.cz": ("imap.seznam.cz:993", "smtp.seznam.cz:465", "@"),
    "wp.pl": ("imap.wp.pl:993", "smtp.wp.pl:465", "local"),
    "onet.pl": ("imap.poczta.onet.pl:993", "smtp.poczta.onet.pl:465", "@"),
    "o2.pl": ("poczta.o2.pl:993", "poczta.o2.pl:465", "local"),
    "interia.pl": ("poczta.interia.pl:993", "poczta.interia.pl:465", "@"),
    "comcast.net": ("imap.comcast.net:993", "smtp.comcast.net:465", "@"),
    "att.net": ("imap.mail.att.net:993", "smtp.mail.att.net:465", "@"),
    "verizon.net": ("imap.aol.com:993", "smtp.aol.com:465", "@"),
    "cox.net": ("imap.mail.yahoo.com:993", "smtp.mail.yahoo.com:465", "@"),
    "charter.net": ("mobile.charter.net:993", "mobile.charter.net:587", "@"),
    "btinternet.com": ("mail.btinternet.com:993", "mail.btinternet.com:465", "@"),
    "sky.com": ("imap.tools.sky.com:993", "smtp.tools.sky.com:465", "@"),
    "virginmedia.com": ("imap.virginmedia.com:993", "smtp.virginmedia.com:465", "@"),
    "ntlworld.com": ("imap.virginmedia.com:993", "smtp.virginmedia.com:465", "@"),
    "talktalk.net": ("mail.talktalk.net:993", "smtp.talktalk.net:587", "@"),
    "bluewin.ch": ("imaps.bluewin.ch:993", "smtpauths.bluewin.ch:465", "@"),
    "telia.com": ("mailin.telia.com:993", "mailout.telia.com:465", "@"),
    "ziggo.nl": ("imap.ziggo.nl:993", "smtp.ziggo.nl:587", "@"),
    "kpnmail.nl": ("imap.kpnmail.nl:993", "smtp.kpnmail.nl:465", "@"),
    "xs4all.nl": ("imap.kpnmail.nl:993", "smtp.kpnmail.nl:465", "@"),
    "telenet.be": ("imap.telenet.be:993", "smtp.telenet.be:587", "@"),
    "uol.com.br": ("imap.uol.com.br:993", "smtps.uol.com.br:587", "local"),
    "rediffmail.com": ("pop.rediffmail.com:995", "smtp.rediffmail.com:465", "@"),
    "migadu.com": ("imap.migadu.com:993", "smtp.migadu.com:465", "@"),
    "runbox.com": ("mail.runbox.com:993", "mail.runbox.com:465", "@"),
    "privateemail.com": ("mail.privateemail.com:993", "mail.privateemail.com:465", "@"),
    "hostinger.com": ("imap.hostinger.com:993", "smtp.hostinger.com:465", "@"),
    "centurytel.net": ("mail.centurylink.net:993", "smtp.centurylink.net:587", "@"),
    "mail.com": ("imap.mail.com:993", "smtp.mail.com:465", "@"),
}

# MX → the file that it leads to; consumers' and organisations' mailboxes are kept apart
EXCHANGERS = {
    "aspmx.l.google.com": "google-workspace",
    "alt3.aspmx.l.google.com": "google-workspace",
    "aspmx5.googlemail.com": "google-workspace",
    "smtp.google.com": "google-workspace",
    "gmail-smtp-in.l.google.com": "gmail",
    "gmr-smtp-in.l.google.com": "google-domains-forwarding",
    "contoso-com.mail.protection.outlook.com": "microsoft-365",
    "contoso-com.k-v1.mx.microsoft": "microsoft-365",
    "outlook-com.olc.protection.outlook.com": "outlook",
    "mx2.zoho.com": "zoho-business",
    "mx.zoho.eu": "zoho-business-eu",
    "mx.yandex.net": "yandex-360",
    "emx.mail.ru": "vk-workspace",
    "mxs.mail.ru": "mail-ru",
    "mxbiz1.qq.com": "tencent-exmail",
    "mx3.qq.com": "qq",
    "mx01.mail.icloud.com": "icloud",
    "in1-smtp.messagingengine.com": "fastmail",
    "mailsec.protonmail.ch": "proton",
    "mx00.kundenserver.de": "ionos",
    "smtpin.rzone.de": "strato",
    "www42.your-server.de": "hetzner",
    "mx3.mail.ovh.net": "ovh",
    "redirect.ovh.net": "ovh-redirect",
    "mxa-00123456.gslb.pphosted.com": "proofpoint",
    "de-smtp-inbound-1.mimecast.com": "mimecast",
    "route2.mx.cloudflare.net": "cloudflare-email-routing",
    "mx2.forwardemail.net": "forward-email-routing",
    "inbound-smtp.us-east-1.amazonaws.com": "amazon-inbound",
}

NOBODYS = (
    "notgoogle.com",
    "google.com",
    "aspmx.l.google.com.evil.example",
    "xaspmx.l.google.com",
    "example.mx-verification.google.com",
    "protection.outlook.com",
    "mail.protection.outlook.com.evil.example",
    "static.1.2.0.192.clients.your-server.de",
    "vps-1a2b3c4d.vps.ovh.net",
    "c-192-0-2-1.hsd1.ca.comcast.net",
    "ip-192-0-2-1.ip.secureserver.net",
    "example.hd.free.fr",
)


@lru_cache(maxsize=1)
def providers() -> dict[str, ProviderFile]:
    """Every file, by its name."""
    return {path.stem: parse(path.read_bytes()) for path in PATHS}


def of_domain(domain: str) -> ProviderFile:
    """The provider that lists ``domain``."""
    return next(provider for provider in providers().values() if domain in provider.domains)


def owner_of_mx(host: str) -> str | None:
    """Whose exchanger ``host`` is: the longest suffix wins."""
    owners = {
        suffix: None if suffix in entry.not_under else provider.id
        for provider in providers().values()
        if (entry := provider.mx) is not None
        for suffix in (*entry.suffixes, *entry.not_under)
        if under_suffix(host, suffix)
    }
    return owners[max(owners, key=len)] if owners else None


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_file_is_in_house_form(path: Path) -> None:
    """Each file is valid, named after its id, and written as the importer would write it."""
    document = path.read_bytes()
    provider = parse(document)
    assert provider.id == path.stem
    assert render(provider) == document


def test_counts() -> None:
    """At least 260 providers with mailboxes and 1,350 exact domains are described."""
    mailboxes = [provider for provider in providers().values() if provider.holds_mailboxes]
    assert len(mailboxes) >= 260
    assert sum(len(provider.domains) for provider in mailboxes) >= 1350


def test_nothing_is_claimed_twice() -> None:
    """A domain, a pattern, an MX suffix and a hosting name each lead to one provider only."""
    claims = Counter(
        claim
        for provider in providers().values()
        for claim in (
            *provider.domains,
            *(f"pattern {entry.pattern}" for entry in provider.patterns),
            *(f"mx {suffix}" for suffix in (provider.mx.suffixes if provider.mx else ())),
            *(f"spf {name}" for name in (provider.hosting.spf if provider.hosting else ())),
            *(f"autoconfig {name}" for name in (provider.hosting.autoconfig if provider.hosting else ())),
            *(f"autodiscover {name}" for name in (provider.hosting.autodiscover if provider.hosting else ())),
        )
    )
    assert [claim for claim, count in claims.items() if count > 1] == []


def test_order_of_security() -> None:
    """At one host implicit TLS stands before STARTTLS (RFC 8314), unless only we know of it; plaintext is last."""
    for provider in providers().values():
        for protocol in Protocol:
            order = [server for server in provider.servers if server.protocol is protocol and not server.only_for]
            plain = [server.security is Security.NONE for server in order]
            assert plain == sorted(plain), provider.id
            for position, server in enumerate(order):
                earlier = {other.hostname for other in order[:position] if other.security is Security.STARTTLS}
                late = server.security is Security.TLS and server.hostname in earlier
                assert not late or server.source == ("own-knowledge",), f"{provider.id} {server.hostname}"


def test_mail_passing_through_names_no_mailbox() -> None:
    """Gateways, forwarders and transactional senders have MX names and nothing else."""
    kinds = Counter(provider.kind for provider in providers().values())
    assert kinds["gateway"] >= 12
    assert kinds["forwarder"] >= 5
    assert kinds["transactional"] >= 8
    for provider in providers().values():
        if not provider.holds_mailboxes:
            assert provider.mx is not None, provider.id
            assert not provider.servers, provider.id
            assert not provider.domains, provider.id


def test_gmail() -> None:
    """Gmail offers IMAP, POP3 and both ways of submission, and the user name is the address."""
    gmail = of_domain("gmail.com")
    offers = {(server.protocol, server.hostname, server.port, server.security) for server in gmail.servers}
    assert {
        (Protocol.IMAP, "imap.gmail.com", 993, Security.TLS),
        (Protocol.POP3, "pop.gmail.com", 995, Security.TLS),
        (Protocol.SMTP, "smtp.gmail.com", 465, Security.TLS),
        (Protocol.SMTP, "smtp.gmail.com", 587, Security.STARTTLS),
    } <= offers
    assert {server.username for server in gmail.servers} == {"%EMAILADDRESS%"}
    assert gmail.oauth is not None
    assert gmail.oauth.authorization_url == "https://accounts.google.com/o/oauth2/v2/auth"
    assert gmail.oauth.token_url == "https://oauth2.googleapis.com/token"  # noqa: S105  (an address, no secret)
    assert RequirementKind.APP_PASSWORD in {requirement.kind for requirement in gmail.requirements}


@pytest.mark.parametrize(("domain", "expected"), LARGEST.items())
def test_largest(domain: str, expected: tuple[str, str, str]) -> None:
    """The largest providers give the servers and the user name form that their customers need."""
    provider = of_domain(domain)
    offers = [server for server in provider.servers if not server.only_for or domain in server.only_for]
    incoming = next(server for server in offers if server.protocol in (Protocol.IMAP, Protocol.POP3))
    outgoing = next(server for server in offers if server.protocol is Protocol.SMTP)
    form = {"%EMAILADDRESS%": "@", "%EMAILLOCALPART%": "local"}[incoming.username]
    assert (f"{incoming.hostname}:{incoming.port}", f"{outgoing.hostname}:{outgoing.port}", form) == expected
    for server in (incoming, outgoing):
        assert server.security is (Security.STARTTLS if server.port in STARTTLS_PORTS else Security.TLS)
    assert provider.help or provider.website
    assert provider.country


def test_icloud_takes_two_user_names() -> None:
    """ICloud's IMAP wants the part before the @, its SMTP the whole address."""
    first = {server.protocol: server.username for server in reversed(of_domain("me.com").servers)}
    assert first == {Protocol.IMAP: "%EMAILLOCALPART%", Protocol.SMTP: "%EMAILADDRESS%"}


def test_microsoft_takes_no_password() -> None:
    """Outlook.com and Microsoft 365 sign in by OAuth only, with scopes of one audience."""
    for domain in ("outlook.com", "onmicrosoft.com"):
        provider = of_domain(domain)
        assert {server.auth for server in provider.servers} == {(Auth.OAUTH2,)}
        assert RequirementKind.OAUTH_ONLY in {requirement.kind for requirement in provider.requirements}
        assert provider.oauth is not None
        audiences = {scope.rsplit("/", 1)[0] for scope in provider.oauth.scopes if scope.startswith("https:")}
        assert audiences == {"https://outlook.office.com"}


@pytest.mark.parametrize("domain", ["proton.me", "pm.me", "tuta.com", "tutanota.com", "hey.com"])
def test_no_standard_access(domain: str) -> None:
    """A provider without IMAP is a known provider with a reason in both languages, not an unknown one."""
    provider = of_domain(domain)
    assert provider.status is ProviderStatus.NO_STANDARD_ACCESS
    assert set(provider.status_text) >= {"en", "de"}
    assert not provider.servers


@pytest.mark.parametrize(("host", "owner"), EXCHANGERS.items())
def test_mx_leads_to(host: str, owner: str) -> None:
    """An exchanger leads to the provider whose servers its customers use."""
    assert owner_of_mx(host) == owner


@pytest.mark.parametrize("host", NOBODYS)
def test_mx_leads_nowhere(host: str) -> None:
    """Look-alikes, bare parents and customers' own machines are nobody's exchangers."""
    assert owner_of_mx(host) is None


def test_sign_in_is_described_where_it_is_offered() -> None:
    """Whoever offers OAuth on a server says where to get a token, over https and without a client's identity."""
    for provider in providers().values():
        offered = any(Auth.OAUTH2 in server.auth for server in provider.servers)
        assert not offered or provider.oauth is not None, provider.id
        if provider.oauth is not None:
            text = " ".join((provider.oauth.authorization_url, provider.oauth.token_url, *provider.oauth.scopes))
            assert not re.search(r"client_?(id|secret)|apps\.googleusercontent", text), provider.id


def test_texts_are_in_both_languages() -> None:
    """Every sentence of ours stands in English and in German, and neither is the other."""
    for provider in providers().values():
        texts = [provider.status_text, *(requirement.text for requirement in provider.requirements)]
        for text in filter(None, texts):
            assert set(text) >= {"en", "de"}, provider.id
            assert text["en"] != text["de"], provider.id
            assert all(sentence.endswith(".") for sentence in text.values()), provider.id


def test_preparation_says_what() -> None:
    """The status ``preparation`` never stands without a requirement that says what to do."""
    for provider in providers().values():
        if provider.status is ProviderStatus.PREPARATION:
            assert provider.requirements, provider.id


def test_autoconfig_round_trip() -> None:
    """Every provider's servers survive the way through an autoconfig document, user name forms included (AC-42)."""
    for provider in providers().values():
        servers = [Server(**entry.model_dump(exclude={"only_for", "source"})) for entry in provider.servers]
        if servers:
            config = autoconfig.parse(autoconfig.render(servers=servers, domains=provider.domains))
            assert list(config.servers) == servers, provider.id
            assert set(config.domains) == set(provider.domains), provider.id


@pytest.mark.parametrize(
    "example", re.findall(r"```toml\n(.*?)```", (FOLDER / "README.md").read_text("utf-8"), re.DOTALL)
)
def test_examples_of_the_readme(example: str) -> None:
    """The examples that people copy are valid."""
    assert parse(example.encode()).id == "corp-mail"


def test_sources_are_credited() -> None:
    """Every list that a file names is credited with its licence."""
    credited = set(
        re.findall(r"`([a-z0-9-]+)`", (FOLDER / "README.md").read_text("utf-8").partition("in `sources`")[2])
    )
    named = {name for provider in providers().values() for name in provider.sources if "://" not in name}
    assert named <= credited


def test_port_25_is_a_last_resort() -> None:
    """Port 25 is not submission: listed only where there is no other port, and no import brings it back (SMTP-01)."""
    for provider in providers().values():
        ports = {server.port for server in provider.servers if server.protocol is Protocol.SMTP}
        assert 25 not in ports or ports == {25}, provider.id
    assert "server smtp smtp.gmail.com:25" in of_domain("gmail.com").rejected
