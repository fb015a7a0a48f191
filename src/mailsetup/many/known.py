"""Domains that this machine knows, answered by provider: a hundred thousand domains of one hoster have one result.

Only where nothing but local data decides: the record covers the domain, nothing is to be asked or probed beyond it, and
the user has no file of their own for the domain. Whatever is in doubt is left to an ordinary look-up.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mailsetup.discovery import Case, ask_here
from mailsetup.many.skeleton import Skeleton, any_address, skeleton_of
from mailsetup.model import SourceName
from mailsetup.names import gets_network_discovery
from mailsetup.sources import LOCAL_SOURCES
from mailsetup.sources.bundled import Listing, answer, listing
from mailsetup.sources.user_file import default_config_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailsetup.address import Address
    from mailsetup.model import Finding, Options
    from mailsetup.sources import LocalSource

MOST = 1024
"""Providers whose results are kept: more than there are. Some 20 KB each."""


class Known:
    """Skeletons by provider, for one run."""

    def __init__(self, options: Options, /) -> None:
        self._options = options
        self._is_asked = SourceName.BUNDLED in options.sources
        self._own = _own_domains(options)
        self._skeletons: dict[tuple[str, bool] | None, Skeleton | None] = {}

    def get(self, domain: str, /) -> Skeleton | None:
        """Give the result for a domain (plain ASCII), if its provider's record decides it alone."""
        if not self._is_asked or domain in self._own or not gets_network_discovery(domain):
            return None
        listed = listing(domain)
        key = None if listed is None else (listed.entry.id, listed.is_exact)
        if key not in self._skeletons:
            if len(self._skeletons) >= MOST:
                self._skeletons.clear()
            self._skeletons[key] = self._look_up(listed)
        return self._skeletons[key]

    def must_ask(self, domain: str, /) -> bool:
        """Whether nothing here knows a domain that ``get`` has nothing for, so that the network has to be asked."""
        if domain in self._own or not gets_network_discovery(domain) or listing(domain) is not None:
            return False
        return None in self._skeletons and self._skeletons[None] is None

    def _look_up(self, listed: Listing | None) -> Skeleton | None:
        if listed is not None and any(map(_depends_on_domain, listed.entry.data.get("servers", ()))):
            return None
        sources: Mapping[SourceName, LocalSource] = {**LOCAL_SOURCES, SourceName.BUNDLED: partial(_answer, listed)}
        case = ask_here(Case(any_address(), self._options), sources=sources)
        return None if case.needs_network else skeleton_of(case)


def _depends_on_domain(server: dict[str, Any]) -> bool:
    """Whether the domain decides if the server is meant, or whether two forms of its user name are the same."""
    usernames = (server.get("username", ""), *server.get("username_alternatives", ()))
    return "only_for" in server or any("@" in template for template in usernames)


def _answer(listed: Listing | None, address: Address, options: Options, /) -> Finding:  # noqa: ARG001  (the interface's signature)
    return answer(address, listed)


def _own_domains(options: Options) -> frozenset[str]:
    """Name the domains for which the user has a file; nearly always none."""
    folder = (options.config_dir or default_config_dir()) / "isp"
    try:
        return frozenset(path.stem for path in folder.iterdir())
    except OSError:
        return frozenset()
