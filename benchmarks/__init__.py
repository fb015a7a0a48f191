"""Measurements: ``nox -s bench``."""
