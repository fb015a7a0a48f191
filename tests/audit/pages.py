"""Reads an audit's page as a browser's parser does, with the standard library."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "line", "rect", "link"}

ACTIVE = {"script", "iframe", "object", "embed", "form", "base", "link", "img", "video", "audio", "foreignobject"}
"""Elements that run something or load something; the page has none."""


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.broken: list[str] = []
        """Elements that were closed in the wrong order."""
        self.feed(markup)
        self.close()
        self.broken += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.broken.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """The elements and the names of their attributes, without what is in them."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]

    def all(self, tag: str) -> list[dict[str, str]]:
        """Give the attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]
