"""Everything an audit can say to the owner of a domain, in one table: code, grade, sentence, advice.

As in ``problems.py``: the codes are stable, the sentences are English templates, and whoever prints them translates
them by code. Problems are for people who want to read mail; these are for people who set it up.
"""

from __future__ import annotations

from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mailsetup.model.audit import Family, Grade, Remark, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mailsetup.model.audit import Remedy

ERROR, WARNING, HINT = Grade.ERROR, Grade.WARNING, Grade.HINT


class Sentence(NamedTuple):
    """One entry of the catalogue."""

    grade: Grade
    message: str
    advice: str = ""


_ALIAS_ADVICE = "Give that name addresses of its own, or name the host that the alias leads to."
_REPLACE_ADVICE = "Publish the document anew, with the servers that work."
_REPAIR_ADVICE = "Repair that entry of the document, or publish the document anew."
_DIGEST_ADVICE = "Publish the digest of the document as it is served now."
_SERVER_ADVICE = "Start the server, let it through the firewall, or take it out of everything that names it."
_RENEW_ADVICE = "Renew the certificate, and let a program renew it in future."
_EXPIRES = "The certificate of {hostname}, port {port}, expires in {days} days, on {until}."
_NOT_ALLOWED = "The mail server {hostname} is not among those that the MTA-STS policy of {domain} allows."
_POLICY_ADVICE = "Make the MX records and the policy agree; change the id of the TXT record with the policy."
_IN_DOCUMENT = "In the document at {url} ({where}): {reason}"

