"""WARC archives, written by crawls and read from any tool; and pages saved by a browser."""

from osce_news.archive.captures import Capture, WarcFiles
from osce_news.archive.exchange import Exchange
from osce_news.archive.files import SavedPage, saved_page
from osce_news.archive.records import is_warc
from osce_news.archive.report import Report
from osce_news.archive.writer import ArchiveWriter

__all__ = [
    "ArchiveWriter",
    "Capture",
    "Exchange",
    "Report",
    "SavedPage",
    "WarcFiles",
    "is_warc",
    "saved_page",
]
