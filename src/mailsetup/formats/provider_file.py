"""The provider file: TOML bytes to ``ProviderFile`` and back, in the one form all our files are kept in.

The house form makes two people's edits look alike: keys in the order of the schema, defaults left out (but for a
server's user name and authentication, which readers look for), one blank line between tables, and lists wrapped at
100 columns. It holds no comments: what is to be said stands in ``notes``. ``parse(render(file)) == file``.

What can only be seen with all files side by side (a domain claimed twice) is not looked at here.
"""

from __future__ import annotations

import re
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mailsetup.errors import InvalidDocument
from mailsetup.providers.schema import ProviderFile

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BYTES = 256 * 1024
"""The largest file of ours, with 250 domains, has 8 KiB; anything near this limit is no provider file."""

WIDTH = 100
"""Column at which lists are wrapped."""

ALWAYS_WRITTEN = {"servers": ("username", "auth")}
"""Keys written even where they hold the default: a reader of the file looks for them."""

_LINE = re.compile(r"line (\d+)")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def parse(document: bytes, /) -> ProviderFile:
    """Read one provider file.

    Raises:
        InvalidDocument: with the line where one can be blamed; code ``too-large``, ``malformed`` (not TOML) or
            ``schema`` (TOML, but not a provider file).
    """
    if len(document) > MAX_BYTES:
        raise InvalidDocument(f"The file is larger than {MAX_BYTES} bytes.", code="too-large")
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as error:
        line = document.count(b"\n", 0, error.start) + 1
        raise InvalidDocument("The file is not UTF-8 text.", line=line) from error
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number with thousands of digits
        found = _LINE.search(str(error))
        raise InvalidDocument(f"Not valid TOML: {error}.", line=int(found[1]) if found else None) from error
    try:
        return ProviderFile.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise InvalidDocument(_sentence(first), code="schema", line=_line_of(text, first["loc"])) from error


def _sentence(error: Any) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {message}." if where else f"{message[0].upper()}{message[1:]}."


def _line_of(text: str, location: Sequence[int | str]) -> int | None:
    """Find the line of the key at ``location``; the table's own line where the key is missing."""
    if not location:
        return None
    lines = text.splitlines()
    start, last = 0, None
    for depth, part in enumerate(location):
        if isinstance(part, int):
            continue
        index = location[depth + 1] if depth + 1 < len(location) else 0
        found = _find(lines, part, start=start, nth=index if isinstance(index, int) else 0, inside=last is not None)
        if found is None:
            break
        start, last = found + 1, found + 1
    return last


def _find(lines: list[str], key: str, *, start: int, nth: int, inside: bool) -> int | None:
    """Index of the line that opens ``key``: the ``nth`` table of that name, or the line that assigns it."""
    header = re.compile(rf"\s*\[\[?\s*(?:\w+\.)?{re.escape(key)}\s*\]")
    assignment = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
    tables = 0
    for number in range(start, len(lines)):
        if header.match(lines[number]) and not inside:
            if tables == nth:
                return number
            tables += 1
        elif assignment.match(lines[number]):
            return number
        elif inside and lines[number].lstrip().startswith("["):
            return None
    return None


def render(file: ProviderFile, /) -> bytes:
    """Write a provider file in house form."""
    values = _written(file)
    plain = {key: value for key, value in values.items() if not _is_table(value)}
    blocks = ["".join(_assignments(plain))]
    for key, value in values.items():
        if isinstance(value, dict):
            blocks.append("".join([f"[{key}]\n", *_assignments(value)]))
        elif _is_table(value):
            blocks.extend("".join([f"[[{key}]]\n", *_assignments(entry)]) for entry in value)
    return "\n".join(blocks).encode("utf-8")


def _written(file: ProviderFile) -> dict[str, Any]:
    """The values to write, in schema order, without those that hold the default."""
    values: dict[str, Any] = file.model_dump(exclude_defaults=True)
    everything: dict[str, Any] = file.model_dump()
    for key, names in ALWAYS_WRITTEN.items():
        for entry, full in zip(values.get(key, ()), everything[key], strict=True):
            entry.update({name: full[name] for name in names})
        if key in values:
            order = list(everything[key][0])
            values[key] = [{name: entry[name] for name in order if name in entry} for entry in values[key]]
    return values


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], dict))


def _assignments(values: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        name = prefix + (key if _BARE_KEY.fullmatch(key) else _string(key))
        if isinstance(value, dict):
            yield from _assignments(value, f"{name}.")
        else:
            yield f"{name} = {_value(value, WIDTH - len(name) - 3)}\n"


def _value(value: Any, width: int) -> str:
    """``value`` as TOML, on several lines where it would need more than ``width`` columns."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, date)):
        return str(value)
    if isinstance(value, (list, tuple)):
        items = [_value(item, MAX_BYTES) for item in value]  # an item is never broken, only the list
        line = f"[{', '.join(items)}]"
        return line if len(line) <= width else "\n".join(["[", *_filled([f"{item}," for item in items], "  "), "]"])
    text = str(value)
    line = _string(text)
    if len(line) <= width or " " not in text or text != " ".join(text.split()):
        return line
    # A backslash at the end of a line eats the break and the indentation of the next (TOML 1.0, multi-line strings).
    words = _filled(line[1:-1].split(" "), "  ")
    return '"""\\\n' + " \\\n".join(words) + '"""'


def _filled(words: list[str], indent: str) -> list[str]:
    """Words set into lines of at most ``WIDTH`` columns."""
    lines = [indent + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(indent + word)
        else:
            lines[-1] += f" {word}"
    return lines


def _string(text: str) -> str:
    def escaped(character: str) -> str:
        if character in _ESCAPES:
            return _ESCAPES[character]
        return f"\\u{ord(character):04X}" if ord(character) < 0x20 or ord(character) == 0x7F else character

    return f'"{"".join(map(escaped, text))}"'
