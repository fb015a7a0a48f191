"""Everything an export can tell the user: reasons to refuse, and notes. English; the command line translates it.

Each sentence stands here once, by its code. The codes are stable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.errors import CannotExpress
from mailsetup.render.export.contract import Note

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSALS: dict[str, str] = {
    "no-server": "No {protocol} server is known for {address}.",
    "cleartext": "The only {protocol} server known for {address} has no encryption; no password must go there.",
    "not-working": "No {protocol} server that {format} could use worked when it was tried out.",
    "security": "{format} cannot use {protocol} with {security} safely, and nothing else is offered.",
    "port": "{format} knows one port per protocol, and no {protocol} server with {security} uses it.",
    "login": "{format} cannot log in the way the {protocol} server wants it ({auth}).",
    "auth-not-offered": "The {protocol} server does not take {auth}.",
    "username": "The user name holds a character that {format} cannot carry in its configuration.",
    "address": "The address holds a character that {format} cannot carry in its configuration.",
    "command": "The password command holds a character that {format} cannot carry in its configuration.",
    "username-form": "{format} serves every user of the domain, but this user name is neither the address nor the part "
    "in front of the @.",
    "username-is-address": "{format} has no user names: it takes the address, and {username} is another one.",
    "no-domain": "{address} has an IP address in place of a domain, and nothing can be published for that.",
    "no-issuer": "{hostname} takes OAuth2 only, which {format} can say only where the issuer is known.",
    "oauth-elsewhere": "{format} offers OAuth2 only for the providers it knows, and {hostname} is none of them.",
}

NOTES: dict[str, str] = {
    "place": "Save {file} as {place}.",
    "publish": "Publish {file} at {url}.",
    "zone": "Add the lines of {file} to the zone of {domain}.",
    "private": "Keep {file} readable for yourself only (mode 600): {format} insists on it.",
    "password-command": "Replace “{command}” by a command that prints your password.",
    "token-command": "Replace “{command}” by a command that prints a fresh OAuth2 access token.",
    "password-asked": "{format} asks for the password when it needs it.",
    "password-netrc": "{format} asks for the password, or finds it in ~/.netrc.",
    "password-authinfo": "Emacs asks for the password, or finds it in ~/.authinfo.gpg.",
    "password-environment": "The program takes the password from {variable}, or asks for it.",
    "token-environment": "The program takes the OAuth2 access token from {variable}, or asks for it.",
    "username-assumed": "Nobody says what the user name is; the whole address is the usual one.",
    "no-username": "User name and way to log in cannot be said here; mail programs try the whole address first.",
    "folder-first": "Make the folder first: {command}",
    "no-outgoing": "{format} only fetches mail; for sending, use another format.",
    "no-incoming": "{format} only sends mail; for fetching, use another format.",
    "authorities": "{path} is where Debian and its relatives keep the certificate authorities; change it where yours "
    "is elsewhere.",
    "needs-plugin": "{format} needs {plugin} for OAuth2.",
    "delivery": "{format} hands mail to the mail server of your own computer; where there is none, add an “mda”.",
    "pair": "Serve the document byte for byte as it is: the record in DNS holds its digest.",
    "digest-first": "Publish the record a day before you change the document, and leave the old one in place as long.",
    "no-oauth-here": "{format} cannot name OAuth2; only the password login is in it.",
    "isp-folder": "Thunderbird looks there when you add an account, before it asks the network.",
    "profile": "Open {file} on the device; it asks for the password while the profile is installed.",
    "profile-unsigned": "The profile is not signed, and the device says so.",
    "restart": "Close {format} before you put the files there, and start it again afterwards.",
    "shell": "Load it with: set -a; . ./{file}; set +a",
    "requires": "It needs {package} from PyPI.",
    "sign-in": "{format} opens the browser to sign in when it connects for the first time.",
    "mu-first": "Tell mu about the folder once it is filled: {command}",
    "mbsync-too": "mu4e reads the folder that mbsync fills: put both files in place.",
}


def refuse(code: str, /, **arguments: str) -> CannotExpress:
    """Make the error for a reason to refuse. Every argument that the sentence names must be given."""
    return CannotExpress(REFUSALS[code].format_map(arguments), code=code, arguments=arguments)


def note(code: str, /, **arguments: str) -> Note:
    """Make a note. Every argument that the sentence names must be given."""
    NOTES[code].format_map(arguments)
    return Note(code, arguments)


def refusal_text(error: CannotExpress, /, translate: Callable[[str], str]) -> str:
    """Say in the user's language why nothing was exported."""
    return translate(REFUSALS[error.code]).format_map(error.arguments)


def note_text(given: Note, /, translate: Callable[[str], str]) -> str:
    """Say a note in the user's language."""
    return translate(NOTES[given.code]).format_map(given.arguments)
