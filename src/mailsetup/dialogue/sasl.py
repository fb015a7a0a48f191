"""SASL mechanisms, octets in and octets out: PLAIN, LOGIN, CRAM-MD5, XOAUTH2, OAUTHBEARER (SCRAM: ``scram.py``).

One object is one attempt. ``start`` gives the initial response (``None`` where the server speaks first), ``answer`` the
reply to a challenge, ``finish`` objects when the server says "welcome" without having proven itself. The base64 around
them is the same in IMAP, POP3, SMTP and ManageSieve, so it is here: :meth:`Exchange.answer_line`.

An error challenge of the OAuth mechanisms is kept in ``hint`` and answered as its RFC demands, or the server waits for
ever (OA-10, OA-12).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

from mailsetup.dialogue.facts import printable
from mailsetup.dialogue.replies import Reply

if TYPE_CHECKING:
    from mailsetup.dialogue.login import Login

CANCEL = b"*"
"""Ends an exchange in IMAP, POP3 and SMTP (RFC 4954 section 4)."""

MAX_CHALLENGES = 8
"""SCRAM needs three; nothing we speak needs more."""


class SaslFailure(Exception):  # noqa: N818  (kept inside the exchange)
    """The exchange cannot go on. The message is one sentence without anything secret."""


class Exchange:
    """One attempt to log in by one mechanism."""

    def __init__(self, login: Login, /) -> None:
        self.login = login
        self.hint = ""
        """What the server said in an error challenge."""
        self.failure = ""
        """Why *we* gave up, one sentence; empty if we did not."""
        self.distrusted = False
        """Whether we did because the server could not prove itself."""
        self._challenges = 0

    def start(self) -> bytes | None:
        """Give the initial response; ``None`` where the server speaks first."""
        return None

    def answer(self, challenge: bytes, /) -> bytes:  # noqa: ARG002  (most mechanisms have something to say)
        """Answer a challenge.

        Raises:
            SaslFailure: if it makes no sense.
        """
        raise SaslFailure("The server asked for more than the mechanism has to say.")

    def finish(self) -> None:
        """The server says the user is in.

        Raises:
            SaslFailure: if it had to prove itself before, and has not.
        """

    def start_line(self) -> bytes | None:
        """Give the initial response in base64, ``=`` for an empty one (SMTP-05); ``None`` where there is none.

        If the mechanism cannot even begin, ``failure`` says why, and nothing may be sent.
        """
        try:
            initial = self.start()
        except SaslFailure as failure:
            self.failure = str(failure)
            return None
        return initial if initial is None else base64.b64encode(initial) or b"="

    def answer_line(self, challenge: bytes, /) -> bytes:
        """Answer a base64 challenge in base64; or cancel, with the reason in ``failure``."""
        self._challenges += 1
        if self._challenges > MAX_CHALLENGES:
            self.failure = "The server asks on and on."
            return CANCEL
        try:
            return base64.b64encode(self.answer(_decoded(challenge)))
        except SaslFailure as failure:
            self.failure = str(failure)
            return CANCEL

    def accepted(self) -> bool:
        """Whether the server's "welcome" can be believed; if not, the reason is in ``failure``."""
        try:
            self.finish()
        except SaslFailure as failure:
            self.failure, self.distrusted = str(failure), True
        return not self.failure

    def reply(self, *, ok: bool, code: str, text: str, enhanced: str = "", misunderstood: bool = False) -> Reply:
        """Put the server's last word together with what the exchange knows."""
        return Reply(
            ok=ok and self.accepted(),
            mechanism=self.login.mechanism,
            code=code,
            enhanced=enhanced,
            text=text,
            hint=self.hint,
            failure=self.failure,
            distrusted=self.distrusted,
            misunderstood=misunderstood,
        )


def _decoded(challenge: bytes) -> bytes:
    try:
        return base64.b64decode(challenge.strip(), validate=True)
    except binascii.Error:
        raise SaslFailure("The server's challenge is not valid base64.") from None


class Plain(Exchange):
    """RFC 4616: no authorization identity, user name, password."""

    def start(self) -> bytes:  # noqa: D102
        return b"\0".join((b"", self.login.username.encode(), self.login.secret.reveal().encode()))

    def answer(self, challenge: bytes, /) -> bytes:  # noqa: D102
        # Some servers ignore an initial response and ask for it with an empty challenge.
        if challenge:
            raise SaslFailure("The server sent a challenge, and PLAIN has none.")
        return self.start()


class LoginMechanism(Exchange):
    """draft-murchison-sasl-login: user name, then password. What the prompts say does not matter (real ones vary)."""

    def answer(self, challenge: bytes, /) -> bytes:  # noqa: ARG002, D102
        if self._challenges == 1:
            return self.login.username.encode()
        if self._challenges == 2:
            return self.login.secret.reveal().encode()
        raise SaslFailure("The server asked for more than a user name and a password.")


class CramMd5(Exchange):
    """RFC 2195: user name, space, HMAC-MD5 of the challenge in hex."""

    def answer(self, challenge: bytes, /) -> bytes:  # noqa: D102
        if self._challenges > 1:
            raise SaslFailure("The server sent a second challenge, and CRAM-MD5 has one.")
        digest = hmac.new(self.login.secret.reveal().encode(), challenge, hashlib.md5).hexdigest()
        return self.login.username.encode() + b" " + digest.encode()


class XOAuth2(Exchange):
    """Google's and Microsoft's mechanism; only where OAUTHBEARER is not offered (OA-12)."""

    def start(self) -> bytes:  # noqa: D102
        return f"user={self.login.username}\1auth=Bearer {self.login.secret.reveal()}\1\1".encode()

    def answer(self, challenge: bytes, /) -> bytes:
        """Acknowledge an error challenge with an empty line; the final "no" follows."""
        if self.hint or not challenge:
            # An empty challenge, once, asks for the initial response.
            return b"" if self.hint else self.start()
        self.hint = printable(challenge)
        return b""


class OAuthBearer(Exchange):
    """RFC 7628 section 3.1, with host and port (OA-09)."""

    def start(self) -> bytes:  # noqa: D102
        login = self.login
        # RFC 5801 section 4: "," and "=" are written =2C and =3D in the GS2 header.
        user = login.username.replace("=", "=3D").replace(",", "=2C")
        pairs = (f"host={login.hostname}", f"port={login.port}", f"auth=Bearer {login.secret.reveal()}")
        return (f"n,a={user},\1" + "\1".join(pairs) + "\1\1").encode()

    def answer(self, challenge: bytes, /) -> bytes:
        """Acknowledge an error challenge with a single ``0x01`` (OA-10); the final "no" follows."""
        if not challenge and not self.hint:
            return self.start()
        self.hint = self.hint or printable(challenge)
        return b"\1"
