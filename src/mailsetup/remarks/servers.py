"""About the servers and their certificates."""

from __future__ import annotations

from mailsetup.remarks.sentence import ERROR, HINT, WARNING, Sentence

_REPLACE_ADVICE = "Publish the document anew, with the servers that work."
_SERVER_ADVICE = "Start the server, let it through the firewall, or take it out of everything that names it."
_RENEW_ADVICE = "Renew the certificate, and let a program renew it in future."
_EXPIRES = "The certificate of {hostname}, port {port}, expires in {days} days, on {until}."

SENTENCES: dict[str, Sentence] = {
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
