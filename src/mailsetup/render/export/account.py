"""What program formats share: the address as programs take it, the password command, and the notes of a choice."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mailsetup.render.export.choice import Chosen, Login
from mailsetup.render.export.quoting import checked, label
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import ExportedFile, Note, Wishes


def sender(discovery: Discovery, program: str, *, without: str = "") -> str:
    """Give the address with its domain in A-labels, which every program understands.

    Raises:
        CannotExpress: if the local part holds a character of ``without``.
    """
    local = discovery.address.rpartition("@")[0]
    return checked(f"{local}@{discovery.domain}", "address", program, without=without)


def account_name(discovery: Discovery) -> str:
    """Give a name for sections and folders: the domain."""
    return label(discovery.domain)


def secret_command(discovery: Discovery, wishes: Wishes, login: Login, program: str, *, without: str = "") -> str:
    """Give the shell command that prints the password or the token: the caller's, or a placeholder.

    Raises:
        CannotExpress: if the command holds a character of ``without``.
    """
    command = wishes.password_command
    if command is None:
        if login is Login.OAUTH2:
            command = f"oama access {shlex.quote(sender(discovery, program))}"
        else:
            command = f"pass show mail/{account_name(discovery)}"
    return checked(command, "command", program, without=without)


def secret_notes(wishes: Wishes, command: str, *chosen: Chosen) -> tuple[Note, ...]:
    """Tell the user to replace the placeholder, where one was written."""
    logins = {server.login for server in chosen} - {Login.NONE}
    if wishes.password_command is not None or not logins:
        return ()
    return (note("token-command" if logins == {Login.OAUTH2} else "password-command", command=command),)


def server_notes(*chosen: Chosen) -> tuple[Note, ...]:
    """Give the notes that come from the choice of servers, each once."""
    return tuple({told.code: told for server in chosen for told in server.notes}.values())


def place(file: ExportedFile) -> Note:
    """Say where a file belongs."""
    return note("place", file=file.name, place=file.place)
