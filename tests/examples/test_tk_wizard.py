"""The Tk wizard (``example("tk_wizard")``) in a real window, on an X server without a screen."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.lab.availability import program, unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lab

SESSION = Path(__file__).with_name("tk_session.py")


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server of its own, with a number that it has chosen itself."""
    if importlib.util.find_spec("_tkinter") is None:
        unavailable("this Python was built without tkinter")
    ours, theirs = os.pipe()
    with subprocess.Popen(
        [program("Xvfb", package="xvfb"), "-displayfd", str(theirs), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        pass_fds=[theirs],
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(theirs)
        with os.fdopen(ours) as told:
            number = told.readline().strip()
        yield f":{number}"
        server.terminate()


@pytest.fixture(scope="module")
def seen(display: str) -> dict[str, Any]:
    """What a person saw who did everything there is to do."""
    environment = {**os.environ, "DISPLAY": display}
    ended = subprocess.run(
        [sys.executable, str(SESSION)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_settings_come_into_the_window(seen: dict[str, Any]) -> None:
    """A look-up in a worker fills the table, and the button waits meanwhile."""
    assert seen["settings"] == {
        "busy": "disabled",
        "rows": [
            ["IMAP", "mail.corp.example", "993", "SSL/TLS", "kim@corp.example", "confirmed"],
            ["SMTP", "mail.corp.example", "465", "SSL/TLS", "kim@corp.example", "confirmed"],
        ],
        "login": "normal",
    }


def test_a_mistake_is_told_as_a_sentence(seen: dict[str, Any]) -> None:
    """What is no address gives its sentence below the form, and the person may try again."""
    assert seen["mistake"]["status"].endswith(".")
    assert seen["mistake"]["search"] == "normal"


def test_consent_comes_before_the_password(seen: dict[str, Any]) -> None:
    """The person sees the registrable domain, whole; without a yes no connection is opened (TRUST-07)."""
    assert seen["yes"]["asked"] == seen["no"]["asked"] == [["hoster.example"]]
    assert seen["no"]["connected"] == []
    assert "CONNECT mail.hoster.example:993" in seen["yes"]["connected"]
    assert seen["yes"]["left"] == seen["no"]["left"] == ""
