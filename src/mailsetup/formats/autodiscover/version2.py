"""Autodiscover version 2: one GET, one JSON object, one URL. It never names IMAP or SMTP servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mailsetup.errors import InvalidDocument
from mailsetup.formats import strict_json
from mailsetup.formats.autodiscover.answer import Answer, Failure, RedirectUrl, Settings
from mailsetup.formats.autodiscover.words import VERSION_2_PROTOCOLS
from mailsetup.formats.remarks import Place, Remarks
from mailsetup.formats.text import clean
from mailsetup.formats.values import web_url
from mailsetup.model import Service

if TYPE_CHECKING:
    from mailsetup.address import Address

MAX_CODE = 60
MAX_MESSAGE = 200
GENERIC_URLS = frozenset(
    {
        "https://outlook.office365.com/ews/exchange.asmx",
        "https://outlook.office365.com/microsoft-server-activesync",
        "https://outlook.office365.com/autodiscover/autodiscover.xml",
        "https://outlook.office365.com/api",
        "https://outlook.office.com/api",
        "https://graph.microsoft.com",
    }
)
"""Given for nearly any address, whether or not the mailbox exists; compared in lower case without a final slash."""


def json_url(host: str, /, address: Address, *, protocol: str = "AutodiscoverV1", redirects: int = 0) -> str:
    """Write the URL to GET at ``host``; ``+`` and everything else but ``@`` in the address is percent-encoded."""
    path = f"/autodiscover/autodiscover.json/v1.0/{quote(address.ascii, safe='@')}"
    count = f"&RedirectCount={redirects}" if redirects else ""
    return f"https://{host}{path}?Protocol={quote(protocol)}{count}"


def parse_json(document: bytes, /, *, address: Address | None = None) -> Answer:  # noqa: ARG001  (same form as ``parse``)
    """Read the JSON answer. ``AutodiscoverV1`` gives a URL to POST the XML request to: a ``RedirectUrl``.

    Raises:
        InvalidDocument: if it is not strict JSON with ``Url`` or ``ErrorCode``.
    """
    members = {name.lower(): value for name, value in strict_json.read_object(document).items()}
    if "errorcode" in members:
        code, message = (_text(members, name) for name in ("errorcode", "errormessage"))
        return Failure(dialect="json", code=clean(code, limit=MAX_CODE), message=clean(message, limit=MAX_MESSAGE))
    if not isinstance(members.get("url"), str):
        raise InvalidDocument("There is neither a URL nor an error code in this document.", code="not-config")
    try:
        url = web_url(members["url"])
    except InvalidDocument as error:
        message = f"The URL cannot be used: {error.reason}."
        return Failure(dialect="json", code="redirect-refused", message=message)
    kind = _text(members, "protocol")
    if kind.lower() == "autodiscoverv1":
        return RedirectUrl(dialect="json", url=url)
    return _settings(kind, url)


def _settings(kind: str, url: str) -> Settings:
    generic = url.lower().rstrip("/") in GENERIC_URLS
    protocol = VERSION_2_PROTOCOLS.get(kind.lower())
    if protocol is not None:
        return Settings(dialect="json", services=(Service(protocol=protocol, url=url),), generic=generic)
    remarks = Remarks()
    remarks.add("unknown-type", Place("Protocol"), value=kind)
    remarks.add("nothing-usable", Place("Url"))
    return Settings(dialect="json", generic=generic, ignored=remarks.done())


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""
