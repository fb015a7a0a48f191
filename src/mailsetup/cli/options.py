"""The flags that become ``Options``: one table, and what gives a command those it takes.

A command says ``@takes_options("offline", "timeout", …)`` and gets ``options``. Typer reads a function's signature, so
the flags are put into that. Who adds an option adds a flag to ``flags.py``, a line here, and its name to the commands.
"""

from __future__ import annotations

import inspect
from enum import Enum
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from mailsetup.cli import flags
from mailsetup.cli.terminal import fail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mailsetup.model import Options

    Command = Callable[..., None]


class Flag(NamedTuple):
    """A flag and the option behind it."""

    option: str
    annotation: Any
    default: Any = None
    """``None``: what ``Options`` has."""
    is_negation: bool = False


ONLY, WITHOUT = "only", "without"
"""Two flags make one option: ``sources``."""

FLAGS: Mapping[str, Flag] = {
    "offline": Flag("offline", flags.Offline, False),
    "no_probe": Flag("probe", flags.NoProbe, False, is_negation=True),
    "no_services": Flag("services", flags.NoServices, False, is_negation=True),
    "prefer": Flag("prefer", flags.Prefer, flags.Incoming.imap),
    "source": Flag(ONLY, flags.Sources),
    "no_source": Flag(WITHOUT, flags.NoSources),
    "timeout": Flag("timeout", flags.Timeout, 15),
    "grace": Flag("grace", flags.Grace, 1),
    "nameserver": Flag("nameservers", flags.Nameservers),
    "doh": Flag("doh_url", flags.Doh),
    "dnssec": Flag("dnssec", flags.Dnssec, False),
    "ca_file": Flag("ca_file", flags.CaFile),
    "proxy": Flag("proxy", flags.Proxy),
    "ispdb_url": Flag("ispdb_url", flags.IspdbUrl),
    "config_dir": Flag("config_dir", flags.ConfigDir),
    "cache_dir": Flag("cache_dir", flags.CacheDir),
    "fresh": Flag("fresh", flags.Fresh, False),
    "allow_http": Flag("allow_http", flags.AllowHttp, False),
    "no_share_address": Flag("share_address", flags.NoShareAddress, False, is_negation=True),
    "no_private_addresses": Flag("allow_private_addresses", flags.NoPrivateAddresses, False, is_negation=True),
}

WEB = ("nameserver", "doh", "ca_file", "proxy")
"""How to reach servers at all."""


def takes_options(*names: str, **defaults: Any) -> Callable[[Command], Command]:
    """Give a command the flags of these names, and their values as one argument, ``options``.

    Args:
        names: keys of ``FLAGS``.
        defaults: other defaults than the table's, by the same names.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def run(**given: Any) -> None:
            values = {name: given.pop(name) for name in names}
            command(**given, options=make_options(values))

        own = inspect.signature(command)
        # ``Options`` is heavy, and known to type checkers only; typer never sees it.
        hints = inspect.get_annotations(command, eval_str=True, locals={"Options": object})
        parameters = [
            parameter.replace(annotation=hints[name]) for name, parameter in own.parameters.items() if name != "options"
        ]
        parameters += [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=defaults.get(name, FLAGS[name].default),
                annotation=FLAGS[name].annotation,
            )
            for name in names
        ]
        run.__signature__ = own.replace(parameters=parameters, return_annotation=None)  # type: ignore[attr-defined]  # what typer looks at first
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return run

    return decorate


def make_options(values: Mapping[str, Any], /) -> Options:
    """Make ``Options`` of the flags' values; a value that cannot be used ends the program with a sentence.

    Flags that were not given are left to the defaults in ``Options``, so that each default stands in one place.
    """
    from pydantic import ValidationError

    from mailsetup.model import Options

    given = {FLAGS[name].option: _value(FLAGS[name], value) for name, value in values.items() if value is not None}
    if given.get("ispdb_url") == "":
        given["ispdb_url"] = None  # typed as nothing, it is switched off
    try:
        return Options(**_chosen_sources(given), **given)
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"Bad value for {'.'.join(map(str, first['loc']))}: {first['msg']}")


def _value(flag: Flag, value: Any) -> Any:
    if flag.is_negation:
        return not value
    return value.value if isinstance(value, Enum) else value


def _chosen_sources(given: dict[str, Any]) -> dict[str, Any]:
    from mailsetup.model import DEFAULT_SOURCES

    only, without = given.pop(ONLY, None), given.pop(WITHOUT, None)
    if not only and not without:
        return {}
    return {"sources": [source for source in only or DEFAULT_SOURCES if source not in (without or ())]}
