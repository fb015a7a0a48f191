"""``mailsetup providers update``: fetch newer provider data, verify it, and use it from now on. Only when asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.options import WEB, takes_options
from mailsetup.cli.terminal import fail, language_code
from mailsetup.errors import InvalidDocument, InvalidOptions, NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.model import Options

REFUSALS = {
    "too-large": "What is there is larger than any provider data.",
    "signature": "The signature is not by a key that this program trusts.",
    "not-database": "What is there is not provider data.",
    "truncated": "What is there is not whole.",
    "format": "It was made for another version of this program. Update the program instead.",
    "schema": "It says things that this version does not understand. Update the program instead.",
    "older": "It is older than the data in use.",
    "not-there": "There is nothing at that address.",
}
"""Why fetched data is not used, by the code of ``InvalidDocument``."""

FAILURES = {
    "nxdomain": "The host name does not exist.",
    "dns": "The name server gave no answer.",
    "no-network": "This machine has no network.",
    "timed-out": "There was no answer in time.",
    "certificate": "The server's certificate is not valid.",
    "too-large": REFUSALS["too-large"],
    "redirect-to-http": "The server redirects to an address without encryption.",
    "other": "There was no answer that can be used.",
}
"""Why nothing was fetched, by the reason of ``NetworkError``; its first word stands for all reasons of that kind."""

FAILED = 1


@takes_options("timeout", *WEB)
def update(
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where the data is; its signature is at URL.sig.", show_default=False),
    ] = None,
    lang: flags.Lang = None,
    *,
    options: Options,
) -> None:
    """Fetch newer provider data over https, verify its signature, and use it from now on.

    Nothing is fetched unless you call this. Whatever goes wrong, the data in use stays.
    """
    from mailsetup.cli.providers.fetching import fetch_and_take_over
    from mailsetup.providers import in_use, pinned_key
    from mailsetup.translation import translator

    t = translator(language_code(lang))
    place = url or pinned_key.UPDATE_URL
    if place is None:
        fail(t("This version knows no address to fetch provider data from. Give one with --url."))
    if not place.startswith("https://"):
        fail(t("The address has to begin with https://."))
    path = in_use.updated_path()
    try:
        taken = fetch_and_take_over(place, options=options, path=path, keys=pinned_key.PINNED_KEYS)
    except ModuleNotFoundError:
        fail(t("Verifying a signature needs one more package: python -m pip install 'mailsetup[update]'"))
    except InvalidOptions as error:
        fail(str(error))
    except (InvalidDocument, OSError) as error:
        what = t("The provider data was not updated; the data in use stays.")
        fail(f"{what} {_why(error, t)}\n{_detail(error)}", code=FAILED)
    if taken is None:
        typer.echo(t("The provider data is up to date."))
        return
    done = t("The provider data of {date} is in use now: {count} providers.")
    typer.echo(done.format(date=taken.database.date, count=len(taken.database)))


def _why(error: InvalidDocument | OSError, t: Callable[[str], str]) -> str:
    """Give the sentence for people, in their language."""
    if isinstance(error, InvalidDocument):
        return t(REFUSALS[error.code])
    if isinstance(error, NetworkError):
        kind = error.reason.partition("-")[0]
        reason = error.reason if error.reason in FAILURES else kind if kind in FAILURES else "other"
        return t(FAILURES[reason])
    return t("It cannot be written.")


def _detail(error: InvalidDocument | OSError) -> str:
    """Give the exact reason, for whoever is to mend it."""
    if isinstance(error, InvalidDocument):
        return f"{error.reason} [{error.code}]"
    if isinstance(error, NetworkError):
        return f"{error.detail} [{error.reason}]"
    return f"{error.filename}: {error.strerror}"
