"""What single formats add of their own: PACC, DNS, Autodiscover, Apple's profiles, Evolution, msmtp."""

from __future__ import annotations

import plistlib

import dns.zone
import pytest

from mailsetup.errors import CannotExpress
from mailsetup.model import Auth, OAuth, Protocol, Security, Service
from mailsetup.render.export import export
from tests.export.samples import ADDRESS, discovery, server, text

SMTP = server(Protocol.SMTP)


def test_pacc_has_no_user_names() -> None:
    """The address is the user name there, so another one cannot be said (PACC-08)."""
    servers = [server(p, username="anna") for p in (Protocol.IMAP, Protocol.SMTP)]
    with pytest.raises(CannotExpress) as caught:
        export(discovery(*servers), format="pacc")
    assert caught.value.code == "username-is-address"


def test_pacc_has_no_other_ports() -> None:
    """Ports are implied; a server elsewhere is refused, not moved (PACC-08)."""
    with pytest.raises(CannotExpress) as caught:
        export(discovery(server(Protocol.IMAP), server(Protocol.SMTP, port=2465)), format="pacc")
    assert caught.value.code == "port"


def test_pacc_says_oauth_by_its_issuer() -> None:
    """With the issuer known, an account of OAuth2 alone can be said (PACC-09, PACC-11)."""
    servers = [server(p, auth=(Auth.OAUTH2,)) for p in (Protocol.IMAP, Protocol.SMTP)]
    found = discovery(*servers, oauth=OAuth(issuer="https://login.corp.example/"))
    assert '"issuer": "https://login.corp.example/"' in text(export(found, format="pacc"))
    assert '"password": false' in text(export(found, format="pacc"))


def test_dns_lines_are_a_zone_that_dnspython_reads() -> None:
    """Owner, type and target of each record stand, and what is not offered is denied (RFC 6186 section 3.4)."""
    content = text(export(discovery(), format="dns"))
    zone = dns.zone.from_text(content, origin="corp.example.", check_origin=False)
    records = {str(name): str(rdata) for name, _, rdata in zone.iterate_rdatas("SRV")}
    assert records["_imaps._tcp"].endswith("993 imap")
    assert records["_submissions._tcp"].endswith("465 smtp")
    assert records["_imap._tcp"] == "0 0 0 ."


def test_autodiscover_admits_that_it_has_no_word_for_oauth() -> None:
    """Where both are taken the password is written, and a note says what is missing."""
    found = discovery(*(server(p, auth=(Auth.OAUTH2, Auth.PASSWORD)) for p in (Protocol.IMAP, Protocol.SMTP)))
    assert "no-oauth-here" in [one.code for one in export(found, format="autodiscover").notes]


PROFILE_KEYS = {"EmailAccountType", "IncomingMailServerAuthentication", "IncomingMailServerHostName",
                "OutgoingMailServerAuthentication", "OutgoingMailServerHostName"}  # fmt: skip


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_profile_has_what_apple_requires(security: Security) -> None:
    """Required keys, TLS switched on and ports written out, no password (MC-01, MC-02, MC-04, MC-06)."""
    found = discovery(*(server(protocol, security) for protocol in (Protocol.POP3, Protocol.SMTP)))
    profile = plistlib.loads(export(found, format="mobileconfig").files[0].content)
    (payload,) = profile["PayloadContent"]
    assert payload.keys() >= PROFILE_KEYS
    assert payload["EmailAccountType"] == "EmailTypePOP"
    assert (payload["IncomingMailServerUseSSL"], payload["OutgoingMailServerUseSSL"]) == (True, True)
    assert payload["IncomingMailServerPortNumber"] == (995 if security is Security.TLS else 110)
    assert not any(key in payload for key in ("IncomingPassword", "OutgoingPassword"))
    for part in (profile, payload):
        assert part["PayloadVersion"] == 1
        assert part["PayloadIdentifier"].startswith("mailsetup.corp.example")
        assert part["PayloadUUID"].count("-") == 4


