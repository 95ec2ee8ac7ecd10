"""Parsing of WARC files on many machines: the same parsing, with files of its results in between."""

from osce_news.archive.cluster.parsing import Done, parse_files

__all__ = ["Done", "parse_files"]
