"""Our own resolver, against nameservers on loopback that lie, fail and stay silent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import anyio
import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from mailsetup.errors import InvalidOptions
from mailsetup.net.dns import DnsResolver, Nameserver, nameservers
from mailsetup.net.dns.resolver import DEADLINE, PATIENCE
from mailsetup.net.dns.wire import write_question
from mailsetup.net.interface import Answered, MxRecord, SrvRecord, TlsaRecord
from tests.support.dns_server import DnsServer, dns_server
from tests.support.tcp_server import nothing_left_open, refused_port

if TYPE_CHECKING:
    from pathlib import Path

anyio_test = pytest.mark.anyio


def resolver(*servers: DnsServer, patience: float = PATIENCE, deadline: float = DEADLINE) -> DnsResolver:
    """Make a resolver that asks ``servers``."""
    asked = [Nameserver(server.address, server.port) for server in servers]
    return DnsResolver(asked, patience=patience, deadline=deadline)


@anyio_test
@pytest.mark.parametrize(
    ("record_type", "texts", "expected"),
    [
        ("A", ["192.0.2.1", "192.0.2.2"], ("192.0.2.1", "192.0.2.2")),
        ("AAAA", ["2001:db8::1"], ("2001:db8::1",)),
        ("CNAME", ["Target.Example."], ("target.example",)),
        ("MX", ["10 MX.Example."], (MxRecord(10, "mx.example"),)),
        ("MX", ["0 ."], (MxRecord(0, "."),)),
        ("SRV", ["0 1 993 IMAP.Example."], (SrvRecord(0, 1, 993, "imap.example"),)),
        ("SRV", ["0 0 0 ."], (SrvRecord(0, 0, 0, "."),)),
        ("TXT", ['"v=UAAC1; " "a=sha256"'], (b"v=UAAC1; a=sha256",)),
        ("TLSA", ["3 1 1 " + "ab" * 32], (TlsaRecord(3, 1, 1, b"\xab" * 32),)),
    ],
)
async def test_every_record_type_is_read(record_type: Any, texts: list[str], expected: tuple[object, ...]) -> None:
    """Records come out as plain values, names in lower case without the root dot (SRV-18), and keep their TTL."""
    async with nothing_left_open(), dns_server({f"name.example {record_type}": texts}) as server:
        answer = await resolver(server).resolve("Name.Example.", record_type)
    assert (answer.status, sorted(map(str, answer.records))) == (Answered.FOUND, sorted(map(str, expected)))
    assert (answer.name, answer.ttl) == ("name.example", 300)


@anyio_test
async def test_no_and_dont_know_are_told_apart() -> None:
    """NXDOMAIN, NODATA, SERVFAIL, REFUSED and silence are five different answers (SRV-19)."""
    said = {
        "only.example TXT": ["x"],
        "broken.example A": "SERVFAIL",
        "denied.example A": "REFUSED",
        "mute.example A": "SILENCE",
    }
    expected = {
        "none.example": Answered.NXDOMAIN,
        "only.example": Answered.NODATA,
        "broken.example": Answered.SERVFAIL,
        "denied.example": Answered.REFUSED,
        "mute.example": Answered.TIMED_OUT,
    }
    async with nothing_left_open(), dns_server(said) as server:
        ask = resolver(server, patience=0.05, deadline=0.3).resolve
        found = {name: (await ask(name, "A")).status for name in expected}
    assert found == expected


@anyio_test
async def test_a_no_keeps_the_time_it_may_be_kept() -> None:
    """The TTL of a negative answer comes from the SOA record (RFC 2308 section 5, OPS-01)."""
    async with dns_server({}) as server:
        assert (await resolver(server).resolve("none.example", "A")).ttl == 60


@anyio_test
async def test_nobody_there_is_a_time_out_at_once() -> None:
    """A nameserver that refuses datagrams ends the question without waiting for the deadline."""
    ask = DnsResolver([Nameserver("127.0.0.1", refused_port())]).resolve
    started = time.monotonic()
    assert (await ask("a.example", "A")).status is Answered.TIMED_OUT
    assert time.monotonic() - started < 0.5


@anyio_test
async def test_each_question_goes_out_once() -> None:
    """Many who ask the same wait for one answer; later ones get it from memory; ``fresh`` asks again (PACC-13)."""
    async with dns_server({"a.example A": ["192.0.2.1"]}, delay=0.02) as server:
        ask = resolver(server, patience=60.0).resolve  # nor once more because the machine is busy
        async with anyio.create_task_group() as group:
            for name in ("a.example", "A.example", "a.example."):
                group.start_soon(ask, name, "A")
        await ask("a.example", "A")
        assert server.asked == ["a.example A"]
        await ask("a.example", "A", fresh=True)
        assert server.asked == ["a.example A"] * 2


@anyio_test
async def test_a_cancelled_asker_hands_over() -> None:
    """When the one who asked is cancelled, whoever else waits still gets the answer, and no task is left."""
    async with nothing_left_open(), dns_server({"a.example A": ["192.0.2.1"]}, delay=0.05) as server:
        ask = resolver(server).resolve
        found = []

        async def impatient() -> None:
            with anyio.move_on_after(0.01):
                await ask("a.example", "A")

        async def patient() -> None:
            found.append((await ask("a.example", "A")).records)

        async with anyio.create_task_group() as group:
            group.start_soon(impatient)
            await anyio.sleep(0.005)
            group.start_soon(patient)
    assert found == [("192.0.2.1",)]


@anyio_test
async def test_a_truncated_answer_is_asked_for_over_tcp() -> None:
    """What does not fit into a datagram comes over TCP, in whole (SRV-20)."""
    texts = [f'"{"x" * 250}{number}"' for number in range(20)]
    async with nothing_left_open(), dns_server({"big.example TXT": ["TRUNCATED", *texts]}) as server:
        answer = await resolver(server).resolve("big.example", "TXT")
    assert len(answer.records) == 20
    assert server.asked == ["big.example TXT", "big.example TXT over TCP"]


@anyio_test
async def test_a_dead_first_nameserver_costs_its_patience_once() -> None:
    """The second server answers in the first one's place, and is asked first from then on."""
    silence = {"a.example A": "SILENCE", "b.example A": "SILENCE"}
    records = {"a.example A": ["192.0.2.1"], "b.example A": ["192.0.2.2"]}
    async with dns_server(silence) as dead, dns_server(records) as alive:
        ask = resolver(dead, alive).resolve
        started = time.monotonic()
        assert (await ask("a.example", "A")).records
        assert 0.7 < time.monotonic() - started < 1.0
        assert (await ask("b.example", "A")).records
        assert dead.asked == ["a.example A"]


