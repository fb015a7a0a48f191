"""Sentences in the user's language: English is in the code, other languages in gettext catalogues under ``locale/``.

The catalogues are compiled when the package is built. An untranslated sentence appears in English, never as a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LANGUAGES = ("en", "de")
"""Languages that every sentence exists in; a test holds the catalogues against the code."""

_ENVIRONMENT = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""POSIX's order of precedence, with GNU's ``LANGUAGE`` in front."""


def translator(language: str, /) -> Callable[[str], str]:
    """Give the function that turns an English sentence into ``language``."""
    if language == "en":
        return _as_it_is
    import gettext
    from pathlib import Path

    return gettext.translation(
        "mailsetup", Path(__file__).parent / "locale", languages=[language], fallback=True
    ).gettext


def _as_it_is(sentence: str) -> str:
    return sentence


def preferred_language(environment: Mapping[str, str], /) -> str:
    """Give the language the user's environment asks for, if we speak it; else English."""
    for name in _ENVIRONMENT:
        value = environment.get(name, "")
        if value:
            for wish in value.split(":"):
                code = wish[:2].lower()
                if code in LANGUAGES:
                    return code
            return "en"
    return "en"


def choose(texts: Mapping[str, str], language: str, /) -> str:
    """Pick a provider's sentence in ``language``, else in English, else any, else nothing."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
