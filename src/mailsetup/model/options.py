"""Every option of every call, in one frozen object; the command line's flags are checked against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator

from mailsetup.model.base import Model
from mailsetup.model.vocabulary import SourceName

DEFAULT_SOURCES = tuple(name for name in SourceName if name is not SourceName.MAILCONF)
"""All mechanisms in order of preference; the TXT record ``mailconf`` only on request (AC-23)."""


class Options(Model):
    """How to look, whom to ask, how long to wait, and what must not happen.

    ``Options()`` suits a mail program on a person's own machine. For a web service that looks up addresses which
    strangers type, use :meth:`for_server_side`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    sources: tuple[SourceName | Any, ...] = DEFAULT_SOURCES
    """Mechanisms to ask, in order of preference: names, and your own ``Source`` objects. Naming any switches off the
    short cut by which a bundled answer ends the asking."""
    offline: bool = False
    """Use local data only: not one packet is sent."""
    probe: bool = True
    """Prove the servers by live conversations (without credentials)."""
    services: bool = True
    """Whether to look for calendars, contacts, JMAP and ManageSieve where they have to be asked for: six questions to
    DNS and three requests to the domain's web server. What a document tells of them comes all the same."""
    prefer: Literal["imap", "pop3"] = "imap"
    """Which incoming protocol ``Discovery.incoming`` names when both exist."""
    timeout: float = Field(default=15.0, gt=0, le=600)
    """Seconds; a hard bound on the whole call, with partial results."""
    grace: float = Field(default=1.0, ge=0, le=60)
    """Seconds that better sources get to answer once a good and proven answer is in."""
    nameservers: tuple[str, ...] = ()
    """DNS servers as ``address``, ``address:port`` or ``[address]:port``; empty: the system's."""
    doh_url: str | None = None
    """Ask this DNS-over-HTTPS server instead of ``nameservers``."""
    dnssec: bool = False
    """Prove DNS answers here, from the root's key down, where no validating server on this machine or over HTTPS
    vouches for them. Takes more round trips, and the extra ``mailsetup[dnssec]``."""
    ca_file: Path | None = None
    """PEM file of authorities to trust in addition to the system's."""
    ssl_context: Any = Field(default=None, repr=False)
    """An ``ssl.SSLContext`` to use instead of one of our own."""
    ispdb_url: str | None = "https://v1.ispdb.net/"
    """Base URL of the ISPDB, to which the domain is appended; ``None`` switches it off."""
    share_address: bool = True
    """Whether the full address may go to the address's own domain (https only). Nobody else ever gets it."""
    allow_http: bool = False
    """Ask ``http://autoconfig.…`` as the very last resort. The answer has trust 0."""
    allow_private_addresses: bool = True
    """Whether discovered names may lead to loopback, private and link-local addresses (a server in one's own LAN)."""
    proxy: str | None = None
    """``http://`` or ``socks5://`` proxy for HTTP requests and probes."""
    cache_dir: Path | None = None
    """Keep answers in this folder, by their time to live, for this and other processes; ``None``: in the memory of
    this process only. Never kept: probes, log-ins, and requests that carry the address."""
    fresh: bool = False
    """Ask everybody anew, whatever is kept from earlier calls. What they say is kept."""
    config_dir: Path | None = None
    """Folder of the user's own provider files; ``None``: the platform's place (``~/.config/mailsetup`` on Linux)."""
    network: Any = Field(default=None, repr=False)
    """A ``Network`` of your own (resolver, fetcher, connector); ``None``: the real one, built from these options."""
    observer: Any = Field(default=None, repr=False)
    """Called with each partial ``Discovery`` as it grows, in the thread that runs the call. It must not block."""

    @field_validator("sources", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return tuple(SourceName(item) if isinstance(item, str) else item for item in value)

    @classmethod
    def for_server_side(cls, **changes: Any) -> Options:
        """Options for a service that looks up addresses which strangers type.

        Discovered names must not lead into the service's own network, the address stays here, and the call is
        short. Any of it can be changed by keyword.
        """
        safe: dict[str, Any] = {
            "allow_private_addresses": False,
            "share_address": False,
            "allow_http": False,
            "timeout": 10.0,
        }
        return cls(**(safe | changes))
