"""About what is published: documents, records, and how they compare."""

from __future__ import annotations

from mailsetup.remarks.sentence import ERROR, HINT, WARNING, Sentence

_ALIAS_ADVICE = "Give that name addresses of its own, or name the host that the alias leads to."
_REPAIR_ADVICE = "Repair that entry of the document, or publish the document anew."
_DIGEST_ADVICE = "Publish the digest of the document as it is served now."
_IN_DOCUMENT = "In the document at {url} ({where}): {reason}"

SENTENCES: dict[str, Sentence] = {
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
    "document-unreachable": Sentence(
        WARNING,
        "There is a host for an autoconfig document, but none can be had at {url}: {reason}",
        "Repair that web server and its certificate, or take its name out of DNS: mail programs wait for it.",
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
}
