"""What people read in place of the audit's words. English; translated by whoever prints them."""

from __future__ import annotations

from mailsetup.model.audit import Family, Grade, Standing

FAMILIES: dict[Family, str] = {
    Family.AUTOCONFIG: "Thunderbird and other readers of autoconfig",
    Family.ISPDB: "Programs that ask the ISPDB only",
    Family.PACC: "PACC clients",
    Family.SRV: "Readers of SRV records",
    Family.OUTLOOK: "Outlook (Exchange Autodiscover)",
    Family.APPLE: "Apple Mail (profile, SRV)",
    Family.GUESS: "Programs that guess",
}
"""What people read for each family."""

STANDINGS: dict[Standing, str] = {
    Standing.WORKS: "works",
    Standing.PARTLY: "works in part",
    Standing.FAILS: "does not work",
    Standing.UNTRIED: "cannot be tried",
    Standing.NOTHING: "finds nothing",
}

GRADES: dict[Grade, str] = {Grade.ERROR: "Error", Grade.WARNING: "Warning", Grade.HINT: "Hint"}

STATES: dict[str, str] = {
    "signed": "signed, and checked",
    "unsigned": "not signed",
    "bogus": "signatures are wrong",
    "unknown": "unknown from here: no validating resolver on a path that can be trusted",
    "enforce": "enforced",
    "testing": "in test mode",
    "none": "switched off",
    "missing": "none published",
    "unusable": "published, but unusable",
    "matches": "fits the certificate",
    "mismatch": "does not fit the certificate",
    "unprotected": "published without DNSSEC",
    "uncompared": "published; not of a kind that can be compared from here",
}
"""States of the safeguards."""
