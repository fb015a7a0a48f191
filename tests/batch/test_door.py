"""What ``mailsetup.batch`` costs those who do not use it, and what it says without pyarrow. Runs everywhere."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mailsetup import batch
from mailsetup.errors import InvalidOptions

TABLES = {"pyarrow", "pandas", "numpy", "dask", "distributed"}


def loaded_by(code: str) -> set[str]:
    """Every module that a fresh interpreter has after running ``code``."""
    report = "\nimport sys; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", code + report], capture_output=True, check=True).stdout.decode().split()
    )


def test_nobody_pays_for_tables_without_using_them() -> None:
    """A look-up loads nothing of it, and the door itself loads no package for tables before it is used."""
    offline = (
        "import mailsetup; list(mailsetup.discover_many(['x@gmail.com'], options=mailsetup.Options(offline=True)))"
    )
    assert not [name for name in loaded_by(offline) if name.startswith("mailsetup.batch") or name in TABLES]
    assert not loaded_by("from mailsetup import batch; batch.SPARK_SCHEMA") & (TABLES | {"pydantic", "anyio"})


def test_without_pyarrow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first use, as with every extra."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InvalidOptions, match=r"install mailsetup\[batch\]"):
        batch.settings(iter([]))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As for any module; what is listed is there."""
    with pytest.raises(AttributeError, match="no attribute 'setings'"):
        batch.setings  # noqa: B018
    assert set(batch.__all__) - {"SCHEMA"} <= set(vars(batch))
