"""``lint``: what a client takes from a configuration document, and what it ignores, and why.

The document is recognised by its content, then read by the very parser that the sources use. Nothing is fetched and
nothing is connected to; a PACC document's digest is in DNS, so it is not checked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailsetup.address import Address
from mailsetup.errors import InvalidDocument
from mailsetup.formats import autoconfig, autodiscover, pacc, strict_json, xml
from mailsetup.formats.autodiscover import Failure, RedirectAddress, RedirectUrl
from mailsetup.model import Fault, LintReport, Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.formats.autodiscover import Answer

    Report = Callable[[bytes, Address | None], LintReport]


def lint(document: bytes, /, *, address: str | None = None) -> LintReport:
    """Say what a client would take from ``document``: autoconfig, PACC or Exchange Autodiscover (XML and JSON).

    With an ``address`` the placeholders are filled in for it; without one they stay as templates. A document that
    cannot be used at all gives a report with ``error`` set.

    Raises:
        InvalidAddress: if ``address`` is given and is not one.
    """
    asked = Address.parse(address) if address is not None else None
    kind = _kind(document)
    try:
        return _REPORTS[kind](document, asked)
    except InvalidDocument as error:
        return LintReport.model_validate(
            {"format": kind.partition(" ")[0], "error": Fault(code=error.code, reason=error.reason, line=error.line)}
        )


def _kind(document: bytes) -> str:
    """Recognise a document by its root element or its members."""
    root = xml.root_name(document)
    if root is not None:
        return {"clientconfig": "autoconfig", "autodiscover": "autodiscover xml"}.get(root, "unknown xml")
    if not document.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "unknown xml"
    try:
        names = {name.lower() for name in strict_json.read_object(document)}
    except InvalidDocument:
        return "unknown json"
    if "protocols" in names:
        return "pacc"
    return "autodiscover json" if names & {"url", "errorcode"} else "unknown json"


def _autoconfig(document: bytes, address: Address | None) -> LintReport:
    config = autoconfig.parse(document, address=address)
    return _report("autoconfig", config, version=config.version)


def _pacc(document: bytes, address: Address | None) -> LintReport:
    return _report("pacc", pacc.parse(document, address=address))


def _autodiscover_xml(document: bytes, address: Address | None) -> LintReport:
    return _answer(autodiscover.parse(document, address=address))


def _autodiscover_json(document: bytes, address: Address | None) -> LintReport:
    return _answer(autodiscover.parse_json(document, address=address))


def _unknown_xml(document: bytes, _address: Address | None) -> LintReport:
    # Refused by the reader itself, with its own reason: a web page, a DTD, an empty file …
    xml.read(document, roots=())
    raise InvalidDocument("This is not a configuration document.", code="not-config")


def _unknown_json(document: bytes, _address: Address | None) -> LintReport:
    strict_json.read_object(document)
    raise InvalidDocument("These members belong to no known configuration document.", code="not-config")


_REPORTS: dict[str, Report] = {
    "autoconfig": _autoconfig,
    "pacc": _pacc,
    "autodiscover xml": _autodiscover_xml,
    "autodiscover json": _autodiscover_json,
    "unknown xml": _unknown_xml,
    "unknown json": _unknown_json,
}


def _answer(answer: Answer) -> LintReport:
    if isinstance(answer, Reading):
        return _report("autodiscover", answer, version=answer.dialect)
    common = {"version": answer.dialect, "outcome": answer.outcome}
    if isinstance(answer, RedirectAddress):
        return _report("autodiscover", redirect=answer.address, **common)
    if isinstance(answer, RedirectUrl):
        return _report("autodiscover", redirect=answer.url, **common)
    return _report("autodiscover", error=_fault(answer), **common)


def _fault(answer: Failure) -> Fault:
    return Fault(code=answer.code, reason=answer.message or "The server answered with an error, and no reason.")


def _report(name: str, reading: Reading | None = None, /, **values: Any) -> LintReport:
    taken = {} if reading is None else {field: getattr(reading, field) for field in Reading.model_fields}
    return LintReport.model_validate({"format": name, **taken, **values})
