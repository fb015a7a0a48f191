"""What each verdict on a log-in is in a sentence, and what to do about it. English; translated by whoever prints it."""

from __future__ import annotations

from typing import NamedTuple

from mailsetup.model import Verdict


class Words(NamedTuple):
    """One entry."""

    detail: str
    next_step: str = ""


V = Verdict

SENTENCES: dict[Verdict, Words] = {
    V.OK: Words("{hostname} let {username} in."),
    V.BAD_CREDENTIALS: Words(
        "{hostname} does not accept this user name and password.",
        "Check both, and whether the provider wants an app password. Nothing more was tried, to keep the account open.",
    ),
    V.APP_PASSWORD_NEEDED: Words(
        "{hostname} wants an app password, not the password of the account.",
        "Create an app password in the account's security settings, and use that one.",
    ),
    V.PROTOCOL_DISABLED: Words(
        "{protocol} is switched off for this account.",
        "Switch {protocol} on in the provider's settings, or ask the administrator to.",
    ),
    V.OAUTH_REQUIRED: Words(
        "{hostname} accepts no password, only a sign-in through the browser (OAuth).",
        "Use a mail program that signs in through the browser.",
    ),
    V.TOKEN_REJECTED: Words("{hostname} does not accept the token.", "Sign in again to get a new one."),
    V.BLOCKED: Words(
        "{hostname} has locked the account or this network, at least for now.",
        "Sign in on the provider's web site, see what it says, and wait before you try again.",
    ),
    V.TEMPORARY: Words(
        "{hostname} cannot check passwords at the moment; the password may well be right.", "Try again later."
    ),
    V.MECHANISM_BROKEN: Words(
        "The ways to log in that {hostname} offers do not work.", "Try again later, or ask the provider."
    ),
    V.PRIVACY_REQUIRED: Words(
        "No password is sent to {hostname}: the connection is not protected by TLS.",
        "Use a server name and port with SSL/TLS or STARTTLS.",
    ),
    V.NO_MECHANISM: Words(
        "{hostname} offers no way to log in that suits what was given.", "Ask the provider how mail programs log in."
    ),
    V.UNREACHABLE: Words("There was no usable connection to {hostname}: {why}"),
    V.NOT_TRIED: Words("Nothing was sent to {hostname}: {why}"),
}
