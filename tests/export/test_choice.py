"""Which server, user name and way to log in are taken; and what single formats add of their own."""

from __future__ import annotations

import plistlib
from datetime import datetime, timezone

import dns.zone
import pytest

from mailsetup.errors import CannotExpress
from mailsetup.model import (
    Auth,
    Certificate,
    OAuth,
    Outcome,
    Probe,
    Protocol,
    Provider,
    Requirement,
    RequirementKind,
    Security,
    Server,
    Service,
    Trust,
)
from mailsetup.problems import problem
from mailsetup.render.export import Wishes, export
from mailsetup.render.export.telling import told
from tests.export.samples import ADDRESS, discovery, server, text

WORKS, FAILED = Probe(outcome=Outcome.CONFIRMED), Probe(outcome=Outcome.TIMEOUT)
SMTP = server(Protocol.SMTP)


def test_a_server_that_failed_does_not_stand_before_one_that_worked() -> None:
    """The result's order decides, but not against what was proven."""
    first = server(Protocol.IMAP, hostname="first.corp.example", probe=FAILED)
    second = server(Protocol.IMAP, hostname="second.corp.example", probe=WORKS)
    assert "second.corp.example" in text(export(discovery(first, second, SMTP), format="json"))


def test_where_none_worked_the_first_is_taken() -> None:
    """A blocked port must not hide settings that are right elsewhere."""
    first = server(Protocol.IMAP, hostname="first.corp.example", probe=FAILED)
    second = server(Protocol.IMAP, hostname="second.corp.example", probe=FAILED)
    assert "first.corp.example" in text(export(discovery(first, second, SMTP), format="json"))


def test_a_format_does_not_fall_back_to_a_server_that_failed() -> None:
    """OfflineIMAP could use implicit TLS only; that it failed while STARTTLS worked is a reason to refuse."""
    servers = (server(Protocol.IMAP, Security.STARTTLS, probe=WORKS), server(Protocol.IMAP, probe=FAILED))
    with pytest.raises(CannotExpress) as caught:
        export(discovery(*servers), format="offlineimap")
    assert caught.value.code == "not-working"


def test_the_preferred_protocol_is_written() -> None:
    """``prefer`` decides where a program speaks both; where it speaks one, that one is taken."""
    servers = (server(Protocol.IMAP), server(Protocol.POP3), SMTP)
    found = discovery(*servers, prefer=Protocol.POP3)
    assert "protocol pop3 service 995" in text(export(found, format="fetchmail"))
    assert "imap.corp.example" in text(export(found, format="mbsync"))


def test_a_password_is_preferred_to_oauth_unless_the_caller_insists() -> None:
    """OAuth2 needs a client identifier first (AC-36); ``Wishes.auth`` turns it round."""
    both = discovery(*(server(p, auth=(Auth.OAUTH2, Auth.PASSWORD)) for p in (Protocol.IMAP, Protocol.SMTP)))
    assert "auth on" in text(export(both, format="msmtp"))
    assert "auth xoauth2" in text(export(both, format="msmtp", wishes=Wishes(auth=Auth.OAUTH2)))


def test_insisting_on_what_the_server_does_not_take_is_refused() -> None:
    """The caller's wish is not a claim about the server."""
    with pytest.raises(CannotExpress) as caught:
        export(discovery(), format="msmtp", wishes=Wishes(auth=Auth.OAUTH2))
    assert caught.value.code == "auth-not-offered"


def test_the_standard_mechanism_is_written_where_a_probe_saw_it_alone() -> None:
    """``XOAUTH2`` else, which all big providers take."""
    seen = Probe(outcome=Outcome.CONFIRMED, sasl=("OAUTHBEARER", "PLAIN"))
    found = discovery(*(server(p, auth=(Auth.OAUTH2,), probe=seen) for p in (Protocol.IMAP, Protocol.SMTP)))
    assert "auth oauthbearer" in text(export(found, format="msmtp"))
    assert "imaps+oauthbearer://" in text(export(found, format="aerc"))
    assert "auth=Bearer" in text(export(found, format="python"))


def test_nothing_known_about_the_login_means_a_password() -> None:
    """But for providers that are known to take OAuth2 alone."""
    servers = [server(protocol, auth=()) for protocol in (Protocol.IMAP, Protocol.SMTP)]
    assert "auth on" in text(export(discovery(*servers), format="msmtp"))
    only = Provider(id="corp", name="Corp", requirements=(Requirement(kind=RequirementKind.OAUTH_ONLY),))
    assert "auth xoauth2" in text(export(discovery(*servers, provider=only), format="msmtp"))


