"""Writes the pages of the reference that follow from code and data: ``python docs/generate.py FOLDER``.

What is here cannot be out of date: the API by its public names, the options, every command with its flags, every code,
every provider. ``tests/test_docs_build.py`` holds that nothing is left out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mailsetup
from mailsetup import address, aio, batch, errors, testing
from mailsetup.formats.reasons import REASONS
from mailsetup.model import Options, Outcome, Verdict
from mailsetup.net.failures import MEANINGS
from mailsetup.problems import CATALOGUE, REQUIREMENTS
from mailsetup.render.words import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mailsetup.providers.schema import ProviderFile

ROOT = Path(__file__).resolve().parents[1]


EXIT_CODES = """\
Exit codes: **0** found and confirmed, or probing was switched off · **1** nothing found · **2** bad usage or address ·
**3** found but not confirmed. `audit` and `lint` exit with 1 for remarks that are grave enough."""


def write_all(folder: Path, /) -> None:
    """Write every page below ``folder``; a page that has not changed is left alone, so that builds stay quick."""
    from mailsetup.providers.compile import read_folder

    providers = list(read_folder(ROOT / "data" / "providers").values())
    pages = {
        "api.md": api(),
        "options.md": options(),
        "cli.md": command_line(),
        "codes.md": codes(),
        "providers.md": provider_index(providers),
        **{f"provider/{each.id}.md": provider_page(each) for each in providers},
    }
    for stale in set(folder.rglob("*.md")) - {folder / name for name in pages}:
        stale.unlink()
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _directive(kind: str, name: str, *lines: str) -> str:
    return "\n".join(["```{eval-rst}", f".. {kind}:: {name}", *(f"   {line}" for line in lines), "```", ""])


def api() -> str:
    """Write the page of public names, in three parts."""
    parts = ["# Python API", "", "Written from the docstrings of the code.", "", "## `mailsetup`", ""]
    functions = [name for name in mailsetup.__all__ if name in ("discover", "lint", "probe", "verify")]
    parts += [_directive("autofunction", f"mailsetup.{name}") for name in functions]
    for name in mailsetup.__all__:
        value = getattr(mailsetup, name)
        if isinstance(value, type) and value is not Options:
            parts += [f"### `{name}`", "", _class(value)]
    parts += ["## `mailsetup.aio`", "", "The same names for asyncio and trio.", ""]
    parts += [_directive("autofunction", f"mailsetup.aio.{name}") for name in aio.__all__]
    parts += ["## `mailsetup.batch`", "", "Tables in, tables out: for Ray, Dask and Spark.", ""]
    parts += [_directive("autofunction", f"mailsetup.batch.{name}") for name in ("settings", "hosters", "split")]
    parts += ["`COLUMNS`, which `SCHEMA` has in Arrow's types, and `SPARK_SCHEMA` in Spark's:", ""]
    parts += [_table(("column", "kind", ""), [(f"`{name}`", *column) for name, column in batch.COLUMNS.items()])]
    parts += ["## `mailsetup.testing`", ""]
    for name in testing.__all__:
        value = getattr(testing, name)
        parts += [
            _class(value) if isinstance(value, type) else _directive("autofunction", f"{value.__module__}.{name}")
        ]
    parts += ["## Exceptions", ""]
    own = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    parts += [_class(value) for value in own if value is not errors.InvalidAddress]
    return "\n".join(parts)


def _class(value: type) -> str:
    return _directive("autoclass", f"{value.__module__}.{value.__qualname__}")


def options() -> str:
    """Write the page of ``Options``, each with its default."""
    rows = [(f"`{name}`", f"`{_short(field.default)}`") for name, field in Options.model_fields.items()]
    table = _table(("option", "default"), rows)
    return f"# Options\n\nOne frozen object for every call.\n\n{table}\n{_class(Options)}"


def _short(value: object) -> str:
    return "all mechanisms but mailconf" if isinstance(value, tuple) and value else str(value)


def command_line() -> str:
    """Write the page of the command line, from the parser itself."""
    import typer

    from mailsetup.cli.app import app

    group: Any = typer.main.get_command(app)
    parts = ["# Command line", "", "Written from the parser; `mailsetup COMMAND --help` says the same.", ""]
    parts += [EXIT_CODES, ""]
    for name in group.list_commands(None):
        parts += _command(group.get_command(None, name), f"mailsetup {name}", level=2)
    return "\n".join(parts)


def _command(command: Any, name: str, *, level: int) -> Iterable[str]:
    yield from (f"{'#' * level} `{name}`", "", _prose(command.help or ""), "")
    rows = [(_flag(each), _prose(each.help or ""), _default(each)) for each in command.params if not each.hidden]
    rows = [row for row in rows if "--help" not in row[0]]
    if rows:
        yield from (_table(("", "what it does", "default"), rows), "")
    for inner, child in sorted(getattr(command, "commands", {}).items()):
        if not child.hidden:
            yield from _command(child, f"{name} {inner}", level=level + 1)


def _flag(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{(parameter.metavar or parameter.name).upper()}`"
    return ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])


def _default(parameter: Any) -> str:
    value = getattr(parameter.default, "value", parameter.default)
    known = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return f"`{value}`" if known and value != "" else ""


def codes() -> str:
    """Write the page of all stable codes."""
    problems = [(f"`{key}`", each.severity, each.message, each.next_step) for key, each in CATALOGUE.items()]
    reasons = [(f"`{key}`", severity, sentence) for key, (severity, sentence) in REASONS.items()]
    network = [(f"`{key}`", meaning.status, meaning.outcome, meaning.sentence) for key, meaning in MEANINGS.items()]
    sections: Mapping[str, str] = {
        "Problems": "`Discovery.problems[].code`: what a user is told.\n\n"
        + _table(("code", "severity", "sentence", "next step"), problems),
        "Requirements": "`Provider.requirements[].kind`: what has to be done first.\n\n"
        + _table(("kind", "sentence"), [(f"`{kind}`", sentence) for kind, sentence in REQUIREMENTS.items()]),
        "Probe outcomes": "`Probe.outcome`.\n\n"
        + _table(("outcome", "in words"), [(f"`{each}`", OUTCOMES[each]) for each in Outcome]),
        "Log-in verdicts": "`Verification.logins[].verdict`: " + ", ".join(f"`{each}`" for each in Verdict) + ".",
        "Reasons of the network": "`Attempt.reason`, where the network is to blame.\n\n"
        + _table(("reason", "outcome of the attempt", "outcome of a probe", "sentence"), network),
        "Remarks of the parsers": "`LintReport.ignored[].reason`: what was left out of a document, and why.\n\n"
        + _table(("reason", "severity", "sentence"), reasons),
        "Addresses": "`InvalidAddress.code`.\n\n"
        + _table(("code", "sentence"), [(f"`{key}`", sentence) for key, sentence in address.REASONS.items()]),
    }
    head = "# Codes\n\nThey are stable; the sentences may change. Words in braces are filled in.\n"
    return head + "".join(f"\n## {title}\n\n{body}\n" for title, body in sections.items())


def provider_index(providers: list[ProviderFile]) -> str:
    """Write the list of providers."""
    rows = [
        (f"[{_prose(each.name)}](provider/{each.id}.md)", each.kind, each.status, len(each.domains), each.checked)
        for each in providers
    ]
    table = _table(("provider", "kind", "status", "domains", "checked"), rows)
    return f"# Providers\n\nWritten from `data/providers`: {len(providers)} files.\n\n{table}"


def provider_page(provider: ProviderFile) -> str:
    """Write the page of one provider. The list leads to it; in the side bar, hundreds would be in the way."""
    parts = [
        "---",
        "orphan: true",
        "---",
        "",
        f"# {_prose(provider.name)}",
        "",
        f"Kind: {provider.kind} · status: {provider.status}",
        "",
    ]
    if "en" in provider.status_text:
        parts += [_prose(provider.status_text["en"]), ""]
    if provider.requirements:
        parts += ["## Do this first", ""]
        for each in provider.requirements:
            sentence = _prose(each.text.get("en") or REQUIREMENTS[each.kind])
            parts.append(f"- {sentence}" + (f" (<{each.url}>)" if each.url else ""))
        parts.append("")
    if provider.servers:
        rows = [
            (each.protocol, f"`{each.hostname}`", each.port, each.security, f"`{each.username}`", ", ".join(each.auth))
            for each in provider.servers
        ]
        parts += [
            "## Servers",
            "",
            _table(("protocol", "server", "port", "security", "user name", "log in with"), rows),
        ]
    if provider.services:
        parts += ["## Services", "", *(f"- {each.protocol}: `{each.url}`" for each in provider.services), ""]
    names = [*provider.domains, *(each.pattern for each in provider.patterns)]
    if names:
        parts += ["## Domains", "", ", ".join(f"`{name}`" for name in names), ""]
    if provider.mx:
        parts += ["## Mail exchangers", "", ", ".join(f"`{name}`" for name in provider.mx.suffixes), ""]
    if provider.help:
        parts += ["## Help", "", *(f"- <{each.url}>" for each in provider.help), ""]
    parts += [f"Checked {provider.checked}. Facts from: {', '.join(provider.sources)}.", ""]
    return "\n".join(parts)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _prose(text: str) -> str:
    """One line, with the signs of Markdown as themselves."""
    line = " ".join(text.split())
    return "".join("\\" + sign if sign in "*_[]<>#" else sign for sign in line)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
