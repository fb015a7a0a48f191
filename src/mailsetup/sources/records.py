"""What a DNS answer without the wished-for records amounts to, for every source that asks DNS (SRV-19).

Only "no such name" and "no such record" say something about the domain; everything else is silence. A bogus answer is
refused: somebody tampers, or the zone is broken, and nothing in it may be used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Finding, Status
from mailsetup.net.interface import Answered

if TYPE_CHECKING:
    from mailsetup.net.interface import Answer

ENDINGS: dict[Answered, tuple[Status, str, str]] = {
    Answered.NXDOMAIN: (Status.ABSENT, "nxdomain", "There is no name {name}."),
    Answered.NODATA: (Status.ABSENT, "no-record", "There is no {type} record at {name}."),
    Answered.SERVFAIL: (Status.UNREACHABLE, "dns-servfail", "The name server could not find out about {name}."),
    Answered.TIMED_OUT: (Status.UNREACHABLE, "dns-timed-out", "The name server did not answer in time about {name}."),
    Answered.REFUSED: (Status.UNREACHABLE, "dns-refused", "The name server refused to answer about {name}."),
    Answered.BOGUS: (Status.REFUSED, "dns-bogus", "The DNSSEC signature of {name} is wrong."),
}


def without_records(answer: Answer, /) -> Finding:
    """Make the finding that an answer other than ``found`` amounts to."""
    status, reason, sentence = ENDINGS[answer.status]
    return Finding(status=status, reason=reason, detail=sentence.format(name=answer.name, type=answer.type))
