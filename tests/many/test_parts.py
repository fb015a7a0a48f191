"""The parts of a run: reading plain addresses, writing results, remembering domains."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

import mailsetup
from mailsetup import Address, Discovery, InvalidAddress, Options, Protocol, Security, Server, Trust
from mailsetup.many.memory import Memory
from mailsetup.many.skeleton import LOCAL, Skeleton
from mailsetup.many.spelling import is_plain_local, plain_parts
from mailsetup.net.once import MOST, Once

PIECES = st.text(alphabet="abzA-.+@\"'%_1 ö", max_size=12)


@given(local=PIECES, domain=PIECES, end=st.sampled_from(["com", "1", "c", "a-b", "-x", "xn--p1ai", ""]))
def test_what_is_read_quickly_is_read_rightly(local: str, domain: str, end: str) -> None:
    """Whatever the short way accepts, ``Address.parse`` reads in the same way."""
    text = f"{local}@{domain}.{end}"
    parts = plain_parts(text)
    if parts is not None:
        address = Address.parse(text)
        assert parts == (address.local, address.domain) == (address.local, address.domain_typed)
        assert is_plain_local(address.local)


@given(size=st.integers(55, 70), labels=st.integers(1, 6), label=st.integers(1, 70))
def test_long_addresses_are_not_read_quickly(size: int, labels: int, label: int) -> None:
    """The limits are the same ones (RFC 5321 section 4.5.3.1)."""
    text = "a" * size + "@" + ".".join(["b" * label] * labels) + ".com"
    try:
        Address.parse(text)
    except InvalidAddress:
        assert plain_parts(text) is None


def test_a_domain_is_remembered_packed_and_then_forgotten() -> None:
    """In bounded memory, and what comes back out is what went in."""
    memory = Memory(ready=2, packed=2)
    found = {
        name: mailsetup.discover(f"{LOCAL}@{name}", options=Options(offline=True))
        for name in ("gmail.com", "gmx.de", "web.de", "yahoo.com", "nobody.com")
    }
    for name, discovery in found.items():
        memory.put(name, Skeleton(discovery))
    assert memory.get("gmail.com") is None
    for name in ("gmx.de", "web.de", "yahoo.com"):
        skeleton = memory.get(name)
        assert skeleton is not None
        assert skeleton.discovery == found[name]
        written = skeleton.write("kim", name)
        assert written == mailsetup.discover(f"kim@{name}", options=Options(offline=True)).model_copy(
            update={"attempts": written.attempts, "elapsed": written.elapsed}
        )


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_what_was_packed_is_written_as_what_was_not(local: str) -> None:
    """The first time, the second time and never packed: the same, whatever the local part holds."""
    server = Server(
        protocol=Protocol.IMAP, hostname="imap.corp.example", port=993, security=Security.TLS,
        username=f"{LOCAL}@corp.example", username_alternatives=(LOCAL,), trust=Trust.VOUCHED,
        provenance=(f"https://corp.example/?{quote(LOCAL, safe='')}",),
    )  # fmt: skip
    found = Discovery(address=f"{LOCAL}@corp.example", domain="corp.example", servers=(server,))
    expected = Skeleton(found).write(local, "corp.example")
    assert expected.imap is not None
    assert expected.imap.username == f"{local}@corp.example"
    packed = Skeleton.unpack(Skeleton(found).pack())
    assert packed.write(local, "corp.example") == expected
    assert packed.write(local, "corp.example") == expected


def test_once_keeps_a_bounded_number() -> None:
    """What is done once is not kept for ever: the memory of a run over many domains stays flat."""
    import anyio

    once: Once[int] = Once()
    computed = 0

    async def compute() -> int:
        nonlocal computed
        computed += 1
        return computed

    async def ask() -> None:
        for number in range(MOST + 1):
            await once.get(number, compute)
        await once.get(MOST, compute)
        assert computed == MOST + 1
        await once.get(0, compute)
        assert computed == MOST + 2

    anyio.run(ask)
