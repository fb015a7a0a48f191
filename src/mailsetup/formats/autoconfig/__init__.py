"""The autoconfig document (``clientConfig``), versions 1.1 and 1.2, as providers, the ISPDB and users' files hold it.

``parse`` reads it as the draft wants it read (draft-ietf-mailmaint-autoconfig; AC-30 to AC-52): never rejected for its
version, unknown parts skipped, a broken section costs only that section, and everything skipped is reported.
``render`` writes it. ``parse(render(x))`` gives ``x`` back for everything the format can express.
"""

from mailsetup.formats.autoconfig.reader import ClientConfig, parse
from mailsetup.formats.autoconfig.writer import render

__all__ = ["ClientConfig", "parse", "render"]
