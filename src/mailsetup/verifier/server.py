"""Log in to one server, within a budget.

Each log-in is a conversation of its own. A second one is made only where the first says that something else may work:
another form of the user name after a refusal that may be about the name (SRV-14), another mechanism after one that is
broken (PROBE-03). Anything definite ends it. After a server that failed to prove itself (SCRAM), nothing is sent any
more, anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from mailsetup.dialogue import OWN_COMMAND, SPOKEN, Credentials, Facts, Ruling, Stage, log_in, rule
from mailsetup.model import Auth, LoginResult, Outcome, Protocol, Security, Verdict
from mailsetup.prober import converse, to_probe
from mailsetup.verifier.sentences import result

if TYPE_CHECKING:
    from mailsetup.dialogue import Secret
    from mailsetup.model import Probe, Server
    from mailsetup.net.interface import Network
    from mailsetup.prober.conversation import Conversed

MAX_USERNAMES = 2
"""Forms of the user name that are tried (SRV-14)."""

PER_LOGIN = 15.0
"""Seconds for one conversation: servers delay the answer to a wrong password by up to ten."""

_BY_PASSWORD = frozenset({Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD})
_OWN_NAMES = {Protocol.IMAP: "IMAP LOGIN", Protocol.POP3: "POP3 USER/PASS"}


@dataclass(slots=True)
class Budget:
    """What is left for one server."""

    logins: int
    over: float
    """When time is up, on the event loop's clock."""

    @property
    def seconds(self) -> float:
        """Seconds for the next conversation."""
        return min(PER_LOGIN, self.over - anyio.current_time())


async def log_in_to(
    server: Server, /, *, address: str, secret: Secret, is_token: bool, budget: Budget, network: Network
) -> tuple[LoginResult, bool]:
    """Log in to ``server``. The second value says that it must be distrusted with any credential."""
    refusal = _refused_beforehand(server, is_token=is_token)
    if refusal is not None:
        return refusal, False
    attempts = _Attempts(server, usernames=_usernames(server, address), secret=secret, is_token=is_token)
    while True:
        if budget.seconds <= 0:
            return attempts.out_of_time(), False
        conversed = await attempts.converse(network, budget.seconds)
        ruling = attempts.ruling(conversed)
        ended = attempts.ended(ruling, conversed)
        if attempts.logins >= budget.logins or not attempts.can_go_on(ruling, conversed, ended):
            return ended, attempts.distrusts(conversed)


def _refused_beforehand(server: Server, *, is_token: bool) -> LoginResult | None:
    if server.security is Security.NONE:
        return result(server, Verdict.PRIVACY_REQUIRED)
    if server.protocol not in SPOKEN:
        return result(server, Verdict.NOT_TRIED, why=f"{server.protocol} is not logged in to.")
    if not is_token and Auth.OAUTH2 in server.auth and _BY_PASSWORD.isdisjoint(server.auth):
        return result(server, Verdict.OAUTH_REQUIRED)
    return None


def _usernames(server: Server, address: str) -> tuple[str, ...]:
    """Give the forms to try: as the source says; else the address, then its local part (SRV-14)."""
    forms = (server.username, *server.username_alternatives)
    if server.username is None:
        forms = (*server.username_alternatives, address, address.rpartition("@")[0])
    return tuple(dict.fromkeys(form for form in forms if form))[:MAX_USERNAMES]


class _Attempts:
    """The log-ins at one server so far, and what is left to try."""

    def __init__(self, server: Server, /, *, usernames: tuple[str, ...], secret: Secret, is_token: bool) -> None:
        self._server = server
        self._usernames = list(usernames)
        self._secret = secret
        self._is_token = is_token
        self._broken: list[str] = []
        self._refused: LoginResult | None = None
        self.logins = 0

    async def converse(self, network: Network, seconds: float) -> Conversed:
        """Hold one conversation with one log-in."""
        server = self._server
        facts = Facts(server.protocol)
        credentials = Credentials(
            username=self._usernames[0],
            secret=self._secret,
            is_token=self._is_token,
            claimed=server.auth,
            broken=tuple(self._broken),
            hostname=server.hostname,
            port=server.port,
        )
        dialogue = log_in(facts, security=server.security, credentials=credentials)
        conversed = await converse(server, dialogue, facts, network=network, seconds=seconds)
        self.logins += bool(facts.tried) and not (facts.reply is not None and facts.reply.nothing_sent)
        return conversed

    def ruling(self, conversed: Conversed) -> Ruling:
        """Say what the conversation means."""
        facts = conversed.facts
        if facts.reply is not None:
            return rule(facts.protocol, facts.reply)
        if facts.tried:  # the answer never came: nothing is known about the password
            return Ruling(Verdict.TEMPORARY)
        if facts.outcome is not Outcome.CONFIRMED or facts.stage not in (Stage.LOGIN, Stage.DONE):
            return Ruling(Verdict.UNREACHABLE)
        if self._broken:
            return Ruling(Verdict.MECHANISM_BROKEN)
        wants_token = not self._is_token and Auth.OAUTH2 in facts.auth and _BY_PASSWORD.isdisjoint(facts.auth)
        return Ruling(Verdict.OAUTH_REQUIRED if wants_token else Verdict.NO_MECHANISM)

    def can_go_on(self, ruling: Ruling, conversed: Conversed, ended: LoginResult) -> bool:
        """Whether another log-in may end differently; prepares it."""
        self._refused = ended
        if ruling.definite or conversed.facts.reply is None:
            return False
        if ruling.verdict is Verdict.MECHANISM_BROKEN:
            self._broken.append(conversed.facts.tried)
            return True
        if ruling.verdict is Verdict.BAD_CREDENTIALS and len(self._usernames) > 1:
            del self._usernames[0]
            return True
        return False

    def distrusts(self, conversed: Conversed) -> bool:
        """Whether the server failed to prove that it is the one that knows the password."""
        return conversed.facts.reply is not None and conversed.facts.reply.distrusted

    def ended(self, ruling: Ruling, conversed: Conversed) -> LoginResult:
        """Build the result of the last conversation; a server's "no" outlives a connection that fails after it."""
        facts = conversed.facts
        reply = facts.reply
        if reply is None and self._refused is not None and ruling.verdict is not Verdict.MECHANISM_BROKEN:
            return self._refused.model_copy(update={"logins": self.logins})
        said = (reply.text or reply.hint) if reply else ""
        probe = self._shown(to_probe(self._server, conversed))
        return self.result(
            ruling.verdict,
            username=self._usernames[0],
            why=probe.detail,
            mechanism=_name(facts) if facts.tried else None,
            server_text=self._secret.remove_from(said),
            probe=probe,
        )

    def out_of_time(self) -> LoginResult:
        """Build the result where there is no time for another conversation."""
        return self._refused or self.result(Verdict.NOT_TRIED, why="time is up.")

    def result(self, verdict: Verdict, *, username: str = "", why: str = "", **more: object) -> LoginResult:
        """Build a result with the number of log-ins so far."""
        return result(self._server, verdict, username=username, why=why, logins=self.logins, **more)

    def _shown(self, probe: Probe) -> Probe:
        """Blot the secret out of what the server said on the way, too."""
        return probe.model_copy(update={"detail": self._secret.remove_from(probe.detail)})


def _name(facts: Facts) -> str:
    return _OWN_NAMES[facts.protocol] if facts.tried == OWN_COMMAND else facts.tried
