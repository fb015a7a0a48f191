"""``mailsetup.batch``. Needs the group ``cluster``; where nox has installed it, nothing here may be skipped."""

from __future__ import annotations

import os

import pytest


def needs(*packages: str) -> None:
    """Skip the module that asks, unless the packages are there or have to be."""
    for name in packages:
        if os.environ.get("MAILSETUP_BATCH") != "require":
            pytest.importorskip(name, reason=f"{name} is not installed (group cluster)")
