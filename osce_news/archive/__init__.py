"""WARC archives: written by a crawl, and read whichever tool made them."""

from osce_news.archive.reader.captures import Capture, captures
from osce_news.archive.reader.files import warc_files
from osce_news.archive.reader.records import is_warc
from osce_news.archive.reader.report import Report
from osce_news.archive.writer.archive_writer import ArchiveWriter
from osce_news.archive.writer.exchange import Exchange

__all__ = ["ArchiveWriter", "Capture", "Exchange", "Report", "captures", "is_warc", "warc_files"]
