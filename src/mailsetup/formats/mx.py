"""MX records, cleaned (MX-01, MX-04, MX-05, MX-07): best first, rubbish dropped, a null MX recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mailsetup.errors import InvalidDocument
from mailsetup.formats.remarks import Place, Remarks
from mailsetup.formats.values import host_name
from mailsetup.model import Ignored, MailExchanger, Model
from mailsetup.names import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_EXCHANGERS = 32
"""Records that are kept; the worst ones beyond that would never be used."""


class MxData(Protocol):
    """The data of one MX record."""

    @property
    def preference(self) -> int:
        """Lower is better."""
        ...

    @property
    def exchange(self) -> str:
        """Host name; ``.`` for "takes no mail"."""
        ...


class MxReading(Model):
    """What the MX records of one domain say."""

    exchangers: tuple[MailExchanger, ...] = ()
    """Best first; equal ones by name, so that equal questions get equal answers (MX-01)."""
    takes_no_mail: bool = False
    """A null MX: one record, ``0 .`` (RFC 7505; MX-04)."""
    ignored: tuple[Ignored, ...] = ()
    """Records that name no usable host, and why."""


def read(records: Iterable[MxData], /) -> MxReading:
    """Clean the MX records of one domain."""
    records = list(records)
    if len(records) == 1 and records[0].exchange in (".", ""):
        return MxReading(takes_no_mail=True)
    remarks = Remarks()
    found: dict[str, int] = {}
    for record in records:
        try:
            name = _exchange(record.exchange)
        except InvalidDocument as error:
            place = Place(f"MX {record.preference}")
            remarks.add("bad-exchanger", place, value=record.exchange, why=error.reason)
            continue
        found[name] = min(record.preference, found.get(name, record.preference))
    best = sorted((preference, name) for name, preference in found.items())[:MAX_EXCHANGERS]
    exchangers = tuple(MailExchanger(preference=preference, hostname=name) for preference, name in best)
    return MxReading(exchangers=exchangers, ignored=remarks.done())


def _exchange(text: str) -> str:
    if text in (".", ""):
        # RFC 7505 section 3: it must stand alone.
        raise InvalidDocument("a null MX beside others is invalid", code="bad-exchanger")
    name = host_name(text)
    if registrable_domain(name) is None:
        raise InvalidDocument("it is a public suffix", code="bad-exchanger")
    return name
