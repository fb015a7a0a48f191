"""What the user has to do or have first, out of the flags that lists give.

A table, so that a new flag is one line. Texts are added only where the stock sentence for the kind would not say
enough, and are our own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mailsetup.model import ProviderStatus, RequirementKind, When
from mailsetup.providers.schema import RequirementEntry

if TYPE_CHECKING:
    from mailsetup.providers.facts import FactsRecord

ALWAYS, WITH_2FA, MAYBE = When.ALWAYS, When.WITH_2FA, When.MAYBE
_APP = RequirementKind.APP_PASSWORD
_MAIL = RequirementKind.MAIL_PASSWORD
_PAID = RequirementKind.PAID_PLAN

FLAGS: dict[tuple[str, Any], tuple[RequirementKind, When]] = {
    ("bridge_required", True): (RequirementKind.BRIDGE, ALWAYS),
    ("special_network", True): (RequirementKind.SPECIAL_NETWORK, ALWAYS),
    ("tor_required", True): (RequirementKind.SPECIAL_NETWORK, ALWAYS),
    ("oauth_only", True): (RequirementKind.OAUTH_ONLY, ALWAYS),
    ("paid_plan_only", True): (_PAID, ALWAYS),
    ("paid_plan_only", "sending"): (_PAID, MAYBE),
    ("paid_plan_only", "not on the basic plan"): (_PAID, ALWAYS),
    ("must_enable_imap", True): (RequirementKind.ENABLE_IMAP, ALWAYS),
    ("must_enable_imap", "maybe"): (RequirementKind.ENABLE_IMAP, MAYBE),
    ("must_enable_third_party_access", True): (RequirementKind.ENABLE_IMAP, ALWAYS),
    ("smtp_must_be_enabled", True): (RequirementKind.ENABLE_SMTP, ALWAYS),
    ("smtp_auth_may_be_disabled", True): (RequirementKind.ENABLE_SMTP, MAYBE),
    ("separate_mail_password", True): (_MAIL, ALWAYS),
    ("separate_mail_password", "maybe"): (_MAIL, MAYBE),
    ("needs_app_password", "always"): (_APP, ALWAYS),
    ("needs_app_password", "yes"): (_APP, ALWAYS),
    ("needs_app_password", "often"): (_APP, MAYBE),
    ("needs_app_password", "maybe"): (_APP, MAYBE),
    ("needs_app_password", "with-2fa"): (_APP, WITH_2FA),
    ("account_specific_username", True): (RequirementKind.ACCOUNT_HOST, ALWAYS),
    ("account_specific_hosts", True): (RequirementKind.ACCOUNT_HOST, ALWAYS),
    ("mx_class", "account-host"): (RequirementKind.ACCOUNT_HOST, ALWAYS),
    ("login_with_primary_address_only", True): (RequirementKind.PRIMARY_ADDRESS, ALWAYS),
    ("smtp_restriction", "client-IP-address"): (RequirementKind.HOME_NETWORK, MAYBE),
    ("sending_limits", True): (RequirementKind.SENDING_LIMIT, ALWAYS),
}
"""(flag, value) → what it means. In this order they are written: what stops everything else comes first."""

WORK = (
    RequirementKind.APP_PASSWORD,
    RequirementKind.MAIL_PASSWORD,
    RequirementKind.ENABLE_IMAP,
    RequirementKind.ENABLE_POP3,
    RequirementKind.ENABLE_SMTP,
    RequirementKind.PAID_PLAN,
    RequirementKind.SPECIAL_NETWORK,
)
"""Kinds that mean work for the user; a provider that always needs one has the status ``preparation``."""

_ABOUT = {
    _APP: re.compile(
        r"app[-_]?pass|app(?:lication)?-specific|anwendungsspezifisch|application-passwords", re.IGNORECASE
    ),
    _MAIL: re.compile(r"passw", re.IGNORECASE),
}
_RECIPIENTS = {
    "en": "A message may have at most {count} recipients.",
    "de": "Eine Nachricht darf höchstens {count} Empfänger haben.",
}


def is_work(entry: RequirementEntry) -> bool:
    """Whether the user always has to do something about it before mail works."""
    return entry.kind in WORK and entry.when is ALWAYS


def from_facts(record: FactsRecord, /) -> tuple[RequirementEntry, ...]:
    """The requirements that the record's flags mean, each kind once, what stops everything else first."""
    found: dict[RequirementKind, RequirementEntry] = {}
    for (flag, value), (kind, when) in FLAGS.items():
        if record.flags.get(flag) == value and kind not in found:
            found[kind] = RequirementEntry(kind=kind, when=when, url=_page(record, kind))
    if _MAIL in found and found[_MAIL].when is ALWAYS:
        # Lists that know only one flag say "app password" for any password that is not the account's own.
        found.pop(_APP, None)
    limit = record.flags.get("max_recipients")
    if isinstance(limit, int):
        text = {language: sentence.format(count=limit) for language, sentence in _RECIPIENTS.items()}
        found[RequirementKind.SENDING_LIMIT] = RequirementEntry(kind=RequirementKind.SENDING_LIMIT, text=text)
    return tuple(found.values())


def _page(record: FactsRecord, kind: RequirementKind) -> str | None:
    """The provider's page about it: the one where IMAP is switched on, or one whose address tells."""
    pages = [str(said["enable_url"]) for said in record.flags_by_source.values() if "enable_url" in said]
    if kind in (RequirementKind.ENABLE_IMAP, RequirementKind.ENABLE_POP3) and pages:
        return pages[0]
    about = _ABOUT.get(kind)
    return next((url for url in record.docs if about is not None and about.search(url)), None)


def status(requirements: tuple[RequirementEntry, ...], /) -> ProviderStatus:
    """``preparation`` if something always has to be done first, else ``ok``."""
    return ProviderStatus.PREPARATION if any(map(is_work, requirements)) else ProviderStatus.OK
