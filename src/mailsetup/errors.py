"""Every exception this library raises, and no other.

::

    MailsetupError
    ├── InvalidAddress (ValueError)    the caller gave something that is not an address
    ├── InvalidOptions (ValueError)    the caller asked for something that cannot be done
    ├── InvalidDocument (ValueError)   bytes that a parser in ``formats`` or ``providers`` cannot take at all
    ├── CannotExpress (ValueError)     ``export``: the format cannot say what was found, or not without a lie
    ├── ConsentRequired (PermissionError)
    │                                  a credential was about to go to a server that nobody vouches for
    └── NetworkError (OSError)         inside only: raised by the network door, turned into values by whoever asked

``discover`` raises only the first two: what goes wrong *out there* is a value in the result (``Attempt``,
``Problem``), never an exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the nouns stand above this layer: names only
    from mailsetup.model import Certificate, Outcome, Status


class MailsetupError(Exception):
    """The common base, for callers who want one ``except``."""


class InvalidAddress(MailsetupError, ValueError):  # noqa: N818  (a contract name, see docs/reference)
    """A string that is not an e-mail address this library can look up.

    ``str(error)`` is one sentence for the person who typed it.
    """

    def __init__(
        self,
        reason: str,
        *,
        address: str,
        position: int | None = None,
        code: str = "invalid",
        arguments: dict[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        """What is wrong, one sentence, without the address in it."""
        self.code = code
        """A stable, kebab-case reason: ``empty``, ``no-at``, ``line-break`` …, all in ``mailsetup.address.REASONS``."""
        self.arguments = arguments or {}
        """What was filled into the sentence: the command line translates it by code and arguments."""
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


class CannotExpress(MailsetupError, ValueError):  # noqa: N818
    """A format of ``export`` cannot say what was found, or not without a lie or a risk, so nothing is written."""

    def __init__(self, reason: str, *, code: str, arguments: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        """What cannot be said, and why, one sentence."""
        self.code = code
        """A stable, kebab-case reason, listed in docs/reference."""
        self.arguments = arguments or {}
        """What was filled into the sentence: the command line translates it by code and arguments."""


class ConsentRequired(MailsetupError, PermissionError):  # noqa: N818
    """``verify`` was asked to send a credential to a server of trust 1 or 0 without ``consent=True``."""


class NetworkError(MailsetupError, OSError):
    """A question that the network did not answer. Raised by the network door only; it never leaves the library.

    ``httpx``, ``dns``, ``ssl`` and ``OSError`` failures are translated into it at that one edge.
    """

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        status: Status | None = None,
        outcome: Outcome | None = None,
        certificate: Certificate | None = None,
        address: str | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        """Stable, kebab-case: ``timed-out``, ``connection-refused``, ``tls-failed``, ``private-address`` …"""
        self.detail = detail
        """One sentence, with nothing secret in it."""
        self.status = status
        """How a source's finding ends because of it; ``None`` means unreachable."""
        self.outcome = outcome
        """How a probe ends because of it, where it is about a connection."""
        self.certificate = certificate
        """What the server presented, where TLS failed over it."""
        self.address = address
        """The IP address it happened with, where there was one."""
