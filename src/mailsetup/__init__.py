"""Type an e-mail address, get mail settings that are proven to work.

::

    import mailsetup

    d = mailsetup.discover("x@gmail.com")
    d.imap.hostname, d.imap.port, d.imap.security  # ('imap.gmail.com', 993, 'tls')

Names are loaded when first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from mailsetup._version import __version__ as __version__

TYPE_CHECKING = False  # type checkers know the name; importing typing would be most of what this module costs

if TYPE_CHECKING:
    from mailsetup import aio
    from mailsetup.address import Address
    from mailsetup.blocking import discover, discover_many, probe, verify
    from mailsetup.errors import InvalidAddress
    from mailsetup.linter import lint
    from mailsetup.model import (
        Attempt,
        Auth,
        Discovery,
        LintReport,
        OAuth,
        Options,
        Outcome,
        Probe,
        Problem,
        Protocol,
        Provider,
        Security,
        Server,
        Service,
        SourceName,
        Trust,
        Verification,
    )

__all__ = [
    "Address",
    "Attempt",
    "Auth",
    "Discovery",
    "InvalidAddress",
    "LintReport",
    "OAuth",
    "Options",
    "Outcome",
    "Probe",
    "Problem",
    "Protocol",
    "Provider",
    "Security",
    "Server",
    "Service",
    "SourceName",
    "Trust",
    "Verification",
    "aio",
    "discover",
    "discover_many",
    "lint",
    "probe",
    "verify",
]

_MODEL = "mailsetup.model"
_HOMES = {
    "Address": "mailsetup.address",
    "InvalidAddress": "mailsetup.errors",
    "discover": "mailsetup.blocking",
    "discover_many": "mailsetup.blocking",
    "lint": "mailsetup.linter",
    "probe": "mailsetup.blocking",
    "verify": "mailsetup.blocking",
}
# No module is called like a public function: importing it would put the module in the function's place.


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object
    value = import_module("mailsetup.aio") if name == "aio" else getattr(import_module(_HOMES.get(name, _MODEL)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
