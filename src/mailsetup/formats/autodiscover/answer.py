"""The four things an Autodiscover server can answer."""

from __future__ import annotations

from typing import Literal, TypeAlias

from mailsetup.model import Model, Reading

Dialect = Literal["pox", "mobilesync", "json"]

PROVES_ENDPOINT = frozenset({"500", "501", "600", "601", "602", "603"})
"""Error codes that only a real Autodiscover endpoint sends."""


class Settings(Reading):
    """Servers and services. A document with none of them is still this answer; ``ignored`` says so."""

    outcome: Literal["settings"] = "settings"
    dialect: Dialect = "pox"
    primary_address: str | None = None
    """The mailbox's canonical address, where it differs from the one that was asked about."""
    generic: bool = False
    """The URL that Microsoft gives for nearly any address: no proof of a mailbox (AD-T13)."""


class RedirectAddress(Model):
    """Start again with the domain of another address."""

    outcome: Literal["redirect-address"] = "redirect-address"
    dialect: Dialect = "pox"
    address: str
    """A valid address; credentials stay those of the first one."""


class RedirectUrl(Model):
    """Ask the same at another URL."""

    outcome: Literal["redirect-url"] = "redirect-url"
    dialect: Dialect = "pox"
    url: str
    """https, host name checked. Whether it may be followed is for the caller to decide."""


class Failure(Model):
    """The server's own error, or a redirect that must not be followed."""

    outcome: Literal["error"] = "error"
    dialect: Dialect = "pox"
    code: str = ""
    """``500`` … ``603``, a word in version 2, or ``redirect-refused``."""
    message: str = ""
    """The server's words, cleaned; untrusted."""

    @property
    def proves_endpoint(self) -> bool:
        """Whether this shows that an Autodiscover service exists, though it gave nothing."""
        return self.code in PROVES_ENDPOINT


Answer: TypeAlias = Settings | RedirectAddress | RedirectUrl | Failure
