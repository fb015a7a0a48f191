"""Reads the XML responses, Outlook's and ActiveSync's alike: told apart by content, matched on local names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.address import Address
from mailsetup.errors import InvalidAddress, InvalidDocument
from mailsetup.formats import xml
from mailsetup.formats.autodiscover.answer import Answer, Failure, RedirectAddress, RedirectUrl, Settings
from mailsetup.formats.autodiscover.sections import Sections
from mailsetup.formats.remarks import Place, Remarks
from mailsetup.formats.text import clean
from mailsetup.formats.values import web_url

if TYPE_CHECKING:
    from mailsetup.formats.autodiscover.answer import Dialect
    from mailsetup.formats.xml import Document, Element

ROOT = "autodiscover"
MAX_CODE = 40
MAX_MESSAGE = 200
_IGNORED_IN_ACCOUNT = frozenset(
    {"accounttype", "action", "image", "servicehome", "microsoftonline", "alternativemailbox", "protocol"}
)


def parse(document: bytes, /, *, address: Address | None = None) -> Answer:
    """Read an XML response to a question about ``address``.

    Raises:
        InvalidDocument: if it is not well-formed XML with root ``Autodiscover``, has a DTD, is beyond the limits, or
            holds no ``Response`` at all.
    """
    read = xml.read(document, roots=(ROOT,))
    response = read.root.first("response")
    if response is None:
        raise InvalidDocument("There is no response in this document.", code="not-config", line=read.root.line)
    action = response.first("action")
    if action is not None:
        return _mobilesync(response, action, address)
    return _pox(read, response, address)


def _pox(document: Document, response: Element, address: Address | None) -> Answer:
    account = response.first("account")
    error = response.first("error") or (account.first("error") if account is not None else None)
    if error is not None:
        return _failure(error, "pox")
    if account is None:
        raise InvalidDocument(
            "The response has neither an account nor an error.", code="not-config", line=response.line
        )
    action = account.value("action").lower()
    if action == "redirectaddr":
        return _redirect_address(account.value("redirectaddr"), "pox")
    if action == "redirecturl":
        return _redirect_url(account.value("redirecturl"))
    remarks = Remarks()
    if action not in ("settings", ""):
        remarks.add("unknown-type", account.first("action") or account, value=action)
    sections = Sections(remarks, address)
    for part in account.children:
        if part.key == "protocol":
            sections.read(part)
        elif part.key not in _IGNORED_IN_ACCOUNT:
            remarks.add("unknown-element", part)
    return _settings(sections, remarks, document, response, address)


def _settings(
    sections: Sections, remarks: Remarks, document: Document, response: Element, address: Address | None
) -> Settings:
    services = sections.services()
    if not sections.servers and not services:
        remarks.add("nothing-usable", response)
    if document.trailing_line is not None:
        remarks.add("trailing-junk", Place("", document.trailing_line))
    user = response.first("user")
    return Settings(
        servers=tuple(sections.servers),
        services=services,
        primary_address=_primary(user.value("autodiscoversmtpaddress"), address) if user is not None else None,
        ignored=remarks.done(),
    )


def _primary(text: str, asked: Address | None) -> str | None:
    """The canonical address, if there is one and it is not the one that was asked about."""
    try:
        found = Address.parse(text)
    except InvalidAddress:
        return None
    return None if found == asked else str(found)


def _mobilesync(response: Element, action: Element, address: Address | None) -> Answer:
    error = action.first("error") or response.first("error")
    if error is not None:
        return _failure(error, "mobilesync")
    if action.value("redirect"):
        return _redirect_address(action.value("redirect"), "mobilesync")
    remarks = Remarks()
    sections = Sections(remarks, address)
    settings = action.first("settings")
    for server in settings.all("server") if settings is not None else ():
        sections.read_mobilesync(server)
    services = sections.services()
    if not services:
        remarks.add("nothing-usable", action)
    return Settings(dialect="mobilesync", services=services, ignored=remarks.done())


def _failure(error: Element, dialect: Dialect) -> Failure:
    return Failure(
        dialect=dialect,
        code=clean(error.value("errorcode") or error.value("status"), limit=MAX_CODE),
        message=clean(error.value("message"), limit=MAX_MESSAGE),
    )


def _redirect_address(text: str, dialect: Dialect) -> RedirectAddress | Failure:
    try:
        return RedirectAddress(dialect=dialect, address=str(Address.parse(text)))
    except InvalidAddress as error:
        return Failure(dialect=dialect, code="redirect-refused", message=error.reason)


def _redirect_url(text: str) -> RedirectUrl | Failure:
    try:
        return RedirectUrl(url=web_url(text))
    except InvalidDocument as error:
        return Failure(code="redirect-refused", message=f"The redirect cannot be followed: {error.reason}.")
