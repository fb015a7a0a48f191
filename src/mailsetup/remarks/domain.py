"""About the domain and the way mail comes to it, and about the audit itself."""

from __future__ import annotations

from mailsetup.remarks.sentence import ERROR, HINT, WARNING, Sentence

_ALIAS_ADVICE = "Give that name addresses of its own, or name the host that the alias leads to."
_NOT_ALLOWED = "The mail server {hostname} is not among those that the MTA-STS policy of {domain} allows."
_POLICY_ADVICE = "Make the MX records and the policy agree; change the id of the TXT record with the policy."

SENTENCES: dict[str, Sentence] = {
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
}