CATALOGUE: dict[str, Sentence] = {
    # About the audit itself
    "no-network": Sentence(
        ERROR,
        "This computer has no network connection, so nobody could be asked and nothing could be tried out.",
        "Connect to a network and try again.",
    ),
    "incomplete": Sentence(
        WARNING,
        "Not everybody answered within {seconds} seconds; the report is about what was known by then.",
        "Try again with a longer time-out.",
    ),
    # About the domain
    "no-such-domain": Sentence(ERROR, "The domain {domain} does not exist.", "Check the spelling of the domain."),
    "dnssec-bogus": Sentence(
        ERROR,
        "DNSSEC signatures of {domain} are wrong, so those who check them do not get the records at all.",
        "Sign the zone anew, and compare the DS record at the registry with its keys.",
    ),
    "dnssec-unsigned": Sentence(
        HINT,
        "The zone of {domain} is not signed with DNSSEC.",
        "Sign it: then programs can believe its SRV records, and other servers its TLSA records.",
    ),
    "wildcard-addresses": Sentence(
        WARNING,
        "DNS gives every name below {domain} an address, whether there is a server or not (wildcard DNS).",
        "Publish addresses only for names that exist: programs try many names, and may send passwords there.",
    ),
    "takes-no-mail": Sentence(HINT, "{domain} says that it takes no mail at all (null MX)."),
    "settings-without-mail": Sentence(
        WARNING,
        "{domain} takes no mail (null MX), and still names mail servers ({sources}).",
        "Take the settings away, or the null MX.",
    ),
    "no-exchanger": Sentence(
        WARNING,
        "{domain} has no MX record, so other servers take its mail to the address of that name itself.",
        "Publish MX records; if the domain takes no mail, publish the record that says so.",
    ),
    "exchanger-unusable": Sentence(
        ERROR, "An MX record of {domain} cannot be used: {reason}", "Name a host by its name in the MX record."
    ),
    "exchanger-missing": Sentence(
        ERROR,
        "{hostname} is to take mail for {domain}, but that name has no address.",
        "Publish addresses for it, or correct the MX record.",
    ),
    "exchanger-is-alias": Sentence(
        ERROR, "The mail exchanger {hostname} is an alias, which an MX record must not name (RFC 2181).", _ALIAS_ADVICE
    ),
    "exchanger-no-tls": Sentence(
        WARNING,
        "Mail to {hostname} crosses the network in the open: {detail}",
        "Switch on STARTTLS at port 25.",
    ),
    "exchanger-certificate": Sentence(
        WARNING,
        "The certificate of the mail exchanger {hostname} is not good: {detail}",
        "Give it a certificate for its name: servers that insist on one (MTA-STS) cannot deliver.",
    ),
    "mta-sts-missing": Sentence(
        HINT,
        "{domain} has no MTA-STS policy, so mail to it can be diverted or read on the way.",
        "Publish a policy and the record that announces it; begin with the mode “testing”.",
    ),
    "mta-sts-unusable": Sentence(
        ERROR,
        "{domain} announces an MTA-STS policy, but it cannot be used: {reason}",
        "Serve the policy over https at exactly that URL, without a redirect.",
    ),
    "mta-sts-unannounced": Sentence(
        WARNING,
        "There is an MTA-STS policy at {url}, but no valid TXT record announces it, so nobody looks there.",
        "Publish the record.",
    ),
    "mta-sts-mismatch": Sentence(ERROR, _NOT_ALLOWED, _POLICY_ADVICE),
    "mta-sts-mismatch-testing": Sentence(WARNING, _NOT_ALLOWED, _POLICY_ADVICE),
    "mta-sts-testing": Sentence(
        HINT,
        "The MTA-STS policy of {domain} is in the mode “{mode}”, so it protects nothing.",
        "Change the mode to “enforce” once the reports show that all exchangers comply.",
    ),
    "tlsa-mismatch": Sentence(
        ERROR,
        "The TLSA records of {hostname}, port {port}, do not fit the certificate that the server presents.",
        "Publish the record of the present key before you change keys, and keep the old one for a while.",
    ),
    "tlsa-unsigned": Sentence(
        WARNING,
        "There are TLSA records for {hostname}, port {port}, but DNSSEC does not protect them, so nobody may use them.",
        "Sign the zone, or take the records away.",
    ),
    "tlsa-missing": Sentence(
        HINT,
        "The zone of {hostname} is signed, and has no TLSA record for port {port}.",
        "Publish one: other servers then know which key to expect (DANE).",
    ),
    # About what is published, mechanism by mechanism
    "nothing-found": Sentence(
        ERROR,
        "No mail server of {domain} was found by any mechanism.",
        "Publish the servers; if the domain takes no mail, publish the record that says so.",
    ),
    "only-guessing": Sentence(
        ERROR,
        "{domain} publishes nothing: mail programs can only guess its servers.",
        "Publish the records and documents below; one of them is a good start.",
    ),
    "no-autoconfig": Sentence(
        WARNING,
        "{domain} publishes no autoconfig document, which Thunderbird and many other programs look for.",
        "Serve this document at that URL, over https.",
    ),
    "autoconfig-only-http": Sentence(
        ERROR,
        "The autoconfig document can be had over http only ({url}): anybody on the way can change it.",
        "Serve the document over https.",
    ),
    "address-in-clear": Sentence(
        WARNING,
        "Programs that fall back to {url} send the whole address in the open.",
        "Serve the document over https, and nothing at port 80.",
    ),
    "redirect-to-http": Sentence(
        ERROR,
        "{url} leads from https to http, where anybody can read the address and change the answer.",
        "Let the redirect lead to https.",
    ),
    "autoconfig-places-differ": Sentence(
        WARNING,
        "The autoconfig documents at {first} and {second} name different servers.",
        "Serve the same document at both places, or at one of them.",
    ),
    "document-unusable": Sentence(
        ERROR, "The document at {url} cannot be used: {reason}", "Publish the document anew."
    ),
    "entry-left-out": Sentence(ERROR, _IN_DOCUMENT, _REPAIR_ADVICE),
    "value-left-out": Sentence(WARNING, _IN_DOCUMENT, _REPAIR_ADVICE),
    "document-untidy": Sentence(HINT, _IN_DOCUMENT, _REPAIR_ADVICE),
    "web-page-instead": Sentence(
        HINT,
        "At {url} there is a web page instead of an autoconfig document: a parked or catch-all page.",
        "Let that URL answer with status 404, or serve the document there.",
    ),
    "no-pacc": Sentence(
        HINT,
        "{domain} publishes no PACC document, the IETF's way to configure mail programs.",
        "Serve this document at that URL, and publish the record with its digest.",
    ),
    "pacc-digest-mismatch": Sentence(
        ERROR,
        "The PACC document at {url} is not the one that the domain announces in DNS, so it was not used.",
        _DIGEST_ADVICE,
    ),
    "pacc-no-digest": Sentence(
        WARNING,
        "There is a PACC document at {url}, but no digest of it in DNS, so it was not used.",
        _DIGEST_ADVICE,
    ),
    "pacc-unreachable": Sentence(
        ERROR,
        "The domain announces a PACC document at {url}, but it cannot be had: {reason}",
        "Repair that web server, or take the TXT record away.",
    ),
    "no-autodiscover": Sentence(
        HINT,
        "{domain} answers no Exchange Autodiscover question, which is how Outlook looks for servers.",
        "Answer a POST at that URL in this way, with the user's own address.",
    ),
    "autodiscover-elsewhere": Sentence(
        WARNING,
        "Exchange Autodiscover of {domain} leads to {hostname}, while the mail of the domain is elsewhere.",
        "Take that record or redirect away if {hostname} no longer has the mailboxes.",
    ),
    "autodiscover-needs-login": Sentence(
        HINT, "There is an Exchange Autodiscover service at {hostname}; it tells more only to those who log in."
    ),
    "mailconf-outdated": Sentence(
        HINT,
        "{domain} has a TXT record “mailconf=”, which hardly any program reads.",
        "Serve the document at the usual URL instead.",
    ),
    "web-host-disagrees": Sentence(
        ERROR,
        "The web host of {domain} publishes settings for {published}, but the mail of {domain} goes to {provider}.",
        "Take the web host's document off line, or serve this one.",
    ),
    # About SRV records
    "no-srv": Sentence(
        WARNING,
        "{domain} has no SRV records for mail (RFC 6186, RFC 8314).",
        "Add these lines to the zone.",
    ),
    "srv-wildcard": Sentence(
        ERROR,
        "DNS answers the same for every service of {domain}; such wildcard records prove nothing and were not used.",
        "Publish records for the services that exist, and no wildcard.",
    ),
    "srv-target-missing": Sentence(
        ERROR,
        "DNS names {hostname} as a server of {domain}, but that name has no address.",
        "Correct the SRV records.",
    ),
    "srv-target-is-alias": Sentence(
        WARNING, "{hostname} is an alias, which an SRV record must not name (RFC 2782).", _ALIAS_ADVICE
    ),
    "srv-target-unusable": Sentence(
        ERROR, "The SRV record {owner} cannot be used: {reason}", "Name a host by its name in the SRV record."
    ),
    "srv-elsewhere-unsigned": Sentence(
        WARNING,
        "The SRV records of {domain} lead to {hostname}, outside the domain; unless DNSSEC protects them, "
        "careful programs ask the user before they go there (RFC 6186, section 6).",
        "Sign the zone, or serve an autoconfig document over https.",
    ),
    "srv-denies-working": Sentence(
        WARNING,
        "The record {owner} says that {domain} offers no {protocol}, and {hostname} does.",
        "Correct the record, or switch the service off.",
    ),
    "srv-without-tls": Sentence(
        WARNING,
        "The record {owner} leads to a service without encryption.",
        "Take that record away; name the encrypted service instead.",
    ),
    # About how the mechanisms compare
    "hosts-disagree": Sentence(
        WARNING,
        "For {protocol}, the mechanisms name different servers: {values}.",
        "Name the same server everywhere.",
    ),
    "ports-disagree": Sentence(
        WARNING,
        "For {protocol} at {hostname}, the mechanisms name different ports: {values}.",
        "Name the same port everywhere.",
    ),
    "security-disagrees": Sentence(
        ERROR,
        "For {hostname}, port {port}, the mechanisms name different ways to encrypt: {values}.",
        "Only one of them can work; name that one everywhere.",
    ),
    "usernames-disagree": Sentence(
        WARNING,
        "For {protocol}, the mechanisms name different user names: {values}.",
        "Name the form that the server takes everywhere.",
    ),
    "auth-disagrees": Sentence(
        HINT,
        "For {protocol}, the mechanisms name different ways to log in: {values}.",
        "Name the same ones everywhere.",
    ),
    # About the servers
    "incoming-fails": Sentence(
        ERROR,
        "None of the servers from which mail could be fetched works.",
        "See what is said about each of them.",
    ),
    "outgoing-fails": Sentence(
        ERROR,
        "None of the servers through which mail could be sent works.",
        "See what is said about each of them.",
    ),
    "host-missing": Sentence(
        ERROR,
        "{hostname} does not exist, although it is published ({sources}).",
        "Publish addresses for it, or name a server that exists.",
    ),
    "no-answer": Sentence(ERROR, "{hostname}, port {port}, does not answer ({sources}): {detail}", _SERVER_ADVICE),
    "wrong-protocol": Sentence(
        ERROR,
        "At {hostname}, port {port}, there is no {protocol}: {detail}",
        "Correct port and security in what is published.",
    ),
    "server-refused": Sentence(
        ERROR,
        "The server {hostname}, port {port}, turned us away: {detail}",
        "Look into the server's own log.",
    ),
    "tls-failed": Sentence(
        ERROR,
        "No encrypted connection to {hostname}, port {port}, came about: {detail}",
        "Let the server speak TLS 1.2 and 1.3.",
    ),
    "starttls-missing": Sentence(
        ERROR,
        "The server {hostname}, port {port}, does not encrypt the connection as it should: {detail}",
        "Switch on STARTTLS, or better offer implicit TLS.",
    ),
    "starttls-injectable": Sentence(
        ERROR,
        "The server {hostname}, port {port}, or somebody on the way sends data between STARTTLS and the handshake.",
        "Update the server: this is how attackers slip commands into an encrypted session.",
    ),
    "cleartext-named": Sentence(
        ERROR,
        "{sources}: mail programs are told to use {hostname}, port {port}, without encryption.",
        _REPLACE_ADVICE,
    ),
    "cleartext-login": Sentence(
        WARNING,
        "{hostname}, port {port}, takes passwords before the connection is encrypted ({mechanisms}).",
        "Offer log-ins only inside TLS (RFC 8314).",
    ),
    "no-implicit-tls": Sentence(
        WARNING,
        "{hostname} offers {protocol} with STARTTLS only; RFC 8314 wants TLS from the first byte as well.",
        "Switch it on at port {port}, and publish it.",
    ),
    "implicit-tls-unpublished": Sentence(
        WARNING,
        "{hostname} offers {protocol} with TLS from the first byte at port {port}, but nobody says so.",
        "Publish it, in front of STARTTLS.",
    ),
    "old-tls": Sentence(
        HINT,
        "{hostname}, port {port}, speaks {version} at most; the present version is TLS 1.3.",
        "Update its TLS library, or its configuration.",
    ),
    "submission-at-port-25": Sentence(
        WARNING,
        "Mail programs are told to send through port 25 of {hostname} ({sources}), which most networks block.",
        "Name port 465 or 587.",
    ),
    # About certificates
    "certificate-expired": Sentence(
        ERROR, "The certificate of {hostname} has expired; it was valid until {until}.", _RENEW_ADVICE
    ),
    "certificate-expires-now": Sentence(ERROR, _EXPIRES, _RENEW_ADVICE),
    "certificate-expires-soon": Sentence(WARNING, _EXPIRES, _RENEW_ADVICE),
    "certificate-wrong-name": Sentence(
        ERROR,
        "The certificate of {hostname} is for another name ({names}).",
        "Get a certificate for every name that is published, or publish a name that it is for.",
    ),
    "certificate-self-signed": Sentence(
        ERROR,
        "The server {hostname} has signed its certificate itself, so nobody vouches for it.",
        "Get one from a public authority; it costs nothing.",
    ),
    "certificate-untrusted": Sentence(
        ERROR,
        "The certificate of {hostname} comes from {issuer}, whom this computer does not trust.",
        "Get one from a public authority, and let the server send the whole chain.",
    ),
}

