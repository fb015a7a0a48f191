"""Every option is documented once, checked, and within reach of the command line."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from mailsetup import model
from mailsetup.model import DEFAULT_SOURCES, Discovery, Options, SourceName

MODELS = Path(str(model.__file__)).parent

FLAGS: dict[str, tuple[list[str], Any]] = {
    "sources": (["--source", "srv", "--source", "mx"], (SourceName.SRV, SourceName.MX)),
    "offline": (["--offline"], True),
    "probe": (["--no-probe"], False),
    "services": (["--no-services"], False),
    "prefer": (["--prefer", "pop3"], "pop3"),
    "timeout": (["--timeout", "3"], 3.0),
    "grace": (["--grace", "0.5"], 0.5),
    "nameservers": (["--nameserver", "127.0.0.1:5353"], ("127.0.0.1:5353",)),
    "doh_url": (["--doh", "https://dns.example/q"], "https://dns.example/q"),
    "dnssec": (["--dnssec"], True),
    "ca_file": (["--ca-file", "ca.pem"], Path("ca.pem")),
    "ispdb_url": (["--ispdb-url", ""], None),
    "share_address": (["--no-share-address"], False),
    "allow_http": (["--allow-http"], True),
    "allow_private_addresses": (["--no-private-addresses"], False),
    "proxy": (["--proxy", "socks5://127.0.0.1:1080"], "socks5://127.0.0.1:1080"),
    "config_dir": (["--config-dir", "own"], Path("own")),
    "cache_dir": (["--cache-dir", "kept"], Path("kept")),
    "fresh": (["--fresh"], True),
}
"""Option → the flags that set it, and what it is then."""

EXEMPT = {
    "ssl_context": "an object of Python; --ca-file is the part of it that can be typed",
    "network": "an object of Python",
    "observer": "a function; the command line uses it for its progress line",
}
"""Options that are out of reach on purpose, each with its reason."""


def test_every_option_is_within_reach_or_exempt() -> None:
    """Whoever adds an option exposes it, or says why not."""
    assert set(FLAGS) | set(EXEMPT) == set(Options.model_fields)
    assert not set(FLAGS) & set(EXEMPT)


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_sets_its_option(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And no other one: what was not typed stays at the default that ``Options`` has."""
    import mailsetup.blocking
    from mailsetup.cli.app import app

    seen: list[Options] = []

    def look(address: str, /, *, options: Options) -> Discovery:
        seen.append(options)
        return Discovery(address=address, domain="corp.example")

    monkeypatch.setattr(mailsetup.blocking, "discover", look)
    monkeypatch.chdir(tmp_path)
    Path("ca.pem").touch()
    flags, value = FLAGS[name]
    with pytest.raises(SystemExit):
        app(["x@corp.example", "--json", *flags])
    (options,) = seen
    assert getattr(options, name) == value
    assert getattr(options, name) != getattr(Options(), name)
    others = {key for key in Options.model_fields if getattr(options, key) != getattr(Options(), key)}
    assert others == {name}


def documented(path: Path) -> dict[str, set[str]]:
    """Class → its annotated attributes that have a docstring right under them."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            found[node.name] = {
                str(statement.target.id)
                for statement, following in zip(node.body, node.body[1:], strict=False)
                if isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and isinstance(following, ast.Expr)
                and isinstance(following.value, ast.Constant)
            }
    return found


def own_models() -> list[type[BaseModel]]:
    values = [value for value in vars(model).values() if isinstance(value, type) and issubclass(value, BaseModel)]
    return [value for value in values if value.model_fields]


@pytest.mark.parametrize("noun", own_models(), ids=lambda noun: noun.__name__)
def test_every_field_of_every_model_is_documented(noun: type[BaseModel]) -> None:
    """Each has its sentence under it; options too."""
    told = {name: fields for path in MODELS.glob("*.py") for name, fields in documented(path).items()}
    inherited = {key for base in noun.__mro__ for key in told.get(base.__name__, set())}
    assert set(noun.model_fields) <= inherited


@pytest.mark.parametrize(
    "values",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": 1e9},
        {"timeout": float("nan")},
        {"grace": -1},
        {"prefer": "nntp"},
        {"sources": ["gopher"]},
        {"offlien": True},
    ],
)
def test_options_that_cannot_be_are_refused(values: dict[str, Any]) -> None:
    """Before anything is asked, and as a ``ValueError``."""
    with pytest.raises(ValidationError):
        Options(**values)


def test_options_are_frozen_and_comparable() -> None:
    """One object can serve many calls and threads."""
    assert Options() == Options()
    with pytest.raises(ValidationError, match="frozen"):
        Options().timeout = 3  # type: ignore[misc]  # the point of the test


def test_the_defaults_suit_a_persons_own_machine() -> None:
    """Every mechanism but the historic one; no http; probing on (AC-23)."""
    options = Options()
    assert options.sources == DEFAULT_SOURCES
    assert SourceName.MAILCONF not in options.sources
    assert (options.allow_http, options.probe, options.offline) == (False, True, False)


def test_options_for_a_server_are_careful() -> None:
    """No way into its own network, the address stays inside, and whatever is changed is changed (SEC-02)."""
    options = Options.for_server_side()
    assert not options.allow_private_addresses
    assert not options.share_address
    assert not options.allow_http
    assert options.timeout < Options().timeout
    assert Options.for_server_side(timeout=3, share_address=True).timeout == 3
    assert Options.for_server_side(share_address=True).share_address


def test_secrets_and_objects_stay_out_of_the_representation() -> None:
    """A log line with the options in it gives nothing away (SEC-04)."""
    shown = repr(Options(network="CANARY", ssl_context="CANARY", observer=print))
    assert "CANARY" not in shown
