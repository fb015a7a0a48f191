"""Everything this library can tell a user, in one table: code, severity, sentence, next step.

The codes are stable. The sentences are English templates; the command line translates them by code, so each stands
here once, whole, and with its arguments named. The stock sentences for a provider's requirements stand here too.
"""

from __future__ import annotations

from typing import NamedTuple

from mailsetup.model import Problem, RequirementKind, Severity

INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR


class Sentence(NamedTuple):
    """One entry of the catalogue."""

    severity: Severity
    message: str
    next_step: str = ""


CATALOGUE: dict[str, Sentence] = {
    # About the provider
    "no-standard-access": Sentence(
        ERROR,
        "{provider} is known, but it gives mail programs no IMAP, POP3 or SMTP access.",
        "Use the provider's own program or web site, or look at what it says about other mail programs.",
    ),
    "shutting-down": Sentence(
        WARNING, "{provider} is shutting its mail service down.", "Move the mailbox to another provider in time."
    ),
    "provider-dead": Sentence(ERROR, "{provider} no longer offers mail.", "Check the spelling of the address."),
    # About what was asked
    "nothing-known-offline": Sentence(
        ERROR,
        "Nothing is known about {domain} without the network.",
        "Look again without --offline.",
    ),
    "nothing-found": Sentence(
        ERROR,
        "No settings were found for {domain}.",
        "Check the spelling of the address, or ask whoever runs {domain} for the server names.",
    ),
    "address-literal": Sentence(
        ERROR,
        "{domain} is an IP address: there is nobody to ask about it.",
        "Ask whoever runs that server for the settings.",
    ),
    "local-name": Sentence(
        ERROR,
        "{domain} is a name of a local or special network, so no public service is asked about it.",
        "Put its settings into a file in your own folder of provider files.",
    ),
    "takes-no-mail": Sentence(
        ERROR,
        "{domain} says that it takes no mail at all (null MX).",
        "Check the spelling of the address.",
    ),
    "no-such-domain": Sentence(ERROR, "The domain {domain} does not exist.", "Check the spelling of the address."),
    # About how the sources compare
    "web-host-disagrees-with-mx": Sentence(
        WARNING,
        "The web host of {domain} publishes settings for {published}, but the mail of {domain} goes to {provider}. "
        "The settings of {provider} are preferred.",
        "If you run {domain}, take the web host's document off line.",
    ),
    "sources-disagree": Sentence(
        INFO,
        "For {protocol}, {believed_source} names {believed}, and {other_source} names {other}. "
        "The first is preferred, because it can be trusted more or stands higher in the order.",
        "If the first does not work, try the other.",
    ),
    "host-does-not-exist": Sentence(
        WARNING,
        "{hostname} does not exist, although it is published ({sources}).",
        "If you run the domain, correct what you publish.",
    ),
    "cleartext-only": Sentence(
        WARNING,
        "These settings came over an open line (http): anybody on the way could have changed them.",
        "Compare the server names with what your provider says before you type your password.",
    ),
    "needs-consent": Sentence(
        INFO,
        "Nobody vouches for {hostname}: it was found through plain DNS.",
        "Make sure that {registrable} is your provider before you type your password.",
    ),
    "no-network": Sentence(
        ERROR,
        "This computer has no network connection, so nobody could be asked and nothing could be tried out.",
        "Connect to a network and try again.",
    ),
    # About what the sources were given
    "document-unusable": Sentence(
        WARNING,
        "The document at {url} cannot be used: {reason}",
        "If you run that server, check the document with “mailsetup lint”.",
    ),
    "entries-ignored": Sentence(
        INFO,
        "The document at {url} has entries that cannot be used ({count}); the first because: {reason}",
        "If you run that server, check the document with “mailsetup lint”.",
    ),
    "pacc-no-digest": Sentence(
        INFO,
        "There is a PACC document at {url}, but no digest of it in DNS, so it was not used.",
        "If you run the domain, publish the TXT record {owner}.",
    ),
    "pacc-digest-mismatch": Sentence(
        WARNING,
        "The PACC document at {url} is not the one that the domain announces in DNS, so it was not used.",
        "If you run the domain, publish the digest of the present document at {owner}.",
    ),
    "pacc-host-unreachable": Sentence(
        WARNING,
        "The domain announces a PACC document at {url}, but it cannot be had: {reason}",
        "If you run the domain, mend that web server, or remove the TXT record.",
    ),
    "wildcard-records": Sentence(
        INFO,
        "DNS answers the same for every service of {domain}; such wildcard records prove nothing and were not used.",
        "If you run the domain, publish records for the services that exist, and no wildcard.",
    ),
    "wildcard-addresses": Sentence(
        WARNING,
        "DNS gives every name below {domain} an address, whether there is a server or not (wildcard DNS).",
        "Compare the server names with what your provider says before you type your password.",
    ),
    "outgoing-not-found": Sentence(
        WARNING,
        "{hostname} receives mail for {domain}, but no server that sends it was found.",
        "Ask whoever runs {domain} for the name of the outgoing server.",
    ),
    "incoming-not-found": Sentence(
        WARNING,
        "{hostname} sends mail for {domain}, but no server that holds the mailbox was found.",
        "Ask whoever runs {domain} for the name of the incoming server.",
    ),
    "srv-target-missing": Sentence(
        WARNING,
        "DNS names {hostname} as a server of {domain}, but that name has no address.",
        "If you run the domain, correct the SRV records.",
    ),
    "mta-sts-mismatch": Sentence(
        WARNING,
        "The mail server {hostname} is not among those that the MTA-STS policy of {domain} allows.",
        "If you run the domain, make the MX records and the policy agree.",
    ),
    "mail-filter": Sentence(
        INFO, "Mail for {domain} goes through {provider} first, which says nothing about where the mailbox is."
    ),
    "exchange-needs-login": Sentence(
        INFO,
        "There is an Exchange Autodiscover service at {hostname}; it tells more only to those who log in.",
        "Use a mail program that knows Exchange, or ask for the IMAP and SMTP servers.",
    ),
    "exchange-elsewhere": Sentence(
        INFO,
        "Exchange Autodiscover of {domain} leads to {hostname}; your address was not sent there.",
        "If {registrable} is your provider, look for its settings.",
    ),
    # About what the probes showed together
    "captive-portal": Sentence(
        ERROR,
        "Something on the way answers in place of the mail servers: {hostnames} present the same certificate.",
        "If this is a guest network, open its sign-in page in a browser first.",
    ),
    "tls-intercepted": Sentence(
        ERROR,
        "Encrypted connections are opened on the way: the certificates of {hostnames} were made by {issuer}.",
        "Ask who runs this network or the virus scanner on this computer; do not type your password before.",
    ),
    "port-blocked": Sentence(
        WARNING,
        "Port {port} of {hostname} does not answer here, while other ports of the same provider do.",
        "This network probably blocks it: take the other port for sending, or another network.",
    ),
    "certificate-expired": Sentence(
        ERROR,
        "The certificate of {hostname} has expired; it was valid until {until}.",
        "Check this computer's clock. If it is right, the server's owner has to renew the certificate.",
    ),
    "certificate-name-mismatch": Sentence(
        ERROR,
        "The certificate of {hostname} is for another name ({names}).",
        "Ask your provider for the right server name.",
    ),
    "certificate-suggests-name": Sentence(
        WARNING,
        "The certificate of {hostname} is for another name; {suggestion} leads to the same machine, and fits.",
        "Ask your provider whether {suggestion} is the right server name.",
    ),
    "certificate-self-signed": Sentence(
        ERROR,
        "The server {hostname} has signed its certificate itself, so nobody vouches for it.",
        "If it is your own server, hand its authority over with --ca-file; else ask its owner for a real certificate.",
    ),
    "certificate-untrusted": Sentence(
        ERROR,
        "The certificate of {hostname} comes from {issuer}, whom this computer does not trust.",
        "If you know that authority, hand its file over with --ca-file; else do not type your password.",
    ),
    "tls-failed": Sentence(
        ERROR,
        "No encrypted connection to {hostname}, port {port}, came about: {detail}",
        "The server is probably too old or set up wrongly; its owner has to mend it.",
    ),
    "starttls-tampered": Sentence(
        ERROR,
        "Somebody tampered with the connection to {hostname} while it was being encrypted.",
        "Do not type your password in this network.",
    ),
    "starttls-missing": Sentence(
        ERROR,
        "The server {hostname}, port {port}, does not encrypt the connection as it should: {detail}",
        "Take a server with SSL/TLS where there is one, or try another network.",
    ),
    "wrong-protocol": Sentence(
        ERROR,
        "At {hostname}, port {port}, there is no {protocol}: {detail}",
        "Check port and security.",
    ),
    "server-refused": Sentence(
        ERROR,
        "The server {hostname}, port {port}, turned us away: {detail}",
        "Try again later.",
    ),
    "no-answer": Sentence(
        ERROR,
        "{hostname}, port {port}, cannot be reached from here: {detail}",
        "Check the network, or try another one.",
    ),
    "cannot-send-internationalised": Sentence(
        WARNING,
        "{hostname} does not take addresses like {address}: mail can be received, but not sent from it.",
        "Use an address without special characters in front of the @ for sending.",
    ),
    "mixed-scripts": Sentence(
        WARNING,
        "The domain {domain} mixes letters of different scripts; it may only look like the one you mean ({ascii}).",
        "Type the domain yourself instead of copying it.",
    ),
    # About the user's own files
    "user-file-broken": Sentence(
        WARNING,
        "Your own file {file} cannot be used: {reason}",
        "Mend the file, or move it away.",
    ),
    "user-file-unreadable": Sentence(
        WARNING,
        "Your own file or folder {file} cannot be read: {reason}",
        "Check its permissions.",
    ),
    "provider-data-broken": Sentence(
        WARNING,
        "The newer provider data in {file} cannot be used: {reason} The data that came with the program is used.",
        "Fetch it again with `mailsetup providers update`, or delete the file.",
    ),
    "cache-unusable": Sentence(
        WARNING,
        "The answers kept in {folder} cannot be used: {reason} Everybody was asked anew.",
        "Delete them with `mailsetup cache clear`, or choose another folder.",
    ),
    # About the call itself
    "source-failed": Sentence(
        WARNING,
        "The mechanism {source} broke down ({reason}); the others went on.",
        "Please report this: it is a mistake in that mechanism, not yours.",
    ),
    "deadline": Sentence(
        WARNING,
        "Not everybody answered within {seconds} seconds; the result is what was known by then.",
        "Try again with a longer time-out.",
    ),
}

