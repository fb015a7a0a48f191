"""Taking over a fetched database: what is verified, in which order, and that nothing is lost when it fails."""

from __future__ import annotations

import errno
import os
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from mailsetup.errors import InvalidDocument
from mailsetup.providers import update
from mailsetup.providers.database import bundled_bytes
from mailsetup.providers.in_use import choose, sealed
from mailsetup.providers.pinned_key import PINNED_KEYS
from mailsetup.providers.signature import public_key_of, read_key, sign, verify
from mailsetup.providers.update import MAX_DATABASE, take_over
from tests.providers.published import Key, database, new_key, signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY, OTHER = new_key(), new_key()


def take(folder: Path, document: bytes, *, key: Key = KEY, signature: bytes | None = None) -> Any:
    """Sign and take over, as somebody who trusts ``KEY``."""
    return take_over(
        document,
        signature if signature is not None else signed(document, key),
        path=folder / "data" / "providers.json",
        keys=[KEY.public],
    )


def files(folder: Path) -> dict[str, bytes]:
    """Everything in the folder, so that a test can say that nothing changed."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_good_one_is_in_use_at_once(tmp_path: Path) -> None:
    """The folder is made, the file is whole, and the next look-up finds it."""
    taken = take(tmp_path, database())
    assert taken.database.by_domain("far.example") is not None
    assert files(tmp_path) == {"data/providers.json": sealed(database())}
    assert choose(tmp_path / "data" / "providers.json").updated is not None


def test_the_same_again_is_up_to_date(tmp_path: Path) -> None:
    """Nothing is written when there is nothing new."""
    take(tmp_path, database())
    before = (tmp_path / "data" / "providers.json").stat().st_mtime_ns
    assert take(tmp_path, database()) is None
    assert (tmp_path / "data" / "providers.json").stat().st_mtime_ns == before
    assert take_over(bundled_bytes(), signed(bundled_bytes(), KEY), path=tmp_path / "x.json", keys=[KEY.public]) is None


def test_it_only_ever_gets_newer(tmp_path: Path) -> None:
    """Somebody who keeps an old signed copy cannot put it back, not even one of the same day."""
    take(tmp_path, database())
    assert take(tmp_path, database(made="2090-01-03T00:00:00Z", name="Newer")) is not None
    before = files(tmp_path)
    for older in (database(), database(checked=date(2089, 12, 31), made="2099-01-01T00:00:00Z")):
        with pytest.raises(InvalidDocument) as caught:
            take(tmp_path, older)
        assert caught.value.code == "older"
    assert files(tmp_path) == before


def test_it_is_never_older_than_what_is_bundled(tmp_path: Path) -> None:
    """The first one that is fetched is held against the package's own."""
    with pytest.raises(InvalidDocument) as caught:
        take(tmp_path, database(checked=date(2020, 1, 1)))
    assert caught.value.code == "older"
    assert files(tmp_path) == {}


def test_a_broken_one_in_place_does_not_stand_in_the_way(tmp_path: Path) -> None:
    """Updating is how it is mended."""
    take(tmp_path, database())
    path = tmp_path / "data" / "providers.json"
    path.write_bytes(path.read_bytes()[:-9])
    assert take(tmp_path, database()).updated == path


REFUSED: dict[str, tuple[str, Callable[[], tuple[bytes, bytes]]]] = {
    "another's signature": ("signature", lambda: (database(), signed(database(), OTHER))),
    "a signature of something else": ("signature", lambda: (database(), signed(database(name="X"), KEY))),
    "no signature": ("signature", lambda: (database(), b"")),
    "a signature in the wrong form": ("signature", lambda: (database(), b"<html>not found</html>")),
    "a short signature": ("signature", lambda: (database(), b"AAAA\n")),
    "a truncated database": ("signature", lambda: (database()[:-100], signed(database(), KEY))),
    "one octet turned round": (
        "signature",
        lambda: (database().replace(b"far.example", b"fur.example", 1), signed(database(), KEY)),
    ),
    "too large": ("too-large", lambda: (b"x" * (MAX_DATABASE + 1), b"")),
}
"""What an attacker, or an accident, can put in the place of the data."""