FAMILIES: dict[Family, str] = {
    Family.AUTOCONFIG: "Thunderbird and other readers of autoconfig",
    Family.ISPDB: "Programs that ask the ISPDB only",
    Family.PACC: "PACC clients",
    Family.SRV: "Readers of SRV records",
    Family.OUTLOOK: "Outlook (Exchange Autodiscover)",
    Family.APPLE: "Apple Mail (profile, SRV)",
    Family.GUESS: "Programs that guess",
}
"""What people read for each family."""

STANDINGS: dict[Standing, str] = {
    Standing.WORKS: "works",
    Standing.PARTLY: "works in part",
    Standing.FAILS: "does not work",
    Standing.UNTRIED: "cannot be tried",
    Standing.NOTHING: "finds nothing",
}

GRADES: dict[Grade, str] = {ERROR: "Error", WARNING: "Warning", HINT: "Hint"}

STATES: dict[str, str] = {
    "signed": "signed, and checked",
    "unsigned": "not signed",
    "bogus": "signatures are wrong",
    "unknown": "unknown from here: no validating resolver on a path that can be trusted",
    "enforce": "enforced",
    "testing": "in test mode",
    "none": "switched off",
    "missing": "none published",
    "unusable": "published, but unusable",
    "matches": "fits the certificate",
    "mismatch": "does not fit the certificate",
    "unprotected": "published without DNSSEC",
    "uncompared": "published; not of a kind that can be compared from here",
}
"""States of the safeguards."""


