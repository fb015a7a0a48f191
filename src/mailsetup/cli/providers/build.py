"""``mailsetup providers build``: compile provider files into the database that others fetch, and sign it."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer

from mailsetup.cli.terminal import fail

DEFAULT_FOLDER = Path("data/providers")
"""Where the files are in a checkout."""


def build(
    folder: Annotated[Path, typer.Argument(help="The provider files.")] = DEFAULT_FOLDER,
    output: Annotated[Path, typer.Option(metavar="FILE", help="The database to write.", show_default=False)] = ...,  # type: ignore[assignment]  # typer's way to require an option
    key: Annotated[
        Path | None,
        typer.Option(metavar="KEYFILE", help="Ed25519 private key (PEM) to sign with.", show_default=False),
    ] = None,
) -> None:
    """Compile provider files into FILE; with a key, write its signature to FILE.sig.

    The time in it is now, or SOURCE_DATE_EPOCH where that is set, so that a build can be repeated.
    """
    from mailsetup.errors import InvalidDocument
    from mailsetup.providers.compile import compile_database, read_folder

    try:
        files = read_folder(folder)
        if not files:
            fail(f"There is no provider file in {folder}", code=1)
        compiled = compile_database(files.values(), made=_made())
        signature = _signature(compiled, key) if key else None
        output.write_bytes(compiled)
        if signature is not None:
            signature_of(output).write_bytes(signature)
    except InvalidDocument as error:
        fail(error.reason, code=1)
    except OSError as error:
        fail(f"Cannot read or write {error.filename}: {error.strerror}")
    signed = f", signed in {signature_of(output)}" if signature is not None else ", not signed"
    typer.echo(f"{len(files)} providers, {len(compiled)} bytes, in {output}{signed}")


def signature_of(path: Path, /) -> Path:
    """Give the place of a database's signature."""
    return path.with_name(f"{path.name}.sig")


def _made() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), timezone.utc) if epoch.isdigit() else datetime.now(timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _signature(compiled: bytes, key: Path) -> bytes:
    from mailsetup.errors import InvalidDocument
    from mailsetup.providers.signature import sign

    private_key = key.read_bytes()
    try:
        return sign(compiled, private_key=private_key)
    except ModuleNotFoundError:
        fail("Signing needs one more package: python -m pip install 'mailsetup[update]'")
    except InvalidDocument as error:
        if error.code != "key-password":
            raise
    password = str(typer.prompt("Password of the key", hide_input=True, err=True))
    return sign(compiled, private_key=private_key, password=password.encode())
