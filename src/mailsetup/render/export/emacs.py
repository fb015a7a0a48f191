"""Emacs: Gnus (reads over IMAP by itself) and mu4e (reads what mbsync fetches); both send with smtpmail.

``gnutls-verify-error`` makes a bad certificate an error instead of a question. The stream types are named so that
STARTTLS is a requirement: with ``starttls`` a failed upgrade ends the connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.render.export import mbsync
from mailsetup.render.export.account import account_name, place, secret_command, secret_notes, sender, server_notes
from mailsetup.render.export.choice import PASSWORDS, Ability, Chosen, Login, incoming, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import backslashed, shell
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

GNUS_CAN = Ability("Gnus", logins=PASSWORDS)
SENDING_CAN = Ability("smtpmail", logins=PASSWORDS)


def _sending(address: str, chosen: Chosen) -> list[str]:
    user = backslashed(chosen.username) if chosen.login is not Login.NONE else "nil"
    return [
        "(setq gnutls-verify-error t)",
        f"(setq user-mail-address {backslashed(address)})",
        "(setq send-mail-function 'smtpmail-send-it",
        "      message-send-mail-function 'smtpmail-send-it",
        f"      smtpmail-smtp-server {backslashed(chosen.host)}",
        f"      smtpmail-smtp-service {chosen.port}",
        f"      smtpmail-stream-type '{'ssl' if chosen.implicit_tls else 'starttls'}",
        f"      smtpmail-smtp-user {user})",
    ]


def write_gnus(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``gnus.el``."""
    fetch, send = incoming(discovery, wishes, GNUS_CAN), outgoing(discovery, wishes, SENDING_CAN)
    lines = [
        f";; Gnus for {discovery.domain}  -*- lexical-binding: t -*-",
        *_sending(sender(discovery, GNUS_CAN.program), send),
        "(setq gnus-select-method",
        f"      '(nnimap {backslashed(account_name(discovery))}",
        f"               (nnimap-address {backslashed(fetch.host)})",
        f"               (nnimap-server-port {fetch.port})",
        f"               (nnimap-stream {'ssl' if fetch.implicit_tls else 'starttls'})",
        f"               (nnimap-user {backslashed(fetch.username)})))",
    ]
    file = text_file("gnus.el", lines, place="~/.gnus.el", media_type="text/x-emacs-lisp")
    return Export((file,), (*server_notes(fetch, send), place(file), note("password-authinfo")))


def write_mu4e(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``mu4e.el`` and the configuration of mbsync that goes with it."""
    fetch, send = incoming(discovery, wishes, mbsync.CAN), outgoing(discovery, wishes, SENDING_CAN)
    name = account_name(discovery)
    command = secret_command(discovery, wishes, fetch.login, mbsync.CAN.program)
    address = sender(discovery, "mu4e")
    lines = [
        f";; mu4e for {discovery.domain}  -*- lexical-binding: t -*-",
        *_sending(address, send),
        '(setq mu4e-get-mail-command "mbsync -a"',
        "      mu4e-change-filenames-when-moving t",
        f"      mu4e-sent-folder {backslashed(f'/{name}/Sent')}",
        f"      mu4e-drafts-folder {backslashed(f'/{name}/Drafts')}",
        f"      mu4e-trash-folder {backslashed(f'/{name}/Trash')})",
    ]
    elisp = text_file("mu4e.el", lines, place="~/.emacs.d/mu4e.el", media_type="text/x-emacs-lisp")
    fetching = text_file("mbsyncrc", mbsync.config(discovery, fetch, command), place="~/.mbsyncrc")
    told = (
        *server_notes(fetch, send),
        note("mbsync-too"),
        place(elisp),
        place(fetching),
        note("folder-first", command=f"mkdir -p ~/Mail/{name}"),
        note("mu-first", command=f"mu init --maildir ~/Mail --my-address {shell(address)} && mu index"),
        *secret_notes(wishes, command, fetch),
        note("password-authinfo"),
    )
    return Export((elisp, fetching), told)


GNUS = Exporter("gnus", "Gnus (Emacs)", "program", write_gnus)
MU4E = Exporter("mu4e", "mu4e (Emacs) with mbsync", "program", write_mu4e)