def test_challenge_response_alone_is_refused_by_programs_without_it() -> None:
    """A program that can only send the password itself would never get in."""
    found = discovery(*(server(p, auth=(Auth.ENCRYPTED_PASSWORD,)) for p in (Protocol.IMAP, Protocol.SMTP)))
    assert export(found, format="mbsync").files
    with pytest.raises(CannotExpress) as caught:
        export(found, format="aerc")
    assert caught.value.code == "login"


@pytest.mark.parametrize("auth", [Auth.GSSAPI, Auth.NTLM, Auth.CLIENT_CERTIFICATE])
def test_other_ways_to_log_in_are_refused(auth: Auth) -> None:
    """None of the formats pretends that a password would do."""
    with pytest.raises(CannotExpress) as caught:
        export(discovery(server(Protocol.IMAP, auth=(auth,)), SMTP), format="json")
    assert caught.value.code == "login"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("msmtp", "auth off"),
        ("neomutt", "set smtp_url = 'smtps://smtp.corp.example:465/'"),
        ("aerc", "smtps+none://smtp.corp.example:465"),
        ("gnus", "smtpmail-smtp-user nil"),
        ("mobileconfig", "EmailAuthNone"),
    ],
)
def test_an_outgoing_server_without_login_is_written_as_one(name: str, written: str) -> None:
    """The network is the proof (``client-ip``): no user name, no password command."""
    found = discovery(server(Protocol.IMAP), server(Protocol.SMTP, auth=(Auth.CLIENT_IP,)))
    assert written in text(export(found, format=name))


def test_an_unknown_user_name_is_the_address_and_a_note_says_so() -> None:
    """SRV records, for one, name servers only (SRV-14)."""
    found = discovery(*(server(protocol, username=None) for protocol in (Protocol.IMAP, Protocol.SMTP)))
    written = export(found, format="json")
    assert ADDRESS in text(written)
    assert [told.code for told in written.notes] == ["username-assumed"]


def test_the_domain_is_written_in_ascii() -> None:
    """Programs that know no IDN read the A-label; the user name stays as it was given (EAI-09)."""
    servers = [server(p, username="anna@bücher.example") for p in (Protocol.IMAP, Protocol.SMTP)]
    content = text(export(discovery(*servers, address="anna@bücher.example"), format="msmtp"))
    assert 'from "anna@xn--bcher-kva.example"' in content
    assert 'user "anna@bücher.example"' in content


def test_an_address_literal_is_nobodys_domain() -> None:
    """There is nowhere to publish anything for it."""
    servers = [server(p, username="anna") for p in (Protocol.IMAP, Protocol.SMTP)]
    found = discovery(*servers, address="anna@[192.0.2.1]")
    for name in ("autoconfig", "pacc", "dns", "autodiscover", "thunderbird"):
        with pytest.raises(CannotExpress) as caught:
            export(found, format=name)
        assert caught.value.code == "no-domain"
    assert "IMAPAccount 192.0.2.1\n" in text(export(found, format="mbsync"))


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


def test_the_user_is_told_what_to_do_first_and_whom_not_to_trust() -> None:
    """Requirements come first, and a server that nobody vouches for is named, because a password will follow."""
    requirement = Requirement(kind=RequirementKind.ENABLE_IMAP, url="https://corp.example/imap")
    weak = Server(
        protocol=Protocol.IMAP, hostname="imap.else.example", port=993, security=Security.TLS,
        trust=Trust.UNAUTHENTICATED,
    )  # fmt: skip
    found = discovery(
        weak,
        SMTP,
        provider=Provider(id="corp", name="Corp", requirements=(requirement,)),
        problems=(problem("needs-consent", hostname="imap.else.example", registrable="else.example"),),
    )
    said = list(told(found, export(found, format="msmtp"), language="en", translate=str))
    assert said[0] == "Switch on IMAP access in the provider's settings first. https://corp.example/imap"
    assert said[-1].startswith("Nobody vouches for imap.else.example")
    assert any("~/.msmtprc" in line for line in said)


def test_evidence_stays_out_of_what_is_exported() -> None:
    """Trust, probes, certificates and sources are for ``check``; a file for a program has settings only."""
    certificate = Certificate(names=("secret-name.corp.example",), not_after=datetime(2030, 1, 1, tzinfo=timezone.utc))
    probe = Probe(outcome=Outcome.CONFIRMED, greeting="hello there", certificate=certificate)
    found = discovery(server(Protocol.IMAP, probe=probe, provenance=("https://corp.example/x",)), SMTP)
    for name in ("json", "env", "autoconfig", "mobileconfig"):
        content = text(export(found, format=name))
        assert not any(word in content for word in ("secret-name", "hello there", "corp.example/x", "confirmed"))
