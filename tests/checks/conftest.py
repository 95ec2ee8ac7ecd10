"""Databases for the tests of the checks: those of the storage's tests."""

from tests.storage.conftest import db, writer

__all__ = ["db", "writer"]
