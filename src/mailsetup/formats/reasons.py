"""Every reason for which a parser leaves something out: code → severity and sentence.

error: a whole server or service was left out; warning: a value was left out or something is risky; info: it was
understood or may be skipped, but the format wants it otherwise. The codes are stable; sentences may change.
"""

from __future__ import annotations

from mailsetup.model import Severity

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

REASONS: dict[str, tuple[Severity, str]] = {
    # A server or service is left out.
    "missing": (_ERROR, "{what} is missing, so this entry is left out."),
    "bad-hostname": (_ERROR, "{value} cannot be used as a host name ({why}), so this entry is left out."),
    "bad-port": (_ERROR, "{value} is not a port number between 1 and 65535, so this entry is left out."),
    "bad-url": (_ERROR, "{value} cannot be used as a URL ({why}), so this entry is left out."),
    "bad-username": (_ERROR, "{value} cannot be used as a user name ({why}), so this entry is left out."),
    "unknown-placeholder": (_ERROR, "{value} holds a placeholder that nobody knows, so this entry is left out."),
    "no-supported-auth": (_ERROR, "None of its ways to log in is known, so this entry is left out."),
    "unknown-socket-type": (_ERROR, "The connection security {value} is not known, so this entry is left out."),
    "bad-type": (_ERROR, "{what} should be {value}, so this entry is left out."),
    "service-denied": (_INFO, "The domain says that it does not offer {what}."),
    "too-many-entries": (_ERROR, "There are more than {value} entries, so this one is left out."),
    "nothing-usable": (_ERROR, "The document names no server and no service that can be used."),
    # A value, or an entry of an unknown kind, is left out; or something is risky.
    "unknown-type": (_WARNING, "The type {value} is not known here, so this entry is left out."),
    "unknown-auth": (_WARNING, "The way to log in {value} is not known and was skipped."),
    "skipped-socket-type": (_WARNING, "The connection security {value} is not known and was skipped."),
    "assumed-port": (_WARNING, "The port is missing; {value} is assumed, as is usual for this protocol and security."),
    "assumed-security": (
        _WARNING,
        "The connection security is missing; {value} is assumed, as is usual for this port.",
    ),
    "port-security": (_WARNING, "Port {value} is not usually spoken to with {what}; taken as it says."),
    "plaintext": (_WARNING, "This entry works without encryption; it is taken, but never recommended."),
    "plaintext-service": (_WARNING, "This service would be without encryption, so it is left out."),
    "truncated-placeholder": (
        _WARNING,
        "{value} holds a placeholder without its closing percent sign; taken as meant.",
    ),
    "password-in-document": (_WARNING, "There is a password in this document; it was not read."),
    "client-credentials": (_INFO, "Client identifiers belong to the mail program, so those given here were not read."),
    "bad-member": (_WARNING, "{what} is expected here; this was skipped."),
    "bad-domain": (_WARNING, "{value} is not a domain ({why}) and was skipped."),
    "bad-link": (_WARNING, "{value} cannot be shown as a link ({why}) and was skipped."),
    "bad-endpoint": (_WARNING, "{value} cannot be used as a URL ({why}) and was skipped."),
    "trailing-junk": (_WARNING, "Something follows the end of the document; it was ignored."),
    "conflicting-names": (_WARNING, "“submit” and “smtp” name different hosts; “submit” counts."),
    "shared-endpoint": (
        _WARNING,
        "{what} are all said to be at {value}; that looks like a wildcard record, not a server.",
    ),
    "no-auth-stated": (_INFO, "Neither a password nor OAuth is said to work; only the hosts are taken."),
    "bad-exchanger": (_WARNING, "The mail exchanger {value} was skipped ({why})."),
    "bad-policy-line": (_WARNING, "{value} is not understood and was skipped."),
    # Harmless.
    "unknown-element": (_INFO, "The element is not known here and was skipped."),
    "unknown-member": (_INFO, "The member is not known here and was skipped."),
    "misplaced": (_INFO, "This stands in an unusual place; taken all the same."),
    "legacy-value": (_INFO, "{value} is an old or misspelt form of {what}; taken as meant."),
    "duplicate": (_INFO, "This repeats an earlier entry and was skipped."),
    "name-shortened": (
        _INFO,
        "The name is longer than {value} characters or holds characters that cannot be shown; shortened.",
    ),
    "bad-name": (_WARNING, "The name cannot be used ({why}) and was skipped."),
    "other-domains": (
        _INFO,
        "The document names other domains than {value}; hosters share files, so this is only a note.",
    ),
    "hint-only": (_INFO, "The format says neither port nor security for this; the usual ones are assumed."),
    "internal-only": (_INFO, "{value} is meant for use inside an organisation's own network and was skipped."),
    "not-used": (_INFO, "{what} is not used here."),
    "too-many": (_INFO, "There is more to remark than anybody would read; the rest is left out."),
}
"""``{value}`` is quoted from the document, ``{what}`` is our own word, ``{why}`` is a clause of our own."""
