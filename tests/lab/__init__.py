"""The lab: real servers from Debian packages, started by the test suite on loopback. ``README.md`` is its guide."""
