"""A recorded look-up comes out the same when it is replayed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mailsetup
from mailsetup.model import Discovery, Options, Probe, Protocol, Security, Server
from mailsetup.net.interface import Answer, Answered, Request, Response
from mailsetup.prober import probe_server
from mailsetup.testing import FakeNetwork, recorded
from mailsetup.testing.tape import Tape
from tests.test_cases import CASES, Case

if TYPE_CHECKING:
    from mailsetup.net.interface import Network

pytestmark = pytest.mark.anyio

TIMELESS = [
    folder
    for folder in CASES
    if not any(
        word in file.read_text(encoding="utf-8", errors="replace")
        for file in folder.rglob("*")
        if file.suffix in (".http", ".txt", ".zone")
        for word in ("delay:", "hangs", "<wait")
    )
][::3]
"""Every third of the cases that do not turn on how long something takes: a recording keeps what was said, not when."""

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"


def essence(found: Discovery) -> dict[str, Any]:
    """All that a user gets. Which questions were cut short at the end is a matter of microseconds, and left out."""
    whole = found.model_dump(mode="json", exclude={"elapsed", "attempts", "incoming", "outgoing"})
    for server in whole["servers"]:
        server["probe"] = None  # probes are compared below; here only DNS and the web
    return whole


@pytest.mark.parametrize("folder", TIMELESS, ids=lambda path: path.name)
async def test_a_discovery_is_replayed(folder: Path, tmp_path: Path) -> None:
    """Every document, redirect, record and failure is answered again as it was."""
    case = Case(folder)
    options = case.options(case.network())
    with recorded(options.network, tmp_path / "tape") as tape:
        first = await mailsetup.aio.discover(case.address, options=options.model_copy(update={"network": tape}))
    allowed = options.allow_private_addresses
    replay = FakeNetwork.from_folder(tmp_path / "tape", allow_private_addresses=allowed)
    second = await mailsetup.aio.discover(case.address, options=options.model_copy(update={"network": replay}))
    assert essence(second) == essence(first)


async def test_that_there_is_no_alias_hides_no_address(tmp_path: Path) -> None:
    """A "no" to a CNAME question is no alias: the host keeps the address that it was fetched from."""
    tape = Tape()
    tape.answered(Answer("www.corp.example", "CNAME", Answered.NODATA))
    tape.served(Request("https://www.corp.example/"), Response(200, "", {}, b"here", address="192.0.2.1"))
    tape.unanswered("www.corp.example", "CNAME")
    tape.write(tmp_path)
    answer = await FakeNetwork.from_folder(tmp_path).resolver.resolve("www.corp.example", "A")
    assert answer.records == ("192.0.2.1",)


async def test_a_name_that_does_not_exist_stays_away(tmp_path: Path) -> None:
    """Neither a question below it that nobody waited for, nor a page that could not be fetched, makes it exist."""
    tape = Tape()
    tape.answered(Answer("corp.example", "MX", Answered.NXDOMAIN))
    tape.unanswered("_mta-sts.corp.example", "TXT")
    tape.failed(Request("https://autoconfig.corp.example/"), "nxdomain")
    tape.write(tmp_path)
    answer = await FakeNetwork.from_folder(tmp_path).resolver.resolve("corp.example", "MX")
    assert answer.status is Answered.NXDOMAIN


async def _probed(server: Server, network: Network) -> Probe:
    probe = await probe_server(server, network=network, deadline=0.3)
    return probe.model_copy(update={"elapsed": 0.0})


UPGRADE = "<plain>\nS: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi\nC: s1 STARTTLS\nS: s1 OK go"
PLACES = {"imap": (Protocol.IMAP, 993), "pop3": (Protocol.POP3, 995), "smtp": (Protocol.SMTP, 465)}
CONVERSATIONS = [
    pytest.param(kind, path.read_text(encoding="utf-8"), id=f"{kind}/{path.stem}")
    for kind in PLACES
    for path in sorted((TRANSCRIPTS / kind).glob("*.txt"))
    if path.read_text(encoding="utf-8").lstrip().startswith("<tls")
][::4]


@pytest.mark.parametrize(("kind", "conversation"), CONVERSATIONS)
async def test_a_probe_is_replayed(kind: str, conversation: str, tmp_path: Path) -> None:
    """Whatever octets a server says, the replay says them again, in as many pieces as matter."""
    protocol, port = PLACES[kind]
    server = Server(protocol=protocol, hostname="mail.corp.example", port=port, security=Security.TLS)
    network = FakeNetwork(transcripts={f"mail.corp.example:{port}": conversation})
    with recorded(network, tmp_path) as tape:
        first = await _probed(server, tape)
    assert await _probed(server, FakeNetwork.from_folder(tmp_path)) == first


@pytest.mark.parametrize(
    "conversation",
    [
        "certificate-expired",
        "connection-refused",
        "<tls fails certificate-name-mismatch names=other.example>",
        f"{UPGRADE}\n<tls version=TLSv1.2>\nC: c2 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: c2 OK done\nC: q1 LOGOUT",
        f"{UPGRADE}\n<tls fails tls-failed>",
    ],
)
async def test_an_upgrade_is_replayed(conversation: str, tmp_path: Path) -> None:
    """STARTTLS, and every way in which a connection can fail, come out the same."""
    server = Server(protocol="imap", hostname="mail.corp.example", port=143, security="starttls")
    network = FakeNetwork(transcripts={"mail.corp.example:143": conversation})
    with recorded(network, tmp_path) as tape:
        first = await _probed(server, tape)
    assert await _probed(server, FakeNetwork.from_folder(tmp_path)) == first


async def test_a_credential_is_not_recorded(tmp_path: Path) -> None:
    """Whoever records a log-in by mistake keeps the conversation and not the password."""
    conversation = (
        "<tls>\nS: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\nC: …\nS: a1 NO [AUTHENTICATIONFAILED] no\nC: …"
    )
    network = FakeNetwork(transcripts={"imap.corp.example:993": conversation})
    server = Server(protocol="imap", hostname="imap.corp.example", port=993, security="tls", username="kim", trust=3)
    answer = Discovery(address="kim@corp.example", domain="corp.example", servers=(server,))
    with recorded(network, tmp_path) as tape:
        await mailsetup.aio.verify(answer, password="hunter2", options=Options(network=tape))  # noqa: S106  (an invented one)
    (file,) = (tmp_path / "transcripts").iterdir()
    said = file.read_text(encoding="utf-8")
    sent = b"\n".join(line for connection in network.connections for line in connection.sent)
    assert b"AUTHENTICATE" in sent
    assert "AUTHENTICATE" not in said
    assert "C: …" in said


async def test_a_recording_is_never_mixed_with_another(tmp_path: Path) -> None:
    """A folder that holds one already is refused before anything is asked."""
    with recorded(FakeNetwork(), tmp_path):
        pass
    with pytest.raises(FileExistsError), recorded(FakeNetwork(), tmp_path):
        pass
