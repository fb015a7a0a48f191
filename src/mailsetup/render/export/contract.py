"""What an exporter is given and gives: wishes in, files and notes out.

An exporter is pure. It takes a ``Discovery`` and ``Wishes`` and returns an ``Export``, or raises ``CannotExpress``
where its format cannot say what was found. It never writes a password, and never leaves a certificate unchecked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mailsetup.model import Auth, Discovery

Kind = Literal["publish", "program", "code"]
"""For whom a format is: the domain's owner, a mail program, or somebody who writes one."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller decides about an export."""

    password_command: str | None = None
    """A shell command that prints the password, or the access token where OAuth2 is used. It is run by the program,
    never by us. ``None``: a placeholder, which a note tells the user to replace."""
    auth: Auth | None = None
    """Insist on this way to log in; ``None``: a password if the server takes one, else OAuth2."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing the user has to know about an exported file. The sentence is ``NOTES[code]``."""

    code: str
    """Key of ``mailsetup.render.export.sentences.NOTES``."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """What is filled into the sentence."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file of an export."""

    name: str
    """A name to save it under, without folders; letters, digits, dots, hyphens, underscores only."""
    content: bytes
    """What is in it; UTF-8 with a final newline where it is text."""
    media_type: str
    """For whoever serves it, such as ``text/plain``."""
    place: str = ""
    """Where its program looks for it, such as ``~/.msmtprc``; empty where that is up to the user."""


@dataclass(frozen=True, slots=True)
class Export:
    """The files of one export, and what to tell the user."""

    files: tuple[ExportedFile, ...]
    """At least one."""
    notes: tuple[Note, ...] = ()
    """Where to put them, how to hand in the password, what could not be said; the most important first."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format."""

    name: str
    """What is typed after ``--format``."""
    title: str
    """What it is, in a few words; names of programs and standards, the same in every language."""
    kind: Kind
    """For whom it is."""
    write: Callable[[Discovery, Wishes], Export]
    """Make the files. Raises ``CannotExpress``."""


def text_file(name: str, lines: list[str], *, place: str = "", media_type: str = "text/plain") -> ExportedFile:
    """Make a UTF-8 file of lines."""
    return ExportedFile(name, ("\n".join(lines) + "\n").encode(), media_type, place)
