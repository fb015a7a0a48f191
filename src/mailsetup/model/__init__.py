"""The nouns of the result. Pydantic, frozen, documented field by field; no behaviour beyond derived properties."""

from mailsetup.model.base import Model
from mailsetup.model.discovery import Discovery
from mailsetup.model.finding import Finding, Hosting, MailExchanger
from mailsetup.model.lint import Fault, Ignored, LintReport, Reading
from mailsetup.model.options import DEFAULT_SOURCES, Options
from mailsetup.model.problem import Attempt, Problem
from mailsetup.model.provider import HelpPage, OAuth, Provider, Requirement
from mailsetup.model.server import Certificate, Probe, Server, Service
from mailsetup.model.verification import LoginResult, Verdict, Verification
from mailsetup.model.vocabulary import (
    Auth,
    Learned,
    Outcome,
    Protocol,
    ProviderStatus,
    RequirementKind,
    Security,
    Severity,
    SourceName,
    Status,
    Trust,
    When,
)

__all__ = [
    "DEFAULT_SOURCES",
    "Attempt",
    "Auth",
    "Certificate",
    "Discovery",
    "Fault",
    "Finding",
    "HelpPage",
    "Hosting",
    "Ignored",
    "Learned",
    "LintReport",
    "LoginResult",
    "MailExchanger",
    "Model",
    "OAuth",
    "Options",
    "Outcome",
    "Probe",
    "Problem",
    "Protocol",
    "Provider",
    "ProviderStatus",
    "Reading",
    "Requirement",
    "RequirementKind",
    "Security",
    "Server",
    "Service",
    "Severity",
    "SourceName",
    "Status",
    "Trust",
    "Verdict",
    "Verification",
    "When",
]
