"""What DNS and web servers have said, kept for as long as they allow, so that nobody is asked twice (OPS-01).

``Cache`` stands between a call and its network: ``layers.py`` asks it first, ``freshness.py`` says how long an answer
is good, ``scope.py`` who may be given it. It is kept in the memory of the process, or on disk with
``Options.cache_dir``.

Rules:

* only what was said for certain is kept: records and documents, and a definite no; never a time-out or another failure,
  and never what a probe or a log-in showed;
* nothing about a user is kept: no request that carries an address, no consent, no credential;
* whoever asks other servers, or trusts other authorities, gets nothing of it;
* a cache that is broken costs its answers and nothing else: it is told as a problem, and everybody is asked anew.
"""

from __future__ import annotations

from mailsetup.net.cache.layers import Cache

__all__ = ["Cache"]
