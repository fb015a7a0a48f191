"""Live proof that a server is what somebody says it is. Nothing about the user is sent, no password is needed.

:func:`probe_server` holds one conversation with an IMAP, POP3, SMTP or ManageSieve server; :func:`probe_service` asks a
JMAP, CalDAV, CardDAV … URL whether it lives. :func:`upgrades` names the TLS variants of a server that a document lists
without encryption; :func:`reconcile_auth` puts what a source claims together with what a server advertises;
:func:`follow_suggestion` tries the host name that a certificate suggests.
"""

from mailsetup.prober.auth import reconcile_auth
from mailsetup.prober.conversation import converse
from mailsetup.prober.server import probe_server, takes_internationalised, to_probe
from mailsetup.prober.service import probe_service
from mailsetup.prober.suggestion import follow_suggestion
from mailsetup.prober.upgrade import upgrades

__all__ = [
    "converse",
    "follow_suggestion",
    "probe_server",
    "probe_service",
    "reconcile_auth",
    "takes_internationalised",
    "to_probe",
    "upgrades",
]