@pytest.mark.parametrize(("code", "made"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_verify_is_refused(tmp_path: Path, code: str, made: Callable[[], tuple[bytes, bytes]]) -> None:
    """The one in use stays, to the octet."""
    take(tmp_path, database(made="2090-01-01T00:00:00Z"))
    before = files(tmp_path)
    document, signature = made()
    with pytest.raises(InvalidDocument) as caught:
        take(tmp_path, document, signature=signature)
    assert caught.value.code == code
    assert files(tmp_path) == before


SIGNED_RUBBISH = {
    "garbage": ("not-database", b"\x00\xff rubbish"),
    "a web page": ("not-database", b"<!DOCTYPE html>\n<html></html>\n"),
    "JSON of another kind": ("not-database", b"[]\n"),
    "a newer format": ("format", database().replace(b'{"format":2', b'{"format":3', 1)),
    "cut short before it was signed": ("truncated", database()[:-10]),
    "an unknown field": ("schema", database().replace(b'"kind":"mailbox"', b'"kinb":"mailbox"', 1)),
    "an unknown word": ("schema", database().replace(b'"kind":"mailbox"', b'"kind":"mailbux"', 1)),
    "a record that is no JSON": ("not-database", database().replace(b'{"id":"far"', b'{"id":far""', 1)),
}


@pytest.mark.parametrize(("code", "document"), SIGNED_RUBBISH.values(), ids=SIGNED_RUBBISH.keys())
def test_a_signature_alone_is_not_enough(tmp_path: Path, code: str, document: bytes) -> None:
    """What was signed by mistake, or for a later version, is refused before it can break a look-up."""
    with pytest.raises(InvalidDocument) as caught:
        take(tmp_path, document)
    assert caught.value.code == code
    assert files(tmp_path) == {}


def test_an_empty_database_is_refused(tmp_path: Path) -> None:
    """It would make everybody's provider unknown."""
    from mailsetup.providers.compile import compile_database

    with pytest.raises(InvalidDocument) as caught:
        take(tmp_path, compile_database([], made="2090-01-01T00:00:00Z"))
    assert caught.value.code == "not-database"


def test_nothing_is_read_before_the_signature_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attacker's octets never reach the JSON parser."""

    def never(_: bytes) -> None:
        raise AssertionError("unverified octets were parsed")

    monkeypatch.setattr(update, "_check", never)
    with pytest.raises(InvalidDocument) as caught:
        take(tmp_path, database(), key=OTHER)
    assert caught.value.code == "signature"


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old one stays, and no half of a new one is left about."""
    take(tmp_path, database())
    before = files(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        take(tmp_path, database(made="2090-01-05T00:00:00Z"))
    assert files(tmp_path) == before


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError, match=r"exist|directory"):
        take(tmp_path, database())
    assert files(tmp_path) == {"data": b"in the way"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_must_not_be_written(tmp_path: Path) -> None:
    """Permissions are respected, and told."""
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(PermissionError):
        take(tmp_path, database())


def test_keys_can_be_exchanged(tmp_path: Path) -> None:
    """While two keys are pinned, a signature by either will do."""
    for key in (KEY, OTHER):
        document = database(name=key.public[:5])
        verify(document, signed(document, key), keys=[OTHER.public, KEY.public])
    with pytest.raises(InvalidDocument):
        verify(database(), signed(database(), KEY), keys=[])


def test_the_pinned_keys_are_keys() -> None:
    """Each is 32 octets that Ed25519 takes; none of them is a test's."""
    import base64

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    assert PINNED_KEYS
    for key in PINNED_KEYS:
        assert Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).public_bytes_raw()


def test_private_keys_with_a_password() -> None:
    """It is asked for where it is needed, and a wrong one is told."""
    key = new_key(b"open sesame")
    assert public_key_of(key.private, password=b"open sesame") == key.public
    for password in (None, b"wrong"):
        with pytest.raises(InvalidDocument) as caught:
            read_key(key.private, password=password)
        assert caught.value.code == "key-password"
    verify(b"x", sign(b"x", private_key=key.private, password=b"open sesame"), keys=[key.public])


def test_other_keys_do_not_sign() -> None:
    """Only Ed25519; and a file that is no key at all is told."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(pem, pkcs8, serialization.NoEncryption())
    for wrong in (curve, b"", b"rubbish"):
        with pytest.raises(InvalidDocument) as caught:
            sign(b"x", private_key=wrong)
        assert caught.value.code == "bad-key"


def test_without_the_package_that_verifies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is taken over unverified: it fails as a missing module does."""
    signature = signed(database(), KEY)
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ModuleNotFoundError):
        take(tmp_path, database(), signature=signature)
    assert files(tmp_path) == {}
