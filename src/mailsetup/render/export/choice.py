"""Which server, which user name and which way to log in an export uses.

Rules: servers without encryption are never exported. A server that failed its probe is exported only where no usable
one worked. Among the rest the result's own order decides. A password is preferred to OAuth2, for which a program
needs a client identifier first; a caller can insist. Where nobody says the user name, it is the whole address
(SRV-14), and a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mailsetup.model import Auth, Protocol, RequirementKind, Security, When
from mailsetup.render.export.quoting import checked
from mailsetup.render.export.sentences import note, refuse
from mailsetup.render.words import PROTOCOLS, SECURITY

if TYPE_CHECKING:
    from collections.abc import Collection

    from mailsetup.errors import CannotExpress
    from mailsetup.model import Discovery, Server
    from mailsetup.render.export.contract import Note, Wishes


class Login(Enum):
    """Ways to log in, as far as configurations tell them apart."""

    PASSWORD = "password"  # noqa: S105
    """The password itself, inside TLS."""
    CHALLENGE = "encrypted password"
    """A challenge-response mechanism only (SCRAM, CRAM-MD5): the server does not take the password itself."""
    OAUTH2 = "OAuth2"
    NONE = "no login"
    """The network is the proof, or none is asked for; outgoing servers only."""


LOGINS: dict[Auth, Login] = {
    Auth.PASSWORD: Login.PASSWORD,
    Auth.ENCRYPTED_PASSWORD: Login.CHALLENGE,
    Auth.OAUTH2: Login.OAUTH2,
    Auth.CLIENT_IP: Login.NONE,
    Auth.NONE: Login.NONE,
}

MAIL = (Protocol.IMAP, Protocol.POP3)
ANY_LOGIN = frozenset(Login)
PASSWORDS = frozenset({Login.PASSWORD, Login.CHALLENGE, Login.NONE})


@dataclass(frozen=True, slots=True)
class Ability:
    """What a program can do, as far as it decides which server it can use."""

    program: str
    """Its name, for sentences."""
    protocols: tuple[Protocol, ...] = (Protocol.IMAP,)
    """Incoming protocols."""
    security: Collection[Security] = (Security.TLS, Security.STARTTLS)
    """What it can do *safely*: with the certificate checked, and STARTTLS required."""
    logins: Collection[Login] = ANY_LOGIN
    """Ways to log in, for both directions."""
    oauth_security: Collection[Security] = (Security.TLS, Security.STARTTLS)
    """Where it can use OAuth2, if that is less."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One server, ready to be written down."""

    server: Server
    username: str
    login: Login
    notes: tuple[Note, ...] = ()

    @property
    def host(self) -> str:
        """The host name; letters, digits, hyphens and dots."""
        return self.server.hostname

    @property
    def port(self) -> int:
        """The TCP port."""
        return self.server.port

    @property
    def implicit_tls(self) -> bool:
        """TLS from the first byte; else STARTTLS is required."""
        return self.server.security is Security.TLS

    @property
    def oauth_mechanism(self) -> str:
        """``XOAUTH2``, which all big providers take, unless a probe saw the standard's ``OAUTHBEARER`` alone."""
        seen = self.server.probe.sasl if self.server.probe else ()
        return "OAUTHBEARER" if "OAUTHBEARER" in seen and "XOAUTH2" not in seen else "XOAUTH2"


def incoming(discovery: Discovery, wishes: Wishes, can: Ability) -> Chosen:
    """Choose the server to fetch mail from: the preferred protocol first, where the program speaks both.

    Raises:
        CannotExpress: with the reason for the preferred protocol.
    """
    wanted = sorted(can.protocols, key=lambda protocol: protocol is not discovery.prefer)
    refusals: list[CannotExpress] = []
    for protocol in wanted:
        found = _choose(discovery, wishes, can, protocol)
        if isinstance(found, Chosen):
            return found
        refusals.append(found)
    raise next((told for told in refusals if told.code != "no-server"), refusals[0])


def outgoing(discovery: Discovery, wishes: Wishes, can: Ability) -> Chosen:
    """Choose the server to hand mail to.

    Raises:
        CannotExpress: with the reason.
    """
    found = _choose(discovery, wishes, can, Protocol.SMTP)
    if isinstance(found, Chosen):
        return found
    raise found


def safe_servers(discovery: Discovery) -> tuple[Server, ...]:
    """Give all mail servers that may be published: with encryption, and not those that failed while others worked."""
    kept: list[Server] = []
    for protocol in (*MAIL, Protocol.SMTP):
        kept += _working([s for s in discovery.servers if s.protocol is protocol and s.security is not Security.NONE])
    return tuple(server for server in discovery.servers if server in kept)


def _working(servers: list[Server]) -> list[Server]:
    """Drop those that failed their probe, if another one worked."""
    if not any(server.confirmed for server in servers):
        return servers
    return [server for server in servers if server.confirmed or server.probe is None]


def _choose(discovery: Discovery, wishes: Wishes, can: Ability, protocol: Protocol) -> Chosen | CannotExpress:
    words = {"protocol": PROTOCOLS[protocol], "format": can.program}
    servers = [server for server in discovery.servers if server.protocol is protocol]
    if not servers:
        return refuse("no-server", address=discovery.address, **words)
    private = [server for server in servers if server.security is not Security.NONE]
    if not private:
        return refuse("cleartext", address=discovery.address, **words)
    suited = [server for server in private if server.security in can.security]
    if not suited:
        return refuse("security", security=SECURITY[private[0].security], **words)
    working = [server for server in suited if server in _working(private)]
    if not working:
        return refuse("not-working", **words)
    for server in working:
        login = _login(discovery, server, wishes, can)
        if login is not None:
            return _chosen(discovery, server, login, can.program)
    return _no_login(discovery, working[0], wishes, words)


def offered_logins(discovery: Discovery, server: Server) -> list[Login]:
    """Give the ways to log in that the server takes, as far as is known; a password where nothing is."""
    auth = server.auth or (server.probe.auth if server.probe else ())
    if not auth:
        return [Login.OAUTH2 if _oauth_only(discovery) else Login.PASSWORD]
    logins = [LOGINS[way] for way in auth if way in LOGINS]
    return [login for login in logins if login is not Login.NONE or server.protocol is Protocol.SMTP]


def _oauth_only(discovery: Discovery) -> bool:
    requirements = discovery.provider.requirements if discovery.provider else ()
    return any(need.kind is RequirementKind.OAUTH_ONLY and need.when is When.ALWAYS for need in requirements)


def _login(discovery: Discovery, server: Server, wishes: Wishes, can: Ability) -> Login | None:
    able = set(can.logins)
    if server.security not in can.oauth_security:
        able.discard(Login.OAUTH2)
    if wishes.auth is not None:
        able &= {LOGINS.get(wishes.auth)}
    offered = offered_logins(discovery, server)
    return next((login for login in Login if login in offered and login in able), None)


def _no_login(discovery: Discovery, server: Server, wishes: Wishes, words: dict[str, str]) -> CannotExpress:
    offered = offered_logins(discovery, server)
    if wishes.auth is not None and LOGINS.get(wishes.auth) not in offered:
        return refuse("auth-not-offered", auth=wishes.auth, **words)
    names = [login.value for login in offered] or [str(way) for way in server.auth]
    return refuse("login", auth=", ".join(names), **words)


def _chosen(discovery: Discovery, server: Server, login: Login, program: str) -> Chosen:
    username = server.username if server.username is not None else discovery.address
    checked(username, "username", program)
    assumed = server.username is None and login is not Login.NONE
    return Chosen(server, username, login, (note("username-assumed"),) if assumed else ())
