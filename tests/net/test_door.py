"""The door as a whole: built from options, one network for one call, nothing left behind."""

from __future__ import annotations

import ssl
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc
import dns.flags
import dns.message
import dns.rrset
import pytest

from mailsetup.errors import InvalidOptions, NetworkError
from mailsetup.model import Options
from mailsetup.net import open_network
from mailsetup.net.interface import Answered, Request, Target
from mailsetup.testing import FakeNetwork
from tests.net.test_dnssec import SRV, World
from tests.support.dns_server import dns_server, reply_from
from tests.support.http_server import http_server, reply
from tests.support.tcp_server import nothing_left_open, tcp_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.pki import Authority

anyio_test = pytest.mark.anyio


@anyio_test
async def test_names_of_pages_and_servers_come_from_our_resolver(authority: Authority, ca_file: Path) -> None:
    """DNS, HTTP and mail connections of one network share nameservers and authorities, and each name is asked once."""

    async def greet(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"* OK\r\n")
        await stream.receive()

    context = authority.issue("both.example").server_context()
    async with (
        nothing_left_open(),
        dns_server({"both.example A": ["127.0.0.1"], "both.example MX": ["10 mx.example."]}) as nameserver,
        http_server({"/": reply(200, b"hi")}, context=context) as web,
        tcp_server(greet, context=context) as mail,
        open_network(Options(nameservers=(nameserver.spelled,), ca_file=ca_file)) as network,
    ):
        assert (await network.resolver.resolve("both.example", "MX")).status is Answered.FOUND
        assert (await network.fetcher.fetch(Request(f"https://both.example:{web.port}/"))).body == b"hi"
        connection = await network.connector.connect(Target("both.example", mail.port, tls=True))
        assert await connection.receive() == b"* OK\r\n"
        assert sorted(nameserver.asked) == ["both.example A", "both.example AAAA", "both.example MX"]
        # Neither the connection nor the idle one of HTTP is closed here: the door does it.


@anyio_test
async def test_a_cancelled_call_leaves_nothing(authority: Authority, ca_file: Path) -> None:
    """Whatever is under way when a call is cancelled, no socket and no task survives it."""

    async def silence(stream: anyio.abc.ByteStream) -> None:
        await anyio.sleep_forever()

    context = authority.issue("both.example").server_context()
    mute = dict.fromkeys(("mute.example A", "mute.example AAAA"), "SILENCE")
    records: dict[str, Any] = {"both.example A": ["127.0.0.1"], **mute}
    async with (
        nothing_left_open(),
        dns_server(records) as nameserver,
        http_server({"/": silence}, context=context) as web,
        tcp_server(silence) as mail,
    ):
        for after in (0.0, 0.005, 0.02, 0.1):
            with anyio.move_on_after(after):
                async with (
                    open_network(Options(nameservers=(nameserver.spelled,), ca_file=ca_file)) as network,
                    anyio.create_task_group() as group,
                ):
                    group.start_soon(network.resolver.resolve, "mute.example", "A")
                    group.start_soon(network.fetcher.fetch, Request(f"https://both.example:{web.port}/"))
                    group.start_soon(network.fetcher.fetch, Request("https://mute.example/"))
                    group.start_soon(network.connector.connect, Target("both.example", mail.port, tls=True))
                    group.start_soon(network.connector.connect, Target("both.example", mail.port, tls=False))


@anyio_test
async def test_dns_over_https(authority: Authority, ca_file: Path) -> None:
    """Questions go to the DoH server by POST, without an identifier; its word on DNSSEC counts (SEC-07, RFC 8484)."""
    seen: list[dns.message.Message] = []

    async def answer(stream: anyio.abc.ByteStream) -> None:
        query = dns.message.from_wire(web.requests[-1].partition("\r\n\r\n")[2].encode("latin-1"))
        seen.append(query)
        said = reply_from({"mail.example A": ["127.0.0.1"]}, query, True)
        assert isinstance(said, dns.message.Message)
        said.flags |= dns.flags.AD
        await stream.send(reply(200, said.to_wire(), Content_Type="application/dns-message"))

    async with (
        nothing_left_open(),
        dns_server({"doh.example A": ["127.0.0.1"]}) as nameserver,
        http_server({"/dns-query": answer}, context=authority.issue("doh.example").server_context()) as web,
    ):
        url = f"https://doh.example:{web.port}/dns-query"
        options = Options.for_server_side(nameservers=(nameserver.spelled,), doh_url=url, ca_file=ca_file)
        async with open_network(options) as network:
            found = await network.resolver.resolve("mail.example", "A")
            assert (found.records, found.secure) == (("127.0.0.1",), True)
            assert (await network.resolver.resolve("gone.test", "A")).status is Answered.NXDOMAIN
            with pytest.raises(NetworkError, match="private-address"):
                await network.connector.connect(Target("mail.example", 993, tls=True))
        assert {query.id for query in seen} == {0}
        assert {name for name in nameserver.asked if "doh" not in name} == set()
        assert web.tcp.accepted <= 2
    head = web.requests[0].lower()
    assert head.startswith("post /dns-query ")
    assert "content-type: application/dns-message\r\n" in head


@anyio_test
async def test_a_doh_server_that_answers_rubbish_is_no_answer(authority: Authority, ca_file: Path) -> None:
    """HTML, an error, or an answer to another question is not taken for DNS (SRV-19)."""
    context = authority.issue("127.0.0.1").server_context()
    for page in (reply(200, b"<html>"), reply(500), reply(200, bytes(12))):
        async with nothing_left_open(), http_server({"/": page}, context=context) as web:
            options = Options(doh_url=f"https://127.0.0.1:{web.port}/", ca_file=ca_file)
            async with open_network(options) as network:
                assert (await network.resolver.resolve("mail.example", "A")).status is Answered.TIMED_OUT


@anyio_test
async def test_a_network_of_the_callers_own_is_given_back() -> None:
    """``Options.network`` takes the place of the real one."""
    own = FakeNetwork()
    async with open_network(Options(network=own)) as network:
        assert network is own


@anyio_test
@pytest.mark.parametrize(
    "wrong",
    [
        {"nameservers": ("dns.example",)},
        {"proxy": "ftp://proxy.example"},
        {"doh_url": "http://dns.example/"},
        {"doh_url": "dns.example"},
        {"ca_file": "/nowhere/ca.pem"},
        {"ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)},
    ],
)
async def test_options_that_cannot_be_used_are_told_at_once(wrong: dict[str, Any]) -> None:
    """The caller's mistakes are ``InvalidOptions``, before anything is asked."""
    with pytest.raises(InvalidOptions):
        async with open_network(Options(**wrong)):
            raise AssertionError("the door opened")


def test_the_contract_costs_nothing_to_import() -> None:
    """Naming the network's types loads no network code."""
    code = (
        "import sys, mailsetup.net, mailsetup.net.interface, mailsetup.net.failures, mailsetup.net.policy\n"
        "heavy = {'anyio', 'asyncio', 'dns', 'h11', 'ssl'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@anyio_test
async def test_dnssec_is_proven_here_on_demand(ca_file: Path) -> None:
    """``dnssec`` puts our own validator in front of what the nameservers say: a made-up root is bogus (SEC-07)."""
    world = World()
    async with nothing_left_open(), dns_server(world.answer) as nameserver:
        for dnssec, status in ((False, Answered.FOUND), (True, Answered.BOGUS)):
            options = Options(nameservers=(nameserver.spelled,), ca_file=ca_file, dnssec=dnssec)
            async with open_network(options) as network:
                assert (await network.resolver.resolve(SRV, "SRV")).status is status
