"""The live check of provider files against real servers: Dovecot and Postfix, as filed and not as filed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mailsetup.formats.provider_file import render
from mailsetup.providers.live_report import LiveReport
from mailsetup.providers.schema import ProviderFile
from tests.lab.offers import IMAP, SIEVE, SMTP, TLS
from tests.support.program import Ended, run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.lab.authority import Authority
    from tests.lab.dovecot import Dovecot
    from tests.lab.offers import Offer
    from tests.lab.postfix import Postfix
    from tests.lab.unbound import Unbound
    from tests.lab.world import World

pytestmark = pytest.mark.lab

A_DAY = "certificate-expires"
"""What there is to say about any certificate of the lab: it lives for a day."""


def filed(folder: Path, identifier: str, servers: Iterable[dict[str, Any]]) -> None:
    """Write a provider file."""
    values = {"id": identifier, "name": identifier, "kind": "mailbox", "sources": ["lab"], "checked": "2026-01-01"}
    file = ProviderFile.model_validate(values | {"servers": list(servers)})
    (folder / f"{identifier}.toml").write_bytes(render(file))


def entry(offer: Offer, **changes: Any) -> dict[str, Any]:
    """Give an offer as a file claims it."""
    values = offer._asdict() | {"auth": ["password"]} | changes
    return {name: value for name, value in values.items() if name != "address"}


def offer_of(server: Dovecot | Postfix, *kind: object) -> Offer:
    return next(offer for offer in server.offers if offer[:2] == kind)


@pytest.fixture
def door(world: World, unbound: Unbound, authority: Authority) -> tuple[str, ...]:
    """The options of somebody who lives in the lab."""
    return ("--nameserver", world.nameserver, "--ca-file", str(authority.file))


def check(folder: Path, door: tuple[str, ...], *arguments: str) -> tuple[Ended, LiveReport]:
    ended = run("providers", "check", "--from", str(folder), "--json", *door, *arguments)
    assert ended.err == ""
    return ended, LiveReport.model_validate_json(ended.out)


def test_what_is_as_filed(tmp_path: Path, door: tuple[str, ...], dovecot: Dovecot, postfix: Postfix) -> None:
    """Every protocol of both, with the facts of each handshake; all that is said is how soon the certificates end."""
    mail = [offer for offer in (*dovecot.offers, *postfix.offers) if offer.protocol is not SIEVE]
    filed(tmp_path, "lab", sorted(map(entry, mail), key=lambda claim: claim["protocol"]))
    ended, report = check(tmp_path, door)
    assert ended.code == 3
    assert len(report.servers) == len(mail)
    for server in report.servers:
        assert (server.outcome, [noted.code for noted in server.noted]) == ("confirmed", [A_DAY])
        assert server.tls_version in ("TLSv1.2", "TLSv1.3")
        assert server.certificate_expires is not None
        assert "password" in server.auth
    table = run("providers", "check", "--from", str(tmp_path), *door)
    assert table.err.strip() == f"{len(mail)} servers asked, {len(mail)} not as filed, 0 skipped"
    assert table.out.count("The certificate") == len(mail)


def test_what_is_not_as_filed(
    tmp_path: Path, door: tuple[str, ...], dovecot: Dovecot, scram: Dovecot, postfix: Postfix
) -> None:
    """A way to log in that is gone, plaintext that could be TLS, a port nobody listens on, a name that is not there."""
    clear = next(offer for offer in dovecot.offers if offer.protocol is IMAP and offer.security is not TLS)
    filed(tmp_path, "forgetful", [entry(offer_of(scram, IMAP, TLS))])
    filed(tmp_path, "poor", [entry(clear, security="none")])
    filed(tmp_path, "gone", [entry(offer_of(postfix, SMTP, TLS), hostname="nobody.lab.example")])
    filed(tmp_path, "lost", [entry(offer_of(postfix, SMTP, TLS), hostname="nosuch.lab.example")])
    filed(tmp_path, "varied", [entry(offer_of(dovecot, IMAP, TLS), hostname="imap.%EMAILDOMAIN%")])
    ended, report = check(tmp_path, door)
    assert ended.code == 3
    found = {each.provider: (str(each.outcome), [noted.code for noted in each.noted]) for each in report.servers}
    assert found == {
        "forgetful": ("confirmed", [A_DAY, "auth-missing"]),
        "poor": ("policy", ["tls-available"]),
        "gone": ("connection-refused", ["outcome"]),
        "lost": ("no-such-host", ["outcome"]),
        "varied": ("None", []),
    }
    table = run("providers", "check", "--from", str(tmp_path), *door)
    assert table.code == 3
    assert table.err.strip() == "4 servers asked, 4 not as filed, 1 skipped"
    assert "poor" in table.out
    assert "varied" not in table.out


def test_what_changed_since(tmp_path: Path, door: tuple[str, ...], dovecot: Dovecot) -> None:
    """A report is kept, and the next run says what is not as it was."""
    folder = tmp_path / "providers"
    folder.mkdir()
    filed(folder, "lab", [entry(offer_of(dovecot, IMAP, TLS))])
    ended, _ = check(folder, door)
    earlier = json.loads(ended.out)
    earlier["servers"][0]["outcome"] = "timeout"
    (tmp_path / "report.json").write_text(json.dumps(earlier), encoding="utf-8")
    _, report = check(folder, door, "--since", str(tmp_path / "report.json"))
    (change,) = report.changes
    assert (change.what, change.before, change.after) == ("outcome", "timeout", "confirmed")
