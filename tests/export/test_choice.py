"""Which server, user name and way to log in are taken, and what the user is told."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from mailsetup.errors import CannotExpress
from mailsetup.model import (
    Auth,
    Certificate,
    Outcome,
    Probe,
    Protocol,
    Provider,
    Requirement,
    RequirementKind,
    Security,
    Server,
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
