"""msmtp: ``~/.msmtprc``, see msmtp(1).

An argument in quotation marks is taken as it stands, escapes do not exist. In ``from``, ``%`` starts a substitution and
``? * [`` make a pattern, so an address with one of them is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.render.export.account import account_name, place, secret_command, secret_notes, sender, server_notes
from mailsetup.render.export.choice import Ability, Login, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import between_quotes
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("msmtp")


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``.msmtprc``."""
    chosen = outgoing(discovery, wishes, CAN)
    name = account_name(discovery)
    lines = [
        f"# msmtp for {discovery.domain}",
        f"account {name}",
        f"host {chosen.host}",
        f"port {chosen.port}",
        "tls on",
        f"tls_starttls {'off' if chosen.implicit_tls else 'on'}",
        "tls_certcheck on",
        f"from {between_quotes(sender(discovery, CAN.program, without='%?*['))}",
    ]
    command = ""
    if chosen.login is Login.NONE:
        lines.append("auth off")
    else:
        command = secret_command(discovery, wishes, chosen.login, CAN.program)
        lines += [
            f"auth {chosen.oauth_mechanism.lower() if chosen.login is Login.OAUTH2 else 'on'}",
            f"user {between_quotes(chosen.username)}",
            f"passwordeval {between_quotes(command)}",
        ]
    lines += ["", f"account default : {name}"]
    file = text_file("msmtprc", lines, place="~/.msmtprc")
    told = [*server_notes(chosen), place(file), *secret_notes(wishes, command, chosen)]
    return Export((file,), (*told, note("no-incoming", format=CAN.program)))


MSMTP = Exporter("msmtp", "msmtp", "program", write)
