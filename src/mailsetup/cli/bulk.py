"""``mailsetup bulk FILE``: settings for many addresses, one row each, that can be interrupted and resumed."""

from __future__ import annotations

import gc
import signal
import sys
from collections import deque
from contextlib import contextmanager
from enum import Enum
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli.bulk_output import Output
from mailsetup.cli.bulk_rows import WRITERS, InputError, as_full_json, csv_heading, read_addresses
from mailsetup.cli.options import WEB, takes_options
from mailsetup.cli.terminal import fail
from mailsetup.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup.model import Options
    from mailsetup.render.row import Result

INTERRUPTED = 130
"""As shells say it: ended by Ctrl-C or SIGTERM, everything that was finished is written."""

TICK = 0.25
"""Seconds between two looks at the clock: the progress bar moves, and rows do not wait longer to be written."""


class Format(str, Enum):
    """What ``--format`` takes."""

    jsonl = "jsonl"
    csv = "csv"


@takes_options(
    "offline", "no_probe", "prefer", "source", "no_source", "timeout", "grace", *WEB, "dnssec",
    "ispdb_url", "config_dir", "allow_http", "no_private_addresses",
)  # fmt: skip
def bulk(
    file: Annotated[str, typer.Argument(help="Addresses, one a line; - reads standard input.", show_default=False)],
    column: Annotated[str | None, typer.Option(help="FILE is CSV: this column.", show_default=False)] = None,
    key: Annotated[str | None, typer.Option(help="FILE is JSON lines: this key.", show_default=False)] = None,
    format: Annotated[Format, typer.Option(help="Form of the output.")] = Format.jsonl,
    full: Annotated[bool, typer.Option("--full", help="Write the whole result (JSON lines only).")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here.", show_default=False)] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where --output ends.")] = False,
    concurrency: Annotated[int, typer.Option(help="Domains to ask at a time.", min=1, max=1000)] = 32,
    processes: Annotated[int, typer.Option(help="Processes that ask, one a core.", min=1, max=64)] = 1,
    *,
    options: Options,
) -> None:
    """Find the settings for many addresses: a row each, in their order. No address is told to anybody."""
    options = options.model_copy(update={"share_address": False, "services": full})
    if resume and output is None:
        fail("--resume needs --output: what is there already tells where to go on.")
    if column is not None and key is not None:
        fail("--column is for CSV and --key for JSON lines: give one of them.")
    if full and format is Format.csv:
        fail("--full is for JSON lines.")
    try:
        with _opened(file) as (lines, total):
            addresses = read_addresses(lines, column=column, key=key)
            target = Output(output, resume=resume)
            write = as_full_json if full else WRITERS[format.value]
            is_whole = _run(addresses, target, options, write, format is Format.csv, concurrency, processes, total)
    except (InputError, OSError, UnicodeDecodeError, InvalidOptions) as error:
        fail(str(error))
    if not is_whole:
        raise typer.Exit(INTERRUPTED)


def _run(
    addresses: Iterator[str],
    target: Output,
    options: Options,
    write: Callable[[str, Result], str],
    has_heading: bool,
    concurrency: int,
    processes: int,
    total: Callable[[], float],
) -> bool:
    """Answer row after row; give whether it came to the end of the input."""
    from mailsetup.blocking import discover_many
    from mailsetup.cli.bulk_progress import progress_bar

    if has_heading and not target.lines:
        target.write(csv_heading())
    done = max(0, target.lines - has_heading)
    asked: deque[str] = deque()
    stop = _Stop()
    rest = stop.until(_remembered(islice(addresses, done, None), asked))
    gc.freeze()  # what is loaded by now stays; a million results are no reason to look through it again and again
    gc.set_threshold(50_000)
    try:
        with stop.listening(), progress_bar(total, done) as progress:
            tick = monotonic()
            for result in discover_many(rest, options=options, concurrency=concurrency, processes=processes):
                target.write(write(asked.popleft(), result))
                done += 1
                if (now := monotonic()) - tick >= TICK:
                    tick = now
                    target.flush()
                    progress(done)
            progress(done)
    finally:
        target.close()
    return not stop.is_wanted


def _remembered(addresses: Iterator[str], asked: deque[str]) -> Iterator[str]:
    """Note what each row was asked about: results come in the same order."""
    for address in addresses:
        asked.append(address)
        yield address


class _Stop:
    """The first Ctrl-C or SIGTERM ends the input, so that what is being asked comes to its end; the second ends all."""

    def __init__(self) -> None:
        self.is_wanted = False

    def until(self, addresses: Iterator[str]) -> Iterator[str]:
        """Give addresses until the end is wanted."""
        for address in addresses:
            yield address
            if self.is_wanted:
                return

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the two signals."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, *_: object) -> None:
        if self.is_wanted:
            raise KeyboardInterrupt
        self.is_wanted = True


@contextmanager
def _opened(file: str) -> Iterator[tuple[Iterator[str], Callable[[], float]]]:
    """Give the lines, and what says how much of them has been read (0 to 1; 0 where nobody knows)."""
    if file == "-":
        sys.stdin.reconfigure(encoding="utf-8-sig")  # type: ignore[union-attr]  # a text stream has it
        yield iter(sys.stdin), lambda: 0.0
        return
    with Path(file).open("rb") as raw:
        size = Path(file).stat().st_size or 1
        read = 0

        def lines() -> Iterator[str]:
            nonlocal read
            for number, line in enumerate(raw):
                read += len(line)
                yield line.decode("utf-8-sig" if number == 0 else "utf-8")

        yield lines(), lambda: read / size
