"""A guarded XML reader: one pass of expat, no DTD, no entities, bounded size, depth and attributes (SEC-01).

It gives a small tree that knows its lines. Names are compared without prefix and without regard to case, because
servers mix namespaces and published examples disagree about case (AC-34, AC-52). White space before the document and
anything after it is forgiven; a document that is not well-formed is not (AC-31).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from mailsetup.errors import InvalidDocument
from mailsetup.formats.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DOCUMENT = 256 * 1024
"""Octets (AC-22). The largest real document seen has 40 KiB."""
MAX_DEPTH = 32
"""Nested elements; real documents need 7."""
MAX_ATTRIBUTES = 32
"""Attributes of one element; real documents need 3."""
MAX_ELEMENTS = 20_000
"""Elements of one document; real documents need 2,000 (a hoster that lists every domain)."""

_LEADING = re.compile(rb"(?:\xef\xbb\xbf|[ \t\r\n])*")
_TEXT_STARTS = (b"<", b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class Element:
    """One element: local name as written, attributes by lower-case local name, own text, children, and its place."""

    name: str
    attributes: dict[str, str]
    line: int
    where: str
    text: str = ""
    children: list[Element] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The name to compare with."""
        return self.name.lower()

    def all(self, *keys: str) -> Iterator[Element]:
        """Children with one of these (lower-case) names, in order."""
        return (child for child in self.children if child.key in keys)

    def first(self, *keys: str) -> Element | None:
        """The first child with one of these (lower-case) names."""
        return next(self.all(*keys), None)

    def value(self, key: str) -> str:
        """Text of the first child of that name; empty where there is none."""
        child = self.first(key)
        return child.text if child is not None else ""


@dataclass(slots=True)
class Document:
    """A document that was read."""

    root: Element
    trailing_line: int | None = None
    """Line of the rubbish that follows the document, if any does."""


class _Done(Exception):  # noqa: N818  (a signal out of expat's callbacks, not an error)
    """The name of the root is known, and that was the question."""


def read(document: bytes, /, *, roots: tuple[str, ...]) -> Document:
    """Read a document whose root is one of ``roots`` (lower case).

    Raises:
        InvalidDocument: ``empty``, ``not-config`` (another kind of document: a web page, JSON, plain text),
            ``dtd-refused``, ``malformed``, ``too-large``, ``too-complex``.
    """
    return _Builder(roots).build(document)


def root_name(document: bytes, /) -> str | None:
    """Give the lower-case local name of the root element, or ``None`` if the document does not get that far."""
    builder = _Builder(None)
    try:
        builder.build(document)
    except _Done as done:
        return str(done)
    except InvalidDocument:
        return None
    return None


class _Builder:
    """Expat's callbacks, and the tree they build."""

    def __init__(self, roots: tuple[str, ...] | None) -> None:
        self.roots = roots
        self.root: Element | None = None
        self.open: list[Element] = []
        self.texts: list[list[str]] = []
        self.counts: list[dict[str, int]] = []
        self.elements = 0
        self.line_offset = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber + self.line_offset

    def refuse(self, reason: str, code: str) -> NoReturn:
        raise InvalidDocument(reason, code=code, line=self.line)

    def build(self, document: bytes) -> Document:
        body = self.body_of(document)
        try:
            self.parser.Parse(body, True)
        except expat.ExpatError as error:
            if self.root is not None and not self.open:
                return Document(self.root, trailing_line=error.lineno + self.line_offset)
            reason = f"This is not well-formed XML: {expat.ErrorString(error.code)}."
            raise InvalidDocument(reason, code="malformed", line=error.lineno + self.line_offset) from error
        except InvalidDocument:
            raise
        except (ValueError, LookupError) as error:
            # pyexpat asks Python for the codec of a declared encoding, and that can fail in either way.
            raise InvalidDocument(
                "The declared encoding is not one that can be read.", code="encoding", line=1
            ) from error
        if self.root is None:  # pragma: no cover  (expat reports "no element found" first)
            self.refuse("There is no element in this document.", "malformed")
        return Document(self.root)

    def body_of(self, document: bytes) -> bytes:
        if len(document) > MAX_DOCUMENT:
            raise InvalidDocument(f"The document is larger than {MAX_DOCUMENT // 1024} KiB.", code="too-large")
        leading = _LEADING.match(document)
        body = document[leading.end() if leading else 0 :]
        self.line_offset = document[: len(document) - len(body)].count(b"\n")
        if not body:
            raise InvalidDocument("The document is empty.", code="empty")
        if not body.startswith(_TEXT_STARTS):
            raise InvalidDocument("This is not an XML document.", code="not-config", line=1 + self.line_offset)
        return body

    def doctype(self, name: str, *_: object) -> None:
        if name.lower() == "html":
            self.refuse("This is a web page, not a configuration document.", "not-config")
        self.refuse(
            "The document has a document type declaration; those are refused, as they can do harm.", "dtd-refused"
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if not self.open:
            self.check_root(local)
        self.elements += 1
        if len(self.open) >= MAX_DEPTH or len(attributes) > MAX_ATTRIBUTES or self.elements > MAX_ELEMENTS:
            self.refuse("The document has more elements, levels or attributes than any real one.", "too-complex")
        named = {key.rpartition(":")[2].lower(): value for key, value in attributes.items()}
        element = Element(local, named, self.line, self.place(local))
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.texts.append([])
        self.counts.append({})

    def check_root(self, local: str) -> None:
        if self.roots is None:
            raise _Done(local.lower())
        if local.lower() not in self.roots:
            self.refuse(f"The document is {quoted(local)}, not a configuration document.", "not-config")

    def place(self, local: str) -> str:
        if not self.open:
            return local
        count = self.counts[-1][local] = self.counts[-1].get(local, 0) + 1
        parent = self.open[-1].where + "/" if len(self.open) > 1 else ""
        return f"{parent}{local}[{count}]" if count > 1 else parent + local

    def end(self, _name: str) -> None:
        element = self.open.pop()
        self.counts.pop()
        element.text = "".join(self.texts.pop()).strip()

    def characters(self, text: str) -> None:
        self.texts[-1].append(text)
