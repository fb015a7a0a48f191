"""What an audit remarks, rule by rule. A rule takes the evidence and the remedies and yields remarks; it is pure.

A new rule is one function in the file of its subject, one line in a table below, and its sentence in
``mailsetup.remarks``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.audit.rules import agreement, documents, domain, exchangers, records, servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup.audit.evidence import Evidence
    from mailsetup.audit.remedies import Remedies
    from mailsetup.model.audit import Remark

    Rule = Callable[[Evidence, Remedies], Iterator[Remark]]

RULES: tuple[Rule, ...] = (
    domain.about_the_domain,
    domain.about_mail,
    domain.about_nothing,
    servers.about_pairs,
    servers.about_outcomes,
    servers.about_certificates,
    servers.about_open_lines,
    servers.about_tls,
    servers.about_port_25,
    agreement.about_the_web_host,
    agreement.about_places,
    agreement.about_usernames,
    agreement.about_auth,
    documents.about_autoconfig,
    documents.about_http,
    documents.about_content,
    documents.about_pacc,
    documents.about_autodiscover,
    documents.about_mailconf,
    records.about_presence,
    records.about_targets,
    records.about_denials,
    exchangers.about_records,
    exchangers.about_encryption,
    exchangers.about_sts,
    exchangers.about_tlsa,
)
"""In the order in which remarks of the same grade are shown."""

ONLY: tuple[Rule, ...] = (domain.about_being_cut_off, domain.about_existence)
"""Asked first: where one of these has something to say, nothing else means anything."""