@anyio_test
@pytest.mark.parametrize("first", ["SERVFAIL", "REFUSED", "NOTIMP", "GARBAGE"])
async def test_a_failing_first_nameserver_costs_nothing(first: str) -> None:
    """A server that answers with a failure is followed by the next one at once."""
    async with dns_server({"a.example A": first}) as broken, dns_server({"a.example A": ["192.0.2.1"]}) as alive:
        started = time.monotonic()
        assert (await resolver(broken, alive).resolve("a.example", "A")).records == ("192.0.2.1",)
        assert time.monotonic() - started < 0.7


@anyio_test
async def test_a_late_answer_still_counts() -> None:
    """A slow server is asked again, but its first answer is taken when it comes."""
    async with dns_server({"a.example A": ["192.0.2.1"]}, delay=0.3) as slow:
        started = time.monotonic()
        assert (await resolver(slow, patience=0.2).resolve("a.example", "A")).records
        assert time.monotonic() - started < 0.45


@anyio_test
async def test_aliases_are_followed_and_kept() -> None:
    """The CNAME chain is reported in order, whoever follows it, and a circle or a long one is a failure."""
    chain = {"a.example CNAME": ["b.example"], "b.example CNAME": ["c.example"], "c.example A": ["192.0.2.1"]}
    circle = {"x.example CNAME": ["y.example"], "y.example CNAME": ["x.example"]}
    long = {f"n{number}.example CNAME": [f"n{number + 1}.example"] for number in range(12)}

    def one_step(query: dns.message.Message, over_tcp: bool) -> dns.message.Message:
        """Answer as a server that follows no alias."""
        name = query.question[0].name.to_text(omit_final_dot=True)
        reply = dns.message.make_response(query, recursion_available=True)
        for kind in ("CNAME", "A"):
            for text in (chain | circle).get(f"{name} {kind}", []):
                data = text if kind == "A" else f"{text}."
                reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind, data))
        return reply

    async with dns_server(chain | circle | long) as whole, dns_server(one_step) as stepwise:
        for server in (whole, stepwise):
            answer = await resolver(server).resolve("a.example", "A")
            assert (answer.records, answer.aliases) == (("192.0.2.1",), ("b.example", "c.example"))
            assert (await resolver(server).resolve("x.example", "A")).status is Answered.SERVFAIL
        assert (await resolver(whole).resolve("n0.example", "A")).status is Answered.SERVFAIL


