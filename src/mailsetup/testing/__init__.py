"""For tests, our own and those of programs that embed this library: a network in memory.

Nothing in here is used at run time.
"""

from mailsetup.testing.network import FakeNetwork
from mailsetup.testing.recorder import recorded
from mailsetup.testing.web import Page

__all__ = ["FakeNetwork", "Page", "recorded"]