_NO_FACTS: Mapping[str, str] = MappingProxyType({})


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def remark(
    code: str,
    /,
    *,
    subject: str = "",
    remedies: Iterable[Remedy] = (),
    facts: Mapping[str, str] = _NO_FACTS,
    **arguments: str,
) -> Remark:
    """Make the remark with this code. Every argument that its sentences name must be given, here or among ``facts``.

    Raises:
        KeyError: for an unknown code or a missing argument, which is a mistake in this library.
    """
    grade, message, advice = CATALOGUE[code]
    named = _names(message) | _names(advice)
    arguments = {name: value for name, value in {**facts, **arguments}.items() if name in named}
    return Remark(
        code=code,
        grade=grade,
        message=message.format_map(arguments),
        advice=advice.format_map(arguments),
        subject=subject,
        arguments=arguments,
        remedies=tuple(remedies),
    )


def in_order(remarks: Iterable[Remark], /) -> tuple[Remark, ...]:
    """Each code once a subject, as it was first said; the gravest first."""
    first: dict[tuple[str, str], Remark] = {}
    for one in remarks:
        first.setdefault((one.code, one.subject), one)
    order: Mapping[Grade, int] = {grade: place for place, grade in enumerate(Grade)}
    return tuple(sorted(first.values(), key=lambda one: order[one.grade]))