@anyio_test
async def test_an_alias_to_nothing_is_no() -> None:
    """NXDOMAIN at the end of an alias is NXDOMAIN, with the alias kept."""

    def dangling(query: dns.message.Message, over_tcp: bool) -> dns.message.Message:
        reply = dns.message.make_response(query, recursion_available=True)
        reply.answer.append(dns.rrset.from_text(query.question[0].name, 300, "IN", "CNAME", "gone.example."))
        reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply

    async with dns_server(dangling) as server:
        answer = await resolver(server).resolve("a.example", "A")
    assert (answer.status, answer.aliases) == (Answered.NXDOMAIN, ("gone.example",))


@anyio_test
async def test_names_are_absolute() -> None:
    """No search list is applied, whatever ``resolv.conf`` says (HE-06)."""
    async with dns_server({}) as server:
        await resolver(server).resolve("autoconfig.corp", "A")
        await resolver(server).resolve("corp", "A")
    assert server.asked == ["autoconfig.corp A", "corp A"]


@anyio_test
@pytest.mark.parametrize("name", ["a..example", "x" * 64 + ".example", ".".join(["x" * 60] * 5), "faß.example", ""])
async def test_what_cannot_be_a_name_is_not_asked(name: str) -> None:
    """A name that DNS cannot carry is refused here, without a packet and without an exception."""
    async with dns_server({}) as server:
        assert (await resolver(server).resolve(name, "A")).status is Answered.REFUSED
        assert server.asked == []


def _signed(query: dns.message.Message, over_tcp: bool) -> dns.message.Message:
    reply = dns.message.make_response(query, recursion_available=True)
    reply.flags |= dns.flags.AD
    reply.answer.append(dns.rrset.from_text(query.question[0].name, 300, "IN", "A", "192.0.2.1"))
    return reply


