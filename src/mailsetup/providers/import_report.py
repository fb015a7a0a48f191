"""What an import did: added, merged, left alone, and every contradiction with both values."""

from __future__ import annotations

from mailsetup.model import Model


class Conflict(Model):
    """An offered fact that contradicts a provider file. What the file says was kept."""

    file: str
    """The provider's id."""
    fact: str
    """What it is about: ``domain example.com``, ``imap imap.example.com:993 username`` …"""
    kept: str
    """What the file says."""
    offered: str
    """What the import says."""


class Change(Model):
    """A provider file that gained facts."""

    file: str
    """The provider's id."""
    added: tuple[str, ...]
    """The new facts, as ``rejected`` in the file would name them."""


class ImportReport(Model):
    """The outcome of an import."""

    added: tuple[str, ...] = ()
    """Ids of new files."""
    merged: tuple[Change, ...] = ()
    """Files that gained facts."""
    unchanged: tuple[str, ...] = ()
    """Ids of files that were offered nothing new."""
    conflicts: tuple[Conflict, ...] = ()
    """For a person to decide: edit the file, or put the offered fact into its ``rejected``."""
    dropped: tuple[str, ...] = ()
    """Facts and records that could not be used, one sentence each."""
