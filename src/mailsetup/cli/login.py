"""``check --login``: where the password comes from, whom it may go to, and what became of it.

The password comes from a prompt, a file descriptor or the keyring; never from the command line, where every user of
the machine could read it. A server that nobody vouches for gets it only after a person has agreed to its domain.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import typer

from mailsetup.cli.terminal import console, fail, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.model import Discovery, Options, Server

MAX_SECRET = 64 * 1024
"""Octets of a password or token; OAuth tokens are a few kilobytes."""


class Credentials(NamedTuple):
    """Where to take the credential from."""

    password_fd: int | None
    token_fd: int | None
    keyring: str | None
    """Service name in the keyring."""


def log_in(
    discovery: Discovery,
    options: Options,
    credentials: Credentials,
    /,
    *,
    consent_to: list[str],
    json: bool,
    language: str,
) -> bool:
    """Ask for consent where it is needed, take the password, log in, print. Give whether both servers let us in."""
    from mailsetup.blocking import verify
    from mailsetup.render.login import verification
    from mailsetup.translation import translator

    translate = translator(language)
    servers = [server for server in (discovery.incoming, discovery.outgoing) if server is not None]
    if not servers:
        return False
    consent = _consent(servers, consent_to, translate)
    kind, secret = _secret(discovery.address, servers, credentials, translate)
    token, password = (secret, None) if kind == "token" else (None, secret)
    result = verify(discovery, password=password, token=token, consent=consent, options=options)
    if json:
        print_json(result.model_dump_json())
    else:
        console().print(verification(result, language=language, translate=translate))
    return result.ok


def _consent(servers: list[Server], consent_to: list[str], translate: Callable[[str], str]) -> bool:
    """Whether a person has agreed to every server that nobody vouches for."""
    from mailsetup.names import registrable_domain
    from mailsetup.render.login import owner

    doubtful = [server for server in servers if server.needs_consent]
    for server in doubtful:
        if registrable_domain(server.hostname) in consent_to or server.hostname in consent_to:
            continue
        if not sys.stdin.isatty():
            fail(
                translate("Nobody vouches for {server}. Agree to it with --consent-to, or leave out --login.").format(
                    server=owner(server)
                ),
                code=3,
            )
        question = translate("Nobody vouches for {server}. Is that your provider, and may your password go there?")
        typer.confirm(question.format(server=owner(server)), abort=True, err=True)
    return bool(doubtful)


def _secret(
    address: str, servers: list[Server], credentials: Credentials, translate: Callable[[str], str]
) -> tuple[str, str]:
    if credentials.token_fd is not None:
        return "token", _read(credentials.token_fd)
    if credentials.password_fd is not None:
        return "password", _read(credentials.password_fd)
    if credentials.keyring is not None:
        return "password", _from_keyring(credentials.keyring, address, translate)
    from mailsetup.render.login import owner

    places = " & ".join(dict.fromkeys(owner(server) for server in servers))
    prompt = translate("Password of {address}, for {servers}").format(address=address, servers=places)
    return "password", str(typer.prompt(prompt, hide_input=True, err=True))


def _read(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            secret = file.read(MAX_SECRET)
    except OSError as error:
        fail(f"Cannot read file descriptor {descriptor}: {error.strerror}")
    try:
        # One line end at the end is the shell's, not the password's.
        text = secret.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        fail(f"What file descriptor {descriptor} gives is not UTF-8 text.")
    return text or _nothing(f"file descriptor {descriptor}")


def _from_keyring(service: str, address: str, translate: Callable[[str], str]) -> str:
    try:
        import keyring
    except ImportError:
        fail(translate("The keyring needs one more package: pip install keyring"))
    secret: str | None = keyring.get_password(service, address)
    return secret or _nothing(f"keyring, {service}, {address}")


def _nothing(place: str) -> NoReturn:
    fail(f"There is no password in: {place}")
