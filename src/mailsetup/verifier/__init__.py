"""Proof by logging in, so that no password leaks and no account is locked.

:func:`verify` logs in to the chosen pair of a discovery, incoming server first. Rules: consent before a credential goes
to a server that nobody vouches for; no credential outside verified TLS (PROBE-01); a hard budget of log-ins; a definite
"no" ends everything, on all servers (PROBE-04); SMTP is proven by its log-in, no mail is sent (SMTP-09).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from mailsetup.dialogue import Secret
from mailsetup.errors import ConsentRequired, InvalidOptions
from mailsetup.model import Verdict, Verification
from mailsetup.names import registrable_domain, unicode_name
from mailsetup.verifier.sentences import not_tried
from mailsetup.verifier.server import Budget, log_in_to

if TYPE_CHECKING:
    from mailsetup.model import Discovery, LoginResult, Server
    from mailsetup.net.interface import Network

ATTEMPTS = 2
"""Log-ins per server: two forms of the user name, or a second mechanism where the first is broken."""

MAX_ATTEMPTS = 3
"""What a caller may raise it to: providers lock accounts after three to five failures."""

DEADLINE = 30.0
"""Seconds for everything. Servers slow down log-ins on purpose."""

FINAL = frozenset(
    {
        Verdict.BAD_CREDENTIALS,
        Verdict.APP_PASSWORD_NEEDED,
        Verdict.OAUTH_REQUIRED,
        Verdict.TOKEN_REJECTED,
        Verdict.BLOCKED,
    }
)
"""Verdicts on the credential or the account: the same credential is sent nowhere else after one of them."""

__all__ = ["ATTEMPTS", "DEADLINE", "MAX_ATTEMPTS", "verify"]


async def verify(
    discovery: Discovery,
    /,
    *,
    network: Network,
    password: str | None = None,
    token: str | None = None,
    consent: bool = False,
    attempts: int = ATTEMPTS,
    deadline: float = DEADLINE,
) -> Verification:
    """Log in to the incoming and the outgoing server of ``discovery``, with a password or an OAuth access token.

    What goes wrong out there is a verdict in the result, never an exception. The credential is in no part of it.

    Raises:
        ConsentRequired: if a server needs consent and ``consent`` is not ``True``; nothing has been sent then.
        InvalidOptions: without exactly one credential, or with a budget outside 1 to 3.
    """
    secret, is_token = _secret(password, token)
    del password, token  # so that no traceback that shows variables shows them
    if not 1 <= attempts <= MAX_ATTEMPTS:
        raise InvalidOptions(f"The budget is 1 to {MAX_ATTEMPTS} log-ins per server.")
    servers = [server for server in (discovery.incoming, discovery.outgoing) if server is not None]
    if consent is not True:
        _refuse_without_consent(servers)
    over = anyio.current_time() + deadline
    results: list[LoginResult] = []
    stopped_by: LoginResult | None = None
    for server in servers:
        if stopped_by is not None:
            results.append(not_tried(server, stopped_by))
            continue
        budget = Budget(attempts, over=over)
        result, distrusted = await log_in_to(
            server, address=discovery.address, secret=secret, is_token=is_token, budget=budget, network=network
        )
        results.append(result)
        stopped_by = result if result.verdict in FINAL or distrusted else None
    return Verification(logins=tuple(results))


def _secret(password: str | None, token: str | None) -> tuple[Secret, bool]:
    given = password if token is None else token
    if not given or (password is not None and token is not None):
        raise InvalidOptions("Give either a password or a token.")
    return Secret(given), token is not None


def _refuse_without_consent(servers: list[Server]) -> None:
    unvouched = dict.fromkeys(server.hostname for server in servers if server.needs_consent)
    if not unvouched:
        return
    shown = " and ".join(f"{host} ({unicode_name(registrable_domain(host) or host)})" for host in unvouched)
    raise ConsentRequired(f"Nobody vouches for {shown}: no password is sent there without consent.")
