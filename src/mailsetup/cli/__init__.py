"""The command line: ``mailsetup`` and ``python -m mailsetup``. It parses, calls the library, prints; no more."""

from __future__ import annotations

import errno
import gc
import os
import sys

OUTPUT_FAILURES = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
"""What writing to standard output fails with; a reader that went away (EPIPE) is no failure, and typer sees to it."""


def main() -> None:
    """Run the command line and exit with its code."""
    _start_quickly()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks an arrow or a dash shows a question mark instead
            stream.reconfigure(errors="replace")
    from mailsetup.cli.app import app

    try:
        app(prog_name="mailsetup")
    except OSError as error:
        if error.errno not in OUTPUT_FAILURES:
            raise
        sys.stderr.write(f"Cannot write the result: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(2)  # what is left in the buffer cannot be written either, and trying would print a traceback


def _start_quickly() -> None:
    """Leave out work that a short-lived process gains nothing from."""
    gc.set_threshold(100_000, 50, 50)  # importing makes many objects and no garbage: a tenth of the start-up time
    # Searching every installed package for pydantic plugins takes longer the more there are, and none has a say here.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
