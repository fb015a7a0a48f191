"""Apple configuration profiles for iOS and macOS (MC-01 to MC-06), as a property list.

There is no password in it: the device asks while the profile is installed. OAuth cannot be said (MC-03), nor can the
difference between implicit TLS and STARTTLS: ``UseSSL`` is set, the port is written out, and the device finds out
(MC-02, MC-04). Identifiers are made of the content, so the same settings give the same profile, and changed ones
replace it. The profile is not signed.
"""

from __future__ import annotations

import plistlib
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mailsetup.model import Protocol
from mailsetup.render.export.account import account_name, sender, server_notes
from mailsetup.render.export.choice import LOGINS, MAIL, PASSWORDS, Ability, Chosen, Login, incoming, outgoing
from mailsetup.render.export.contract import Export, ExportedFile, Exporter
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery, Service
    from mailsetup.render.export.contract import Wishes

CAN = Ability("A configuration profile", protocols=MAIL, logins=PASSWORDS)

ACCOUNT_TYPES = {Protocol.IMAP: "EmailTypeIMAP", Protocol.POP3: "EmailTypePOP"}
AUTHENTICATION = {
    Login.PASSWORD: "EmailAuthPassword",
    Login.CHALLENGE: "EmailAuthCRAMMD5",
    Login.NONE: "EmailAuthNone",
}
DAV = {
    Protocol.CALDAV: ("com.apple.caldav.account", "CalDAV"),
    Protocol.CARDDAV: ("com.apple.carddav.account", "CardDAV"),
}

_NAMESPACE = uuid.UUID("6d61696c-7365-5475-b070-726f66696c65")


def _mail(discovery: Discovery, fetch: Chosen, send: Chosen) -> dict[str, Any]:
    address = sender(discovery, CAN.program)
    payload: dict[str, Any] = {
        "PayloadType": "com.apple.mail.managed",
        "EmailAccountType": ACCOUNT_TYPES[fetch.server.protocol],
        "EmailAccountDescription": address,
        "EmailAddress": address,
    }
    for direction, server in (("Incoming", fetch), ("Outgoing", send)):
        prefix = f"{direction}MailServer"
        payload |= {
            f"{prefix}Authentication": AUTHENTICATION[server.login],
            f"{prefix}HostName": server.host,
            f"{prefix}PortNumber": server.port,
            f"{prefix}UseSSL": True,
        }
        if server.login is not Login.NONE:
            payload[f"{prefix}Username"] = server.username
    if send.login is not Login.NONE:
        payload["OutgoingPasswordSameAsIncomingPassword"] = send.username == fetch.username
    return payload


def _dav(service: Service, username: str) -> dict[str, Any] | None:
    """Make the payload for a calendar or an address book (MC-05), if a password is enough for it."""
    logins = {LOGINS.get(auth) for auth in service.auth}
    if service.protocol not in DAV or not service.url or (logins and not logins & PASSWORDS):
        return None
    kind, prefix = DAV[service.protocol]
    parts = urlsplit(service.url)
    payload: dict[str, Any] = {
        "PayloadType": kind,
        f"{prefix}AccountDescription": parts.hostname,
        f"{prefix}HostName": parts.hostname,
        f"{prefix}Port": parts.port or 443,
        f"{prefix}UseSSL": True,
        f"{prefix}Username": service.username or username,
    }
    if parts.path.strip("/") and not parts.path.startswith("/.well-known/"):
        payload[f"{prefix}PrincipalURL"] = service.url
    return payload


def _identified(payload: dict[str, Any], parent: str) -> dict[str, Any]:
    """Add version, identifier and UUID; the UUID is a digest of the content."""
    kind = payload["PayloadType"].rpartition(".")[0].rpartition(".")[2] or "profile"
    content = plistlib.dumps(payload, sort_keys=True).decode()
    return payload | {
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{parent}.{kind}",
        "PayloadUUID": str(uuid.uuid5(_NAMESPACE, content)).upper(),
    }


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make the profile."""
    fetch, send = incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)
    address = sender(discovery, CAN.program)
    digest = uuid.uuid5(_NAMESPACE, address).hex[:12]
    identifier = f"mailsetup.{account_name(discovery)}.{digest}"
    payloads = [_mail(discovery, fetch, send)]
    payloads += [payload for service in discovery.services if (payload := _dav(service, fetch.username))]
    content = [_identified(payload, identifier) for payload in _one_of_each(payloads)]
    profile = {
        "PayloadType": "Configuration",
        "PayloadDisplayName": address,
        "PayloadContent": content,
    }
    profile = _identified(profile, identifier) | {"PayloadIdentifier": identifier}
    name = f"{account_name(discovery)}.mobileconfig"
    body = plistlib.dumps(profile, sort_keys=True)
    file = ExportedFile(name, body, "application/x-apple-aspen-config")
    return Export((file,), (*server_notes(fetch, send), note("profile", file=name), note("profile-unsigned")))


def _one_of_each(payloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the first payload of each type, since the identifiers are made of it."""
    return list({payload["PayloadType"]: payload for payload in reversed(payloads)}.values())[::-1]


MOBILECONFIG = Exporter("mobileconfig", "Apple configuration profile (iOS, macOS)", "program", write)