def test_a_profile_holds_calendars_and_address_books() -> None:
    """As far as a password is enough for them (MC-05)."""
    services = (
        Service(protocol=Protocol.CALDAV, url="https://dav.corp.example:8443/cal/", auth=(Auth.PASSWORD,)),
        Service(protocol=Protocol.CARDDAV, url="https://dav.corp.example/.well-known/carddav"),
        Service(protocol=Protocol.CALDAV, url="https://other.corp.example/"),
        Service(protocol=Protocol.JMAP, url="https://jmap.corp.example/"),
    )
    content = export(discovery(services=services), format="mobileconfig").files[0].content
    payloads = {part["PayloadType"]: part for part in plistlib.loads(content)["PayloadContent"]}
    assert len(payloads) == 3
    calendar, contacts = payloads["com.apple.caldav.account"], payloads["com.apple.carddav.account"]
    assert (calendar["CalDAVHostName"], calendar["CalDAVPort"]) == ("dav.corp.example", 8443)
    assert calendar["CalDAVPrincipalURL"] == "https://dav.corp.example:8443/cal/"
    assert (contacts["CardDAVPort"], contacts["CardDAVUsername"]) == (443, ADDRESS)
    assert "CardDAVPrincipalURL" not in contacts
    assert len({part["PayloadUUID"] for part in payloads.values()}) == 3


def test_a_calendar_of_oauth_alone_stays_out_of_a_profile() -> None:
    """There is no way to say it (MC-03)."""
    service = Service(protocol=Protocol.CALDAV, url="https://dav.corp.example/", auth=(Auth.OAUTH2,))
    content = export(discovery(services=(service,)), format="mobileconfig").files[0].content
    assert len(plistlib.loads(content)["PayloadContent"]) == 1


def test_changed_settings_give_another_profile() -> None:
    """The UUID is made of the content, the identifier of the address (MC-06)."""
    one = plistlib.loads(export(discovery(), format="mobileconfig").files[0].content)
    changed = discovery(server(Protocol.IMAP, hostname="new.corp.example"), SMTP)
    other = plistlib.loads(export(changed, format="mobileconfig").files[0].content)
    assert one["PayloadUUID"] != other["PayloadUUID"]
    assert one["PayloadIdentifier"] == other["PayloadIdentifier"]


@pytest.mark.parametrize(
    ("host", "method"),
    [("imap.gmail.com", "Google"), ("outlook.office365.com", "Outlook"), ("imap.mail.yahoo.com", "Yahoo")],
)
def test_evolution_names_the_provider_of_oauth(host: str, method: str) -> None:
    """It has clients registered with these, and a method called after each."""
    servers = [server(p, auth=(Auth.OAUTH2,), hostname=host) for p in (Protocol.IMAP, Protocol.SMTP)]
    assert f"Method={method}" in text(export(discovery(*servers), format="evolution"))


def test_evolutions_files_point_at_each_other() -> None:
    """Account, identity and transport are linked by their names, which stay the same for an address."""
    account, identity, transport = export(discovery(), format="evolution").files
    uids = [file.name.removesuffix(".source") for file in (account, identity, transport)]
    assert f"IdentityUid={uids[1]}" in account.content.decode()
    assert f"TransportUid={uids[2]}" in identity.content.decode()
    assert f"Parent={uids[0]}" in identity.content.decode()
    moved = discovery(server(Protocol.IMAP, hostname="new.corp.example"), SMTP)
    assert [file.name for file in export(moved, format="evolution").files] == [f"{uid}.source" for uid in uids]


@pytest.mark.parametrize("local", ["a?b", "a*b", "a%Ub"])
def test_msmtp_takes_no_address_that_it_would_read_as_a_pattern(local: str) -> None:
    """``from`` knows wildcards and substitutions, and no way to switch them off."""
    with pytest.raises(CannotExpress) as caught:
        export(discovery(address=f"{local}@corp.example"), format="msmtp")
    assert caught.value.code == "address"
