"""The cache in front of a network: nobody is asked twice in time, everybody is asked in time, nothing leaks."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from mailsetup.aio import audit, discover
from mailsetup.audit import collect
from mailsetup.errors import NetworkError
from mailsetup.model import Learned, Options, SourceName
from mailsetup.net import open_network
from mailsetup.net.cache import Cache, layers
from mailsetup.net.cache.scope import scopes
from mailsetup.net.cache.store import MAX_SIZE, Kept, Key, MemoryStore
from mailsetup.net.dns.servers import Nameserver
from mailsetup.net.interface import Answer, Answered, MxRecord, Network, RecordType, Request, Response
from mailsetup.net.trace import traced
from mailsetup.testing import FakeNetwork, Page
from tests.support.dns_server import dns_server
from tests.support.http_server import http_server, reply

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from mailsetup.model import Attempt
    from tests.support.pki import Authority

pytestmark = pytest.mark.anyio

SERVER = Nameserver("192.0.2.53")
MX = Answer("corp.example", "MX", Answered.FOUND, (MxRecord(10, "mx.corp.example"),), secure=True, ttl=600)
ROOT: dict[str, str | Sequence[str]] = {". NS": "NOERROR"}
"""What a look-up asks a name server for first, to see whether it is there."""

URL = "https://autoconfig.corp.example/mail/config-v1.1.xml"


class Clock:
    """A clock on the wall that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Inner:
    """A resolver that says what it is told to, and as the real one, the same again within a call."""

    answer: Answer
    asked: list[str] = field(default_factory=list)

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002
        self.asked.append(f"{name} {type}" + " fresh" * fresh)
        return self.answer


@pytest.fixture
def clock() -> Clock:
    """What time it is."""
    return Clock()


