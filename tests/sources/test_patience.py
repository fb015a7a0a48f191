"""One black hole does not use up the whole call: every source gives up in time, and says what it knows by then."""

from __future__ import annotations

import anyio
import pytest

from mailsetup.formats import pacc
from mailsetup.model import Options, SourceName, Status
from mailsetup.sources import together
from mailsetup.testing import FakeNetwork, Page
from tests.sources import test_autoconfig, test_autodiscover, test_ispdb, test_mailconf, test_pacc
from tests.sources.ask import ask

pytestmark = pytest.mark.anyio

HANGS = Page(fault="hangs")
NETWORKS = {
    SourceName.AUTOCONFIG: FakeNetwork(pages={test_autoconfig.FIRST: HANGS, test_autoconfig.WELL_KNOWN: HANGS}),
    SourceName.ISPDB: FakeNetwork(pages={test_ispdb.URL: HANGS}),
    SourceName.PACC: FakeNetwork(
        {"_ua-auto-config.corp.example TXT": f'"{pacc.record(b"x")}"'},
        {test_pacc.URL.replace("post", "corp"): HANGS},
    ),
    SourceName.MAILCONF: FakeNetwork(
        {test_mailconf.TXT: f'"mailconf={test_mailconf.URL}"'}, {test_mailconf.URL: HANGS}
    ),
    SourceName.AUTODISCOVER: FakeNetwork(pages={test_autodiscover.B1: HANGS, test_autodiscover.B2: HANGS}),
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE", 0.05)


@pytest.mark.parametrize("source", sorted(NETWORKS))
async def test_a_black_hole_is_a_finding_in_time(source: SourceName) -> None:
    """Silence ends as ``timed-out`` (for PACC, whose record announces a document: ``host-unreachable``) (OPS-02)."""
    with anyio.fail_after(2):
        finding = await ask(source, NETWORKS[source], timeout=0.15)
    assert finding.status is Status.UNREACHABLE
    assert finding.reason == ("host-unreachable" if source is SourceName.PACC else "timed-out")


async def test_a_black_hole_does_not_hide_what_another_host_said() -> None:
    """A dead bare name beside an Exchange host that wants a login: the login is what is told."""
    network = FakeNetwork(pages={test_autodiscover.B1: HANGS, test_autodiscover.B2: 401})
    with anyio.fail_after(2):
        finding = await ask(SourceName.AUTODISCOVER, network, timeout=0.15)
    assert finding.reason == "needs-login"


async def test_who_has_time_gives_it_to_each_source() -> None:
    """A third of a long time-out, and never less than a live server needs (OPS-02)."""
    assert together.patience(Options(timeout=0.15)) == pytest.approx(0.05)
    assert together.patience(Options(timeout=60)) == pytest.approx(20)
