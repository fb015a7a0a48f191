"""A desktop program with tkinter: type an address, see the settings, log in.

Tk belongs to one thread. The look-up runs in a worker; what comes of it goes through a queue, which the window looks
into every 50 ms. A password goes to a server that nobody vouches for only after the person has seen the registrable
domain and agreed: ``ask_consent`` is that question.

Usage: ``python tk_wizard.py [ADDRESS]``
"""

from __future__ import annotations

import queue
import sys
import threading
import tkinter as tk
from tkinter import messagebox, ttk
from typing import TYPE_CHECKING, Any

import mailsetup
from mailsetup.errors import MailsetupError
from mailsetup.names import registrable_domain, unicode_name

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = mailsetup.Options()
LOOK_EVERY = 50
"""Milliseconds between two looks into the queue."""

FIELDS = ("Protocol", "Server", "Port", "Security", "User name", "State")
SECURITY = {"tls": "SSL/TLS", "starttls": "STARTTLS", "none": "none"}


def domains_shown(found: mailsetup.Discovery) -> list[str]:
    """Give the registrable domains that a person has to agree to; both forms of an internationalised one."""
    pair = [server for server in (found.incoming, found.outgoing) if server is not None and server.needs_consent]
    names = dict.fromkeys(registrable_domain(server.hostname) or server.hostname for server in pair)
    return [name if unicode_name(name) == name else f"{unicode_name(name)} ({name})" for name in names]


def ask_consent(domains: list[str]) -> bool:
    """Ask whether the password may go to ``domains``. "No" is the default."""
    question = "Nobody vouches for the servers of\n\n{}\n\nSend your password there?".format("\n".join(domains))
    return messagebox.askyesno("Is this your provider?", question, default="no", icon="warning")


class Wizard(ttk.Frame):
    """One page: the address above, the settings below, the password last."""

    def __init__(
        self,
        parent: tk.Misc,
        /,
        *,
        options: mailsetup.Options = DEFAULT,
        consent: Callable[[list[str]], bool] = ask_consent,
    ) -> None:
        super().__init__(parent, padding=12)
        self._how = options
        self._consent = consent
        self._results: queue.SimpleQueue[tuple[Callable[[Any], None], Any]] = queue.SimpleQueue()
        self.found: mailsetup.Discovery | None = None
        self.address, self.password, self.status = tk.StringVar(self), tk.StringVar(self), tk.StringVar(self)
        self._build()
        self.grid(sticky="nsew")
        self._look()

    def _build(self) -> None:
        ttk.Label(self, text="E-mail address").grid(row=0, column=0, sticky="w")
        ttk.Entry(self, textvariable=self.address, width=40).grid(row=0, column=1, sticky="ew")
        self.search = ttk.Button(self, text="Look up", command=self.look_up)
        self.search.grid(row=0, column=2)
        self.table = ttk.Treeview(self, columns=FIELDS, show="headings", height=4)
        for name in FIELDS:
            self.table.heading(name, text=name)
            self.table.column(name, width=110)
        self.table.grid(row=1, column=0, columnspan=3, sticky="nsew", pady=8)
        ttk.Label(self, text="Password").grid(row=2, column=0, sticky="w")
        ttk.Entry(self, textvariable=self.password, show="•").grid(row=2, column=1, sticky="ew")
        self.login = ttk.Button(self, text="Log in", command=self.log_in, state="disabled")
        self.login.grid(row=2, column=2)
        ttk.Label(self, textvariable=self.status, wraplength=640).grid(row=3, column=0, columnspan=3, sticky="w")

    def look_up(self) -> None:
        """Start a look-up; the window stays alive meanwhile."""
        address = self.address.get().strip()
        self.status.set("Looking…")
        self.search["state"] = self.login["state"] = "disabled"
        self._work(lambda: mailsetup.discover(address, options=self._how), self._show)

    def log_in(self) -> None:
        """Prove the settings with the password, after consent where it is needed."""
        found, password = self.found, self.password.get()
        if found is None or not password:
            return
        self.password.set("")
        domains = domains_shown(found)
        if domains and not self._consent(domains):
            self.status.set("Not sent. Ask your provider for the names of its servers.")
            return
        self.status.set("Logging in…")
        self.login["state"] = "disabled"
        consent = bool(domains)
        self._work(
            lambda: mailsetup.verify(found, password=password, consent=consent, options=self._how),
            self._logged_in,
        )

    def _show(self, found: mailsetup.Discovery | Exception) -> None:
        self.search["state"] = "normal"
        self.table.delete(*self.table.get_children())
        if isinstance(found, Exception):
            self.status.set(str(found))
            return
        self.found = found
        for server in (found.incoming, found.outgoing):
            if server is not None:
                state = server.probe.outcome if server.probe else "not tried out"
                security = SECURITY[server.security]
                row = (server.protocol.upper(), server.hostname, server.port, security, server.username or "", state)
                self.table.insert("", "end", values=row)
        self.login["state"] = "normal" if found.found else "disabled"
        self.status.set("\n".join(told.message for told in found.problems) or "Ready.")

    def _logged_in(self, result: mailsetup.Verification | Exception) -> None:
        self.login["state"] = "normal"
        if isinstance(result, Exception):
            self.status.set(str(result))
        else:
            self.status.set("\n".join(f"{login.protocol.upper()}: {login.detail}" for login in result.logins))

    def _work(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        def run() -> None:
            try:
                self._results.put((done, work()))
            except MailsetupError as error:
                self._results.put((done, error))

        threading.Thread(target=run, daemon=True).start()

    def _look(self) -> None:
        while not self._results.empty():
            done, result = self._results.get()
            done(result)
        self.after(LOOK_EVERY, self._look)


def main(addresses: list[str]) -> None:
    """Open the window."""
    window = tk.Tk()
    window.title("Mail settings")
    wizard = Wizard(window)
    if addresses:
        wizard.address.set(addresses[0])
        wizard.look_up()
    window.mainloop()


if __name__ == "__main__":
    main(sys.argv[1:])