@pytest.fixture(params=["memory", "disk"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Options:
    """Every rule holds wherever answers are kept."""
    return Options(cache_dir=tmp_path / "kept" if request.param == "disk" else None)


async def resolved(inner: Inner, options: Options, clock: Clock, *, fresh: bool = False) -> Answer:
    """Ask for the MX records in a call of its own."""
    cache = Cache(options, servers=[SERVER], clock=clock)
    try:
        return await cache.resolver(inner).resolve("corp.example", "MX", fresh=fresh)
    finally:
        cache.close()
        assert cache.noticed == []


async def fetched(web: FakeNetwork, options: Options, clock: Clock, request: Request) -> Response:
    """Fetch in a call of its own."""
    cache = Cache(options, servers=[SERVER], clock=clock)
    try:
        return await cache.fetcher(web.fetcher).fetch(request)
    finally:
        cache.close()


def octets_in(folder: Path) -> bytes:
    """Everything that stands in the files of a folder."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_an_answer_is_kept_for_its_time(base: Options, clock: Clock) -> None:
    """Another call gets it without asking, with the time that is left, until that is over (OPS-01)."""
    inner = Inner(MX)
    first = await resolved(inner, base, clock)
    assert not first.from_cache
    clock.now += 599
    second = await resolved(inner, base, clock)
    assert (second.records, second.secure, second.ttl, second.from_cache) == (MX.records, True, 1, True)
    assert inner.asked == ["corp.example MX"]
    clock.now += 1
    assert not (await resolved(inner, base, clock)).from_cache
    assert inner.asked == ["corp.example MX"] * 2


async def test_a_no_is_kept_for_a_shorter_time(base: Options, clock: Clock) -> None:
    """However long the zone says, after an hour it is asked about again (OPS-01)."""
    inner = Inner(Answer("corp.example", "MX", Answered.NXDOMAIN, ttl=86400))
    await resolved(inner, base, clock)
    clock.now += 3599
    assert (await resolved(inner, base, clock)).status is Answered.NXDOMAIN
    assert len(inner.asked) == 1
    clock.now += 1
    await resolved(inner, base, clock)
    assert len(inner.asked) == 2


@pytest.mark.parametrize("status", [Answered.TIMED_OUT, Answered.SERVFAIL, Answered.REFUSED, Answered.BOGUS])
async def test_a_failure_is_neither_kept_nor_ends_what_is(base: Options, clock: Clock, status: Answered) -> None:
    """A silent server is asked again by the next call, and what was known before is still known (OPS-01)."""
    inner = Inner(Answer("corp.example", "MX", status, ttl=300))
    await resolved(inner, base, clock)
    inner.answer = MX
    assert (await resolved(inner, base, clock)).status is Answered.FOUND
    inner.answer = Answer("corp.example", "MX", status)
    assert (await resolved(inner, base, clock, fresh=True)).status is status
    assert (await resolved(inner, base, clock)).records == MX.records
    assert len(inner.asked) == 3


async def test_fresh_asks_past_the_cache_and_renews_it(base: Options, clock: Clock) -> None:
    """One question, or a whole call: both ask, and the next call gets what they heard (PACC-13)."""
    inner = Inner(MX)
    await resolved(inner, base, clock)
    inner.answer = replace(MX, records=(MxRecord(10, "new.corp.example"),))
    assert await resolved(inner, base, clock, fresh=True) == inner.answer
    assert (await resolved(inner, base, clock)).records == inner.answer.records
    inner.answer = replace(MX, records=(MxRecord(10, "newer.corp.example"),))
    assert await resolved(inner, base.model_copy(update={"fresh": True}), clock) == inner.answer
    assert (await resolved(inner, base, clock)).records == inner.answer.records
    assert inner.asked == ["corp.example MX", "corp.example MX fresh", "corp.example MX"]


async def test_an_answer_for_no_time_ends_the_one_before(base: Options, clock: Clock) -> None:
    """What a zone has taken back is not given out any longer."""
    inner = Inner(MX)
    await resolved(inner, base, clock)
    inner.answer = replace(MX, ttl=0)
    await resolved(inner, base, clock, fresh=True)
    await resolved(inner, base, clock)
    assert len(inner.asked) == 3


async def test_time_does_not_begin_anew_within_a_call(base: Options, clock: Clock) -> None:
    """The resolver repeats itself for a whole call; its answer is not kept for longer because of that (OPS-01)."""
    cache, inner = Cache(base, servers=[SERVER], clock=clock), Inner(MX)
    resolver = cache.resolver(inner)
    await resolver.resolve("corp.example", "MX")
    clock.now += 601
    await resolver.resolve("corp.example", "MX")
    cache.close()
    await resolved(inner, base, clock)
    assert len(inner.asked) == 3


async def test_a_clock_that_was_set_back_keeps_nothing_alive(base: Options, clock: Clock) -> None:
    """What was kept "later" than now is asked for again."""
    inner = Inner(MX)
    await resolved(inner, base, clock)
    clock.now -= 1
    await resolved(inner, base, clock)
    assert len(inner.asked) == 2


async def test_names_are_the_same_in_any_spelling(base: Options, clock: Clock) -> None:
    """Case and the trailing dot make no difference in DNS (RFC 4343); the type does."""
    inner = Inner(MX)
    await resolved(inner, base, clock)
    with closing(Cache(base, servers=[SERVER], clock=clock)) as cache:
        resolver = cache.resolver(inner)
        assert (await resolver.resolve("CORP.example.", "MX")).from_cache
        assert not (await resolver.resolve("corp.example", "TXT")).from_cache


DIFFERENT: list[dict[str, Any]] = [
    {"doh_url": "https://dns.example/q"},
    {"doh_url": "https://dns.example/other"},
    {"dnssec": True},
]
DIFFERENT_FOR_DOCUMENTS: list[dict[str, Any]] = [
    *DIFFERENT,
    {"proxy": "http://proxy.example:3128"},
    {"allow_private_addresses": False},
]


async def test_whoever_asks_others_gets_nothing_of_it(base: Options, clock: Clock, ca_file: Path) -> None:
    """Other name servers, DoH, validation, a proxy, authorities, a policy: each begins with nothing (OPS-01)."""
    web = FakeNetwork(pages={URL: "<clientConfig/>"})
    inner, request = Inner(MX), Request(URL)
    await resolved(inner, base, clock)
    await fetched(web, base, clock, request)
    for number, change in enumerate(DIFFERENT, start=2):
        await resolved(inner, base.model_copy(update=change), clock)
        assert len(inner.asked) == number
    for number, change in enumerate([*DIFFERENT_FOR_DOCUMENTS, {"ca_file": ca_file}], start=2):
        await fetched(web, base.model_copy(update=change), clock, request)
        assert len(web.requests) == number
    with closing(Cache(base, servers=[Nameserver("192.0.2.54")], clock=clock)) as elsewhere:
        assert not (await elsewhere.resolver(inner).resolve("corp.example", "MX")).from_cache
        assert not (await elsewhere.fetcher(web.fetcher).fetch(request)).from_cache
    assert (await resolved(inner, base, clock)).from_cache
    assert (await fetched(web, base, clock, request)).from_cache


async def test_a_context_of_the_callers_own_is_nobody_elses(base: Options, clock: Clock) -> None:
    """Two of them cannot be told apart, so what came through one is not kept; plain DNS does not pass it."""
    own = base.model_copy(update={"ssl_context": object()})
    assert scopes(own, [SERVER]).web is None
    assert scopes(own, [SERVER]).dns == scopes(base, [SERVER]).dns
    assert scopes(own.model_copy(update={"doh_url": "https://dns.example/q"}), [SERVER]) == (None, None)
    web = FakeNetwork(pages={URL: "<clientConfig/>"})
    for _ in range(2):
        assert not (await fetched(web, own, clock, Request(URL))).from_cache


async def test_the_password_of_a_proxy_is_not_in_the_scope() -> None:
    """Not even as part of a digest."""
    with_password = Options(proxy="http://kim:secret@proxy.example:3128")
    assert scopes(with_password, [SERVER]) == scopes(Options(proxy="http://proxy.example:3128"), [SERVER])


async def test_documents_are_kept_too(base: Options, clock: Clock) -> None:
    """With status, header fields, body and address, for the time that their server gives them (RFC 9111)."""
    page = Page("<clientConfig/>", headers={"Cache-Control": "max-age=60", "Set-Cookie": "a=b", "X-Other": "1"})
    web = FakeNetwork(pages={URL: page})
    first = await fetched(web, base, clock, Request(URL))
    second = await fetched(web, base, clock, Request(URL))
    assert (second.status, second.body, second.url, second.hops) == (200, b"<clientConfig/>", URL, (URL,))
    assert (second.address, second.from_cache) == (first.address, True)
    assert second.headers == {"cache-control": "max-age=60", "x-other": "1"}
    clock.now += 60
    assert not (await fetched(web, base, clock, Request(URL))).from_cache
    assert len(web.requests) == 2


async def test_each_hop_of_a_redirect_has_its_own_time(base: Options, clock: Clock) -> None:
    """What is kept of the way is not asked for, the rest is; the result names every hop all the same (SEC-05)."""
    goal = "https://www.corp.example/config.xml"
    web = FakeNetwork(
        pages={URL: Page.redirect(goal, status=301), goal: Page("x", headers={"Cache-Control": "no-store"})}
    )
    for _ in range(2):
        response = await fetched(web, base, clock, Request(URL))
        assert (response.url, response.hops) == (goal, (URL, goal))
    assert web.asked == [f"GET {URL}", f"GET {goal}", f"GET {goal}"]


async def test_one_deadline_holds_for_all_hops(
    base: Options, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Hops are fetched one by one, but a server gains no time by sending us around."""
    monkeypatch.setattr(layers, "REQUEST_TIMEOUT", 0.5)
    goal = "https://www.corp.example/"
    web = FakeNetwork(pages={URL: Page.redirect(goal), goal: Page(fault="hangs")})
    with pytest.raises(NetworkError, match="timed-out"):
        await fetched(web, base, clock, Request(URL))
    assert len(web.requests) == 2


async def test_no_cache_renews_what_is_kept(base: Options, clock: Clock) -> None:
    """A request past all caches passes ours (PACC-13), and the next one gets the new document."""
    old, new = FakeNetwork(pages={URL: "old"}), FakeNetwork(pages={URL: "new"})
    await fetched(old, base, clock, Request(URL))
    past = Request(URL, headers={"Cache-Control": "no-cache"})
    assert (await fetched(new, base, clock, past)).body == b"new"
    assert (await fetched(old, base, clock, Request(URL))).body == b"new"


@pytest.mark.parametrize(
    "request_",
    [
        Request(URL + "?emailaddress=kim%40corp.example", learned=Learned.ADDRESS),
        Request(URL, "POST", body=b"kim@corp.example"),
        Request(URL, "PROPFIND"),
        Request(URL.replace("https", "http")),
    ],
)
async def test_what_must_not_be_kept_is_not(base: Options, clock: Clock, request_: Request) -> None:
    """Nothing with the address in it, and nothing that came over an open line."""
    pages = {f"{request_.method} {request_.url}": Page("x", headers={"Cache-Control": "max-age=600"})}
    web = FakeNetwork(pages=pages)
    for _ in range(2):
        assert not (await fetched(web, base, clock, request_)).from_cache
    assert len(web.requests) == 2
    if base.cache_dir is not None:
        assert b"kim" not in octets_in(base.cache_dir)


async def test_a_server_in_trouble_does_not_end_what_is_kept(base: Options, clock: Clock) -> None:
    """A 503 says nothing about the document, a 404 does."""
    good, ill, gone = (FakeNetwork(pages={URL: page}) for page in ("good", 503, 404))
    past = Request(URL, headers={"Cache-Control": "no-cache"})
    await fetched(good, base, clock, Request(URL))
    assert (await fetched(ill, base, clock, past)).status == 503
    assert (await fetched(ill, base, clock, Request(URL))).body == b"good"
    await fetched(gone, base, clock, past)
    assert (await fetched(good, base, clock, Request(URL))).status == 404


async def test_header_fields_and_limits_are_part_of_the_question(base: Options, clock: Clock) -> None:
    """Who asks for another form, or takes less, does not get what was fetched for somebody else."""
    web = FakeNetwork(pages={URL: "0123456789"})
    await fetched(web, base, clock, Request(URL))
    assert not (await fetched(web, base, clock, Request(URL, headers={"Accept": "application/json"}))).from_cache
    with pytest.raises(NetworkError, match="too-large"):
        await fetched(web, base, clock, Request(URL, max_bytes=9))


async def test_the_ledger_says_that_nobody_was_told(base: Options, clock: Clock) -> None:
    """An answer from the cache is on record, and nobody has learned anything by it."""
    attempts: list[Attempt] = []
    fake = FakeNetwork(pages={URL: "x"})
    for _ in range(2):
        cache = Cache(base, servers=[SERVER], clock=clock)
        network = Network(cache.resolver(Inner(MX)), cache.fetcher(fake.fetcher), fake.connector)
        network = traced(network, source="test", clock=clock, record=attempts.append)
        await network.resolver.resolve("corp.example", "MX")
        await network.fetcher.fetch(Request(URL))
        cache.close()
    assert [attempt.learned for attempt in attempts] == [Learned.DOMAIN] * 2 + [Learned.NOTHING] * 2
    assert [attempt.told for attempt in attempts] == ["resolver", "autoconfig.corp.example", "", ""]
    assert [attempt.outcome.value for attempt in attempts] == ["found"] * 4


async def test_the_memory_has_a_limit() -> None:
    """What was not asked for the longest time goes first."""
    store = MemoryStore()
    body = bytes(MAX_SIZE // 4)
    keys = [Key("scope", f"https://{number}.example/") for number in range(5)]
    for key in keys[:3]:
        store.put(key, Kept(Response(200, key.question, {}, body), 0, 1))
    assert store.get(keys[0]) is not None
    for key in keys[3:]:
        store.put(key, Kept(Response(200, key.question, {}, body), 0, 1))
    assert [store.get(key) is not None for key in keys] == [True, False, False, True, True]
    store.put(keys[4], Kept(Response(200, "", {}, b""), 0, 1))
    store.put(keys[1], Kept(Response(200, "", {}, b""), 0, 1))
    assert store.get(keys[0]) is not None, "what is replaced does not count twice"


async def test_two_calls_ask_once(authority: Authority, ca_file: Path, base: Options) -> None:
    """Through the real door: the second network of the same options sends no packet for the same questions."""
    context = authority.issue("corp.example").server_context()
    async with (
        dns_server({"corp.example A": ["127.0.0.1"], "corp.example MX": ["10 mx.corp.example."]}) as nameserver,
        http_server({"/": reply(200, b"hi")}, context=context) as web,
    ):
        options = base.model_copy(update={"nameservers": (nameserver.spelled,), "ca_file": ca_file})
        for _ in range(2):
            async with open_network(options) as network:
                assert (await network.resolver.resolve("corp.example", "MX")).records
                assert (await network.resolver.resolve("none.example", "MX")).is_no
                assert (await network.fetcher.fetch(Request(f"https://corp.example:{web.port}/"))).body == b"hi"
        assert len(web.requests) == 1
        assert sorted(nameserver.asked) == [
            "corp.example A", "corp.example AAAA", "corp.example MX", "none.example MX",
        ]  # fmt: skip


async def test_a_look_up_says_that_its_cache_is_broken(tmp_path: Path) -> None:
    """A damaged file is a problem in the result, everybody is asked, and the file is left alone."""
    (tmp_path / "answers-1.sqlite3").write_bytes(b"no database at all" * 100)
    srv: dict[str, str | Sequence[str]] = {
        "_imaps._tcp.corp.example SRV": ["0 0 993 mail.corp.example."],
        "_submissions._tcp.corp.example SRV": ["0 0 465 mail.corp.example."],
        "mail.corp.example A": ["127.0.0.1"],
    }
    async with dns_server(srv | ROOT) as nameserver:
        options = Options(
            nameservers=(nameserver.spelled,), cache_dir=tmp_path, sources=(SourceName.SRV,), probe=False
        )  # fmt: skip
        found = await discover("kim@corp.example", options=options)
    assert found.imap is not None
    (told,) = [problem for problem in found.problems if problem.code == "cache-unusable"]
    assert told.subject == str(tmp_path)
    assert (tmp_path / "answers-1.sqlite3").read_bytes().startswith(b"no database")


async def test_what_is_kept_of_a_look_up_is_no_secret(tmp_path: Path) -> None:
    """After a whole look-up the folder holds no local part, whoever was asked with the whole address."""
    records = {"corp.example MX": ["10 mx.corp.example."], **ROOT}
    async with dns_server(records) as nameserver:
        options = Options(nameservers=(nameserver.spelled,), cache_dir=tmp_path, ispdb_url=None, timeout=3)
        await discover("very.secret.name@corp.example", options=options)
    written = octets_in(tmp_path)
    assert b"corp.example" in written
    assert b"very.secret" not in written


async def test_an_audit_asks_everybody_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner may have mended it a moment ago, and wants to see that."""
    seen: list[Options] = []

    def door(options: Options) -> AbstractAsyncContextManager[Network]:
        seen.append(options)
        return open_network(Options(network=FakeNetwork()))

    monkeypatch.setattr(collect, "open_network", door)
    monkeypatch.setattr(collect, "has_network", lambda _: True)
    await audit("corp.example", options=Options(timeout=2))
    assert [options.fresh for options in seen] == [True]
