"""The request body (MS-OXDSCLI 2.2.3, MS-ASCMD 2.2.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from mailsetup.address import Address

CONTENT_TYPE = "text/xml; charset=utf-8"
"""Exactly so: a large server refuses it without the space or in upper case."""
ACCEPT = "text/xml"

_BASE = "http://schemas.microsoft.com/exchange/autodiscover"
OUTLOOK = "outlook"
MOBILESYNC = "mobilesync"
REQUEST_SCHEMAS = {
    OUTLOOK: f"{_BASE}/outlook/requestschema/2006",
    MOBILESYNC: f"{_BASE}/mobilesync/requestschema/2006",
}
RESPONSE_SCHEMAS = {
    OUTLOOK: f"{_BASE}/outlook/responseschema/2006a",
    MOBILESYNC: f"{_BASE}/mobilesync/responseschema/2006",
}
ENVELOPE_SCHEMA = f"{_BASE}/responseschema/2006"


def request(address: Address, /, *, schema: str = OUTLOOK) -> bytes:
    """Write the body to POST, with the address in A-labels and escaped.

    ``schema`` is ``OUTLOOK`` or ``MOBILESYNC`` (ActiveSync).
    """
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<Autodiscover xmlns="{REQUEST_SCHEMAS[schema]}">\n'
        "  <Request>\n"
        f"    <EMailAddress>{escape(address.ascii)}</EMailAddress>\n"
        f"    <AcceptableResponseSchema>{RESPONSE_SCHEMAS[schema]}</AcceptableResponseSchema>\n"
        "  </Request>\n"
        "</Autodiscover>\n"
    ).encode()
