"""Every exception this library raises, and no other.

::

    MailsetupError
    ├── InvalidAddress (ValueError)    the caller gave something that is not an address
    ├── InvalidOptions (ValueError)    the caller asked for something that cannot be done
    ├── InvalidDocument (ValueError)   bytes that a parser in ``formats`` or ``providers`` cannot take at all
    └── ConsentRequired (PermissionError)
                                       a credential was about to go to a server that nobody vouches for

``discover`` raises only the first two: what goes wrong *out there* is a value in the result (``Attempt``,
``Problem``), never an exception.
"""

from __future__ import annotations


class MailsetupError(Exception):
    """The common base, for callers who want one ``except``."""


class InvalidAddress(MailsetupError, ValueError):  # noqa: N818  (a contract name, see docs/reference)
    """A string that is not an e-mail address this library can look up.

    ``str(error)`` is one sentence for the person who typed it.
    """

    def __init__(self, reason: str, *, address: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        """What is wrong, one sentence, without the address in it."""
        self.address = address
        """What was given, unchanged. Escape it before showing it: it can hold anything."""
        self.position = position
        """Index (0-based, in characters of ``address``) of the first offence; ``None`` where no place is to blame."""


class InvalidOptions(MailsetupError, ValueError):  # noqa: N818
    """Options that contradict each other or name something unknown."""


class InvalidDocument(MailsetupError, ValueError):  # noqa: N818
    """Bytes that are not a document of the expected format. Parsers raise nothing else."""

    def __init__(self, reason: str, *, code: str = "malformed", line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        """What is wrong, one sentence."""
        self.code = code
        """A stable, kebab-case reason: ``malformed``, ``not-config``, ``dtd-refused``, ``too-large``, ``schema`` …"""
        self.line = line
        """1-based line of the offence where known."""


class ConsentRequired(MailsetupError, PermissionError):  # noqa: N818
    """``verify`` was asked to send a credential to a server of trust 1 or 0 without ``consent=True``."""
