"""MTA-STS policies (RFC 8461): a list of mail exchangers that the domain vouches for over https (MX-08)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from mailsetup.errors import InvalidDocument
from mailsetup.formats.remarks import Place, Remarks
from mailsetup.formats.values import host_name
from mailsetup.model import Ignored, Model

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_DOCUMENT = 64 * 1024
"""Octets (RFC 8461 section 3.3)."""
MAX_PATTERNS = 100
MAX_AGE = 31_557_600
"""Seconds; the largest value the RFC allows."""

_ID = re.compile(r"id=([A-Za-z0-9]{1,32})")


class Policy(Model):
    """A policy."""

    mode: Literal["enforce", "testing", "none"]
    max_age: int
    """Seconds it may be kept."""
    mx: tuple[str, ...] = ()
    """Patterns: a host name, or ``*.`` and a name, which stands for exactly one label more."""
    ignored: tuple[Ignored, ...] = ()
    """Lines that were not understood."""

    def vouches_for(self, hostname: str, /) -> bool:
        """Whether the domain says over https that this (A-label) host takes its mail."""
        if self.mode == "none":
            return False
        parent = hostname.partition(".")[2]
        return any(hostname == pattern or (pattern.startswith("*.") and parent == pattern[2:]) for pattern in self.mx)


def parse(document: bytes, /) -> Policy:
    """Read a policy; unknown keys are skipped, of a repeated one (but ``mx``) the first counts.

    Raises:
        InvalidDocument: ``not-config`` (anything that does not say ``version: STSv1``), ``too-large``, ``schema``.
    """
    if len(document) > MAX_DOCUMENT:
        raise InvalidDocument(f"The policy is larger than {MAX_DOCUMENT // 1024} KiB.", code="too-large")
    remarks = Remarks()
    values: dict[str, str] = {}
    patterns: dict[str, None] = {}
    for number, line in enumerate(document.decode("utf-8", "replace").split("\n"), 1):
        key, separator, value = (part.strip() for part in line.partition(":"))
        place = Place(key, number)
        if not separator:
            if line.strip():
                remarks.add("bad-policy-line", place, value=line)
        elif key == "mx":
            _add_pattern(patterns, value, place, remarks)
        else:
            values.setdefault(key, value)
    if values.get("version") != "STSv1":
        raise InvalidDocument("This is not an MTA-STS policy.", code="not-config")
    return _policy(values, tuple(patterns), remarks)


def _add_pattern(patterns: dict[str, None], value: str, place: Place, remarks: Remarks) -> None:
    try:
        star, name = ("*.", value[2:]) if value.startswith("*.") else ("", value)
        if len(patterns) < MAX_PATTERNS:
            patterns[star + host_name(name)] = None
    except InvalidDocument:
        remarks.add("bad-policy-line", place, value=value)


def _policy(values: dict[str, str], patterns: tuple[str, ...], remarks: Remarks) -> Policy:
    mode, age = values.get("mode", ""), values.get("max_age", "")
    if not re.fullmatch(r"[0-9]{1,10}", age):
        raise InvalidDocument("The policy has no valid max_age.", code="schema")
    if mode not in ("enforce", "testing", "none"):
        raise InvalidDocument("The policy has no valid mode.", code="schema")
    if mode != "none" and not patterns:
        raise InvalidDocument("The policy names no mail exchanger.", code="schema")
    return Policy.model_validate(
        {"mode": mode, "max_age": min(int(age), MAX_AGE), "mx": patterns, "ignored": remarks.done()}
    )


def policy_id(records: Iterable[bytes], /) -> str | None:
    """Give the policy's id out of the TXT records of ``_mta-sts.DOMAIN``: without exactly one there is no policy."""
    policies = [fields for record in records if (fields := _fields(record))[0] == "v=STSv1"]
    if len(policies) != 1:
        return None
    return next((match[1] for field in policies[0] if (match := _ID.fullmatch(field))), None)


def _fields(record: bytes) -> list[str]:
    return [field.strip(" \t") for field in record.decode("ascii", "replace").split(";")]
