"""A home folder for one program: the exported files in their places, the password in a file, and whom to trust.

Programs find certificate authorities in the system's bundle or where ``SSL_CERT_FILE`` points. Each is run in a mount
namespace of its own, in which the lab's authority is the bundle, or, to see the check fail, an authority it never heard
of. Started by root, it runs as nobody: some programs refuse to work for root.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import subprocess
import time
from typing import TYPE_CHECKING

from mailsetup.render.export import Wishes, export

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mailsetup.model import Discovery
    from mailsetup.render.export import Export

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PATIENCE = 12.0
"""Seconds for one program."""
NOBODY_ID = 65534
NOBODY = f"setpriv --reuid={NOBODY_ID} --regid={NOBODY_ID} --clear-groups --no-new-privs"
COLUMNS, LINES = 100, 30
_TERMINAL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][0-9A-B]|\][^\x07]*\x07|[=>78M])")


def _can_give_away(path: Path) -> bool:
    try:
        os.chown(path, NOBODY_ID, NOBODY_ID)
    except OSError:  # in a user namespace there is nobody else
        return False
    return True


class Stage:
    """One home folder."""

    def __init__(self, home: Path, authority: Path, stranger: Path, password: str) -> None:
        self.home = home
        self.authorities = {True: authority, False: stranger}
        self.secret = home / "secret"
        self.secret.write_text(f"{password}\n", encoding="utf-8")
        self.owned = _can_give_away(home)
        self.command = f"cat {shlex.quote(str(self.secret))}"

    def export(self, discovery: Discovery, name: str) -> Export:
        """Write a format, and put its files where their programs look for them."""
        written = export(discovery, format=name, wishes=Wishes(password_command=self.command))
        for file in written.files:
            place = self.home / (file.place.removeprefix("~/") or file.name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.content)
            place.chmod(0o600)
        return written

    def _hand_over(self) -> None:
        if self.owned:
            for path in (self.home, *self.home.rglob("*")):
                os.chown(path, NOBODY_ID, NOBODY_ID)

    def _command(
        self, command: Sequence[str | Path], *, trust: bool, as_nobody: bool = True, terminal: str = ""
    ) -> list[str]:
        mount = f"mount --bind {shlex.quote(str(self.authorities[trust]))} {BUNDLE}"
        # A session leader that opens a terminal makes it its own: only then is there a /dev/tty.
        streams = f"<{terminal} >{terminal} 2>&1" if terminal else ""
        script = f'{mount} && exec {NOBODY if self.owned and as_nobody else ""} "$@" {streams}'
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *map(str, command)]

    def _environment(self, *, trust: bool) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "SSL_CERT_FILE": str(self.authorities[trust]),
            "SSL_CERT_DIR": "/nonexistent",
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "USER": "anna",
            "LOGNAME": "anna",
            "EDITOR": "true",
        }

    def run(
        self,
        *command: str | Path,
        stdin: str = "",
        trust: bool = True,
        check: bool = True,
        as_nobody: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        self._hand_over()
        done = subprocess.run(
            self._command(command, trust=trust, as_nobody=as_nobody),
            cwd=self.home,
            env=self._environment(trust=trust),
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
        if check:
            assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def on_terminal(
        self, *command: str | Path, talk: Sequence[tuple[str, str]], trust: bool = True, ends: bool = False
    ) -> str:
        """Run a program on a terminal: wait for each text in turn and type what belongs to it; give all it showed.

        With ``ends`` it is then waited for; otherwise it is stopped, whatever it does.
        """
        self._hand_over()
        master, slave = pty.openpty()
        if self.owned:
            os.chown(slave, NOBODY_ID, NOBODY_ID)
        subprocess.run(["stty", "rows", str(LINES), "columns", str(COLUMNS)], stdin=slave, check=True)
        process = subprocess.Popen(
            self._command(command, trust=trust, terminal=os.ttyname(slave)),
            cwd=self.home,
            env=self._environment(trust=trust),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        try:
            return _Conversation(master).have(talk, to_the_end=ends)
        finally:
            process.kill()
            process.wait()
            os.close(master)


class _Conversation:
    """What a program on a terminal shows, with the terminal's own codes taken out."""

    def __init__(self, master: int) -> None:
        self.master = master
        self.raw = b""
        self.read_to = 0

    def have(self, talk: Sequence[tuple[str, str]], *, to_the_end: bool) -> str:
        for wanted, answer in talk:
            self._wait(wanted)
            os.write(self.master, answer.encode())
        while to_the_end and self._read(PATIENCE):
            pass
        return self._shown()

    def _shown(self) -> str:
        return _TERMINAL.sub(b"", self.raw).decode(errors="replace")

    def _wait(self, wanted: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while (found := self._shown().find(wanted, self.read_to)) < 0:
            more = self._read(max(0.0, deadline - time.monotonic()))
            assert more, f"it never showed {wanted!r}; so far:\n{self._shown()}"
        self.read_to = found + len(wanted)

    def _read(self, patience: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], patience)
        try:
            data = os.read(self.master, 65536) if ready else b""
        except OSError:  # the program is gone, and its side of the terminal with it
            return False
        self.raw += data
        return bool(data)
