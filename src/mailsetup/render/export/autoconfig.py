"""Autoconfig XML 1.1 for a domain to publish, and the same for Thunderbird's own folder.

Placeholders stand for the user, so one file serves the whole domain. Version 1.1 is what every client reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.formats import autoconfig
from mailsetup.render.export.account import place
from mailsetup.render.export.choice import Login, offered_logins, safe_servers
from mailsetup.render.export.contract import Export, ExportedFile, Exporter
from mailsetup.render.export.publishing import published_address, published_servers
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Note, Wishes


def _document(discovery: Discovery, program: str) -> bytes:
    address = published_address(discovery)
    return autoconfig.render(
        servers=published_servers(discovery, program),
        provider=discovery.provider,
        oauth=discovery.oauth,
        domains=(address.domain,),
        templates_for=address,
        version="1.1",
    )


def _name_notes(discovery: Discovery, program: str) -> tuple[Note, ...]:
    assumed = any(server.username is None for server in published_servers(discovery, program))
    return (note("username-assumed"),) if assumed else ()


def write(discovery: Discovery, wishes: Wishes) -> Export:  # noqa: ARG001  (nothing to wish for here)
    """Make ``config-v1.1.xml``."""
    file = ExportedFile("config-v1.1.xml", _document(discovery, "Autoconfig"), "text/xml")
    url = f"https://autoconfig.{discovery.domain}/mail/config-v1.1.xml"
    return Export((file,), (note("publish", file=file.name, url=url), *_name_notes(discovery, "Autoconfig")))


def write_for_thunderbird(discovery: Discovery, wishes: Wishes) -> Export:  # noqa: ARG001
    """Make the file that Thunderbird's account wizard looks for in its program folder.

    Preferences (``user.js``) could hold an account too, but they would replace the accounts of an existing profile.
    """
    name = f"{discovery.domain}.xml"
    folder = "isp/ in the folder Thunderbird is installed in"
    file = ExportedFile(name, _document(discovery, "Thunderbird"), "text/xml", folder)
    first = offered_logins(discovery, safe_servers(discovery)[0])[:1]
    asked = "sign-in" if first == [Login.OAUTH2] else "password-asked"
    notes = (place(file), note("isp-folder"), note(asked, format="Thunderbird"))
    return Export((file,), (*notes, *_name_notes(discovery, "Thunderbird")))


AUTOCONFIG = Exporter("autoconfig", "Autoconfig XML 1.1", "publish", write)
THUNDERBIRD = Exporter("thunderbird", "Thunderbird", "program", write_for_thunderbird)