REQUIREMENTS: dict[RequirementKind, str] = {
    RequirementKind.APP_PASSWORD: "Create an app password and use it instead of your normal password.",
    RequirementKind.MAIL_PASSWORD: "Set a separate password for mail programs and use that one.",
    RequirementKind.OAUTH_ONLY: "Sign in through the browser (OAuth); a password is not accepted.",
    RequirementKind.ENABLE_IMAP: "Switch on IMAP access in the provider's settings first.",
    RequirementKind.ENABLE_POP3: "Switch on POP3 access in the provider's settings first.",
    RequirementKind.ENABLE_SMTP: "Switch on sending by mail programs (SMTP) in the provider's settings first.",
    RequirementKind.PAID_PLAN: "Mail programs can be used with a paid plan only.",
    RequirementKind.BRIDGE: "Install the provider's bridge program on your computer; mail programs talk to it.",
    RequirementKind.ACCOUNT_HOST: "Server or user name differ between accounts; look them up in the provider's panel.",
    RequirementKind.PRIMARY_ADDRESS: "Log in with the main address of the account, also when you use an alias.",
    RequirementKind.HOME_NETWORK: "Sending works only from the provider's own network.",
    RequirementKind.SPECIAL_NETWORK: "The servers can be reached only inside a special network.",
    RequirementKind.SENDING_LIMIT: "The provider limits how much mail you can send.",
    RequirementKind.OTHER: "There is something to do first.",
}


def problem(code: str, /, *, subject: str = "", **arguments: str) -> Problem:
    """Make the problem with this code. Every argument that its sentences name must be given.

    Raises:
        KeyError: for an unknown code or a missing argument, which is a mistake in this library.
    """
    severity, message, next_step = CATALOGUE[code]
    return Problem(
        code=code,
        severity=severity,
        message=message.format_map(arguments),
        next_step=next_step.format_map(arguments),
        subject=subject,
        arguments=arguments,
    )
