"""Exports of the items to files, and of the whole database as a snapshot."""

from osce_news.publish.export.make import FORMS, Wanted, export
from osce_news.publish.export.refusals import refuse_for_snapshot
from osce_news.publish.export.snapshot import write_snapshot

__all__ = ["FORMS", "Wanted", "export", "refuse_for_snapshot", "write_snapshot"]
