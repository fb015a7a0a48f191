"""SRV records (RFC 2782) for mail (RFC 6186, RFC 8314), ManageSieve (RFC 5804), JMAP (RFC 8620) and DAV (RFC 6764).

``order`` is the draw of RFC 2782; ``read`` turns the answers for one domain into candidates; ``zone_lines`` writes what
a domain's owner should publish. Asking DNS, and how far the answers can be trusted, is not decided here.
"""

from mailsetup.formats.srv.draw import SrvData, is_denied, order
from mailsetup.formats.srv.reader import SrvReading, read
from mailsetup.formats.srv.words import DAV_LABELS, LABELS
from mailsetup.formats.srv.writer import zone_lines

__all__ = ["DAV_LABELS", "LABELS", "SrvData", "SrvReading", "is_denied", "order", "read", "zone_lines"]
