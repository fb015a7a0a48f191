"""PACC, the IETF's automatic configuration document with its digest in DNS (draft-ietf-mailmaint-pacc-02 and -03).

``parse`` and ``render`` are for the JSON document, ``check_digest`` and ``record`` for the TXT record that binds it.
The digest is checked first: a document without a matching record must not be used, not even in part (PACC-03).
"""

from mailsetup.formats.pacc.digest import DigestCheck, check_digest, parse_record, record
from mailsetup.formats.pacc.reader import PaccDocument, parse
from mailsetup.formats.pacc.writer import render

__all__ = ["DigestCheck", "PaccDocument", "check_digest", "parse", "parse_record", "record", "render"]
