"""Matching of domain patterns and MX suffixes at label boundaries."""

from __future__ import annotations

import re

LABEL = r"[a-z0-9_](?:[a-z0-9-]{0,61}[a-z0-9])?"


def label_pattern(pattern: str) -> str:
    """Turn a domain pattern into a regular expression for ``re.fullmatch``.

    ``*`` stands for exactly one label; every other label is literal, and the last two labels must be literal.

    Raises:
        ValueError: if a star is only part of a label, or stands among the last two labels.
    """
    labels = pattern.split(".")
    if len(labels) < 3 or "*" in labels[-1] + labels[-2]:
        raise ValueError(f"the last two labels of pattern {pattern!r} must be literal")
    for label in labels:
        if label != "*" and not re.fullmatch(LABEL, label):
            raise ValueError(f"{label!r} in pattern {pattern!r} is neither a label nor a star")
    return r"\.".join(LABEL if label == "*" else re.escape(label) for label in labels)


def under_suffix(host: str, suffix: str) -> bool:
    """Whether ``host`` is ``suffix`` or lies below it: ``notgoogle.com`` does not lie below ``google.com``."""
    return host == suffix or host.endswith("." + suffix)


def suffixes(host: str) -> list[str]:
    """The name itself, then each parent down to two labels: what a suffix look-up asks for, the longest first."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
