"""The documents that the lab's web server publishes, as text. Pure."""

from __future__ import annotations

import json

_AUTOCONFIG = """\
<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="{domain}">
    <domain>{domain}</domain>
    <displayName>{name}</displayName>
    <displayShortName>{name}</displayShortName>
    <incomingServer type="imap">
      <hostname>dovecot.lab.example</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <incomingServer type="pop3">
      <hostname>dovecot.lab.example</hostname>
      <port>110</port>
      <socketType>STARTTLS</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>postfix.lab.example</hostname>
      <port>587</port>
      <socketType>STARTTLS</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
  </emailProvider>
</clientConfig>
"""

PARKED = "<!DOCTYPE html>\n<html><head><title>For sale</title></head><body>This domain is for sale.</body></html>\n"


def autoconfig(domain: str, *, name: str) -> bytes:
    """Write an autoconfig 1.1 document that leads to Dovecot (IMAP, POP3) and Postfix (submission)."""
    return _AUTOCONFIG.format(domain=domain, name=name).encode()


def pacc() -> bytes:
    """Write a PACC document that leads to Dovecot and Postfix. The ports are implied: 993, 465 (PACC-08)."""
    document = {
        "protocols": {"imap": {"host": "dovecot.lab.example"}, "submit": {"host": "postfix.lab.example"}},
        "authentication": {"password": True},
        "info": {"provider": {"name": "Lab by PACC", "shortName": "Lab"}},
    }
    return json.dumps(document, indent=2).encode()
