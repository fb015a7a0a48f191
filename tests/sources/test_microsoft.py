"""Microsoft's central service: only for those who ask for it, and only about domains that are at Microsoft."""

from __future__ import annotations

import json

import pytest

import mailsetup
from mailsetup.address import Address
from mailsetup.model import DEFAULT_SOURCES, Learned, Options, Status, Trust
from mailsetup.sources.microsoft import MicrosoftAutodiscover
from mailsetup.testing import FakeNetwork, Page

pytestmark = pytest.mark.anyio

AT_MICROSOFT = {"corp.example MX": "0 corp-example.mail.protection.outlook.com"}
BASE = "https://outlook.office365.com/autodiscover/autodiscover.json/v1.0/kim@corp.example?Protocol="
EWS = "https://outlook.office365.com/EWS/Exchange.asmx"
ACTIVE_SYNC = "https://outlook.office365.com/Microsoft-Server-ActiveSync"
PAGES: dict[str, Page | str | int] = {
    f"{BASE}Ews": json.dumps({"Protocol": "Ews", "Url": EWS}),
    f"{BASE}ActiveSync": json.dumps({"Protocol": "ActiveSync", "Url": ACTIVE_SYNC}),
}
ADDRESS = Address.parse("kim@corp.example")


async def test_it_names_the_services_of_a_mailbox_at_microsoft() -> None:
    """EWS and ActiveSync, vouched for, and the ledger says that the address was told (TRUST-12)."""
    network = FakeNetwork(AT_MICROSOFT, PAGES)
    finding = await MicrosoftAutodiscover().find(ADDRESS, network)
    assert [service.url for service in finding.services if service.trust is Trust.VOUCHED] == [EWS, ACTIVE_SYNC]
    assert {request.learned for request in network.requests} == {Learned.ADDRESS}


@pytest.mark.parametrize("mx", ["10 mx.hoster.example", "10 aspmx.l.google.com", "0 ."])
async def test_elsewhere_microsoft_is_not_asked(mx: str) -> None:
    """The generic answer would prove nothing, so the address stays here (AD-T13, SEC-10)."""
    network = FakeNetwork({"corp.example MX": mx}, PAGES)
    finding = await MicrosoftAutodiscover().find(ADDRESS, network)
    assert (finding.status, finding.reason) == (Status.SKIPPED, "not-at-microsoft")
    assert network.requests == []


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (404, "http-404"),
        ("<html>", "not-config"),
        (json.dumps({"ErrorCode": "UserNotFound", "ErrorMessage": "x"}), "no-service"),
        (json.dumps({"Protocol": "Ews", "Url": "http://outlook.office365.com/"}), "no-service"),
    ],
)
async def test_what_is_no_answer_has_its_reason(page: str | int, reason: str) -> None:
    """An unknown user, a page, an http URL: a finding without services."""
    finding = await MicrosoftAutodiscover().find(
        ADDRESS, FakeNetwork(AT_MICROSOFT, {f"{BASE}Ews": page, f"{BASE}ActiveSync": 404})
    )
    assert finding.reason in (reason, "http-404")
    assert finding.services == ()


async def test_a_silent_name_server_is_not_a_no() -> None:
    """Without the MX nobody knows, and nobody is asked (SRV-19)."""
    finding = await MicrosoftAutodiscover().find(ADDRESS, FakeNetwork({"corp.example MX": "TIMED-OUT"}, PAGES))
    assert (finding.status, finding.reason) == (Status.UNREACHABLE, "dns-timed-out")


async def test_it_is_a_source_like_any_other() -> None:
    """Named in the options it takes part in a look-up, beside the settings that the MX gives."""
    options = Options(
        sources=(MicrosoftAutodiscover(), *DEFAULT_SOURCES), network=FakeNetwork(AT_MICROSOFT, PAGES), probe=False
    )
    found = await mailsetup.aio.discover("kim@corp.example", options=options)
    assert EWS in [service.url for service in found.services if "microsoft-autodiscover" in service.sources]
    assert found.incoming is not None
