"""A certificate for another name is a lead."""

from __future__ import annotations

import pytest

from mailsetup.model import Outcome, Protocol, Security, Server, Trust
from mailsetup.prober import follow_suggestion, probe_server
from mailsetup.testing import FakeNetwork

pytestmark = pytest.mark.anyio

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
SERVER = Server(
    protocol=Protocol.IMAP, hostname="imap.corp.example", port=993, security=Security.TLS, trust=Trust.AUTHENTICATED
)
CONFIRMED = "<tls>\nS: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\nC: q1 LOGOUT"


def _network(names: str, dns: dict[str, str], **transcripts: str) -> FakeNetwork:
    mismatch = f"<tls fails certificate-name-mismatch names={names}>"
    return FakeNetwork(
        dns={"imap.corp.example A": [HERE], **{f"{name} A": [address] for name, address in dns.items()}},
        transcripts={"imap.corp.example:993": mismatch, **transcripts},
    )


@pytest.mark.parametrize(
    ("names", "dns", "suggestion"),
    [
        ("mail.hoster.example", {"mail.hoster.example": HERE}, "mail.hoster.example"),
        ("mail.hoster.example", {"mail.hoster.example": ELSEWHERE}, None),
        ("mail.hoster.example", {}, None),
        ("www.h.example,imap.h.example", {"www.h.example": HERE, "imap.h.example": HERE}, "imap.h.example"),
        ("www.h.example,mail.h.example", {"www.h.example": HERE, "mail.h.example": HERE}, "mail.h.example"),
        ("*.hoster.example", {"imap.hoster.example": HERE}, "imap.hoster.example"),
        ("imap.corp.example", {}, None),
        ("*,a_b.hoster.example,-x.example,localhost", {}, None),
    ],
)  # fmt: skip
async def test_which_name_is_suggested(names: str, dns: dict[str, str], suggestion: str | None) -> None:
    """Only a name that leads to the same machine is suggested, the likeliest first; rubbish is passed over."""
    probe = await probe_server(SERVER, network=_network(names, dns))
    assert probe.outcome is Outcome.CERTIFICATE_NAME_MISMATCH
    assert probe.suggestion == suggestion


async def test_a_certificate_with_hundreds_of_names_costs_few_questions() -> None:
    """At most eight names are resolved."""
    network = _network(",".join(f"n{i}.hoster.example" for i in range(300)), {})
    await probe_server(SERVER, network=network)
    assert len({asked for asked in network.asked if "hoster" in asked}) <= 16


async def test_a_suggestion_is_proven_under_its_own_name_and_trusted_less() -> None:
    """Followed on request, as a server of its own, which nobody vouches for (TLS-07)."""
    network = _network("mail.hoster.example", {"mail.hoster.example": HERE}, **{"mail.hoster.example:993": CONFIRMED})
    probe = await probe_server(SERVER, network=network)
    assert not [asked for asked in network.asked if asked.startswith("CONNECT mail.hoster")]
    renamed = await follow_suggestion(SERVER.model_copy(update={"probe": probe}), network=network)
    assert renamed is not None
    assert renamed.hostname == "mail.hoster.example"
    assert renamed.confirmed
    assert renamed.needs_consent


async def test_a_suggestion_that_leads_nowhere_is_dropped() -> None:
    """What is not confirmed under its own name is no server."""
    network = _network("mail.hoster.example", {"mail.hoster.example": HERE})
    probe = await probe_server(SERVER, network=network)
    assert await follow_suggestion(SERVER.model_copy(update={"probe": probe}), network=network) is None
    assert await follow_suggestion(SERVER, network=network) is None