@anyio_test
async def test_a_validators_word_counts_from_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The AD bit is believed from loopback; the same bit over an open path is not (SEC-07)."""
    async with dns_server(_signed) as server:
        assert (await resolver(server).resolve("a.example", "A")).secure
        with monkeypatch.context() as patch:
            patch.setattr(Nameserver, "is_trusted", False)
            assert not (await resolver(server).resolve("a.example", "A")).secure
    assert not Nameserver("192.0.2.53").is_trusted
    assert not Nameserver("10.0.0.53").is_trusted
    assert Nameserver("::1").is_trusted


@anyio_test
async def test_a_forged_zone_is_told_from_a_broken_one() -> None:
    """What a validator withholds and gives without validation is bogus; what it never has is SERVFAIL (SRV-19)."""

    def validator(query: dns.message.Message, over_tcp: bool) -> dns.message.Message:
        reply = _signed(query, over_tcp)
        name = query.question[0].name.to_text()
        if name.startswith("broken") or not query.flags & dns.flags.CD:
            reply.answer.clear()
            reply.set_rcode(dns.rcode.SERVFAIL)
            if name.startswith("told"):
                reply.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS)])
        return reply

    async with dns_server(validator) as server:
        ask = resolver(server, patience=0.1, deadline=1).resolve
        assert (await ask("forged.example", "A")).status is Answered.BOGUS
        assert (await ask("broken.example", "A")).status is Answered.SERVFAIL
        before = len(server.asked)
        assert (await ask("told.example", "A")).status is Answered.BOGUS
        assert len(server.asked) == before + 1


@anyio_test
async def test_a_server_without_edns_is_asked_without() -> None:
    """FORMERR to a question with EDNS is followed by one without."""

    def old(query: dns.message.Message, over_tcp: bool) -> dns.message.Message | bytes:
        if query.edns >= 0:
            return query.to_wire()[:2] + b"\x80\x01" + bytes(8)  # FORMERR, and not even the question
        return _signed(query, over_tcp)

    async with dns_server(old) as server:
        assert (await resolver(server).resolve("a.example", "A")).records == ("192.0.2.1",)


@anyio_test
async def test_a_referral_is_not_a_no() -> None:
    """A server that does not recurse points elsewhere; that says nothing about the name (SRV-19)."""

    def referring(query: dns.message.Message, over_tcp: bool) -> dns.message.Message:
        reply = dns.message.make_response(query)
        reply.authority.append(dns.rrset.from_text("example.", 300, "IN", "NS", "ns.example."))
        return reply

    async with dns_server(referring) as server:
        assert (await resolver(server).resolve("a.example", "A")).status is Answered.REFUSED


@anyio_test
async def test_an_answer_to_another_question_is_not_taken() -> None:
    """A datagram with a wrong identifier or question is ignored, and the right one after it is taken (SEC-07)."""
    good = _signed

    def spoofed(query: dns.message.Message, over_tcp: bool) -> bytes:
        wire = bytearray(good(query, over_tcp).to_wire())
        wire[0] ^= 0xFF
        return bytes(wire)

    def other(query: dns.message.Message, over_tcp: bool) -> dns.message.Message:
        return good(dns.message.make_query("evil.example", "A", id=query.id), over_tcp)

    for handler in (spoofed, other):
        async with dns_server(handler) as server:
            answer = await resolver(server, patience=0.02, deadline=0.1).resolve("a.example", "A")
            assert answer.status is Answered.TIMED_OUT


@anyio_test
async def test_every_question_has_its_own_port_and_identifier() -> None:
    """Port and identifier are drawn anew for each question (SEC-07)."""
    identifiers = {write_question("a.example", "A").wire[:2] for _ in range(50)}
    assert len(identifiers) > 40
    ports = set()
    async with await anyio.create_udp_socket(local_host="127.0.0.1") as udp:
        ask = DnsResolver([Nameserver("127.0.0.1", udp._raw_socket.getsockname()[1])], deadline=0.01)
        for number in range(10):
            await ask.resolve(f"n{number}.example", "A")
            ports.add((await udp.receive())[1][1])
    assert len(ports) > 5


@anyio_test
async def test_other_work_is_done_while_the_first_answer_is_on_its_way() -> None:
    """What takes time anyway is done once, between question and answer, and never holds up the questions."""
    worked: list[int] = []
    async with nothing_left_open(), dns_server({"a.example A": ["192.0.2.1"]}, delay=0.03) as server:
        servers = [Nameserver(server.address, server.port)]
        ask = DnsResolver(servers, meanwhile=lambda: worked.append(len(server.asked))).resolve
        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(ask, f"n{number}.example", "A")
        await ask("a.example", "A")
        assert len(worked) == 1


@anyio_test
async def test_ipv6_nameservers_are_asked() -> None:
    """A nameserver may have an IPv6 address."""
    async with dns_server({"a.example A": ["192.0.2.1"]}, address="::1") as server:
        [written] = nameservers([server.spelled])
        assert (await DnsResolver([written]).resolve("a.example", "A")).records == ("192.0.2.1",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.53", Nameserver("192.0.2.53", 53)),
        ("192.0.2.53:5353", Nameserver("192.0.2.53", 5353)),
        ("[2001:db8::53]:5353", Nameserver("2001:db8::53", 5353)),
        ("[2001:db8::53]", Nameserver("2001:db8::53", 53)),
        ("2001:db8::53", Nameserver("2001:db8::53", 53)),
    ],
)
def test_nameservers_are_read_as_they_are_spelled(text: str, expected: Nameserver) -> None:
    """Address, address:port and [address]:port."""
    assert nameservers([text]) == (expected,)


@pytest.mark.parametrize("text", ["", "dns.example", "192.0.2.53:0", "192.0.2.53:99999", "[::1", "::1:x"])
def test_a_misspelt_nameserver_is_the_callers_mistake(text: str) -> None:
    """Whatever is not an IP address with a port is refused."""
    with pytest.raises(InvalidOptions):
        nameservers([text])


def test_the_systems_nameservers_are_used(tmp_path: Path) -> None:
    """``resolv.conf`` is read without its search list; where it names nobody, this machine is asked."""
    file = tmp_path / "resolv.conf"
    file.write_text("# ours\nsearch corp.example\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nnameserver rubbish\n")
    assert nameservers(resolv_conf=file) == (Nameserver("192.0.2.53"), Nameserver("2001:db8::53"))
    file.write_text("search corp.example\n")
    assert nameservers(resolv_conf=file) == (Nameserver("127.0.0.1"),)
