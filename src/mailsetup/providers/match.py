"""Matching of domain patterns and MX suffixes at label boundaries."""

from __future__ import annotations

import re

LABEL = r"[a-z0-9_](?:[a-z0-9-]{0,61}[a-z0-9])?"


def check_pattern(pattern: str) -> None:
    """Check a domain pattern: ``*`` stands for exactly one label, the others and always the last two are literal.

    Raises:
        ValueError: if a star is only part of a label, or stands among the last two labels.
    """
    labels = pattern.split(".")
    if len(labels) < 3 or "*" in labels[-1] + labels[-2]:
        raise ValueError(f"the last two labels of pattern {pattern!r} must be literal")
    for label in labels:
        if label != "*" and not re.fullmatch(LABEL, label):
            raise ValueError(f"{label!r} in pattern {pattern!r} is neither a label nor a star")


def covers(pattern: str, domain: str) -> bool:
    """Whether a domain pattern covers ``domain``, a full name in A-labels."""
    wanted, labels = pattern.split("."), domain.split(".")
    return len(wanted) == len(labels) and all(
        one == label or (one == "*" and label) for one, label in zip(wanted, labels, strict=True)
    )


def literal_tail(name: str) -> str:
    """The last two labels: literal in every pattern, so patterns can be looked up by them."""
    return ".".join(name.rsplit(".", 2)[-2:])


def under_suffix(host: str, suffix: str) -> bool:
    """Whether ``host`` is ``suffix`` or lies below it: ``notgoogle.com`` does not lie below ``google.com``."""
    return host == suffix or host.endswith("." + suffix)


def suffixes(host: str) -> list[str]:
    """The name itself, then each parent down to two labels: what a suffix look-up asks for, the longest first."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
