"""Who may publish provider data: the public keys that a fetched database must be signed by, one of them.

They are part of a release, so that trust in fetched data is trust in the release the user chose. A key is replaced by
adding the new one here, releasing, signing with it once that release is out, and taking the old one away later:
docs/how-to/publish-provider-data.md.

Nothing at run time changes this list: no option, no environment variable, no file.
"""

from __future__ import annotations

PINNED_KEYS: tuple[str, ...] = (
    # 2026-11: holds the place until the first release. Its private half was not kept, so nothing is signed by it;
    # whoever makes the first release puts a key of their own in its place.
    "bWECTCFdP+tWTipF/rXedcUy79Vl7xgIZavZT27Zn+w=",
)
"""Ed25519 public keys (RFC 8032), the 32 octets in base64."""

UPDATE_URL: str | None = None
"""Where newer data is published; ``None`` until the project publishes any, and then ``--url`` has to name a place."""
