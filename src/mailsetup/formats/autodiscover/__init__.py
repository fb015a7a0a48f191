"""Exchange Autodiscover: the XML dialects (Outlook's "POX" and ActiveSync's) and the JSON form of version 2.

``request`` writes what is POSTed, ``parse`` and ``parse_json`` read what comes back, ``render`` writes a POX response.
An answer is one of four: ``Settings``, ``RedirectAddress``, ``RedirectUrl`` or ``Failure``. Whom to ask, how often to
follow, and whether a credential may be sent is not decided here.
"""

from mailsetup.formats.autodiscover.answer import Answer, Failure, RedirectAddress, RedirectUrl, Settings
from mailsetup.formats.autodiscover.reader import parse
from mailsetup.formats.autodiscover.request import ACCEPT, CONTENT_TYPE, MOBILESYNC, OUTLOOK, request
from mailsetup.formats.autodiscover.version2 import json_url, parse_json
from mailsetup.formats.autodiscover.writer import render

__all__ = [
    "ACCEPT",
    "CONTENT_TYPE",
    "MOBILESYNC",
    "OUTLOOK",
    "Answer",
    "Failure",
    "RedirectAddress",
    "RedirectUrl",
    "Settings",
    "json_url",
    "parse",
    "parse_json",
    "render",
    "request",
]
