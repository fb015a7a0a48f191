"""Python: a module that opens the mailbox and sends, with the standard library, with IMAPClient, or with aiosmtplib.

Connections check the certificate (``ssl.create_default_context``), STARTTLS is called and must succeed. The secret
comes from an environment variable, or is asked for. IMAP user names that are no atom are sent by ``AUTHENTICATE
PLAIN``, because neither imaplib nor IMAPClient quotes them; smtplib knows user names of ASCII only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Protocol
from mailsetup.render.export.account import sender, server_notes
from mailsetup.render.export.choice import MAIL, Ability, Chosen, Login, incoming, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import IMAP_ATOM
from mailsetup.render.export.sentences import note, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("Python", protocols=MAIL, logins={Login.PASSWORD, Login.OAUTH2, Login.NONE})
IMAP_CAN = Ability("Python", logins={Login.PASSWORD, Login.OAUTH2, Login.NONE})

_SENDING = Ability("Python", logins=CAN.logins)


def _variable(*chosen: Chosen) -> tuple[str, str]:
    """Name of the environment variable, and what it holds."""
    tokens = all(server.login is not Login.PASSWORD for server in chosen)
    return ("MAIL_TOKEN", "token") if tokens else ("MAIL_PASSWORD", "password")


def _head(discovery: Discovery, what: str, imports: Sequence[str], *chosen: Chosen) -> list[str]:
    if len({server.login for server in chosen} - {Login.NONE}) > 1:
        raise refuse("login", format="Python", protocol="SMTP", auth=chosen[-1].login.value)
    variable, word = _variable(*chosen)
    lines = [f'"""{what}"""', "", *imports, "", f"ADDRESS = {sender(discovery, 'Python')!r}"]
    for server in chosen:
        name = server.server.protocol.upper()
        lines.append(f"{name}_HOST, {name}_PORT = {server.host!r}, {server.port}")
        if server.login is not Login.NONE:
            lines.append(f"{name}_USER = {server.username!r}")
    return [
        *lines,
        "",
        "",
        "def secret():",
        f'    """The {word}; never write it into this file."""',
        f"    return os.environ.get({variable!r}) or getpass.getpass('Mail {word}: ')",
        "",
        "",
    ]


def _imaplib(chosen: Chosen) -> list[str]:
    lines = ["def open_mailbox():", '    """Connect and log in; use it in a with statement."""']
    lines.append("    context = ssl.create_default_context()")
    if chosen.implicit_tls:
        lines.append("    imap = imaplib.IMAP4_SSL(IMAP_HOST, IMAP_PORT, ssl_context=context, timeout=30)")
    else:
        lines += ["    imap = imaplib.IMAP4(IMAP_HOST, IMAP_PORT, timeout=30)", "    imap.starttls(context)"]
    if chosen.login is Login.OAUTH2:
        lines.append(f"    imap.authenticate({chosen.oauth_mechanism!r}, lambda _: ({_bearer(chosen)}).encode())")
    elif set(chosen.username) <= IMAP_ATOM:
        lines.append("    imap.login(IMAP_USER, secret())")
    else:
        lines.append("    imap.authenticate('PLAIN', lambda _: f\"\\0{IMAP_USER}\\0{secret()}\".encode())")
    return [*lines, "    return imap", "", ""]


def _bearer(chosen: Chosen) -> str:
    """Write the expression for the response that carries the token (RFC 7628 for the standard mechanism)."""
    name = chosen.server.protocol.upper()
    if chosen.oauth_mechanism == "XOAUTH2":
        return f'f"user={{{name}_USER}}\\1auth=Bearer {{secret()}}\\1\\1"'
    user = f"{{{name}_USER.replace('=', '=3D').replace(',', '=2C')}}"
    return f'f"n,a={user},\\1host={{{name}_HOST}}\\1port={{{name}_PORT}}\\1auth=Bearer {{secret()}}\\1\\1"'


def _poplib(chosen: Chosen) -> list[str]:
    lines = ["def open_mailbox():", '    """Connect and log in; call quit() at the end."""']
    lines.append("    context = ssl.create_default_context()")
    if chosen.implicit_tls:
        lines.append("    pop = poplib.POP3_SSL(POP3_HOST, POP3_PORT, context=context, timeout=30)")
    else:
        lines += ["    pop = poplib.POP3(POP3_HOST, POP3_PORT, timeout=30)", "    pop.stls(context)"]
    return [*lines, "    pop.user(POP3_USER)", "    pop.pass_(secret())", "    return pop", "", ""]


def _smtplib(chosen: Chosen) -> list[str]:
    lines = ["def send(message):", '    """Send an email.message.EmailMessage."""']
    lines.append("    context = ssl.create_default_context()")
    if chosen.implicit_tls:
        lines.append("    with smtplib.SMTP_SSL(SMTP_HOST, SMTP_PORT, context=context, timeout=30) as smtp:")
    else:
        lines += [
            "    with smtplib.SMTP(SMTP_HOST, SMTP_PORT, timeout=30) as smtp:",
            "        smtp.starttls(context=context)",
        ]
    if chosen.login is Login.OAUTH2:
        lines.append("        smtp.ehlo()")
        lines.append(f"        smtp.auth({chosen.oauth_mechanism!r}, lambda challenge=None: {_bearer(chosen)})")
    elif chosen.login is Login.PASSWORD:
        lines.append("        smtp.login(SMTP_USER, secret())")
    return [*lines, "        smtp.send_message(message)"]


def _ascii(chosen: Chosen) -> Chosen:
    if not chosen.username.isascii():
        raise refuse("username", format="smtplib")
    return chosen


def _secret_note(*chosen: Chosen) -> tuple[str, str]:
    variable, word = _variable(*chosen)
    return f"{word}-environment", variable


def _export(name: str, lines: list[str], package: str | None, *chosen: Chosen) -> Export:
    code, variable = _secret_note(*chosen)
    notes = [*server_notes(*chosen), note(code, variable=variable)]
    if package is not None:
        notes.append(note("requires", package=package))
    return Export((text_file(name, lines, media_type="text/x-python"),), tuple(notes))


def write_standard(discovery: Discovery, wishes: Wishes) -> Export:
    """Make a module with imaplib or poplib, and smtplib."""
    fetch, send = incoming(discovery, wishes, CAN), _ascii(outgoing(discovery, wishes, _SENDING))
    if fetch.server.protocol is Protocol.POP3 and fetch.login is Login.OAUTH2:
        fetch = incoming(discovery, wishes, IMAP_CAN)
    module, opener = ("imaplib", _imaplib) if fetch.server.protocol is Protocol.IMAP else ("poplib", _poplib)
    imports = [f"import {name}" for name in sorted(("getpass", module, "os", "smtplib", "ssl"))]
    head = _head(discovery, "Reads and sends mail.", imports, fetch, send)
    return _export("mail_account.py", [*head, *opener(fetch), *_smtplib(send)], None, fetch, send)


def write_imapclient(discovery: Discovery, wishes: Wishes) -> Export:
    """Make a module with IMAPClient."""
    fetch = incoming(discovery, wishes, IMAP_CAN)
    imports = ["import getpass", "import os", "import ssl", "", "from imapclient import IMAPClient"]
    lines = _head(discovery, "Reads mail with IMAPClient.", imports, fetch)
    lines += ["def open_mailbox():", '    """Connect and log in; use it in a with statement."""']
    lines.append("    context = ssl.create_default_context()")
    tls = "ssl_context=context" if fetch.implicit_tls else "ssl=False"
    lines.append(f"    imap = IMAPClient(IMAP_HOST, port=IMAP_PORT, {tls}, timeout=30)")
    if not fetch.implicit_tls:
        lines.append("    imap.starttls(context)")
    if fetch.login is Login.OAUTH2:
        lines.append(f"    imap.{_OAUTH_METHODS[fetch.oauth_mechanism]}(IMAP_USER, secret())")
    elif set(fetch.username) <= IMAP_ATOM:
        lines.append("    imap.login(IMAP_USER, secret())")
    else:
        lines.append("    imap.plain_login(IMAP_USER, secret())")
    return _export("mail_reader.py", [*lines, "    return imap"], "IMAPClient", fetch)


_OAUTH_METHODS = {"XOAUTH2": "oauth2_login", "OAUTHBEARER": "oauthbearer_login"}


def write_aiosmtplib(discovery: Discovery, wishes: Wishes) -> Export:
    """Make a module with aiosmtplib."""
    can = Ability("aiosmtplib", logins=CAN.logins)
    chosen = outgoing(discovery, wishes, can)
    if chosen.login is Login.OAUTH2 and chosen.oauth_mechanism != "XOAUTH2":
        raise refuse("login", format=can.program, protocol="SMTP", auth=chosen.oauth_mechanism)
    imports = ["import getpass", "import os", "import ssl", "", "import aiosmtplib"]
    lines = _head(discovery, "Sends mail with aiosmtplib.", imports, chosen)
    mode = "use_tls=True" if chosen.implicit_tls else "start_tls=True"
    lines += [
        "async def send(message):",
        '    """Send an email.message.EmailMessage."""',
        "    smtp = aiosmtplib.SMTP(",
        f"        hostname=SMTP_HOST, port=SMTP_PORT, {mode}, tls_context=ssl.create_default_context(), timeout=30",
        "    )",
        "    async with smtp:",
    ]
    if chosen.login is Login.OAUTH2:
        lines.append("        await smtp.auth_xoauth2(SMTP_USER, secret())")
    elif chosen.login is Login.PASSWORD:
        lines.append("        await smtp.login(SMTP_USER, secret())")
    return _export("mail_sender.py", [*lines, "        await smtp.send_message(message)"], "aiosmtplib", chosen)


PYTHON = Exporter("python", "Python: imaplib or poplib, smtplib", "code", write_standard)
IMAPCLIENT = Exporter("imapclient", "Python: IMAPClient", "code", write_imapclient)
AIOSMTPLIB = Exporter("aiosmtplib", "Python: aiosmtplib", "code", write_aiosmtplib)
